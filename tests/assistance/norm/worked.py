"""How a worked household is read, and how its own arithmetic is checked, apart from the code that is tested."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from portal.assistance.rules.norm import (
    Adult,
    Child,
    Cost,
    CostKind,
    DayRate,
    Household,
    Income,
    IncomeKind,
    PartTimeShared,
    Practice,
    Span,
)

FOLDER = Path(__file__).with_name("worked")
_CHILD = re.compile(r"(\d+)(?: (home|preschool|pupil))?(?: on (\d+) days)?(?: earned (\d+))?")


@dataclass(frozen=True)
class Worked:
    """A household, and what was worked out for it."""

    name: str
    data: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def household(self) -> Household:
        """The household as the calculation takes it."""
        span = span_of(self.data["when"])
        head, *children = self.data["members"]
        kind, _, stimulus = head.partition(" ")
        adults = [Adult("adult", stimulus == "stimulus")] + [Adult("partner", False)] * (kind == "couple")
        return Household(
            span,
            tuple(adults),
            tuple(child_of(text, number, span.first) for number, text in enumerate(children)),
            self.data.get("others", 0),
            tuple(cost_of(text) for text in self.data.get("costs", ())),
            tuple(income_of(text, self.data.get("incomes_of")) for text in self.data.get("incomes", ())),
        )

    @property
    def practice(self) -> Practice:
        """How its municipality counts."""
        names = self.data.get("practice", ())
        return Practice(
            day_rate=DayRate.THIRTY if "thirty" in names else DayRate.YEAR,
            part_time_shared=PartTimeShared.WHOLE if "whole" in names else PartTimeShared.DAYS,
        )

    @property
    def terms(self) -> Counter[Decimal]:
        """The terms of its sum, those that are subtracted below zero."""
        left = self.data["sum"].partition(" = ")[0]
        return Counter(Decimal(term) for term in left.replace("- ", "-").replace("+ ", "").split())

    @property
    def total(self) -> Decimal:
        """What the sum comes to."""
        return Decimal(self.data["sum"].partition(" = ")[2])


def all_worked() -> list[Worked]:
    """Return every worked household, named by year, number and what it is."""
    return [
        Worked(f"{path.stem}-{number:02}-{data['who']}", data)
        for path in sorted(FOLDER.glob("*.toml"))
        for number, data in enumerate(tomllib.loads(path.read_text("utf-8"))["household"], 1)
    ]


def span_of(text: str) -> Span:
    """Read "2026-11", or "2026-11-01 to 2026-11-15"."""
    if " to " in text:
        first, last = text.split(" to ")
        return Span(date.fromisoformat(first), date.fromisoformat(last))
    year, month = text.split("-")
    return Span.month(int(year), int(month))


def child_of(text: str, number: int, first: date) -> Child:
    """Read "5 preschool on 10 days": the age is that on the first of the month, which is the birthday."""
    found = _CHILD.fullmatch(text)
    assert found, text
    age, where, days, earned = found.groups()
    return Child(
        "child" if number == 0 else f"child {number}",
        date(first.year - int(age), first.month, 1),
        lunch_out=where == "preschool",
        pupil=where == "pupil",
        days=int(days) if days else None,
        earned_before=Decimal(earned or 0),
    )


def cost_of(text: str) -> Cost:
    """Read "rent 9450"."""
    kind, amount = text.split()
    return Cost(CostKind(f"cost.{kind}"), Decimal(amount))


def income_of(text: str, received: date | None) -> Income:
    """Read "salary 12480 adult"."""
    kind, amount, person = text.split()
    return Income(IncomeKind(f"income.{kind}"), Decimal(amount), person, received=received)


def told_steps(worked: Worked) -> set[Decimal]:
    """Return what the steps come to on their way, without those in brackets, which only the reader needs."""
    equations = [equation for chain in worked.data["steps"] for equation in chain.split("; ")]
    return {Decimal(equation.split(" = ")[1]) for equation in equations if not equation.startswith("(")}


def slips(worked: Worked) -> Iterator[str]:
    """Find what was worked out wrongly by hand: an equation that doesn't hold, or a step that starts from elsewhere."""
    if sum(term * times for term, times in worked.terms.items()) != worked.total:
        yield worked.data["sum"]
    for chain in worked.data.get("steps", ()):
        before = None
        for equation in chain.split("; "):
            left, right = equation.strip("()").split(" = ")
            if rounded(left) != Decimal(right):
                yield f"{equation}: {rounded(left)}"
            if before is not None and before not in left.split():
                yield f"{equation} doesn't go on from {before}"
            before = right


def rounded(expression: str) -> Decimal:
    """Work out "3800 * 12 / 365" from left to right, to the öre."""
    first, *rest = expression.split()
    value = Decimal(first)
    for operator, number in zip(rest[::2], rest[1::2], strict=True):
        operand = Decimal(number)
        value = {
            "+": value + operand,
            "-": value - operand,
            "*": value * operand,
            "/": value / operand if operand else value,
        }[operator]
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
