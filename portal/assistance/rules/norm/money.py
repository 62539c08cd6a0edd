"""Amounts of money: read strictly as they are written in Swedish, whole öre inside, whole kronor out; pure.

Written sums are refused where they can be read in two ways: a regular expression that takes what it understands of
"1 200" and leaves the rest turns it into 1 krona (PEERS.md A1).
"""

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy

ORE = Decimal("0.01")
KRONA = Decimal(1)
MAX_AMOUNT = Decimal("9999999.99")

# A space of any kind may stand between thousands: what keyboards, spreadsheets and bank pages write.
_SPACES = "\u0020\u00a0\u2007\u2009\u202f"
_MARKS = re.compile("[\u200e\u200f]")
_UNIT = re.compile(rf"[{_SPACES}]*(kr\.?|kronor|:-)$", re.IGNORECASE)
_PLAIN = re.compile(r"(\d+)(?:,(\d{1,2}))?")
_GROUPED = re.compile(rf"(\d{{1,3}}(?:([{_SPACES}])\d{{3}})(?:\2\d{{3}})*)(?:,(\d{{1,2}}))?")
_LONGEST = 40

_EMPTY = lazy("Skriv ett belopp. Skriv 0 om det inte är något.")
_NEGATIVE = lazy("Skriv beloppet utan minustecken.")
_POINT = lazy("Skriv beloppet utan punkt. Öre skriver du efter ett komma, till exempel 1 200,50.")
_DIGITS = lazy("Skriv beloppet med siffror, till exempel 12480.")
_LETTER_O = lazy("Skriv beloppet med siffror. Det verkar stå bokstaven O i stället för en nolla.")
_COMMA = lazy("Skriv högst två siffror efter kommat, till exempel 1200,50.")
_SPACED = lazy("Mellanslagen gör att vi inte säkert kan läsa beloppet. Skriv det utan mellanslag, till exempel 1200.")
_HUGE = lazy("Beloppet är för stort. Se efter att det är rätt skrivet.")


class AmountRefused(InvalidInput):
    """What is written can't be read as one amount, in one way only; ``reason`` is a short code."""


def parse_amount(text: str, *, most: Decimal = MAX_AMOUNT) -> Decimal:
    """Return an amount in kronor with whole öre, from what a person has typed.

    Digits of any script are read, thousands may be set apart by spaces, öre stand after a comma, and "kr" may follow.

    :raises AmountRefused: it is empty, negative, above ``most``, or can be read in more than one way.
    """
    written = _UNIT.sub("", _MARKS.sub("", text).strip())
    if not written:
        raise AmountRefused(_EMPTY, reason="empty")
    if len(written) > _LONGEST:
        raise AmountRefused(_HUGE, reason="huge")
    plain = "".join(map(_western, written))
    found = _PLAIN.fullmatch(plain)
    if found is None and (grouped := _GROUPED.fullmatch(plain)):
        plain = plain.replace(grouped[2], "")
        found = _PLAIN.fullmatch(plain)
    if found is None:
        raise _refusal(plain)
    amount = Decimal(f"{found[1]}.{found[2] or 0}")
    # Compared first: more digits than a decimal holds can't be quantized.
    if amount > most:
        raise AmountRefused(_HUGE, reason="huge")
    return amount.quantize(ORE)


def _western(char: str) -> str:
    """Return a digit of any script as 0-9, and the decimal comma of Arabic as a comma."""
    if char == "\u066b":
        return ","
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


def _refusal(written: str) -> AmountRefused:
    if written[0] in "-\u2212\u2010\u2011\u2012\u2013\u2014" and any(char.isdecimal() for char in written):
        return AmountRefused(_NEGATIVE, reason="negative")
    if re.fullmatch(r"\d[\dOo]*[Oo][\dOo]*(,\d{1,2})?", written):
        return AmountRefused(_LETTER_O, reason="letter")
    if not re.fullmatch(rf"[\d.,{_SPACES}]*\d[\d.,{_SPACES}]*", written):
        return AmountRefused(_DIGITS, reason="digits")
    if "." in written:
        return AmountRefused(_POINT, reason="point")
    if re.search(rf"[{_SPACES}]", written):
        return AmountRefused(_SPACED, reason="spaces")
    return AmountRefused(_COMMA, reason="comma")


def to_ore(amount: Decimal) -> Decimal:
    """Return an amount rounded to whole öre, half an öre upward."""
    return amount.quantize(ORE, ROUND_HALF_UP)


def whole_kronor(amount: Decimal) -> Decimal:
    """Return an amount as it is paid: whole kronor, 50 öre upward (lag (1970:1029) om avrundning 2 §)."""
    return amount.quantize(KRONA, ROUND_HALF_UP)


def format_amount(amount: Decimal) -> str:
    """Return an amount as it is written in Sweden, "1 200,50" or "1 200", in every language.

    It is what stands in decisions and on bank statements, and what ``parse_amount`` reads.
    """
    exact = to_ore(amount)
    shown = f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact:,.2f}"
    return shown.replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")
