"""Somebody's hours as they are kept up: one's own, and for a team leader those of the unit."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound
from portal.core.i18n import today
from portal.meetings.models import DayException, Meeting, MeetingType, Place, StaffCalendar, WeeklyRule
from portal.meetings.rules.states import MeetingState
from portal.people.models import StaffMember

HOURS = "meeting:hours"
UNIT_HOURS = "meeting:unit_hours"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose calendar it is; without ``has_calendar`` clients have never been able to book there."""

    id: uuid.UUID
    name: str
    unit_id: uuid.UUID | None
    own: bool
    has_calendar: bool
    bookable: bool
    intake: bool
    calls_from: str


@dataclass(frozen=True, slots=True)
class Collision:
    """A booked meeting in the time of an absence; it names nobody."""

    meeting_id: uuid.UUID
    person_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    kind: MeetingType


def _require(actor: Actor) -> None:
    if actor.side is not Side.STAFF or HOURS not in actor.permissions:
        raise Forbidden(reason="permission")


def _owners(actor: Actor) -> Select[StaffMember, StaffCalendar]:
    """Select those whose hours the actor may keep up: their own, and with the right to it those of their unit."""
    reach = StaffMember.id == actor.id
    if UNIT_HOURS in actor.permissions:
        own = aliased(StaffMember)
        unit = select(own.unit_id).where(own.id == actor.id).scalar_subquery()
        reach = or_(reach, StaffMember.unit_id == unit)
    return (
        select(StaffMember, StaffCalendar)
        .outerjoin(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(reach, StaffMember.active.is_(True))
        .order_by(StaffMember.name, StaffMember.id)
    )


def _owner(actor: Actor, member: StaffMember, calendar: StaffCalendar | None) -> Owner:
    return Owner(
        id=member.id,
        name=member.name,
        unit_id=member.unit_id,
        own=member.id == actor.id,
        has_calendar=calendar is not None,
        bookable=calendar is not None and calendar.bookable,
        intake=calendar is not None and calendar.intake,
        calls_from=calendar.calls_from if calendar else "",
    )


def owners(session: Session, actor: Actor) -> list[Owner]:
    """Return those whose hours the actor may keep up, the actor first, then by name."""
    _require(actor)
    found = [_owner(actor, member, calendar) for member, calendar in session.execute(_owners(actor))]
    return sorted(found, key=lambda owner: not owner.own)


def owner(session: Session, actor: Actor, staff_id: uuid.UUID) -> Owner:
    """Return one of them.

    :raises NotFound: somebody else's hours, or nobody's.
    """
    _require(actor)
    found = session.execute(_owners(actor).where(StaffMember.id == staff_id)).one_or_none()
    if found is None:
        raise NotFound
    return _owner(actor, *found)


def weekly(session: Session, actor: Actor, staff_id: uuid.UUID) -> Sequence[WeeklyRule]:
    """Return somebody's weekly hours that are not over, Monday's first.

    :raises NotFound: they aren't the actor's to keep up.
    """
    owner(session, actor, staff_id)
    return session.scalars(
        select(WeeklyRule)
        .where(
            WeeklyRule.staff_id == staff_id, or_(WeeklyRule.valid_until.is_(None), WeeklyRule.valid_until >= today())
        )
        .order_by(WeeklyRule.weekday, WeeklyRule.from_minute, WeeklyRule.id)
    ).all()


def exceptions(session: Session, actor: Actor, staff_id: uuid.UUID) -> Sequence[DayException]:
    """Return somebody's single openings and absences that are not over, the next one first.

    :raises NotFound: they aren't the actor's to keep up.
    """
    owner(session, actor, staff_id)
    return session.scalars(
        select(DayException)
        .where(DayException.staff_id == staff_id, DayException.ends_at > now())
        .order_by(DayException.starts_at, DayException.id)
    ).all()


def weekly_rule(session: Session, actor: Actor, rule_id: uuid.UUID) -> tuple[Owner, WeeklyRule]:
    """Return one weekly rule and whose it is.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(WeeklyRule, rule_id)
    if found is None:
        raise NotFound
    return owner(session, actor, found.staff_id), found


def exception(session: Session, actor: Actor, exception_id: uuid.UUID) -> tuple[Owner, DayException]:
    """Return one single opening or absence and whose it is.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(DayException, exception_id)
    if found is None:
        raise NotFound
    return owner(session, actor, found.staff_id), found


def collisions(session: Session, actor: Actor, staff_id: uuid.UUID) -> dict[uuid.UUID, list[Collision]]:
    """Return the booked meetings in the time of each of somebody's absences, by the absence's id.

    :raises NotFound: they aren't the actor's to keep up.
    """
    owner(session, actor, staff_id)
    rows = session.execute(
        select(DayException.id, Meeting.id, Meeting.person_id, Meeting.starts_at, Meeting.ends_at, MeetingType)
        .join(Meeting, Meeting.staff_id == DayException.staff_id)
        .join(MeetingType, MeetingType.id == Meeting.type_id)
        .where(
            DayException.staff_id == staff_id,
            DayException.open.is_(False),
            DayException.ends_at > now(),
            Meeting.state == MeetingState.BOOKED,
            Meeting.ends_at > now(),
            Meeting.starts_at < DayException.ends_at,
            Meeting.ends_at > DayException.starts_at,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found: dict[uuid.UUID, list[Collision]] = defaultdict(list)
    for absence_id, meeting_id, person_id, starts_at, ends_at, kind in rows:
        found[absence_id].append(Collision(meeting_id, person_id, starts_at, ends_at, kind))
    return found


def places(session: Session, unit_id: uuid.UUID | None) -> Sequence[Place]:
    """Return the open places of a unit and of all units, by name."""
    return session.scalars(
        select(Place)
        .where(Place.active.is_(True), or_(Place.unit_id.is_(None), Place.unit_id == unit_id))
        .order_by(Place.name, Place.id)
    ).all()
