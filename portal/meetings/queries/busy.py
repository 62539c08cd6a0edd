"""Calendars elsewhere whose busy times are taken in, as their owner sees them; the address is never shown again."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.meetings.models import BusySource, BusyTime
from portal.meetings.queries.hours import Caseworker, caseworker


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A calendar: whether it is an address or a file, when it was last good, what went wrong, times to come."""

    id: uuid.UUID
    is_file: bool
    ok_at: datetime | None
    error: str
    count: int


def sources(session: Session, actor: Actor, staff_id: uuid.UUID) -> list[SourceRow]:
    """Return somebody's calendars, the oldest first.

    :raises NotFound: they aren't the actor's to keep up.
    """
    caseworker(session, actor, staff_id)
    counted = (
        select(BusyTime.source_id, func.count().label("count"))
        .where(BusyTime.staff_id == staff_id, BusyTime.ends_at > now())
        .group_by(BusyTime.source_id)
        .subquery()
    )
    rows = session.execute(
        select(BusySource, counted.c.count)
        .outerjoin(counted, counted.c.source_id == BusySource.id)
        .where(BusySource.staff_id == staff_id)
        .order_by(BusySource.created_at, BusySource.id)
    )
    return [SourceRow(one.id, not one.url, one.ok_at, one.error, count or 0) for one, count in rows]


def source(session: Session, actor: Actor, source_id: uuid.UUID) -> tuple[Caseworker, BusySource]:
    """Return one calendar and whose it is.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(BusySource, source_id)
    if found is None:
        raise NotFound
    return caseworker(session, actor, found.staff_id), found
