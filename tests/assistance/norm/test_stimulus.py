"""Jobbstimulans: after six months in a row, for two years, then from the beginning; and what isn't known of it."""

from collections.abc import Iterable
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm import UNKNOWN, Support, Unknown, qualifies
from portal.assistance.rules.norm.tables import Stimulus

RULE = Stimulus(percent=25, after_months=6, months=24, source="12 kap. 8 § socialtjänstlagen (2025:400)")
START = Period(2023, 1)


LATER = START.plus(600)


def had(numbers: Iterable[int], *unknown: int, complete: bool = True, running: Period = LATER) -> Support:
    """Return months with support by their number from January 2023, and some of which it isn't known."""
    months: dict[Period, bool | Unknown] = {START.plus(number): True for number in numbers}
    return Support(months | {START.plus(number): UNKNOWN for number in unknown}, running, complete=complete)


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
def test_when_somebody_qualifies(received: Iterable[int], month: int, expected: bool) -> None:
    assert qualifies(had(received), START.plus(month), RULE) is expected


@given(st.sets(st.integers(0, 90), max_size=80), st.integers(0, 100))
def test_never_without_six_months_in_a_row_before(received: set[int], month: int) -> None:
    rows = [1]
    for before, after in pairwise(sorted(number for number in received if number < month)):
        rows.append(rows[-1] + 1 if after == before + 1 else 1)
    found = qualifies(had(received), START.plus(month), RULE)
    if found is True:
        assert max(rows) >= 6
    # What comes in the month itself or later changes nothing.
    assert found is qualifies(had(number for number in received if number < month), START.plus(month), RULE)


@given(st.integers(0, 40), st.integers(6, 12))
def test_for_two_years_in_a_row(start: int, length: int) -> None:
    received = had(range(start, start + length))
    found = [number for number in range(120) if qualifies(received, START.plus(number), RULE) is True]
    assert found == list(range(start + 6, start + 30))


@pytest.mark.parametrize(
    ("support", "month", "expected"),
    [
        # 1 2 3 4 5 ? : the sixth decides, until it can't be one of six any more
        (had(range(5), 5), 6, UNKNOWN),
        (had(range(5), 5), 5, False),
        # ? 2 3 4 5 6 7 : six in a row without the first, from the month after the seventh or before it
        (had(range(1, 7), 0), 6, UNKNOWN),
        (had(range(1, 7), 0), 7, True),
        # within the two years what isn't known changes nothing
        (had(range(6), *range(6, 29)), 29, True),
        (had(range(6), *range(6, 29)), 30, False),
        # nothing is known from before the first month: perhaps the two years were over already, or are not begun
        (had(range(6), complete=False), 6, UNKNOWN),
        (had((), complete=False), 6, UNKNOWN),
        # but for who had none for longer than two years, that doesn't matter
        (had((*range(1), *range(40, 46)), complete=False), 46, True),
        (had((*range(1), *range(40, 45)), complete=False), 45, False),
        # a month that can still be applied for isn't one without support
        (had(range(5), running=START.plus(5)), 6, UNKNOWN),
        (had(range(5), running=START.plus(6)), 6, False),
    ],
)
def test_what_is_not_known_counts_only_where_it_decides(support: Support, month: int, expected: object) -> None:
    assert qualifies(support, START.plus(month), RULE) is expected


@given(st.lists(st.sampled_from([True, False, UNKNOWN]), min_size=1, max_size=9), st.integers(25, 45))
def test_not_known_means_that_both_can_be(told: list[bool | Unknown], month: int) -> None:
    """Every way to fill the gaps is counted by itself: unknown where they differ, else what all of them say."""
    start = list(range(36 - len(told), 36))
    whole = had(range(start[0]))  # known and with support until then

    def count(answers: Iterable[bool | Unknown]) -> bool | Unknown:
        months = dict(whole.months) | dict(zip(map(START.plus, start), answers, strict=True))
        return qualifies(Support(months, LATER, complete=True), START.plus(month), RULE)

    found = {count(way) for way in product(*((True, False) if one is UNKNOWN else (one,) for one in told))}
    assert count(told) is (found.pop() if len(found) == 1 else UNKNOWN)
