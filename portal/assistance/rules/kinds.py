"""Kinds of applications, whose an answer is, and the period that is applied for; pure."""

import calendar
import enum
from dataclasses import dataclass
from datetime import date
from typing import Self

# What the back office is told too is defined where it is: in the contract.
from portal.sync.contract.applications import ApplicationKind as Kind
from portal.sync.contract.applications import Party

__all__ = ["Kind", "Party", "Period", "Whose", "slot"]


class Whose(enum.StrEnum):
    """Whether a section is answered once for the household, by the applicant, or by each adult for themselves."""

    HOUSEHOLD = "household"
    EACH = "each"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The calendar month that is applied for."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Return the month that a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written as ``2026-12``.

        :raises ValueError: it isn't one.
        """
        year, dash, month = text.partition("-")
        if not (dash and len(year) == 4 and len(month) == 2 and year.isascii() and month.isascii()):
            raise ValueError("no month")
        found = cls(int(year), int(month))
        date(found.year, found.month, 1)
        return found

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def first(self) -> date:
        """The first day of the month."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day of the month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Self:
        """Return the month so many months later, or earlier."""
        count = self.year * 12 + self.month - 1 + months
        return type(self)(count // 12, count % 12 + 1)

    def months_until(self, later: Self) -> int:
        """Return how many months later another one is; below zero where it is earlier."""
        return (later.year - self.year) * 12 + later.month - self.month


def slot(kind: Kind, period: Period) -> str:
    """Return what somebody has one open application of: a month's main one, new or monthly, or its supplement."""
    return f"{period}:{'supplementary' if kind is Kind.SUPPLEMENTARY else 'main'}"
