"""What other features ask for: tell a person, remind them, plan, move and cancel; in the caller's transaction.

A notice is told of by a key that names its event, such as ``message:<id>``: it is sent at most once for a key.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.db import insert_into
from portal.core.ids import new_id
from portal.notices.models import ContactCode, Notice
from portal.notices.queries import standing
from portal.notices.rules import KEPT_DAYS, NoticeKind, NoticeState, move, remind_at


def notify(session: Session, *, person_id: uuid.UUID, key: str, kind: NoticeKind = NoticeKind.NEWS) -> bool:
    """Tell a client that there is something new; return whether anything was put into the queue.

    Nothing is, if the event was told already or the person gets no notices now. Several events within the collapse
    window become one notice at its end.
    """
    session.flush()  # the person may be new in this very transaction
    if not standing(session, person_id).address:
        return False
    return _put(session, person_id, kind, key, now(), None)


def schedule(
    session: Session, *, person_id: uuid.UUID, key: str, send_at: datetime, kind: NoticeKind = NoticeKind.REMINDER
) -> bool:
    """Plan a notice, or move the planned one with this key; return False when it is out or over already.

    A cancelled reminder is planned anew; a ``NEWS`` waits for the collapse window after its time.
    """
    return _plan(session, person_id, kind, key, send_at, None)


def remind(session: Session, *, person_id: uuid.UUID, key: str, starts_at: datetime) -> bool:
    """Plan or move the reminder of something that begins at a time, as long before as the client has chosen.

    It follows the client when they choose anew, and never comes after the start. Return False when the reminder is out
    or over already; a key that holds what is moved, such as its version, lets a moved meeting be reminded of again.
    """
    session.flush()
    due = remind_at(starts_at, standing(session, person_id).reminder, now())
    return _plan(session, person_id, NoticeKind.REMINDER, key, due, starts_at)


def cancel(session: Session, key: str) -> bool:
    """Cancel a notice that is not out yet; return whether there was one."""
    row = _held(session, key)
    if row is None or row.state is not NoticeState.WAITING:
        return False
    settle(row, NoticeState.CANCELLED, "cancelled")
    session.flush()
    return True


def plan_reminders_anew(session: Session, person_id: uuid.UUID) -> None:
    """Let every waiting reminder follow what the person has chosen now."""
    wanted, moment = standing(session, person_id).reminder, now()
    rows = session.scalars(
        select(Notice)
        .where(
            Notice.person_id == person_id,
            Notice.kind == NoticeKind.REMINDER,
            Notice.state == NoticeState.WAITING,
            Notice.about_at > moment,
        )
        .with_for_update()
    )
    for row in rows:
        if row.about_at is not None:
            row.send_at = row.due_at = remind_at(row.about_at, wanted, moment)
    session.flush()


def settle(row: Notice, state: NoticeState, code: str = "") -> None:
    """Move a notice to a state that ends it, and forget address and code."""
    row.state = move(row.state, state)
    row.code, row.settled_at, row.sealed = code, now(), None
    row.leased_by = row.leased_until = None


def clean_up(session: Session) -> None:
    """Remove notices that were over half a year ago, and codes that count no more."""
    moment = now()
    session.execute(delete(Notice).where(Notice.settled_at < moment - timedelta(days=KEPT_DAYS)))
    session.execute(delete(ContactCode).where(ContactCode.created_at < moment - timedelta(days=1)))


def _plan(
    session: Session, person_id: uuid.UUID, kind: NoticeKind, key: str, send_at: datetime, about_at: datetime | None
) -> bool:
    session.flush()
    if _put(session, person_id, kind, key, send_at, about_at):
        return True
    row = _held(session, key)
    if row is None or row.person_id != person_id:
        return False
    if row.state is NoticeState.CANCELLED and row.kind is NoticeKind.REMINDER:
        row.state, row.settled_at, row.code = move(row.state, NoticeState.WAITING), None, ""
    if row.state is not NoticeState.WAITING:
        return False
    row.send_at = row.due_at = send_at
    row.about_at = about_at
    session.flush()
    return True


def _put(
    session: Session, person_id: uuid.UUID, kind: NoticeKind, key: str, send_at: datetime, about_at: datetime | None
) -> bool:
    row = {
        "id": new_id(),
        "person_id": person_id,
        "kind": kind,
        "key": key,
        "send_at": send_at,
        "due_at": send_at,
        "about_at": about_at,
        "created_at": now(),
    }
    put = insert_into(session, Notice).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(Notice.id)
    return session.execute(put).scalar_one_or_none() is not None


def _held(session: Session, key: str) -> Notice | None:
    wanted = select(Notice).where(Notice.key == key).with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one_or_none()
