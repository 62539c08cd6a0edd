"""Working days (arbetsdagar) in Sweden: Monday to Friday, without public holidays and the three eves that are as free.

Source: lag (1989:253) om allmänna helgdagar; midsommarafton, julafton and nyårsafton count as Sundays by lag (1930:173)
om beräkning av lagstadgad tid, 2 §. The library `holidays` keeps the former as ``public``, the latter as ``de_facto``.
"""

from datetime import date, datetime, timedelta
from functools import cache

from holidays.countries.sweden import Sweden

from portal.core.i18n import STOCKHOLM

_SATURDAY = 5


@cache
def _free_days(year: int) -> frozenset[date]:
    return frozenset(Sweden(years=year, categories=("public", "de_facto"), include_sundays=False))


def is_holiday(day: date) -> bool:
    """Tell whether a day is a public holiday or one of the three eves; an ordinary Sunday or Saturday is none."""
    return day in _free_days(day.year)


def is_working_day(day: date) -> bool:
    """Tell whether offices are open on a day."""
    return day.weekday() < _SATURDAY and not is_holiday(day)


def working_day_after(start: date | datetime, working_days: int) -> date:
    """Return the last of so many working days after a day; the day itself is not counted.

    An instant is the Swedish day on which it falls. With 0 working days it is that day, free or not.
    """
    day = start.astimezone(STOCKHOLM).date() if isinstance(start, datetime) else start
    left = working_days
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def working_days_between(start: date, end: date) -> int:
    """Return how many working days come after a day, up to and with another; 0 when that one isn't later."""
    days = (end - start).days
    return sum(is_working_day(start + timedelta(days=number)) for number in range(1, days + 1))
