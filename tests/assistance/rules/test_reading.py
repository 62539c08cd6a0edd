"""Answers as people type them: read in one way, or refused in words of their own."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import Field, FieldType, Rows
from portal.assistance.rules.reading import Problem, Read, Warned, read
from portal.core.i18n import lazy
from portal.demo.test_numbers import TEST_NUMBERS

TODAY = date(2026, 11, 26)
NEEDED = lazy("Det behövs.")


def field(kind: FieldType, **more: object) -> Field:
    return Field("key", kind, lazy("Fråga"), **more)  # type: ignore[arg-type]  # whatever the field takes


def told(found: Read) -> str:
    assert isinstance(found, Problem)
    return str(found.text)


@pytest.mark.parametrize("kind", FieldType)
@pytest.mark.parametrize("empty", ["", "  ", "\u200b", "\u200e\n", "\u00ad"])
def test_nothing_is_missing_where_it_is_needed_and_else_nothing(kind: FieldType, empty: str) -> None:
    assert read(field(kind, needed=NEEDED), empty, today=TODAY) == Problem(NEEDED, missing=True)
    assert read(field(kind), empty, today=TODAY) is None


def test_an_amount_is_read_to_the_ore() -> None:
    assert read(field(FieldType.MONEY), " 1 200,50 ", today=TODAY) == Decimal("1200.50")
    assert read(field(FieldType.MONEY), "1200", today=TODAY) == Decimal(1200)


AMOUNTS = {
    "1.200": "utan punkt",
    "12OO": "bokstaven O",
    "-5": "utan minustecken",
    "99999999999999": "för stort",
    "1" + "0" * 26: "för stort",  # more digits than a decimal holds to the öre
    "tolv": "med siffror",
    "1200,505": "två siffror efter kommat",
}


def test_each_way_to_write_an_amount_wrongly_has_words_of_its_own() -> None:
    for raw, words in AMOUNTS.items():
        assert words in told(read(field(FieldType.MONEY), raw, today=TODAY))


def test_an_amount_is_bounded_by_its_field() -> None:
    bounded = field(FieldType.MONEY, lowest=1, highest=2000)

    assert "minst 1 kr" in told(read(bounded, "0", today=TODAY))
    assert "högst 2\u00a0000 kr" in told(read(bounded, "2 000,01", today=TODAY))
    for edge in ("1", "2000"):
        assert read(bounded, edge, today=TODAY) == Decimal(edge)


@pytest.mark.parametrize("raw", ["2026-11-25", "20261125", " 2026-11-25 ", "٢٠٢٦-١١-٢٥"])
def test_a_day_is_read_as_year_month_and_day(raw: str) -> None:
    assert read(field(FieldType.DATE), raw, today=TODAY) == date(2026, 11, 25)


def test_a_day_is_bounded_by_days_from_today() -> None:
    bounded = field(FieldType.DATE, lowest=-1, highest=1)

    for edge in ("2026-11-25", "2026-11-27"):
        assert read(bounded, edge, today=TODAY) == date.fromisoformat(edge)
    assert "tillbaka" in told(read(bounded, "2026-11-24", today=TODAY))
    assert "fram" in told(read(bounded, "2026-11-28", today=TODAY))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("2026-02-30", "finns inte"),
        ("2026-13-01", "finns inte"),
        ("0000-01-01", "finns inte"),
        ("25/11 2026", "år, månad och dag"),
        ("2026-11", "år, månad och dag"),
        ("i morgon", "år, månad och dag"),
        ("1926-11-25", "för långt tillbaka"),
        ("2036-11-25", "för långt fram"),
    ],
)
def test_an_impossible_or_distant_day_is_refused(raw: str, words: str) -> None:
    assert words in told(read(field(FieldType.DATE, lowest=-400, highest=100), raw, today=TODAY))


def test_a_day_that_must_have_been_is_told_so() -> None:
    past = field(FieldType.DATE, highest=0)

    assert read(past, TODAY.isoformat(), today=TODAY) == TODAY
    assert "inte varit än" in told(read(past, "2026-11-27", today=TODAY))


def test_numbers_are_whole_and_bounded() -> None:
    days = field(FieldType.NUMBER, lowest=1, highest=31)

    assert read(days, "15", today=TODAY) == 15
    assert read(days, "١٥", today=TODAY) == 15
    assert [read(days, edge, today=TODAY) for edge in ("1", "31")] == [1, 31]
    for raw in ("0", "32"):
        assert "från 1 till 31" in told(read(days, raw, today=TODAY))
    for raw in ("-1", "1,5", "femton", "1 5", "9" * 20):
        assert "helt tal" in told(read(days, raw, today=TODAY))


def test_options_are_those_of_the_field_and_no_others() -> None:
    options = {"a": lazy("A"), "b": lazy("B"), "none": lazy("Ingen av dem")}

    assert read(field(FieldType.CHOICE, options=options), "a", today=TODAY) == "a"
    several = {key: lazy(key) for key in "dcba"}
    assert read(field(FieldType.CHOICES, options=several), "a,b,c,d,a", today=TODAY) == ("d", "c", "b", "a")
    assert read(field(FieldType.YES_NO), "yes", today=TODAY) == "yes"
    assert read(field(FieldType.YES_NO), "no", today=TODAY) == "no"
    for kind, raw in (
        (FieldType.CHOICE, "c"),
        (FieldType.SELECT, "A"),
        (FieldType.CHOICES, "a,c"),
        (FieldType.YES_NO, "on"),
    ):
        assert "ett av alternativen" in told(read(field(kind, options=options), raw, today=TODAY))
    assert "”Ingen av dem” och något annat" in told(
        read(field(FieldType.CHOICES, options=options), "a,none", today=TODAY)
    )


def test_a_text_is_cleaned_and_has_an_end() -> None:
    assert read(field(FieldType.LINE), "  Gatan\n 1\u202e ", today=TODAY) == "Gatan 1"
    assert read(field(FieldType.AREA), "Rad ett\r\nrad två", today=TODAY) == "Rad ett\nrad två"
    assert read(field(FieldType.LINE, length=5), "å" * 5, today=TODAY) == "å" * 5
    assert "högst 5 tecken" in told(read(field(FieldType.LINE, length=5), "å" * 6, today=TODAY))
    assert "för lång" in told(read(field(FieldType.MONEY), "1" * 1_000_000, today=TODAY))


def test_mail_and_telephone() -> None:
    assert read(field(FieldType.EMAIL), " namn@exempel.se ", today=TODAY) == "namn@exempel.se"
    assert "namn@exempel.se" in told(read(field(FieldType.EMAIL), "namn", today=TODAY))
    assert read(field(FieldType.PHONE), "070-174 06 05", today=TODAY) == "+46701740605"
    # A person calls it: any country's number will do, and one that isn't mobile.
    assert read(field(FieldType.PHONE), "08-465 004 00", today=TODAY) == "+46846500400"
    for raw in ("12", "070-174 06 05 ext. 3", "ring mig"):
        assert "telefonnumret" in told(read(field(FieldType.PHONE), raw, today=TODAY))


@settings(deadline=None)
@given(number=st.sampled_from(sorted(TEST_NUMBERS)), sign=st.sampled_from(["", "-", "\u2013", " "]))
def test_a_personal_number_is_read_with_ten_digits_or_twelve(number: str, sign: str) -> None:
    identity = field(FieldType.IDENTITY)

    assert read(identity, f" {number[:8]}{sign}{number[8:]} ", today=TODAY) == number
    # The published numbers are of the last hundred years: ten digits say the same.
    assert read(identity, f"{number[2:8]}{sign}{number[8:]}", today=TODAY) == number


def test_a_plus_sign_is_of_somebody_who_turns_a_hundred() -> None:
    identity = field(FieldType.IDENTITY)

    for day in (date(2045, 2, 1), date(2045, 12, 1), date(2050, 1, 1)):
        assert read(identity, "450930+2396", today=day) == "194509302396"
    # Without it, it is the last such birthday that has been.
    for day, number in ((date(2044, 2, 1), "19"), (date(2045, 9, 29), "19"), (date(2045, 9, 30), "20")):
        assert read(identity, "450930-2396", today=day) == f"{number}4509302396"


@pytest.mark.parametrize("raw", ["202105182387", "2105182387", "20210518238", "202113182386", "barn", "2021-05-18"])
def test_a_wrong_personal_number_is_refused_and_never_repeated(raw: str) -> None:
    words = told(read(field(FieldType.IDENTITY), raw, today=TODAY))

    assert "stämmer inte" in words
    assert raw not in words


def test_a_child_is_born_and_under_twenty_one() -> None:
    child = field(FieldType.IDENTITY, highest=20)

    assert read(child, "200511142382", today=TODAY) == Problem(
        lazy("Den som har fyllt %(age)s år räknas inte som barn här.", age=21)
    )
    assert read(child, "200511142382", today=date(2026, 11, 13)) == "200511142382"
    assert "inte varit än" in told(read(child, "202105182386", today=date(2021, 5, 17)))
    assert read(child, "202105182386", today=date(2021, 5, 18)) == "202105182386"
    # A samordningsnummer without a month: whoever may still be 20 is a child.
    assert read(child, "200800662397", today=date(2029, 12, 31)) == "200800662397"
    assert "fyllt 21" in told(read(child, "200800662397", today=date(2030, 1, 1)))


@pytest.mark.parametrize("clearing", ["6789", "8327-9", "83279", " 5000 ", "3300"])
def test_a_clearing_number_is_four_digits_or_five_with_an_eight(clearing: str) -> None:
    found = read(field(FieldType.CLEARING), clearing, today=TODAY)

    assert found == "".join(char for char in clearing if char.isdigit())


@pytest.mark.parametrize("clearing", ["123", "12345", "0123", "abcd", "832799", "9" * 30])
def test_what_is_no_clearing_number_is_refused(clearing: str) -> None:
    assert "fyra siffror" in told(read(field(FieldType.CLEARING), clearing, today=TODAY))


@pytest.mark.parametrize(("clearing", "words"), [("9999", "känner inte igen"), ("8327", "fem siffror")])
def test_a_doubtful_clearing_number_is_warned_of(clearing: str, words: str) -> None:
    found = read(field(FieldType.CLEARING), clearing, today=TODAY)

    assert isinstance(found, Warned)
    assert found.value == clearing
    assert clearing not in repr(found)
    assert words in str(found.text)


def account(raw: str, clearing: str) -> Read:
    return read(field(FieldType.ACCOUNT), raw, today=TODAY, beside={"clearing": clearing})


@settings(deadline=None)
@given(nine=st.integers(10_000_000, 99_999_999), wrong=st.integers(1, 9))
def test_an_account_with_the_right_check_digit_is_taken_and_another_warned_of(nine: int, wrong: int) -> None:
    # Handelsbanken: weights from the right, modulus 11 (Bankgirot, type 2:2).
    total = sum(int(digit) * weight for digit, weight in zip(f"{nine}"[::-1], range(2, 10), strict=True))
    check = -total % 11
    right = f"{nine}{check % 10}"
    found = account(right, "6789")
    if check < 10:
        assert found == right
        other = f"{nine}{(check + wrong) % 10}"
        assert isinstance(account(other, "6789"), Warned)
    else:
        assert isinstance(found, Warned)


def test_an_account_is_filled_up_as_banks_do() -> None:
    # Swedbank's modulus 10 over ten digits; people leave out the zeros in front (DOMAIN.md 7.3).
    assert account("0000000018", "83279") == "0000000018"
    assert account("18-0", "8327-9") == Problem(
        lazy("Kontonumret har för få eller för många siffror. Se efter i din bankapp.")
    )
    assert account("000018", "83279") == "000018"
    assert isinstance(account("000019", "83279"), Warned)


def test_an_account_is_never_held_against_a_clearing_number_that_cannot_be_read() -> None:
    for clearing in ("", "abc", "12", "9999", "8327"):
        assert account("1234567", clearing) == "1234567"


@pytest.mark.parametrize(
    ("raw", "words"), [("SE45 5000 0000 0583 9825 7466", "inte IBAN"), ("1234x567", "bara siffror"), ("1", "för få")]
)
def test_what_is_no_account_is_refused(raw: str, words: str) -> None:
    assert words in told(account(raw, "6789"))


@pytest.mark.parametrize(
    "each",
    [
        each
        for section in CURRENT.sections
        for item in section.items
        for each in (item.fields if isinstance(item, Rows) else (item,))
    ],
    ids=lambda each: each.key,
)
@settings(max_examples=20, deadline=None)  # the first number read loads the tables of every country
@given(raw=st.text(max_size=60))
def test_whatever_is_typed_is_read_or_refused_in_words(each: Field, raw: str) -> None:
    found = read(each, raw, today=TODAY, beside={"clearing": raw})

    if isinstance(found, Problem):
        assert str(found.text)
        assert found.missing is (each.needed is not None and found.text == each.needed)
    elif isinstance(found, Warned):
        assert str(found.text)
