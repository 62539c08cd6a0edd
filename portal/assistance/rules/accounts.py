"""Bank accounts as they are typed: digits alone are asked for, and doubts about them are told, never held against them.

Source: Bankgirot's "Bankernas kontonummer" by the library bankkonto; some accounts of Swedbank and the savings banks
have no check digit that holds (DOMAIN.md 7.3).
"""

import re
from dataclasses import dataclass, field

from bankkonto import BankkontoException, validate
from bankkonto.account import expected_account_length

from portal.core.errors import InvalidInput
from portal.core.i18n import Text, lazy

# The key of the field with the clearing number that an account beside it is checked with.
CLEARING = "clearing"
_BETWEEN = re.compile(r"[\s\-.\u2010-\u2014\u2212]")
_SHORTEST, _LONGEST = 5, 15
# Where an account has more than seven digits, banks fill up with zeros from the left; others are written in full.
_ALWAYS_FULL = 7


@dataclass(frozen=True, slots=True)
class Checked:
    """The digits of a number, and what the person should look at once more."""

    digits: str = field(repr=False)
    doubt: Text | None = None


def read_clearing(written: str) -> Checked:
    """Return the digits of a clearing number: four, or five where the first is 8.

    :raises InvalidInput: it can't be one.
    """
    digits = _BETWEEN.sub("", written)
    if not re.fullmatch(r"[1-9][0-9]{3}|8[0-9]{4}", digits):
        raise InvalidInput(
            lazy("Skriv clearingnumret med fyra siffror, eller fem om det börjar med 8."), reason="clearing"
        )
    if digits.startswith("8") and len(digits) == 4:
        return Checked(digits, lazy("Clearingnummer som börjar med 8 har oftast fem siffror. Se efter i din bankapp."))
    if _expected_length(digits) is None:
        return Checked(digits, lazy("Vi känner inte igen clearingnumret. Se efter att det är rätt."))
    return Checked(digits)


def read_account(written: str, clearing: str) -> Checked:
    """Return the digits of an account, checked with the clearing number beside it where that can be read.

    :raises InvalidInput: it can't be an account of a Swedish bank.
    """
    digits = _BETWEEN.sub("", written)
    if re.match(r"[A-Za-z]{2}[0-9]{2}", digits):
        raise InvalidInput(lazy("Skriv det svenska kontonumret med bara siffror, inte IBAN."), reason="iban")
    if not re.fullmatch(r"[0-9]+", digits):
        raise InvalidInput(lazy("Skriv kontonumret med bara siffror."), reason="account")
    if not _SHORTEST <= len(digits) <= _LONGEST:
        raise InvalidInput(
            lazy("Kontonumret har för få eller för många siffror. Se efter i din bankapp."), reason="length"
        )
    clearing_digits = _BETWEEN.sub("", clearing)
    length = _expected_length(clearing_digits)
    if length is None:
        return Checked(digits)
    whole = digits.zfill(length) if length > _ALWAYS_FULL else digits
    try:
        validate(clearing_digits, whole)
    except BankkontoException:
        return Checked(
            digits, lazy("Vi kan inte kontrollera kontonumret. Se efter att det är rätt. Stämmer det kan du gå vidare.")
        )
    return Checked(digits)


def _expected_length(clearing: str) -> int | None:
    """Return how many digits the accounts of a clearing number have; None where the library doesn't know it."""
    if not clearing:
        return None
    try:
        return int(expected_account_length(clearing))
    except (BankkontoException, ValueError):
        return None
