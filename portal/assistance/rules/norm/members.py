"""The norm's part of a calculation: personal costs of each member, and the shared costs; pure.

Source: socialtjänstförordningen (2025:468) 12 kap. 2-3 §§; the same rules stood in (2001:937) 2 kap. 1 § until 30 June
2025. Members who share a home with others are counted by the rule for an adult alone: the shared costs of all who live
there, divided by their number. That it holds in the same way for a couple, or an adult with children, is inferred.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.assistance.rules.norm.household import Child, Household, HouseholdRefused, Span
from portal.assistance.rules.norm.lines import Label, Line, LineKind, Missing, Trail, Why
from portal.assistance.rules.norm.practice import AgeOn, DayRate, PartTimeShared, Practice
from portal.assistance.rules.norm.tables import LUNCH_AGES, Norm
from portal.assistance.rules.norm.unknown import UNKNOWN
from portal.core.i18n import Text, lazy

_MONTHS = 12
_YEAR_DAYS = 365
_MONTH_DAYS = 30


@dataclass(frozen=True, slots=True)
class Basis:
    """What members are counted by: the household, the norm that holds, and the municipality's practice."""

    household: Household
    norm: Norm
    practice: Practice

    @property
    def span(self) -> Span:
        """The days that are applied for."""
        return self.household.span

    @property
    def age_day(self) -> date:
        """The day that fixes ages."""
        month = Span.month(self.span.first.year, self.span.first.month)
        return month.first if self.practice.age_on is AgeOn.FIRST else month.last

    def by_days(self, trail: Trail, days: int) -> Trail:
        """Take a part of a month's amount: nothing changes for all its days, and no part is more than the whole."""
        if days >= self.span.month_days:
            return trail
        whole = trail.amount
        if self.practice.day_rate is DayRate.YEAR:
            trail = trail.times(Why.YEAR, _MONTHS).divided(Why.DAY, _YEAR_DAYS)
        else:
            trail = trail.divided(Why.DAY, _MONTH_DAYS)
        return trail.times(Why.DAYS, days, days=days).at_most(Why.WHOLE_MONTH, whole)

    def days_of(self, child: Child) -> int:
        """Return on how many of the days a child is there, for a child whose days are known."""
        return self.span.days if not isinstance(child.days, int) else min(child.days, self.span.days)


def age_on(born: date, day: date) -> int:
    """Return somebody's age in whole years; 0 for who is born later."""
    return max(0, day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def check_ages(basis: Basis) -> None:
    """See that every child is one whom parents must maintain.

    :raises HouseholdRefused: somebody has turned 21, or is between 18 and 21 and doesn't go to school.
    """
    rule = basis.norm.rules.maintenance
    faults: dict[str, Text] = {}
    for number, child in enumerate(() if basis.household.children is UNKNOWN else basis.household.children):
        if child.born is UNKNOWN:
            continue
        age = age_on(child.born, basis.age_day)
        if age >= rule.pupil_below or (age >= rule.child_below and child.pupil is False):
            faults[f"children.{number}.born"] = lazy(
                "Den som har fyllt %(child)s och inte går i skolan, eller har fyllt %(pupil)s, söker själv. "
                "Räkna med personen bland andra som bor i bostaden.",
                child=rule.child_below,
                pupil=rule.pupil_below,
            )
    if faults:
        raise HouseholdRefused(faults)


def personal_lines(basis: Basis) -> Iterator[Line]:
    """Yield the personal costs: one line for the adults, one for each child."""
    household, source = basis.household, basis.norm.valid.source
    if household.adults is UNKNOWN:
        yield Line(LineKind.PERSONAL, Label.ADULTS, UNKNOWN, source=source, missing=Missing.ADULTS)
    else:
        couple = len(household.adults) > 1
        costs = basis.norm.table.adults
        trail = Trail.start(Why.TABLE, Decimal(costs.couple if couple else costs.single))
        label = Label.COUPLE if couple else Label.SINGLE
        yield _counted(LineKind.PERSONAL, label, basis.by_days(trail, basis.span.days), source)
    if household.children is UNKNOWN:
        yield Line(LineKind.PERSONAL, Label.CHILDREN, UNKNOWN, source=source, missing=Missing.CHILDREN)
    else:
        yield from (_child_line(basis, child) for child in household.children)


def _counted(kind: LineKind, label: Label, trail: Trail, source: str, **values: int) -> Line:
    return Line(kind, label, trail.amount, trail.parts, source, values=values)


def _child_line(basis: Basis, child: Child) -> Line:
    source = basis.norm.valid.source
    if child.born is UNKNOWN:
        return Line(LineKind.PERSONAL, Label.CHILD, UNKNOWN, source=source, person=child.key, missing=Missing.BORN)
    age = age_on(child.born, basis.age_day)
    values = {"age": age}
    missing = _missing(basis, child, age)
    if missing is not None:
        return Line(
            LineKind.PERSONAL, Label.CHILD, UNKNOWN, source=source, person=child.key, values=values, missing=missing
        )
    costs = basis.norm.table.child(age)
    if costs.without_lunch is not None and child.lunch_out is True:
        trail = Trail.start(Why.WITHOUT_LUNCH, Decimal(costs.without_lunch))
    else:
        trail = Trail.start(Why.TABLE, Decimal(costs.amount))
    trail = basis.by_days(trail, basis.days_of(child))
    return Line(LineKind.PERSONAL, Label.CHILD, trail.amount, trail.parts, source, child.key, values)


def _missing(basis: Basis, child: Child, age: int) -> Missing | None:
    if child.days is UNKNOWN:
        return Missing.DAYS
    if age >= basis.norm.rules.maintenance.child_below and child.pupil is UNKNOWN:
        return Missing.PUPIL
    if age in LUNCH_AGES and child.lunch_out is UNKNOWN:
        return Missing.LUNCH
    return None


def shared_lines(basis: Basis) -> Iterator[Line]:
    """Yield the shared costs: one line for who is there all days, one for each child who adds to them on some.

    The child who is there on most days is the next member, and so on: on each day the costs of that day's members are
    counted, as far as the days of one lie within those of the other.
    """
    household, source = basis.household, basis.norm.valid.source
    missing = _unknown_members(basis)
    if missing is not None or household.adults is UNKNOWN or household.children is UNKNOWN:
        yield Line(LineKind.SHARED, Label.SHARED, UNKNOWN, source=source, missing=missing)
        return
    whole = basis.practice.part_time_shared is PartTimeShared.WHOLE
    part_time = [child for child in household.children if not whole and basis.days_of(child) < basis.span.days]
    members = len(household.adults) + len(household.children) - len(part_time)
    yield _shared_line(basis, members)
    for child in sorted(part_time, key=lambda child: (-basis.days_of(child), child.key)):
        members += 1
        yield _added_line(basis, child, members)


def _unknown_members(basis: Basis) -> Missing | None:
    household = basis.household
    if household.adults is UNKNOWN:
        return Missing.ADULTS
    if household.children is UNKNOWN:
        return Missing.CHILDREN
    if household.others is UNKNOWN:
        return Missing.OTHERS
    for child in household.children:
        # Who may have turned 18 without going to school isn't a member; so the others' costs aren't known either.
        if child.born is UNKNOWN:
            return Missing.BORN
        missing = _missing(basis, child, age_on(child.born, basis.age_day))
        if missing in (Missing.DAYS, Missing.PUPIL):
            return missing
    return None


def _others(basis: Basis) -> int:
    others = basis.household.others
    if others is UNKNOWN:
        raise ValueError("who lives in the home isn't known")
    return others


def _shared_trail(basis: Basis, members: int) -> Trail:
    persons = members + _others(basis)
    why = Why.ABOVE_SEVEN if persons > len(basis.norm.table.household.shared) else Why.TABLE
    trail = Trail.start(why, basis.norm.table.shared(persons), persons=persons)
    if members == persons:
        return trail
    if members > 1:
        trail = trail.times(Why.SHARE, members, members=members, persons=persons)
    return trail.divided(Why.SHARE, persons, members=members, persons=persons)


def _shared_line(basis: Basis, members: int) -> Line:
    trail = basis.by_days(_shared_trail(basis, members), basis.span.days)
    others = _others(basis)
    source = basis.norm.rules.norm_rule if others else basis.norm.valid.source
    return _counted(LineKind.SHARED, Label.SHARED, trail, source, persons=members + others, others=others)


def _added_line(basis: Basis, child: Child, members: int) -> Line:
    days = basis.days_of(child)
    added = _shared_trail(basis, members).amount - _shared_trail(basis, members - 1).amount
    trail = basis.by_days(Trail.start(Why.ADDED, added, persons=members + _others(basis)), days)
    return Line(
        LineKind.SHARED,
        Label.SHARED_PART_TIME,
        trail.amount,
        trail.parts,
        basis.norm.valid.source,
        child.key,
        {"persons": members + _others(basis), "days": days},
    )
