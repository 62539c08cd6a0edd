"""Answers read from what was typed: strictly, and refused beside the field in plain words; pure.

Nothing is guessed: what can be read in two ways is refused, and what was typed stays as it is. A bank account is
warned of and never refused, for some that are right can't be checked (DOMAIN.md 7.3).
"""

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from portal.assistance.rules import accounts, identities
from portal.assistance.rules.accounts import Checked
from portal.assistance.rules.definition.base import NO, NONE_OF_THEM, YES, Field, FieldType
from portal.assistance.rules.norm.money import format_amount, parse_amount
from portal.assistance.rules.shown import chosen
from portal.core.errors import InvalidInput
from portal.core.i18n import Text, lazy
from portal.core.text import clean_text
from portal.notices.addresses import normal
from portal.notices.rules import Channel

# A yes or no is its text, ``YES`` or ``NO``, as the option of a choice is.
Value = Decimal | date | int | str | tuple[str, ...]
# Longer than any text of the form may be; more is not looked at.
_LONGEST = 20_000
_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})", re.ASCII)
_NOTHING_BESIDE: Mapping[str, str] = MappingProxyType({})


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer can't be taken, in words for the person; ``missing`` where there is none."""

    text: Text
    missing: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Warned:
    """An answer that is taken, and of which the person is told something."""

    value: Value = dataclasses.field(repr=False)
    text: Text


Read = Value | Problem | Warned | None


def read(field: Field, raw: str, *, today: date, beside: Mapping[str, str] = _NOTHING_BESIDE) -> Read:
    """Return what an answer says, or why it can't be taken; None where nothing is answered and nothing is needed.

    ``beside`` are the texts of the fields beside it, by their keys: an account is checked with its clearing number.
    """
    if len(raw) > _LONGEST:
        return _too_long(_LONGEST)
    typed = clean_text(raw)
    if not typed:
        return Problem(field.needed, missing=True) if field.needed is not None else None
    try:
        return _READERS[field.type](field, typed, today, beside)
    except InvalidInput as refused:
        return Problem(refused.message)


def western(text: str) -> str:
    """Return a text with the digits of any script as 0-9, without marks of direction and spaces at its ends."""
    digits = (str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return "".join(digits).replace("\u200e", "").replace("\u200f", "").strip()


def _line(field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    text = " ".join(typed.split()) if field.type is FieldType.LINE else typed
    return text if len(text) <= field.length else _too_long(field.length)


def _too_long(length: int) -> Problem:
    return Problem(lazy("Texten är för lång. Skriv högst %(length)s tecken.", length=length))


def _money(field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    amount = parse_amount(typed)
    if field.lowest is not None and amount < field.lowest:
        return Problem(lazy("Beloppet ska vara minst %(lowest)s kr.", lowest=format_amount(Decimal(field.lowest))))
    if field.highest is not None and amount > field.highest:
        return Problem(lazy("Beloppet ska vara högst %(highest)s kr.", highest=format_amount(Decimal(field.highest))))
    return amount


def _number(field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    written = western(typed)
    lowest, highest = field.lowest or 0, 999_999 if field.highest is None else field.highest
    if not re.fullmatch(r"[0-9]{1,6}", written):
        return Problem(lazy("Skriv ett helt tal med siffror, till exempel %(number)s.", number=max(lowest, 2)))
    number = int(written)
    if lowest <= number <= highest:
        return number
    return Problem(lazy("Skriv ett tal från %(lowest)s till %(highest)s.", lowest=lowest, highest=highest))


def _date(field: Field, typed: str, today: date, _beside: Mapping[str, str]) -> Read:
    found = _DAY.fullmatch(western(typed))
    if found is None:
        return Problem(lazy("Skriv datumet med år, månad och dag, till exempel %(day)s.", day=today.isoformat()))
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return Problem(lazy("Den dagen finns inte. Se efter att år, månad och dag är rätt."))
    if field.lowest is not None and day < today + timedelta(field.lowest):
        return Problem(lazy("Dagen ligger för långt tillbaka i tiden. Se efter att året är rätt."))
    if field.highest is not None and day > today + timedelta(field.highest):
        if field.highest == 0:
            return Problem(lazy("Dagen har inte varit än. Se efter att den är rätt."))
        return Problem(lazy("Dagen ligger för långt fram i tiden. Se efter att året är rätt."))
    return day


def _yes_no(_field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    return typed if typed in {YES, NO} else _unknown_option()


def _choice(field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    return typed if typed in field.options else _unknown_option()


def _choices(field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    found = frozenset(chosen(typed))
    if not found <= field.options.keys():
        return _unknown_option()
    if NONE_OF_THEM in found and len(found) > 1:
        none = field.options[NONE_OF_THEM]
        return Problem(lazy("Du har valt ”%(none)s” och något annat. Ta bort det ena.", none=none))
    return tuple(option for option in field.options if option in found)


def _unknown_option() -> Problem:
    return Problem(lazy("Välj ett av alternativen."))


def _identity(field: Field, typed: str, today: date, _beside: Mapping[str, str]) -> Read:
    return identities.read_number(western(typed), today, oldest=field.highest)


def _email(_field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    return normal(Channel.EMAIL, typed)


def _phone(_field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    """Return a number of any country, for a person to call: what is sent to it is of no concern here."""
    try:
        found = phonenumbers.parse(typed, "SE")
    except NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found) or found.extension:
        return Problem(lazy("Skriv telefonnumret med siffror, till exempel 070-174 06 05."))
    return phonenumbers.format_number(found, PhoneNumberFormat.E164)


def _clearing(_field: Field, typed: str, _today: date, _beside: Mapping[str, str]) -> Read:
    return _warned(accounts.read_clearing(western(typed)))


def _account(_field: Field, typed: str, _today: date, beside: Mapping[str, str]) -> Read:
    return _warned(accounts.read_account(western(typed), western(beside.get(accounts.CLEARING, ""))))


def _warned(checked: Checked) -> Read:
    return Warned(checked.digits, checked.doubt) if checked.doubt else checked.digits


_READERS: Mapping[FieldType, Callable[[Field, str, date, Mapping[str, str]], Read]] = {
    FieldType.LINE: _line,
    FieldType.AREA: _line,
    FieldType.MONEY: _money,
    FieldType.DATE: _date,
    FieldType.NUMBER: _number,
    FieldType.YES_NO: _yes_no,
    FieldType.CHOICE: _choice,
    FieldType.SELECT: _choice,
    FieldType.CHOICES: _choices,
    FieldType.IDENTITY: _identity,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.CLEARING: _clearing,
    FieldType.ACCOUNT: _account,
}
