"""The table of a week holds everything once a day, whatever overlaps, and each row is whole."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.meetings.rules.availability import Span
from portal.meetings.rules.week import STEP, Cell, Table, bounds, monday_of, table, whole_rows

MONDAY = date(2026, 10, 19)  # its Sunday is the day on which the clocks go back


@dataclass(frozen=True)
class One:
    starts_at: datetime
    ends_at: datetime


entries = st.builds(
    lambda start, length: One(start, start + timedelta(minutes=length)),
    st.integers(0, 9 * 24 * 60).map(lambda minutes: datetime(2026, 10, 18, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.integers(1, 3000),
)


def cells(found: Table[One]) -> list[tuple[int, int, Cell[One]]]:
    return [(row, day, cell) for row, cells in enumerate(found.rows) for day, cell in enumerate(cells) if cell]


@given(st.lists(entries, max_size=12))
def test_everything_is_there_once_in_each_of_its_days(wanted: list[One]):
    found = table(wanted, MONDAY, 7)
    for number in range(7):
        start, end = bounds(MONDAY + timedelta(days=number), 1)
        expected = sorted((one for one in wanted if one.starts_at < end and one.ends_at > start), key=repr)
        shown = sorted((one for _row, day, cell in cells(found) if day == number for one in cell.entries), key=repr)
        assert shown == expected


@given(st.lists(entries, max_size=12))
def test_each_column_fills_every_row_exactly_once(wanted: list[One]):
    found = table(wanted, MONDAY, 7)
    for day in range(7):
        covered = [row + more for row, number, cell in cells(found) if number == day for more in range(cell.rows)]
        assert covered == list(range(len(found.times)))


def test_an_empty_week_shows_the_working_day():
    found = table([], MONDAY)
    assert (found.times[0].hour, found.times[-1].hour, len(found.rows[0])) == (8, 16, 5)


def test_the_week_of_a_sunday_begins_on_monday():
    assert monday_of(date(2026, 10, 25)) == MONDAY


def test_what_goes_on_over_midnight_needs_no_rows_of_the_night():
    whole, _day_after = bounds(MONDAY + timedelta(days=1), 1)
    found = table([One(whole - timedelta(hours=10), whole + timedelta(days=1, hours=10))], MONDAY)
    assert (found.times[0].hour, found.times[-1].hour) == (8, 16)
    assert [(row, day, cell.rows) for row, day, cell in cells(found) if cell.entries] == [
        (0, 1, 18),
        (0, 2, 4),
        (12, 0, 6),
    ]


def test_what_ends_in_the_night_is_shown_where_it_ends():
    midnight, _end = bounds(MONDAY + timedelta(days=1), 1)
    found = table([One(midnight - timedelta(hours=1), midnight + timedelta(hours=3))], MONDAY)
    assert (found.times[0].hour, found.times[-1].hour) == (2, 23)


@given(st.lists(entries, max_size=4), st.lists(entries, max_size=6))
def test_free_rows_are_whole_and_share_a_cell_with_nothing(open_hours: list[One], shown: list[One]):
    hours = sorted((Span(one.starts_at, one.ends_at) for one in open_hours), key=lambda span: span.start)
    apart = [span for number, span in enumerate(hours) if all(span.start >= one.end for one in hours[:number])]
    rows = whole_rows(apart, shown)
    free = [One(*row) for row in rows]
    assert all(
        row.start.minute in {0, 30} and row.end.minute in {0, 30} and row.end - row.start >= STEP for row in rows
    )
    assert all(any(span.start <= row.start < span.end for span in apart) for row in rows)
    assert not any(one.starts_at < row.end and one.ends_at > row.start for one in shown for row in rows)
    both = cells(table([*free, *shown], MONDAY, 7))
    assert not any(len(cell.entries) > 1 and any(one in free for one in cell.entries) for _row, _day, cell in both)


def test_free_rows_follow_upon_each_other_in_one_piece_and_leave_out_what_is_less():
    nine, _end = bounds(MONDAY, 1)
    nine += timedelta(hours=9)
    free = [Span(nine - timedelta(minutes=5), nine + timedelta(hours=3, minutes=20))]
    meeting = One(nine + timedelta(minutes=60), nine + timedelta(minutes=70))
    assert whole_rows(free, [meeting]) == [
        Span(nine, nine + timedelta(hours=1)),
        Span(nine + timedelta(minutes=90), nine + timedelta(hours=3)),
    ]
