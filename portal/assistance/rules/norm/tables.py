"""The dated tables of the calculation: riksnormen, the price base amount, and what the law says beside them; pure.

They lie as files in ``portal/assistance/data/norm`` and are read strictly. A day without a table is refused, never
answered from another year. Amounts in the files are whole kronor a month, those of the price base amount a year.

Source: socialtjänstförordningen (2025:468) 12 kap. 1-3 §§ (from 1 July 2025), (2001:937) 2 kap. 1 § (until then);
socialtjänstlagen (2025:400) 12 kap. 7-9 §§; each file tells its own.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from portal.core.errors import DomainError
from portal.core.i18n import lazy

# The ages that a table must have, each once: from the new-born to the pupil who has not yet turned 21.
AGES = range(21)
LUNCH_AGES = range(7)

Kronor = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Count = Annotated[int, Field(strict=True, ge=0, le=1200)]
Day = Annotated[date, Field(strict=True)]
Words = Annotated[str, Field(strict=True, min_length=1)]

_STRICT = ConfigDict(extra="forbid")


class NormDataError(ValueError):
    """A file of the tables is not as it must be; its text tells which, where, and what."""


class NormMissing(DomainError):  # noqa: N818 - read as what is told
    """There is no table for the day that is asked for; ``message`` tells of which year."""


@dataclass(frozen=True, config=_STRICT)
class Validity:
    """From which day to which something holds, both included, and where that stands."""

    first_day: Day
    last_day: Day
    source: Words
    note: str = ""

    def covers(self, day: date) -> bool:
        """Tell whether a day lies in it."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, config=_STRICT)
class AdultCosts:
    """Personal costs of adults: one alone, and a couple together (sambo: the sum for both)."""

    single: Kronor
    couple: Kronor


@dataclass(frozen=True, config=_STRICT)
class ChildCosts:
    """Personal costs of a child or pupil at home, of these ages; lower without lunch at home five days a week."""

    youngest: Count
    oldest: Count
    amount: Kronor
    without_lunch: Kronor | None = None


@dataclass(frozen=True, config=_STRICT)
class HouseholdCosts:
    """Shared costs (gemensamma hushållskostnader) of 1, 2, ... 7 persons."""

    shared: tuple[Kronor, Kronor, Kronor, Kronor, Kronor, Kronor, Kronor]


@dataclass(frozen=True, config=_STRICT)
class Totals:
    """What the table must give for one adult and for a couple without children: it guards against a slip of the pen."""

    single: Kronor
    couple: Kronor
    source: Words


@dataclass(frozen=True, config=_STRICT)
class Riksnorm:
    """The norm of a year: its amounts, and in which of the regulation's wordings they stood when."""

    valid: tuple[Validity, ...]
    adults: AdultCosts
    children: tuple[ChildCosts, ...]
    household: HouseholdCosts
    totals: Totals

    def child(self, age: int) -> ChildCosts:
        """Return the costs of an age.

        :raises KeyError: nobody of that age has personal costs as a child.
        """
        for costs in self.children:
            if costs.youngest <= age <= costs.oldest:
                return costs
        raise KeyError(age)

    def shared(self, persons: int) -> Decimal:
        """Return the shared costs of a household of so many; above seven the last difference is added for each."""
        table = self.household.shared
        beyond = max(0, persons - len(table))
        return Decimal(table[min(persons, len(table)) - 1] + beyond * (table[-1] - table[-2]))


@dataclass(frozen=True, config=_STRICT)
class PriceBase(Validity):
    """The price base amount (prisbasbelopp) of a calendar year."""

    kronor: Kronor = Field(kw_only=True)


@dataclass(frozen=True, config=_STRICT)
class Stimulus:
    """The special rule for who has begun to work (jobbstimulans): the share of wages that isn't counted, and when."""

    percent: Annotated[int, Field(strict=True, gt=0, lt=100)]
    after_months: Count
    months: Count
    source: Words


@dataclass(frozen=True, config=_STRICT)
class Maintenance:
    """Until which age parents must maintain a child, and one who goes to school (underhållsskyldighet)."""

    child_below: Count
    pupil_below: Count
    source: Words


@dataclass(frozen=True, config=_STRICT)
class Rules(Validity):
    """What the law says beside the norm: the grounds of costs and incomes as they are shown, and its figures."""

    norm_rule: Words = Field(kw_only=True)
    reasonable_costs: Words = Field(kw_only=True)
    other_costs: Words = Field(kw_only=True)
    incomes: Words = Field(kw_only=True)
    child_incomes: Words = Field(kw_only=True)
    stimulus: Stimulus = Field(kw_only=True)
    maintenance: Maintenance = Field(kw_only=True)


@dataclass(frozen=True)
class Norm:
    """All that holds on a day."""

    valid: Validity
    table: Riksnorm
    rules: Rules


@dataclass(frozen=True)
class NormTables:
    """Every table there is, each kind without gaps or overlaps; made by ``reading.read_tables``."""

    norms: tuple[Riksnorm, ...]
    price_bases: tuple[PriceBase, ...]
    rules: tuple[Rules, ...]

    @property
    def validities(self) -> tuple[Validity, ...]:
        """The times in which a norm holds, oldest first."""
        return tuple(sorted((one for norm in self.norms for one in norm.valid), key=lambda one: one.first_day))

    def at(self, day: date) -> Norm:
        """Return what holds on a day.

        :raises NormMissing: there is no norm for it.
        """
        for table in self.norms:
            for valid in table.valid:
                if valid.covers(day):
                    rules = next(rules for rules in self.rules if rules.covers(day))
                    return Norm(valid, table, rules)
        if day > self.validities[-1].last_day:
            words = lazy("Riksnormen för %(year)s finns inte ännu.", year=day.year)
        else:
            words = lazy("Riksnormen för %(year)s finns inte här.", year=day.year)
        raise NormMissing(words, reason=f"no norm for {day.year}")

    def price_base(self, day: date) -> PriceBase:
        """Return the price base amount of a day's year.

        :raises NormMissing: there is none for it.
        """
        for amount in self.price_bases:
            if amount.covers(day):
                return amount
        words = lazy("Prisbasbeloppet för %(year)s finns inte här.", year=day.year)
        raise NormMissing(words, reason=f"no price base amount for {day.year}")
