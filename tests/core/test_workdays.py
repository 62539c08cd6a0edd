"""Working days around the free days of Sweden."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.workdays import is_working_day, working_day_after, working_days_between

DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 26), True),
        (date(2026, 11, 28), False),  # Saturday
        (date(2026, 4, 3), False),  # långfredagen
        (date(2026, 5, 1), False),  # första maj
        (date(2026, 5, 14), False),  # Kristi himmelsfärdsdag
        (date(2026, 5, 15), True),  # klämdag: free for many, yet a working day
        (date(2026, 6, 19), False),  # midsommarafton
        (date(2026, 12, 24), False),
        (date(2026, 12, 31), False),
        (date(2026, 4, 2), True),  # skärtorsdagen
    ],
)
def test_free_days(day: date, working: bool) -> None:
    assert is_working_day(day) is working


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 12, 30), 1, date(2027, 1, 4)),
        (date(2026, 4, 2), 2, date(2026, 4, 8)),
        (date(2026, 11, 28), 0, date(2026, 11, 28)),
        (datetime(2026, 12, 22, 23, 30, tzinfo=UTC), 1, date(2026, 12, 28)),  # the 23rd already in Sweden
    ],
)
def test_the_last_of_so_many_working_days(start: date, days: int, due: date) -> None:
    assert working_day_after(start, days) == due


@given(start=DAYS, days=st.integers(1, 60))
def test_due_days_are_working_days_and_count_back(start: date, days: int) -> None:
    due = working_day_after(start, days)
    assert is_working_day(due)
    assert working_days_between(start, due) == days
    assert working_days_between(start, due - timedelta(days=1)) == days - 1


@given(start=DAYS, end=DAYS)
def test_no_working_days_come_between_a_day_and_an_earlier_one(start: date, end: date) -> None:
    assert working_days_between(max(start, end), min(start, end)) == 0
