"""A household as an application tells of it: who is in it, for which days, what it costs and what it gets; pure.

Household (hushåll): spouses, partners or cohabitants, and children whom they must maintain. Who else lives in the same
home has a calculation of their own, and shares in the shared costs. What the applicant hasn't answered is ``UNKNOWN``.

Source: socialtjänstförordningen (2025:468) 12 kap. 2-3 §§; SOSFS 2013:1 (household, children at two homes).
"""

import calendar
import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from portal.assistance.rules.norm.money import MAX_AMOUNT, to_ore
from portal.assistance.rules.norm.unknown import UNKNOWN, Amount, Unknown
from portal.core.errors import InvalidInput
from portal.core.i18n import Text, lazy

MAX_PERSONS = 30
_LAST_DAY = 31


class CostKind(enum.StrEnum):
    """What a household can apply for beside the norm, as the form has it; what is reasonable the board judges."""

    RENT = "cost.rent"  # boende
    ELECTRICITY = "cost.electricity"  # hushållsel
    HOME_INSURANCE = "cost.home_insurance"
    INTERNET = "cost.internet"
    UNEMPLOYMENT_FUND = "cost.unemployment_fund"  # a-kassa
    UNION = "cost.union"
    CHILDCARE = "cost.childcare"
    WORK_TRAVEL = "cost.work_travel"  # arbetsresor
    MEDICAL_TRAVEL = "cost.medical_travel"  # sjukresor, färdtjänst
    CARE = "cost.care"  # läkarvård
    MEDICINE = "cost.medicine"
    DENTAL = "cost.dental"
    MUNICIPAL_FEE = "cost.municipal_fee"
    CHILD = "cost.child"
    OTHER = "cost.other"


# Försörjningsstöd for reasonable actual costs: SoL (2025:400) 12 kap. 7 § first paragraph 2. The others rest on 12:1,
# a trip to an activity among them; which one it is can't be told from the form.
SUPPORT_COSTS = (
    CostKind.RENT,
    CostKind.ELECTRICITY,
    CostKind.HOME_INSURANCE,
    CostKind.WORK_TRAVEL,
    CostKind.UNION,
    CostKind.UNEMPLOYMENT_FUND,
)


class IncomeKind(enum.StrEnum):
    """What a household gets, as the form has it: what it tells of, and what the authority fetches from others."""

    SALARY = "income.salary"  # lön efter skatt
    DEPOSIT = "income.deposit"  # swish, deposits
    PENSION = "income.pension"  # tjänstepension, försäkring
    FOREIGN_PENSION = "income.foreign_pension"
    MAINTENANCE = "income.maintenance"  # underhållsbidrag
    RENT_SHARE = "income.rent_share"  # from children and lodgers
    OTHER_MUNICIPALITY = "income.other_municipality"
    LOAN = "income.loan"
    OTHER = "income.other"
    FK = "income.fk"  # Försäkringskassan
    CSN = "income.csn"
    PM = "income.pm"  # Pensionsmyndigheten
    UNEMPLOYMENT_FUND = "income.unemployment_fund"  # a-kassa
    TAX = "income.tax"  # Skatteverket
    AUTHORITIES = "income.authorities"  # which of them pay isn't answered


# What others tell the authority of (SoL 15:10-12); the applicant tells which of them pay.
AUTHORITY_INCOMES = (
    IncomeKind.FK,
    IncomeKind.CSN,
    IncomeKind.PM,
    IncomeKind.UNEMPLOYMENT_FUND,
    IncomeKind.TAX,
)


class AssetKind(enum.StrEnum):
    """What a household owns, as the form has it; shown, and never counted by itself."""

    BANK = "asset.bank"
    SECURITIES = "asset.securities"
    PROPERTY = "asset.property"
    VEHICLE = "asset.vehicle"
    COMPANY = "asset.company"
    OTHER = "asset.other"


@dataclass(frozen=True, slots=True)
class Span:
    """The days that are applied for: a calendar month, or some days in a row within one."""

    first: date
    last: date

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """Return a whole month."""
        return cls(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))

    @property
    def days(self) -> int:
        """How many days they are."""
        return (self.last - self.first).days + 1

    @property
    def month_days(self) -> int:
        """How many days their month has."""
        return calendar.monthrange(self.first.year, self.first.month)[1]

    @property
    def whole(self) -> bool:
        """Whether it is a whole month."""
        return self.days == self.month_days


@dataclass(frozen=True, slots=True)
class Adult:
    """An adult of the household; ``key`` is the caller's, and never shown.

    ``stimulus`` tells whether they qualify for jobbstimulans in the month (see ``stimulus.qualifies``); it only matters
    with wages.
    """

    key: str
    stimulus: bool | Unknown = UNKNOWN


@dataclass(frozen=True, slots=True)
class Child:
    """A child or pupil at home.

    ``lunch_out``: eats lunch at preschool or the like five days a week; it only matters below 7 years.
    ``pupil``: goes to grundskola, gymnasium or the like; it only matters from 18 years on.
    ``days``: on how many of the span's days the child is there; None is all of them.
    ``earned_before``: what the child earned by own work earlier in the calendar year of the wages; it only matters with
    wages.
    """

    key: str
    born: date | Unknown
    lunch_out: bool | Unknown = UNKNOWN
    pupil: bool | Unknown = UNKNOWN
    days: int | Unknown | None = None
    earned_before: Amount = UNKNOWN


@dataclass(frozen=True, slots=True)
class Cost:
    """What is applied for beside the norm, in kronor for the span; ``note`` is the applicant's own words."""

    kind: CostKind
    amount: Amount
    note: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Income:
    """What somebody got, in kronor; ``person`` is empty where whose it is isn't known, or it is the household's.

    ``received``: the day, for wages; None is a day of the span's month.
    """

    kind: IncomeKind
    amount: Amount
    person: str = ""
    note: str = ""
    received: date | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """What somebody owns, in kronor."""

    kind: AssetKind
    amount: Amount
    note: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class Household:
    """All that the calculation is made from; a part without an answer is ``UNKNOWN``, one answered by "none" empty.

    ``adults``: one alone, or two who live as a couple (gifta, sambo). ``others``: how many others live in the same
    home and share its costs, such as adult children, parents or friends; lodgers with a household of their own don't.
    """

    span: Span
    adults: tuple[Adult, ...] | Unknown
    children: tuple[Child, ...] | Unknown = ()
    others: int | Unknown = 0
    costs: tuple[Cost, ...] | Unknown = ()
    incomes: tuple[Income, ...] | Unknown = ()
    assets: tuple[Asset, ...] | Unknown = ()


class HouseholdRefused(InvalidInput):
    """A household that can't be calculated; ``faults`` has the words for each place, such as ``children.1.born``."""

    message = lazy("Några uppgifter om hushållet går inte ihop.")

    def __init__(self, faults: dict[str, Text]) -> None:
        super().__init__(reason=", ".join(sorted(faults)))
        self.faults = faults


def check_household(household: Household) -> None:
    """See that a household can stand, whatever the norm is; ages are seen to where the date that fixes them is known.

    :raises HouseholdRefused: with every fault.
    """
    faults = dict((*_span_faults(household), *_member_faults(household), *_amount_faults(household)))
    if faults:
        raise HouseholdRefused(faults)


Fault = tuple[str, Text]


def _span_faults(household: Household) -> Iterator[Fault]:
    span = household.span
    if span.last < span.first:
        yield "span", lazy("Den sista dagen ligger före den första.")
    elif (span.first.year, span.first.month) != (span.last.year, span.last.month):
        yield "span", lazy("Dagarna måste ligga i samma månad.")


def _member_faults(household: Household) -> Iterator[Fault]:
    adults = () if household.adults is UNKNOWN else household.adults
    children = () if household.children is UNKNOWN else household.children
    if household.adults is not UNKNOWN and len(adults) not in (1, 2):
        yield "adults", lazy("Ett hushåll har en vuxen, eller två som är ett par.")
    keys = [*(adult.key for adult in adults), *(child.key for child in children)]
    if len(set(keys)) < len(keys):
        yield "children", lazy("Samma person står två gånger.")
    if len(keys) > MAX_PERSONS:
        yield "children", lazy("Det är för många personer.")
    if household.others is not UNKNOWN and not 0 <= household.others <= MAX_PERSONS:
        yield "others", lazy("Skriv hur många andra som bor i bostaden, från 0 till %(max)s.", max=MAX_PERSONS)
    for number, child in enumerate(children):
        if child.born is not UNKNOWN and child.born > household.span.last:
            yield f"children.{number}.born", lazy("Barnet är inte fött än under den tid som du söker för.")
        if isinstance(child.days, int) and not 1 <= child.days <= _LAST_DAY:
            yield f"children.{number}.days", lazy("Skriv ett antal dagar från 1 till 31.")


def _amount_faults(household: Household) -> Iterator[Fault]:
    known = _keys(household)
    for name in ("costs", "incomes", "assets"):
        rows: tuple[Cost | Income | Asset, ...] | Unknown = getattr(household, name)
        for number, row in enumerate(() if rows is UNKNOWN else rows):
            if fault := _amount_fault(row.amount):
                yield f"{name}.{number}.amount", fault
            # Who it is can only be seen to where everybody is told of.
            if known is not None and row.person and row.person not in known:
                yield f"{name}.{number}.person", lazy("Välj vem det gäller.")
    for number, child in enumerate(() if household.children is UNKNOWN else household.children):
        if fault := _amount_fault(child.earned_before):
            yield f"children.{number}.earned_before", fault


def _keys(household: Household) -> set[str] | None:
    if household.adults is UNKNOWN or household.children is UNKNOWN:
        return None
    return {*(adult.key for adult in household.adults), *(child.key for child in household.children)}


def _amount_fault(amount: Amount) -> Text | None:
    if amount is UNKNOWN:
        return None
    if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT or to_ore(amount) != amount:
        return lazy("Beloppet går inte att räkna med.")
    return None
