"""Drafts that nobody goes on with: their person is warned, and they are removed; nothing that is handed in ever is."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application
from portal.assistance.rules.states import EDITABLE
from portal.assistance.service.drafts import remove
from portal.assistance.service.holding import WARNED
from portal.audit import service as audit
from portal.core.clock import now
from portal.core.db import writing
from portal.core.events import publish

# As many at a time, so that no transaction is long.
BATCH = 50


def tidy(sessions: sessionmaker[Session]) -> None:
    """Warn of drafts that will be removed, and remove those of whom was warned; several workers may run it at once."""
    for step in (warn, remove_left):
        while True:
            with writing(sessions) as session:
                if step(session) < BATCH:
                    break


def warn(session: Session) -> int:
    """Tell the persons of drafts that will be removed before long; returns how many."""
    found = session.scalars(_left(now() + WARNED).where(Application.warned_at.is_(None))).all()
    for row in found:
        row.warned_at = now()
        # The date is part of the key: a draft that was used again and left again is warned of again.
        publish(session, ApplicationNews(row.id, row.person_id, f"draft:{row.id}:{row.keep_until.date()}"))
    return len(found)


def remove_left(session: Session) -> int:
    """Remove drafts whose time is out and whose person was warned in time; returns how many."""
    due = now()
    found = session.scalars(_left(due).where(Application.warned_at <= due - WARNED / 2)).all()
    for row in found:
        audit.record(session, "application.expired", subject_id=row.person_id, object_id=row.id)
        remove(session, row)
    return len(found)


def _left(until: datetime) -> Select[Application]:
    return (
        select(Application)
        .where(Application.state.in_(EDITABLE), Application.keep_until <= until)
        .order_by(Application.keep_until)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
