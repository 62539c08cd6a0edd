"""Booked meetings in the time of an absence, or of a closing of the unit: they stand until somebody sees to them."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.meetings.models import DayException, Meeting, MeetingType
from portal.meetings.queries.hours import HOURS, Owner, WholeUnit, owned
from portal.meetings.queries.meetings import reachable
from portal.meetings.rules.states import MeetingState
from portal.people import queries as people
from portal.people.models import StaffMember


@dataclass(frozen=True, slots=True)
class Collision:
    """A booked meeting in the time of an absence; it names no client. ``meeting_id`` where the actor may open it."""

    meeting_id: uuid.UUID | None
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    kind: MeetingType


def met(session: Session, whose: Owner) -> dict[uuid.UUID, int]:
    """Return how many booked meetings each absence meets, by the absence's id; a closing of the unit, too."""
    counted = select(DayException.id, func.count()).join(Meeting, _meets(whose)).where(_concerns(whose))
    return dict(session.execute(counted.group_by(DayException.id)).all())


def collisions(session: Session, actor: Actor, whose: Owner, exception_id: uuid.UUID) -> list[Collision]:
    """Return the booked meetings in the time of an absence; none to who has no client work (a system manager)."""
    if HOURS not in actor.permissions:
        return []
    rows = session.execute(
        select(Meeting.id, StaffMember.name, Meeting.starts_at, Meeting.ends_at, MeetingType, reachable(actor))
        .select_from(DayException)
        .join(Meeting, _meets(whose))
        .join(StaffMember, StaffMember.id == Meeting.staff_id)
        .join(MeetingType, MeetingType.id == Meeting.type_id)
        .where(_concerns(whose), DayException.id == exception_id)
        .order_by(Meeting.starts_at, Meeting.id),
        people.scope(actor),
    )
    return [
        Collision(id_ if known else None, name, starts_at, ends_at, kind)
        for id_, name, starts_at, ends_at, kind, known in rows
    ]


def _concerns(whose: Owner) -> ColumnElement[bool]:
    """Return the condition on absences that close somebody's time, or a unit's."""
    concerned = [owned(DayException, whose)]
    if whose.unit_id is not None:
        concerned.append(DayException.unit_id == whose.unit_id)
    return or_(*concerned) & DayException.open.is_(False) & (DayException.ends_at > now())


def _meets(whose: Owner) -> ColumnElement[bool]:
    theirs: ColumnElement[bool]
    if isinstance(whose, WholeUnit):
        theirs = Meeting.staff_id.in_(select(StaffMember.id).where(StaffMember.unit_id == whose.id))
    else:
        theirs = Meeting.staff_id == whose.id
    return (
        theirs
        & (Meeting.state == MeetingState.BOOKED)
        & (Meeting.ends_at > now())
        & (Meeting.starts_at < DayException.ends_at)
        & (Meeting.ends_at > DayException.starts_at)
    )
