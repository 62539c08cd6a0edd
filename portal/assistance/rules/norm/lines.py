"""What a calculation consists of: lines, each with the arithmetic that led to it and where that stands; pure.

Every amount is in kronor with whole öre. A division rounds where it is made, and the share of wages that isn't counted:
half an öre upward. So the lines add up to the total to the öre, and each step's result can be checked by hand.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Self

from portal.assistance.rules.norm.household import AssetKind, CostKind, IncomeKind
from portal.assistance.rules.norm.money import to_ore, whole_kronor
from portal.assistance.rules.norm.unknown import UNKNOWN, Amount, total


class LineKind(enum.StrEnum):
    """Where a line belongs, in the order of a calculation."""

    PERSONAL = "personal"
    SHARED = "shared"
    COST = "cost"
    INCOME = "income"
    ASSET = "asset"


class Label(enum.StrEnum):
    """What a line of the norm is about, or a part of the application that isn't answered."""

    SINGLE = "adult.single"
    COUPLE = "adult.couple"
    CHILD = "child"  # values: age
    ADULTS = "adults"  # not answered
    CHILDREN = "children"  # not answered
    SHARED = "shared"  # values: persons, others
    SHARED_PART_TIME = "shared.part_time"  # values: persons, days
    COSTS = "costs"  # not answered
    INCOMES = "incomes"  # not answered
    ASSETS = "assets"  # not answered


class Op(enum.StrEnum):
    """What a step does with the amount that it comes to."""

    START = ""
    TIMES = "×"
    DIVIDE = "/"
    MINUS = "−"
    AT_MOST = "≤"


class Why(enum.StrEnum):
    """What a step is."""

    TABLE = "table"  # the month's amount in the table
    WITHOUT_LUNCH = "without_lunch"  # the lower one
    ABOVE_SEVEN = "above_seven"  # values: persons; the table and its last difference for each more
    ADDED = "added"  # what one more person adds to the shared costs
    SHARE = "share"  # values: members, persons
    YEAR = "year"  # × 12
    DAY = "day"  # a day's part
    DAYS = "days"  # values: days
    WHOLE_MONTH = "whole_month"  # never above the month's amount
    STATED = "stated"  # as claimed or received
    STIMULUS = "stimulus"  # values: percent
    WHOLE_WAGE = "whole_wage"  # as received; values: after_months, months
    CHILD_WORK = "child_work"  # values: limit


class Missing(enum.StrEnum):
    """What has to be known first."""

    ADULTS = "adults"
    CHILDREN = "children"
    OTHERS = "others"
    BORN = "born"
    LUNCH = "lunch"
    PUPIL = "pupil"
    DAYS = "days"
    AMOUNT = "amount"
    ANSWER = "answer"
    STIMULUS = "stimulus"
    PERSON = "person"
    EARNED = "earned"


Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A step: what is done with which number, what comes out of it, and why."""

    op: Op
    operand: Decimal
    result: Decimal
    why: Why
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trail:
    """The steps to an amount, the first of them its beginning."""

    parts: tuple[Part, ...]

    @classmethod
    def start(cls, why: Why, amount: Decimal, **values: int) -> Self:
        """Begin with an amount."""
        return cls((Part(Op.START, to_ore(amount), to_ore(amount), why, values),))

    @property
    def amount(self) -> Decimal:
        """What the steps come to."""
        return self.parts[-1].result

    def times(self, why: Why, number: int, **values: int) -> Self:
        """Multiply."""
        return self._then(Part(Op.TIMES, Decimal(number), self.amount * number, why, values))

    def divided(self, why: Why, number: int, **values: int) -> Self:
        """Divide, rounded to whole öre."""
        return self._then(Part(Op.DIVIDE, Decimal(number), to_ore(self.amount / number), why, values))

    def minus(self, why: Why, amount: Decimal, **values: int) -> Self:
        """Subtract."""
        return self._then(Part(Op.MINUS, amount, self.amount - amount, why, values))

    def at_most(self, why: Why, limit: Decimal) -> Self:
        """Lower what is above a limit; what isn't stays without a step."""
        return self if self.amount <= limit else self._then(Part(Op.AT_MOST, limit, limit, why))

    def _then(self, part: Part) -> Self:
        return type(self)((*self.parts, part))


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is about, what it is counted as and how that was reached, and the rule.

    ``stated`` is what was claimed or received, for costs, incomes and assets. ``missing`` tells what has to be known
    where ``amount`` is ``UNKNOWN``. ``person`` and ``note`` come from the household. ``nil``: nothing was told of it.
    """

    kind: LineKind
    label: Label | CostKind | IncomeKind | AssetKind
    amount: Amount
    parts: tuple[Part, ...] = ()
    source: str = ""
    person: str = ""
    values: Values = field(default_factory=dict)
    stated: Amount | None = None
    note: str = ""
    missing: Missing | None = None
    nil: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one kind or two, and their sum."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Amount:
        """The sum as it is counted."""
        return total(line.amount for line in self.lines)

    @property
    def stated(self) -> Amount:
        """The sum as it was claimed or received."""
        return total(line.amount if line.stated is None else line.stated for line in self.lines)


@dataclass(frozen=True, slots=True)
class Calculation:
    """A preliminary calculation: the norm, the costs as claimed, the incomes; the assets only as they were told.

    It is no decision: the board (nämnden) decides, and judges what is reasonable. ``source`` is where the norm stands.
    """

    norm: Section
    costs: Section
    incomes: Section
    assets: Section
    source: str

    @property
    def total(self) -> Amount:
        """Norm and costs less incomes, to the öre; below zero where the incomes are above what is needed."""
        income = self.incomes.total
        needed = total((self.norm.total, self.costs.total))
        return UNKNOWN if income is UNKNOWN or needed is UNKNOWN else needed - income

    @property
    def result(self) -> Amount:
        """The total in whole kronor, 50 öre upward."""
        found = self.total
        return found if found is UNKNOWN else whole_kronor(found)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line that is counted."""
        return (*self.norm.lines, *self.costs.lines, *self.incomes.lines)

    @property
    def unknown(self) -> tuple[Line, ...]:
        """The lines that keep the total from being known."""
        return tuple(line for line in self.lines if line.amount is UNKNOWN)
