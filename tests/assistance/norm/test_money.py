"""Amounts are read as Swedes write them, in one way only, and shown the same way."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.norm.money import AmountRefused, format_amount, parse_amount, to_ore, whole_kronor


@pytest.mark.parametrize(
    ("written", "kronor"),
    [
        ("1200", "1200"),
        ("1 200", "1200"),
        ("1\u00a0200", "1200"),
        ("1\u202f200", "1200"),
        ("1\u2009200", "1200"),
        ("1 200,50", "1200.50"),
        ("1200,5", "1200.50"),
        ("0", "0"),
        ("0,01", "0.01"),
        (" 12480 ", "12480"),
        ("12480 kr", "12480"),
        ("12480kr.", "12480"),
        ("12480:-", "12480"),
        ("12480 Kronor", "12480"),
        ("1 234 567,89", "1234567.89"),
        ("9999999,99", "9999999.99"),
        ("\u0661\u0662\u0660\u0660", "1200"),  # Arabic-Indic digits
        ("\u06f1\u06f2\u06f0\u06f0\u066b\u06f5", "1200.50"),  # Persian ones, and the decimal comma of Arabic
        ("\u200f1200\u200e", "1200"),
    ],
)
def test_what_is_written_plainly_is_read(written: str, kronor: str) -> None:
    amount = parse_amount(written)
    assert amount == Decimal(kronor)
    assert amount.as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("written", "reason", "words"),
    [
        ("", "empty", "Skriv ett belopp"),
        ("   ", "empty", "Skriv ett belopp"),
        ("kr", "empty", "Skriv ett belopp"),
        ("\u200f", "empty", "Skriv ett belopp"),
        ("1.200", "point", "utan punkt"),
        ("1200.50", "point", "utan punkt"),
        ("1.200,50", "point", "utan punkt"),
        ("12OO", "letter", "bokstaven O"),
        ("12o0,50", "letter", "bokstaven O"),
        ("-5", "negative", "utan minustecken"),
        ("\u2212 1 200", "negative", "utan minustecken"),
        ("\u20131200", "negative", "utan minustecken"),
        ("1,234", "comma", "två siffror efter kommat"),
        ("1,", "comma", "två siffror efter kommat"),
        (",50", "comma", "två siffror efter kommat"),
        ("1,200,000", "comma", "två siffror efter kommat"),
        ("1 20", "spaces", "utan mellanslag"),
        ("12 00", "spaces", "utan mellanslag"),
        ("1 2000", "spaces", "utan mellanslag"),
        ("1  200", "spaces", "utan mellanslag"),
        ("1 200\u00a0000", "spaces", "utan mellanslag"),
        ("1200 300", "spaces", "utan mellanslag"),
        ("1200, 50", "spaces", "utan mellanslag"),
        ("tusen", "digits", "med siffror"),
        ("ca 1200", "digits", "med siffror"),
        ("1200+300", "digits", "med siffror"),
        ("1200-1300", "digits", "med siffror"),
        ("1e3", "digits", "med siffror"),
        ("1_200", "digits", "med siffror"),
        ("0x10", "digits", "med siffror"),
        ("NaN", "digits", "med siffror"),
        ("12\u00b2", "digits", "med siffror"),
        ("1\n200", "digits", "med siffror"),
        ("-", "digits", "med siffror"),
        ("10000000", "huge", "för stort"),
        ("9" * 41, "huge", "för stort"),
    ],
)
def test_the_rest_is_refused_in_plain_words(written: str, reason: str, words: str) -> None:
    with pytest.raises(AmountRefused) as refused:
        parse_amount(written)
    assert refused.value.reason == reason
    assert words in str(refused.value.message)


def test_what_is_too_much_depends_on_the_question() -> None:
    assert parse_amount("500", most=Decimal(500)) == 500
    with pytest.raises(AmountRefused):
        parse_amount("500,01", most=Decimal(500))


AMOUNTS = st.integers(0, 999_999_999).map(lambda ore: Decimal(ore) / 100)


@given(AMOUNTS)
def test_what_is_shown_is_read_back(amount: Decimal) -> None:
    assert parse_amount(format_amount(amount)) == amount


@given(st.text(alphabet="0123456789 ,.\u00a0\u202fkrOo-+:\u0661\u066b\u200f", max_size=14))
def test_whatever_is_written_is_refused_or_has_each_of_its_digits_in_order(written: str) -> None:
    try:
        amount = parse_amount(written)
    except AmountRefused:
        return
    digits = "".join(str(int(char)) for char in written if char.isdecimal())
    whole, ore = f"{amount:.2f}".split(".")
    assert digits.lstrip("0") in {whole.lstrip("0"), (whole + ore).lstrip("0"), (whole + ore[:1]).lstrip("0")}


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("1200", "1\u00a0200"), ("1200.50", "1\u00a0200,50"), ("-1234567", "\u22121\u00a0234\u00a0567"), ("0", "0")],
)
def test_amounts_are_shown_as_in_sweden(amount: str, shown: str) -> None:
    assert format_amount(Decimal(amount)) == shown


@pytest.mark.parametrize(("exact", "ore"), [("0.005", "0.01"), ("0.0049", "0.00"), ("596.666", "596.67")])
def test_half_an_ore_goes_upward(exact: str, ore: str) -> None:
    assert to_ore(Decimal(exact)) == Decimal(ore)


@pytest.mark.parametrize(("exact", "kronor"), [("4536.67", "4537"), ("0.49", "0"), ("0.50", "1"), ("2.50", "3")])
def test_fifty_ore_go_upward(exact: str, kronor: str) -> None:
    assert whole_kronor(Decimal(exact)) == Decimal(kronor)
