"""Personnummer and samordningsnummer: read, checked and masked; pure, in the twelve-digit form only.

Source: folkbokföringslagen (1991:481) 18 and 18 a §§, Skatteverket's published test numbers (DOMAIN.md section 7).
"""

import calendar
import re
from datetime import date
from typing import Final

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy

_SHAPE: Final = re.compile(r"(18|19|20)(\d\d)(\d\d)(\d\d)[-+ ]?(\d{4})", re.ASCII)
_COORDINATION: Final = 60


class InvalidIdentityNumber(InvalidInput):
    """The text is neither a personnummer nor a samordningsnummer; the text itself is never repeated."""

    message = lazy("Personnumret stämmer inte. Skriv det med tolv siffror: år, månad, dag och de fyra sista.")


def parse_identity_number(text: str) -> str:
    """Return the number as twelve digits; a hyphen or blank before the last four is forgiven.

    Raises InvalidIdentityNumber. A samordningsnummer has day + 60, and month 00 or day 60 where the birth date is
    not known.
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise InvalidIdentityNumber
    century, year, month, day, last = match.groups()
    number = f"{century}{year}{month}{day}{last}"
    if not (_luhn_is_right(number[2:]) and _date_is_possible(number)):
        raise InvalidIdentityNumber
    return number


def is_coordination_number(number: str) -> bool:
    """Whether a twelve-digit number is a samordningsnummer (day + 60)."""
    return int(number[6:8]) >= _COORDINATION


def birth_date(number: str) -> date | None:
    """The date of birth in a twelve-digit number; None where a samordningsnummer leaves it open."""
    year, month, day = int(number[:4]), int(number[4:6]), int(number[6:8]) % _COORDINATION
    if month == 0 or day == 0:
        return None
    return date(year, month, day)


def hyphenated(number: str) -> str:
    """Return a twelve-digit number as people write it: "19851129-2388"."""
    return f"{number[:8]}-{number[8:]}"


def mask(number: str) -> str:
    """The number for the eye, without the four last digits; never for logs, which carry no number at all."""
    return f"{number[:8]}-••••"


def _luhn_is_right(ten: str) -> bool:
    total = 0
    for position, digit in enumerate(ten):
        product = int(digit) * (2 - position % 2)
        total += product - 9 if product > 9 else product
    return total % 10 == 0


def _date_is_possible(number: str) -> bool:
    year, month, written = int(number[:4]), int(number[4:6]), int(number[6:8])
    coordination = written >= _COORDINATION
    day = written - _COORDINATION if coordination else written
    if coordination and month == 0:
        return day <= 31
    if not 1 <= month <= 12 or (day == 0 and not coordination):
        return False
    return day <= calendar.monthrange(year, month)[1]
