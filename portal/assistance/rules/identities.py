"""Personnummer and samordningsnummer as people type them in a form: with ten digits or twelve; pure.

Ten digits leave the century open: it is the last one that has been, or with a plus sign the one before (lag (1991:481)
om folkbokföring 18 §). Everywhere else the portal takes twelve.
"""

import re
from datetime import date

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.people.identity_numbers import InvalidIdentityNumber, birth_date, parse_identity_number
from portal.people.rules import age_on

_TEN = re.compile(r"(\d{6})([-+\u2010-\u2013\u2212 ]?)(\d{4})", re.ASCII)
_DASHES = re.compile(r"[\u2010-\u2013\u2212]")
_CENTURY = 100


def read_number(written: str, today: date, *, oldest: int | None = None) -> str:
    """Return a number as twelve digits; ``oldest`` is the highest age in years that is taken.

    :raises InvalidInput: it is none, its birth date is still to come, or the person is older.
    """
    try:
        number = _twelve(_DASHES.sub("-", written), today)
    except InvalidIdentityNumber:
        raise InvalidInput(
            lazy("Personnumret stämmer inte. Skriv år, månad, dag och de fyra sista siffrorna."), reason="identity"
        ) from None
    born = birth_date(number)
    if (born or date(int(number[:4]), 1, 1)) > today:
        raise InvalidInput(
            lazy("Födelsedagen i personnumret har inte varit än. Se efter att det är rätt."), reason="unborn"
        )
    if oldest is not None and _surely_older(number, born, today, oldest):
        raise InvalidInput(
            lazy("Den som har fyllt %(age)s år räknas inte som barn här.", age=oldest + 1), reason="adult"
        )
    return number


def _twelve(written: str, today: date) -> str:
    ten = _TEN.fullmatch(written)
    if ten is None:
        return parse_identity_number(written)
    date_part, sign, last = ten.groups()
    newest = today.year - _CENTURY if sign == "+" else today.year
    year = newest - (newest - int(date_part[:2])) % _CENTURY
    number = parse_identity_number(f"{year}{date_part[2:]}{last}")
    born = birth_date(number)
    # Born later this year than today: they are a hundred years older, and without the plus sign nearly so.
    if born and born > today:
        return parse_identity_number(f"{year - _CENTURY}{date_part[2:]}{last}")
    return number


def _surely_older(number: str, born: date | None, today: date, oldest: int) -> bool:
    if born is not None:
        return age_on(born, today) > oldest
    return today.year - int(number[:4]) > oldest + 1
