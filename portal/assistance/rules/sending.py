"""Until when an application is to be sent for an answer before its month begins; pure.

Decision times are local goals: a day is told only where the municipality has set one (DOMAIN.md section 8). Nobody
loses the right to apply on it, so when it is over it is told that one still can.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.assistance.rules.kinds import Kind, Period

# How long before the day, and after it, somebody is reminded of an application that they haven't begun.
NEAR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class SendBy:
    """The last day on which sending gives an answer in time, and whether it is over."""

    day: date
    is_over: bool


def send_by(kind: Kind, period: Period, number: int, *, today: date, begun: date | None = None) -> SendBy | None:
    """Return until when an application is to be sent; None where no day is promised.

    ``number`` is the day of the month before, 1 to 28, or 0 where the municipality promises none. Of a supplement none
    is promised, nor of what was applied for as new after the day (``begun``): there it was never told.
    """
    if not number or kind is Kind.SUPPLEMENTARY:
        return None
    day = period.plus(-1).first.replace(day=number)
    if kind is Kind.NEW and begun is not None and begun > day:
        return None
    return SendBy(day, today > day)


def is_near(found: SendBy, today: date) -> bool:
    """Tell whether it is time to remind of an application that isn't begun."""
    return abs(found.day - today) <= NEAR
