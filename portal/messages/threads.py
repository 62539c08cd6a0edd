"""Holding a thread while a message is added to it, for what is written here and what comes from the back office."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.messages.models import Thread


def lock_thread(session: Session, case_id: uuid.UUID, person_id: uuid.UUID) -> Thread:
    """Return the thread of a case, made if need be, and hold it until the transaction ends.

    Messages of one thread are stored one after the other; other threads are not held up.
    """
    found = _locked(session, case_id)
    if found is not None:
        return found
    made = Thread(case_id=case_id, person_id=person_id)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        # The same first message came twice at once: the other one made the thread.
        other = _locked(session, case_id)
        if other is None:
            raise
        return other
    return made


def _locked(session: Session, case_id: uuid.UUID) -> Thread | None:
    # What was read before the lock was had may be old, hence populate_existing.
    return session.scalars(
        select(Thread).where(Thread.case_id == case_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def note(thread: Thread, side: Side, at: datetime) -> None:
    """Note that a side has written: a client's message waits for an answer, any message from staff is one."""
    if side is Side.CLIENT:
        thread.last_client_at = at
        thread.unanswered_since = thread.unanswered_since or at
    else:
        thread.last_staff_at = at
        thread.unanswered_since = None
