"""Personnummer and samordningsnummer: every published test number of DOMAIN.md section 7, and what is none."""

from datetime import date

import pytest

from portal.demo.test_numbers import COORDINATION_NUMBERS, TEST_NUMBERS
from portal.people.identity_numbers import (
    InvalidIdentityNumber,
    birth_date,
    is_coordination_number,
    mask,
    parse_identity_number,
)


@pytest.mark.parametrize("number", sorted(TEST_NUMBERS))
def test_every_test_number(number: str) -> None:
    assert parse_identity_number(number) == number
    assert is_coordination_number(number) == (number in COORDINATION_NUMBERS)


@pytest.mark.parametrize("number", sorted(TEST_NUMBERS))
def test_one_wrong_digit_is_noticed(number: str) -> None:
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(InvalidIdentityNumber) as caught:
        parse_identity_number(wrong)
    assert wrong not in str(caught.value)
    assert wrong not in str(caught.value.message)


@pytest.mark.parametrize("written", ["19851129-2388", " 198511292388 ", "19851129 2388", "19851129+2388"])
def test_ways_of_writing(written: str) -> None:
    assert parse_identity_number(written) == "198511292388"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8511292388",
        "851129-2388",
        "19851129238",
        "1985112923888",
        "1985-11-29-2388",
        "19850230238x",
        "198502302383",
        "198513012384",
        "198500012389",
        "198511002386",
        "219851129238",
        "١٩٨٥١١٢٩٢٣٨٨",
        "19880209T050",
        "198511292388\n198511292388",
    ],
)
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(InvalidIdentityNumber):
        parse_identity_number(text)


def _with_check_digit(nine: str) -> str:
    total = sum(sum(map(int, str(int(digit) * (2 - place % 2)))) for place, digit in enumerate(nine[2:]))
    return nine + str(-total % 10)


@pytest.mark.parametrize("begin", ["19850001239", "19851100238", "19850230238", "19851301238", "19851132238"])
def test_impossible_dates_with_a_right_check_digit(begin: str) -> None:
    with pytest.raises(InvalidIdentityNumber):
        parse_identity_number(_with_check_digit(begin))


@pytest.mark.parametrize("begin", ["19850061239", "19851160238", "19850060238", "20000289238"])
def test_coordination_numbers_may_leave_the_date_open(begin: str) -> None:
    number = _with_check_digit(begin)
    assert parse_identity_number(number) == number


@pytest.mark.parametrize("begin", ["19850290238", "19851392238", "19851192238", "19850092238"])
def test_impossible_coordination_numbers(begin: str) -> None:
    with pytest.raises(InvalidIdentityNumber):
        parse_identity_number(_with_check_digit(begin))


def test_birth_dates() -> None:
    assert birth_date("198511292388") == date(1985, 11, 29)
    assert birth_date("196306862399") == date(1963, 6, 26)
    assert birth_date("196000612389") is None
    assert birth_date(_with_check_digit("19851160238")) is None


def test_masks_hide_the_last_four() -> None:
    assert mask("198511292388") == "19851129-••••"
