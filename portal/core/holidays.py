"""Swedish public holidays, and the eves on which authorities keep closed likewise."""

from datetime import date
from functools import cache

from holidays import DE_FACTO, PUBLIC, country_holidays


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("SE", years=year, categories=(PUBLIC, DE_FACTO)))


def is_holiday(day: date) -> bool:
    """Tell whether a day is a public holiday, midsommarafton, julafton or nyårsafton; an ordinary Sunday is none.

    Sources: lag (1989:253) om allmänna helgdagar; lag (1930:173) 2 § for the three eves, which the library keeps in a
    category of their own.
    """
    return day in _holidays(day.year)
