"""Taking time from a calendar: the one place where a piece of somebody's time gets its owner.

The key of ``Claim`` is what holds; everything here only makes its refusal rare and friendly. Calendars are locked in
the order of their ids, so that two who take from each other's never wait for one another.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Delete, Update, delete, insert, or_, select, tuple_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.meetings.models import Claim, Meeting, StaffCalendar
from portal.meetings.rules.times import Booked


class JustTaken(Conflict):
    """Somebody else has the time, or a part of it."""

    message = lazy("Tiden hann bli tagen av någon annan. Välj en annan tid.")


def lock(session: Session, staff_ids: Iterable[uuid.UUID]) -> None:
    """Hold calendars until the transaction ends, so that others who book in them wait (SQLite has one writer)."""
    session.execute(
        select(StaffCalendar.staff_id)
        .where(StaffCalendar.staff_id.in_(set(staff_ids)))
        .order_by(StaffCalendar.staff_id)
        .with_for_update()
    ).all()


def hold(session: Session, draft_id: uuid.UUID, span: Booked, until: datetime, *, moves_id: uuid.UUID | None) -> None:
    """Keep a time for a draft until it lapses, instead of the one that it held; again to renew it.

    Pieces that the meeting has which is to be moved stay the meeting's.

    :raises JustTaken: somebody else has a piece of it; the draft then holds what it held.
    """
    _take(session, span, {"draft_id": draft_id, "lapses_at": until}, _owned(draft_id=draft_id, meeting_id=moves_id))
    in_span = _inside(span)
    _write(session, update(Claim).where(Claim.draft_id == draft_id, in_span).values(lapses_at=until))
    _write(session, delete(Claim).where(Claim.draft_id == draft_id, ~in_span))


def settle(session: Session, meeting: Meeting, span: Booked, *, draft_id: uuid.UUID | None = None) -> None:
    """Give a time to a meeting for good, also what a draft held for it; what it had elsewhere is freed only then.

    The meeting remembers what is kept free after it, so that free times are those that can be claimed.

    :raises JustTaken: somebody else has a piece of it; the meeting then has what it had.
    """
    mine = _owned(draft_id=draft_id, meeting_id=meeting.id)
    _take(session, span, {"meeting_id": meeting.id}, mine)
    in_span = _inside(span)
    _write(session, update(Claim).where(mine, in_span).values(meeting_id=meeting.id, draft_id=None, lapses_at=None))
    _write(session, delete(Claim).where(mine, ~in_span))
    meeting.buffer_minutes = span.buffer_minutes


def release(session: Session, *, meeting_id: uuid.UUID | None = None, draft_id: uuid.UUID | None = None) -> None:
    """Free everything that a meeting or a draft has."""
    _write(session, delete(Claim).where(_owned(draft_id=draft_id, meeting_id=meeting_id)))


def drop_lapsed(session: Session) -> None:
    """Free what drafts held and let lapse, in every calendar; what somebody is just working with is left for later."""
    key = tuple_(Claim.staff_id, Claim.at)
    lapsed = select(Claim.staff_id, Claim.at).where(Claim.lapses_at <= now()).with_for_update(skip_locked=True)
    _write(session, delete(Claim).where(key.in_(lapsed)))


def holds(session: Session, draft_id: uuid.UUID) -> datetime | None:
    """Return until when a draft holds its time, None when it holds none any more."""
    statement = select(Claim.lapses_at).where(Claim.draft_id == draft_id, Claim.lapses_at > now()).limit(1)
    return session.scalar(statement)


def _inside(span: Booked) -> ColumnElement[bool]:
    pieces = span.pieces()
    return (Claim.staff_id == span.staff_id) & Claim.at.between(pieces[0], pieces[-1])


def _write(session: Session, statement: Delete | Update) -> None:
    # Claims are never loaded as objects, so there is nothing in the session to keep up to date.
    session.execute(statement, execution_options={"synchronize_session": False})


def _owned(*, draft_id: uuid.UUID | None, meeting_id: uuid.UUID | None) -> ColumnElement[bool]:
    conditions = [
        column == found
        for column, found in ((Claim.draft_id, draft_id), (Claim.meeting_id, meeting_id))
        if found is not None
    ]
    if not conditions:
        raise ValueError("an owner is needed")
    return or_(*conditions)


def _take(session: Session, span: Booked, owner: dict[str, object], mine: ColumnElement[bool]) -> None:
    pieces = span.pieces()
    had = session.scalars(select(Claim.staff_id).where(mine).distinct()).all()
    lock(session, {span.staff_id, *had})
    in_span = _inside(span)
    _write(session, delete(Claim).where(in_span, Claim.lapses_at <= now()))
    own = set(session.scalars(select(Claim.at).where(in_span, mine)))
    missing = [{"staff_id": span.staff_id, "at": at, **owner} for at in pieces if at not in own]
    if not missing:
        return
    try:
        with session.begin_nested():
            session.execute(insert(Claim), missing)
    except IntegrityError as error:
        raise JustTaken(reason="taken") from error
