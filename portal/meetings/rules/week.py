"""A week of a calendar as a table: half-hour rows, a column a day, and what overlaps in one cell; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Protocol, TypeVar

from portal.core.i18n import STOCKHOLM
from portal.meetings.rules.availability import Span, Taken

STEP = timedelta(minutes=30)
# What is shown even of an empty week.
FIRST_HOUR, LAST_HOUR = 8, 17
_MIDNIGHT = 48
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Timed(Protocol):
    """Something with a beginning and an end."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it ends."""


Entry = TypeVar("Entry", bound=Timed)


@dataclass
class Cell(Generic[Entry]):
    """Some rows of a day's column, from ``row`` on; empty, or with all that falls into them."""

    row: int
    rows: int
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table(Generic[Entry]):
    """Rows by their time of day, and for each row the cells that begin in it, a day each (None: one goes on)."""

    times: Sequence[time]
    rows: Sequence[Sequence[Cell[Entry] | None]]


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def bounds(day: date, days: int) -> tuple[datetime, datetime]:
    """Return the instants at which some days begin and end in Sweden."""
    start = datetime.combine(day, time(), STOCKHOLM)
    return start, datetime.combine(day + timedelta(days=days), time(), STOCKHOLM)


def table(entries: Iterable[Entry], first: date, days: int = 5) -> Table[Entry]:
    """Return a table of some days, long enough that nothing is left out; each entry stands in each of its days.

    What goes on over midnight needs no rows of the night for it: it is seen beside the working day as well.
    """
    by_day = [_of_day(entries_of, first + timedelta(days=number)) for number, entries_of in _days(entries, first, days)]
    begins = min([FIRST_HOUR * 2, *(start if start else end - 1 for day in by_day for start, end, _entry in day)])
    ends = max(
        [LAST_HOUR * 2, *(end if end < _MIDNIGHT else start + 1 for day in by_day for start, end, _entry in day)]
    )
    columns = [_column(day, begins, ends) for day in by_day]
    return Table(
        times=[time(row // 2, 30 * (row % 2)) for row in range(begins, ends)],
        rows=[[column[row] for column in columns] for row in range(ends - begins)],
    )


def whole_rows(free: Iterable[Span], shown: Iterable[Timed]) -> list[Span]:
    """Return the rows of a table that lie in free time and that nothing shown stands in, joined to spans."""
    standing = Taken(Span(one.starts_at, one.ends_at) for one in shown)
    found: list[Span] = []
    for span in free:
        at = span.start + -(span.start - _EPOCH) % STEP
        while at + STEP <= span.end:
            if not standing.meets(at, at + STEP):
                joined = found.pop().start if found and found[-1].end == at else at
                found.append(Span(joined, at + STEP))
            at += STEP
    return found


def _days(entries: Iterable[Entry], first: date, days: int) -> Iterable[tuple[int, list[Entry]]]:
    known = list(entries)
    for number in range(days):
        start, end = bounds(first + timedelta(days=number), 1)
        yield number, [one for one in known if one.starts_at < end and one.ends_at > start]


def _of_day(entries: list[Entry], day: date) -> list[tuple[int, int, Entry]]:
    """Return entries with their first and last half hour of a day, by the clock on the wall."""
    start, end = bounds(day, 1)
    found = []
    for one in sorted(entries, key=lambda entry: (entry.starts_at, entry.ends_at)):
        begins = 0 if one.starts_at <= start else _half_hours(one.starts_at.astimezone(STOCKHOLM).time(), up=False)
        ends = _MIDNIGHT if one.ends_at >= end else _half_hours(one.ends_at.astimezone(STOCKHOLM).time(), up=True)
        # Where the clocks go back, something can end by the clock before it begins.
        found.append((begins, max(ends, begins + 1), one))
    return found


def _half_hours(at: time, *, up: bool) -> int:
    minutes = at.hour * 60 + at.minute
    return -(-minutes // 30) if up else minutes // 30


def _column(day: list[tuple[int, int, Entry]], begins: int, ends: int) -> list[Cell[Entry] | None]:
    cells: list[Cell[Entry]] = []
    for starts, stops, entry in day:
        start, end = max(starts, begins), min(stops, ends)
        if cells and start < cells[-1].row + cells[-1].rows:
            cells[-1].entries.append(entry)
            cells[-1].rows = max(cells[-1].rows, end - cells[-1].row)
        else:
            cells.append(Cell(start, end - start, [entry]))
    column: list[Cell[Entry] | None] = []
    upcoming = iter(cells)
    following = next(upcoming, None)
    row = begins
    while row < ends:
        if following is not None and following.row == row:
            column += [following, *([None] * (following.rows - 1))]
            row += following.rows
            following = next(upcoming, None)
        else:
            column.append(Cell(row, 1))
            row += 1
    return column
