"""Hours as they are kept up: one's own, for a team leader those of the unit and of its caseworkers."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound
from portal.core.i18n import today
from portal.meetings.models import DayException, Place, StaffCalendar, WeeklyRule
from portal.meetings.queries.kinds import MANAGE
from portal.people.models import StaffMember, Unit
from portal.people.rules import PERMISSIONS

HOURS = "meeting:hours"
UNIT_HOURS = "meeting:unit_hours"
# Whose work it is to meet clients; a system manager has an account, and no hours.
_MEETING_ROLES = [role for role, may in PERMISSIONS.items() if HOURS in may]


@dataclass(frozen=True, slots=True)
class Caseworker:
    """A caseworker whose calendar it is; without ``has_calendar`` clients have never been able to book there."""

    id: uuid.UUID
    name: str
    unit_id: uuid.UUID | None
    own: bool
    has_calendar: bool
    bookable: bool
    intake: bool
    calls_from: str


@dataclass(frozen=True, slots=True)
class WholeUnit:
    """A unit (enhet) whose hours are those of everybody in it who has none of their own."""

    id: uuid.UUID
    name: str

    @property
    def unit_id(self) -> uuid.UUID:
        """Return the unit, as of a caseworker."""
        return self.id


Owner = Caseworker | WholeUnit


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a unit: whether clients can book them at all, and whether they have hours of their own now."""

    id: uuid.UUID
    name: str
    has_calendar: bool
    bookable: bool
    own_hours: bool


def owner(session: Session, actor: Actor, owner_id: uuid.UUID) -> Owner:
    """Return whose hours they are, of a caseworker or of a unit, for who keeps them up.

    :raises NotFound: somebody else's hours, or nobody's.
    """
    found = _one(session, actor, owner_id) or _unit(session, actor, owner_id)
    if found is None:
        raise NotFound
    return found


def caseworkers(session: Session, actor: Actor) -> list[Caseworker]:
    """Return those whose hours the actor may keep up, the actor first, then by name."""
    _require(actor)
    found = [_caseworker(actor, member, calendar) for member, calendar in session.execute(_caseworkers(actor))]
    return sorted(found, key=lambda one: not one.own)


def caseworker(session: Session, actor: Actor, staff_id: uuid.UUID) -> Caseworker:
    """Return one of them.

    :raises NotFound: somebody else's hours, or nobody's.
    """
    found = _one(session, actor, staff_id)
    if found is None:
        raise NotFound
    return found


def unit(session: Session, actor: Actor, unit_id: uuid.UUID) -> WholeUnit:
    """Return a unit whose hours the actor may keep up: a team leader the own one, a system manager any.

    :raises NotFound: another unit, or none.
    """
    found = _unit(session, actor, unit_id)
    if found is None:
        raise NotFound
    return found


def own_unit(session: Session, actor: Actor) -> WholeUnit | None:
    """Return the actor's own unit, if its hours are the actor's to keep up."""
    unit_id = session.scalar(select(StaffMember.unit_id).where(StaffMember.id == actor.id))
    return _unit(session, actor, unit_id) if unit_id else None


def members(session: Session, whole: WholeUnit) -> list[Member]:
    """Return who works in a unit and meets clients, by name."""
    own = aliased(WeeklyRule)
    has_own = select(own.id).where(own.staff_id == StaffMember.id, own.valid_from <= today(), _not_over(own)).exists()
    rows = session.execute(
        select(
            StaffMember.id,
            StaffMember.name,
            StaffCalendar.staff_id.is_not(None),
            func.coalesce(StaffCalendar.bookable, false()),
            has_own,
        )
        .outerjoin(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(_of_unit(whole))
        .order_by(StaffMember.name, StaffMember.id)
    )
    return [Member(*row) for row in rows]


def member_ids(session: Session, whole: WholeUnit) -> Sequence[uuid.UUID]:
    """Return the ids of who works in a unit and meets clients, in order."""
    return session.scalars(select(StaffMember.id).where(_of_unit(whole)).order_by(StaffMember.id)).all()


def weekly(session: Session, whose: Owner) -> Sequence[WeeklyRule]:
    """Return weekly hours that are not over, Monday's first."""
    return session.scalars(
        select(WeeklyRule)
        .where(owned(WeeklyRule, whose), _not_over(WeeklyRule))
        .order_by(WeeklyRule.weekday, WeeklyRule.from_minute, WeeklyRule.id)
    ).all()


def exceptions(session: Session, whose: Owner) -> Sequence[DayException]:
    """Return single openings and absences that are not over, the next one first."""
    return session.scalars(
        select(DayException)
        .where(owned(DayException, whose), DayException.ends_at > now())
        .order_by(DayException.starts_at, DayException.id)
    ).all()


def units_weekly(session: Session, one: Caseworker) -> Sequence[WeeklyRule]:
    """Return the weekly hours of a caseworker's unit, whether they count for them or not."""
    return weekly(session, WholeUnit(one.unit_id, "")) if one.unit_id else ()


def units_exceptions(session: Session, one: Caseworker) -> Sequence[DayException]:
    """Return the single openings and closings of a caseworker's unit."""
    return exceptions(session, WholeUnit(one.unit_id, "")) if one.unit_id else ()


def weekly_rule(session: Session, actor: Actor, rule_id: uuid.UUID) -> tuple[Owner, WeeklyRule]:
    """Return one weekly rule and whose it is.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(WeeklyRule, rule_id)
    if found is None:
        raise NotFound
    return owner(session, actor, _owner_id(found)), found


def exception(session: Session, actor: Actor, exception_id: uuid.UUID) -> tuple[Owner, DayException]:
    """Return one single opening or absence and whose it is.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(DayException, exception_id)
    if found is None:
        raise NotFound
    return owner(session, actor, _owner_id(found)), found


def exception_for(session: Session, actor: Actor, exception_id: uuid.UUID) -> tuple[Caseworker, DayException]:
    """Return one single opening or absence to look at, with whom it concerns: of one's own unit it is oneself.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.get(DayException, exception_id)
    if found is None:
        raise NotFound
    one = caseworker(session, actor, found.staff_id or actor.id)
    if found.unit_id not in {None, one.unit_id}:
        raise NotFound
    return one, found


def places(session: Session, unit_id: uuid.UUID | None) -> Sequence[Place]:
    """Return the open places of a unit and of all units, by name."""
    return session.scalars(
        select(Place)
        .where(Place.active.is_(True), or_(Place.unit_id.is_(None), Place.unit_id == unit_id))
        .order_by(Place.name, Place.id)
    ).all()


def _require(actor: Actor) -> None:
    if actor.side is not Side.STAFF or not actor.permissions & {HOURS, UNIT_HOURS}:
        raise Forbidden(reason="permission")


def _caseworkers(actor: Actor) -> Select[StaffMember, StaffCalendar]:
    """Select those whose hours the actor may keep up: their own, and with the right to it those of their unit."""
    reach = StaffMember.id == actor.id
    if UNIT_HOURS in actor.permissions:
        own = aliased(StaffMember)
        unit = select(own.unit_id).where(own.id == actor.id).scalar_subquery()
        reach = or_(reach, StaffMember.unit_id == unit)
    return (
        select(StaffMember, StaffCalendar)
        .outerjoin(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(reach if HOURS in actor.permissions else false(), StaffMember.active.is_(True))
        .order_by(StaffMember.name, StaffMember.id)
    )


def _one(session: Session, actor: Actor, staff_id: uuid.UUID) -> Caseworker | None:
    _require(actor)
    found = session.execute(_caseworkers(actor).where(StaffMember.id == staff_id)).one_or_none()
    return _caseworker(actor, *found) if found else None


def _caseworker(actor: Actor, member: StaffMember, calendar: StaffCalendar | None) -> Caseworker:
    return Caseworker(
        id=member.id,
        name=member.name,
        unit_id=member.unit_id,
        own=member.id == actor.id,
        has_calendar=calendar is not None,
        bookable=calendar is not None and calendar.bookable,
        intake=calendar is not None and calendar.intake,
        calls_from=calendar.calls_from if calendar else "",
    )


def _unit(session: Session, actor: Actor, unit_id: uuid.UUID) -> WholeUnit | None:
    _require(actor)
    if UNIT_HOURS not in actor.permissions:
        return None
    wanted = select(Unit.id, Unit.name).where(Unit.id == unit_id)
    if MANAGE not in actor.permissions:
        wanted = wanted.where(
            Unit.id == select(StaffMember.unit_id).where(StaffMember.id == actor.id).scalar_subquery()
        )
    found = session.execute(wanted).one_or_none()
    return WholeUnit(*found) if found else None


def _of_unit(whole: WholeUnit) -> ColumnElement[bool]:
    return (StaffMember.unit_id == whole.id) & StaffMember.active.is_(True) & StaffMember.role.in_(_MEETING_ROLES)


def _owner_id(hours: WeeklyRule | DayException) -> uuid.UUID:
    found = hours.staff_id or hours.unit_id
    if found is None:
        raise ValueError("the database keeps no hours of nobody")
    return found


def owned(table: type[WeeklyRule | DayException], whose: Owner) -> ColumnElement[bool]:
    """Return the condition on hours that are a caseworker's, or a unit's."""
    return table.unit_id == whose.id if isinstance(whose, WholeUnit) else table.staff_id == whose.id


def _not_over(table: type[WeeklyRule]) -> ColumnElement[bool]:
    return or_(table.valid_until.is_(None), table.valid_until >= today())
