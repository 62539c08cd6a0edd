"""Keeping up when one can be met, or a whole unit: in the caller's transaction, logged; no booking is changed by it."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden
from portal.core.i18n import lazy
from portal.meetings.models import DayException, StaffCalendar, WeeklyRule
from portal.meetings.queries import hours as queries
from portal.meetings.queries.free import types_of_unit
from portal.meetings.queries.hours import UNIT_HOURS, Owner, WholeUnit
from portal.meetings.rules.availability import Kinds
from portal.meetings.rules.hours import (
    MAX_CALLS_FROM,
    MAX_EXCEPTIONS,
    MAX_NOTE,
    MAX_WEEKLY,
    HoursRefused,
    WeeklyHours,
    check_absence,
    check_opening,
    check_weekly,
)
from portal.meetings.service import claims

_DAYS = range(7)


def add_weekly(
    session: Session, actor: Actor, *, owner_id: uuid.UUID, weekdays: Iterable[int], hours: WeeklyHours
) -> list[WeeklyRule]:
    """Add the same hours on some days of the week, Monday is 0; of a caseworker, or of a whole unit.

    :raises NotFound: they aren't the actor's to keep up.
    :raises HoursRefused: they can't stand so.
    :raises Conflict: there are too many already.
    """
    owner = queries.owner(session, actor, owner_id)
    days = sorted(set(weekdays) & set(_DAYS))
    if not days:
        raise HoursRefused({"weekdays": lazy("Välj minst en dag.")})
    _check(session, owner, hours)
    _check_room(session, WeeklyRule, owner, MAX_WEEKLY - len(days))
    _hold(session, owner)
    rules = [WeeklyRule(weekday=day, **_column(owner), **_weekly_values(hours)) for day in days]
    session.add_all(rules)
    session.flush()
    _log(session, actor, "hours.added", rules[0].id, owner, days=days)
    return rules


def change_weekly(session: Session, actor: Actor, *, rule_id: uuid.UUID, hours: WeeklyHours) -> WeeklyRule:
    """Change the hours of one day.

    :raises NotFound: they aren't the actor's to keep up.
    :raises HoursRefused: they can't stand so.
    """
    owner, rule = queries.weekly_rule(session, actor, rule_id)
    _check(session, owner, hours)
    _hold(session, owner)
    for name, value in _weekly_values(hours).items():
        setattr(rule, name, value)
    session.flush()
    _log(session, actor, "hours.changed", rule.id, owner)
    return rule


def remove_weekly(session: Session, actor: Actor, *, rule_id: uuid.UUID) -> None:
    """Take weekly hours away.

    :raises NotFound: they aren't the actor's to keep up.
    """
    owner, rule = queries.weekly_rule(session, actor, rule_id)
    _hold(session, owner)
    session.delete(rule)
    session.flush()
    _log(session, actor, "hours.removed", rule_id, owner)


def add_opening(
    session: Session,
    actor: Actor,
    *,
    owner_id: uuid.UUID,
    start: datetime,
    end: datetime,
    step_minutes: int,
    kinds: Kinds,
) -> DayException:
    """Add a single opening, of a caseworker or of a whole unit, which may lie on a holiday.

    :raises NotFound: the calendar isn't the actor's to keep up.
    :raises HoursRefused: it can't stand so.
    :raises Conflict: there are too many already.
    """
    owner = queries.owner(session, actor, owner_id)
    check_opening(start, end, step_minutes, kinds, now())
    _check_offered(session, owner, kinds)
    values = {"open": True, "step_minutes": step_minutes, **_kind_values(kinds)}
    return _add_exception(session, actor, owner, "opening.added", starts_at=start, ends_at=end, **values)


def add_absence(
    session: Session, actor: Actor, *, owner_id: uuid.UUID, start: datetime, end: datetime, note: str
) -> DayException:
    """Add an absence, or a time in which a whole unit is closed.

    Meetings that are booked then stay booked: ``queries.hours.collisions`` tells of them.

    :raises NotFound: the calendar isn't the actor's to keep up.
    :raises HoursRefused: it can't stand so.
    :raises Conflict: there are too many already.
    """
    owner = queries.owner(session, actor, owner_id)
    check_absence(start, end, now())
    if len(note) > MAX_NOTE:
        raise HoursRefused({"note": lazy("Texten är för lång. Korta den.")})
    return _add_exception(session, actor, owner, "absence.added", starts_at=start, ends_at=end, open=False, note=note)


def remove_exception(session: Session, actor: Actor, *, exception_id: uuid.UUID) -> None:
    """Take a single opening or an absence away.

    :raises NotFound: it isn't the actor's to keep up.
    """
    owner, found = queries.exception(session, actor, exception_id)
    _hold(session, owner)
    action = "opening.removed" if found.open else "absence.removed"
    session.delete(found)
    session.flush()
    _log(session, actor, action, exception_id, owner)


def set_calendar(
    session: Session, actor: Actor, *, staff_id: uuid.UUID, bookable: bool, intake: bool, calls_from: str
) -> None:
    """Say whether clients may book somebody, whether also those without a caseworker may, and who calls them.

    :raises NotFound: the calendar isn't the actor's to keep up.
    :raises Forbidden: only who keeps up the unit's hours decides who answers for the intake.
    :raises HoursRefused: what is said of the caller is too long.
    """
    owner = queries.caseworker(session, actor, staff_id)
    if intake != owner.intake and UNIT_HOURS not in actor.permissions:
        raise Forbidden(reason="permission")
    if len(calls_from) > MAX_CALLS_FROM:
        raise HoursRefused({"calls_from": lazy("Texten är för lång. Korta den.")})
    calendar = _lock_calendar(session, staff_id)
    calendar.bookable, calendar.intake, calendar.calls_from = bookable, intake, calls_from
    session.flush()
    _log(session, actor, "calendar.set", staff_id, owner, bookable=bookable, intake=intake)


def open_calendars(session: Session, actor: Actor, *, unit_id: uuid.UUID) -> int:
    """Let clients book those of a unit who never had a calendar, and return how many; who has closed it stays closed.

    :raises NotFound: the unit's hours aren't the actor's to keep up.
    """
    whole = queries.unit(session, actor, unit_id)
    missing = [one.id for one in queries.members(session, whole) if not one.has_calendar]
    for staff_id in missing:
        _lock_calendar(session, staff_id)
    if missing:
        _log(session, actor, "calendar.opened", unit_id, whole, staff=[str(one) for one in missing])
    return len(missing)


def _hold(session: Session, owner: Owner) -> None:
    """Hold every calendar that hours are for, so that nobody books by hours that are just being changed."""
    if isinstance(owner, WholeUnit):
        claims.lock(session, queries.member_ids(session, owner))
    else:
        _lock_calendar(session, owner.id)


def _lock_calendar(session: Session, staff_id: uuid.UUID) -> StaffCalendar:
    """Hold a calendar, made at its first use."""
    found = session.get(StaffCalendar, staff_id, with_for_update=True)
    if found is None:
        found = StaffCalendar(staff_id=staff_id)
        session.add(found)
        session.flush()
    return found


def _add_exception(session: Session, actor: Actor, owner: Owner, action: str, **values: Any) -> DayException:
    _check_room(session, DayException, owner, MAX_EXCEPTIONS - 1)
    _hold(session, owner)
    found = DayException(**_column(owner), **values)
    session.add(found)
    session.flush()
    _log(session, actor, action, found.id, owner)
    return found


def _check(session: Session, owner: Owner, hours: WeeklyHours) -> None:
    check_weekly(hours)
    _check_offered(session, owner, hours.kinds)


def _check_offered(session: Session, owner: Owner, kinds: Kinds) -> None:
    """See that place and kinds of meetings are some that the unit has."""
    if kinds.place_id and kinds.place_id not in {one.id for one in queries.places(session, owner.unit_id)}:
        raise HoursRefused({"place": lazy("Platsen finns inte längre. Välj en annan.")})
    if not kinds.type_ids <= {one.id for one in types_of_unit(session, owner.unit_id)}:
        raise HoursRefused({"types": lazy("Sorten finns inte längre. Välj en annan.")})


def _check_room(session: Session, table: type[WeeklyRule | DayException], owner: Owner, most: int) -> None:
    wanted = select(func.count()).select_from(table).filter_by(**_column(owner))
    if table is DayException:
        wanted = wanted.where(DayException.ends_at > now())
    if (session.scalar(wanted) or 0) > most:
        raise Conflict(lazy("Det finns redan så många tider som det går att ha. Ta bort några först."), reason="room")


def _column(owner: Owner) -> dict[str, uuid.UUID]:
    return {"unit_id" if isinstance(owner, WholeUnit) else "staff_id": owner.id}


def _weekly_values(hours: WeeklyHours) -> dict[str, Any]:
    return {
        "from_minute": hours.from_minute,
        "to_minute": hours.to_minute,
        "step_minutes": hours.step_minutes,
        "valid_from": hours.valid_from,
        "valid_until": hours.valid_until,
        **_kind_values(hours.kinds),
    }


def _kind_values(kinds: Kinds) -> dict[str, Any]:
    return {
        "forms": sorted(form.value for form in kinds.forms),
        "type_ids": sorted(map(str, kinds.type_ids)),
        "place_id": kinds.place_id,
    }


def _log(session: Session, actor: Actor, action: str, object_id: uuid.UUID, owner: Owner, **detail: Any) -> None:
    whose = {"unit" if isinstance(owner, WholeUnit) else "staff": str(owner.id)}
    audit.record(session, f"meeting.{action}", actor=actor, object_id=object_id, detail={**whose, **detail})
