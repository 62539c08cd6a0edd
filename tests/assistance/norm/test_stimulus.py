"""Jobbstimulans: after six months in a row, for two years, then from the beginning again."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm import qualifies
from portal.assistance.rules.norm.tables import Stimulus

RULE = Stimulus(percent=25, after_months=6, months=24, source="12 kap. 8 § socialtjänstlagen (2025:400)")
START = Period(2023, 1)


def months(*numbers: int) -> set[Period]:
    """Return months by their number from January 2023."""
    return {START.plus(number) for number in numbers}


@pytest.mark.parametrize(
    ("received", "month", "expected"),
    [
        (range(6), 5, False),  # the sixth month itself
        (range(6), 6, True),
        (range(6), 29, True),
        (range(6), 30, False),  # after two years
        (range(5), 5, False),
        ((0, 1, 2, 4, 5, 6, 7), 8, False),  # not in a row
        ((0, 1, 2, 4, 5, 6, 7, 8, 9), 10, True),
        ((), 3, False),
        (range(30), 30, False),  # months within the two years don't qualify anew
        (range(35), 35, False),
        (range(36), 36, True),
        (range(36), 59, True),
        (range(36), 60, False),
        (range(3, 9), 2, False),
        (range(3, 9), 9, True),
    ],
)
def test_when_somebody_qualifies(received: range, month: int, expected: bool) -> None:
    assert qualifies(months(*received), START.plus(month), RULE) is expected


@given(st.sets(st.integers(0, 90), max_size=80), st.integers(0, 100))
def test_never_without_six_months_in_a_row_before(received: set[int], month: int) -> None:
    rows = [1]
    for before, after in pairwise(sorted(number for number in received if number < month)):
        rows.append(rows[-1] + 1 if after == before + 1 else 1)
    if qualifies(months(*received), START.plus(month), RULE):
        assert max(rows) >= 6
        # What comes in the month itself or later changes nothing.
    assert qualifies(months(*received), START.plus(month), RULE) == qualifies(
        months(*(number for number in received if number < month)), START.plus(month), RULE
    )


@given(st.integers(0, 40), st.integers(6, 12))
def test_for_two_years_in_a_row(start: int, length: int) -> None:
    received = months(*range(start, start + length))
    found = [number for number in range(120) if qualifies(received, START.plus(number), RULE)]
    assert found == list(range(start + 6, start + 30))
