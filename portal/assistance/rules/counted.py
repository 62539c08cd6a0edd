"""A household for the preliminary calculation, from an application's answers: what isn't known is ``UNKNOWN``; pure.

Nothing is taken for zero or left out in silence: a group that is neither filled in nor answered by "none", a benefit
whose amount an authority knows, and the wages of a child whom the answers don't tell apart are unknown. The kinds of
costs, incomes and assets are the options of the form.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from portal.assistance.rules.completeness import FaultKind, Standing, standing
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.definition.household import AT_PRESCHOOL, COHABITING, FULL_TIME, SINGLE
from portal.assistance.rules.definition.persons import APPLICANT, CHILD, CO_APPLICANT
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.norm.household import (
    AUTHORITY_INCOMES,
    Adult,
    Asset,
    AssetKind,
    Child,
    Cost,
    CostKind,
    Household,
    Income,
    IncomeKind,
    Span,
)
from portal.assistance.rules.norm.unknown import UNKNOWN, Amount, Unknown
from portal.assistance.rules.reading import Value
from portal.assistance.rules.shown import BySection, Filled
from portal.people.identity_numbers import birth_date

Row = Mapping[str, Value]
Listed = TypeVar("Listed")

_PUPILS = frozenset({"compulsory", "upper"})
# Those have households of their own, and share nothing of this one's costs.
_OWN_HOUSEHOLD = frozenset({"lodger", "landlord"})


def household(
    by_section: BySection,
    kind: Kind,
    period: Period,
    *,
    today: date,
    stimulus: bool | Unknown = UNKNOWN,
    form: Definition = CURRENT,
) -> Household:
    """Return the household that a new or monthly application tells of; ``by_section`` are the applicant's answers.

    The keys of persons are ``applicant``, ``co_applicant`` and, of children, their rows'. ``stimulus`` is whether the
    applicant qualifies for jobbstimulans. Of a co-applicant it stays unknown: from the sum the applicant could read
    for how long the other one has had support, perhaps in a household of their own.

    :raises ValueError: a supplementary application doesn't ask who is in the household.
    """
    if kind is Kind.SUPPLEMENTARY:
        raise ValueError("not asked")
    filled = Filled(kind, by_section, form)
    read = {section.key: standing(filled, section, today) for section in form.of(kind)}
    family = read["household"]
    children = _rows(family, "children")
    persons = _Persons(family.values.get("civil_status"), children)
    return Household(
        span=Span(period.first, period.last),
        adults=_adults(family, stimulus),
        children=UNKNOWN if children is UNKNOWN else tuple(_child(key, row) for key, row in children.items()),
        others=_others(read["home"]),
        costs=_costs(read["costs"], persons),
        incomes=_incomes(read["incomes"], persons),
        assets=_assets(read["assets"], persons),
    )


@dataclass(frozen=True, slots=True)
class _Persons:
    """Whose an income can be."""

    civil_status: Value | None
    children: Mapping[str, Row] | Unknown

    def key_of(self, row: Row) -> str:
        """Return the key of the person whose a row is; nothing where the answers don't tell."""
        whose = row.get("whose")
        if whose is None:
            # One person alone is not asked.
            return APPLICANT if self.civil_status == SINGLE and self.children == {} else ""
        return self._child(row) if whose == CHILD else self.adult_of(row)

    def adult_of(self, row: Row) -> str:
        """Return the key of the adult of the household whose a row is; nothing where it is nobody's of them."""
        whose = row.get("whose")
        known = whose == APPLICANT or (whose == CO_APPLICANT and self.civil_status == COHABITING)
        return str(whose) if known else ""

    def _child(self, row: Row) -> str:
        if self.children is UNKNOWN:
            return ""
        if len(self.children) == 1:
            return next(iter(self.children))
        named = str(row.get("child", "")).casefold()
        found = [key for key, child in self.children.items() if str(child.get("name", "")).casefold() == named]
        return found[0] if len(found) == 1 else ""


def _rows(read: Standing, group: str) -> Mapping[str, Row] | Unknown:
    """Return a group's rows by their ids.

    Unknown where it is neither filled in nor answered by "none", or by both, or the same child stands in two rows.
    """
    twice = any(fault.kind is FaultKind.CONTRADICTION and fault.key.startswith(f"{group}:") for fault in read.faults)
    return UNKNOWN if twice or read.fault(f"{group}.none") else read.rows(group)


def _adults(family: Standing, stimulus: bool | Unknown) -> tuple[Adult, ...] | Unknown:
    status = family.values.get("civil_status")
    if status is None:
        return UNKNOWN
    applicant = Adult(APPLICANT, stimulus)
    return (applicant, Adult(CO_APPLICANT)) if status == COHABITING else (applicant,)


def _child(key: str, row: Row) -> Child:
    number, school, lunch, days = row.get("number"), row.get("school"), row.get("lunch"), row.get("days")
    born = birth_date(number) if isinstance(number, str) else None
    lunch_out: bool | Unknown = UNKNOWN
    if lunch is not None:
        lunch_out = lunch == AT_PRESCHOOL
    elif school == "none" or school in _PUPILS:
        # Nobody asks where it is plain: schools serve lunch.
        lunch_out = school in _PUPILS
    return Child(
        key,
        born or UNKNOWN,
        lunch_out=lunch_out,
        pupil=UNKNOWN if school in (None, "other") else school in _PUPILS,
        days=None if row.get("lives") == FULL_TIME else days if isinstance(days, int) else UNKNOWN,
    )


def _others(home: Standing) -> int | Unknown:
    form = home.values.get("form")
    if form is None:
        return UNKNOWN
    if form in ("institution", "homeless"):
        return 0
    rows = _rows(home, "adults")
    if rows is UNKNOWN or any("relation" not in row for row in rows.values()):
        return UNKNOWN
    return sum(row["relation"] not in _OWN_HOUSEHOLD for row in rows.values())


def _listed(read: Standing, group: str, made: Callable[[Row], Listed], untold: Listed) -> list[Listed] | Unknown:
    """Return what the rows of a group tell of; ``untold`` stands for one that doesn't say of what kind it is."""
    rows = _rows(read, group)
    if rows is UNKNOWN:
        return UNKNOWN
    return [made(row) if "kind" in row else untold for row in rows.values()]


def _costs(read: Standing, persons: _Persons) -> tuple[Cost, ...] | Unknown:
    def made(row: Row) -> Cost:
        note = str(row.get("specification") or row.get("trip") or "")
        return Cost(CostKind(f"cost.{row['kind']}"), _amount(row, "amount"), note=note, person=persons.adult_of(row))

    found = _listed(read, "costs", made, Cost(CostKind.OTHER, UNKNOWN))
    return UNKNOWN if found is UNKNOWN else tuple(found)


def _assets(read: Standing, persons: _Persons) -> tuple[Asset, ...] | Unknown:
    def made(row: Row) -> Asset:
        note = str(row.get("description") or row.get("company") or "")
        return Asset(AssetKind(f"asset.{row['kind']}"), _amount(row, "value"), note=note, person=persons.adult_of(row))

    found = _listed(read, "assets", made, Asset(AssetKind.OTHER, UNKNOWN))
    return UNKNOWN if found is UNKNOWN else tuple(found)


def _incomes(read: Standing, persons: _Persons) -> tuple[Income, ...] | Unknown:
    def made(row: Row) -> Income:
        received = row.get("date")
        return Income(
            IncomeKind(f"income.{row['kind']}"),
            _amount(row, "amount"),
            persons.key_of(row),
            note=str(row.get("specification") or ""),
            received=received if isinstance(received, date) else None,
        )

    found = _listed(read, "incomes", made, Income(IncomeKind.OTHER, UNKNOWN))
    return UNKNOWN if found is UNKNOWN else (*found, *_benefits(read.values.get("authorities")))


def _benefits(payers: Value | None) -> Iterator[Income]:
    """Yield what authorities pay: known to be there, and not yet how much, for we fetch the amounts."""
    if not isinstance(payers, tuple):
        yield Income(IncomeKind.AUTHORITIES, UNKNOWN)
        return
    yield from (Income(kind, UNKNOWN) for kind in AUTHORITY_INCOMES if kind.removeprefix("income.") in payers)


def _amount(row: Row, key: str) -> Amount:
    value = row.get(key)
    return value if isinstance(value, Decimal) else UNKNOWN
