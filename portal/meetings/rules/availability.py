"""When somebody can be met: from hours, absences and what is taken to the times at which a meeting can begin; pure.

Four definitions carry all of it:

- An instant is *open* where the clock on the wall in Sweden then shows a time of a weekly rule, on a day that is no
  holiday, or where a single opening covers it. So an hour that the clocks skip doesn't exist, and one that they show
  twice is open twice.
- The hours of somebody's unit, weekly ones and single openings, are theirs on a day on which they have *no weekly rule
  of their own in force*, whatever its day of the week. So who has own hours keeps all of their week to themselves.
- An instant is *taken* where an absence, a closing of the unit, a time taken elsewhere, or a claim covers it. Taken
  wins over open, and what closes the unit closes everybody in it.
- A meeting fits where all of it is open at one place, and neither it nor its buffer meets anything that is taken.
"""

import uuid
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from portal.core.i18n import STOCKHOLM
from portal.core.workdays import is_holiday
from portal.meetings.rules.states import QUANTUM, Form

# Nobody plans further, and every look into the future ends somewhere.
MAX_AHEAD_DAYS = 366

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """Time from an instant, inclusive, to another, exclusive."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Kinds:
    """For which forms and kinds of meetings some hours are, and where visits are received; empty: for all."""

    forms: frozenset[Form] = frozenset()
    type_ids: frozenset[uuid.UUID] = frozenset()
    place_id: uuid.UUID | None = None

    def admit(self, form: Form, type_id: uuid.UUID) -> bool:
        """Tell whether the hours are for such a meeting; a visit needs somewhere to go to."""
        if form is Form.VISIT and self.place_id is None:
            return False
        return (not self.forms or form in self.forms) and (not self.type_ids or type_id in self.type_ids)


def in_force(valid_from: date, valid_until: date | None, day: date) -> bool:
    """Tell whether something holds on a day, from its first to its last one, inclusive."""
    return valid_from <= day and (valid_until is None or day <= valid_until)


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of every week: Monday is 0, minutes from midnight by the clock on the wall, both days inclusive."""

    weekday: int
    from_minute: int
    to_minute: int
    step_minutes: int
    valid_from: date
    valid_until: date | None = None
    kinds: Kinds = field(default_factory=Kinds)

    def in_force(self, day: date) -> bool:
        """Tell whether the rule is in force on a day, whatever day of the week that is."""
        return in_force(self.valid_from, self.valid_until, day)

    def opens(self, day: date) -> bool:
        """Tell whether the rule opens a day."""
        return day.weekday() == self.weekday and self.in_force(day) and not is_holiday(day)


@dataclass(frozen=True, slots=True)
class Opening:
    """A single opening, which may lie on a holiday; its times begin ``step_minutes`` apart from its start."""

    start: datetime
    end: datetime
    step_minutes: int
    kinds: Kinds = field(default_factory=Kinds)


class Taken:
    """What is taken of somebody's time, in whatever order it is told of, overlapping or not."""

    __slots__ = ("_ends", "_starts")

    def __init__(self, spans: Iterable[Span]) -> None:
        merged = _merge(spans)
        self._starts = [span.start for span in merged]
        self._ends = [span.end for span in merged]

    def meets(self, start: datetime, end: datetime) -> bool:
        """Tell whether anything from ``start`` to ``end`` is taken."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._ends[before] > start

    def leaves(self, span: "Span") -> Iterator["Span"]:
        """Yield what isn't taken of a span, in order."""
        at = span.start
        for start, end in zip(self._starts, self._ends, strict=True):
            if at < min(start, span.end):
                yield Span(at, min(start, span.end))
            at = max(at, end)
        if at < span.end:
            yield Span(at, span.end)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody, or everybody in a unit, can be met."""

    weekly: Sequence[Weekly] = ()
    openings: Sequence[Opening] = ()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.weekly or self.openings)


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that decides over one caseworker's time: own hours, those of the unit, and what is taken."""

    own: Hours = field(default_factory=Hours)
    taken: Taken = field(default_factory=lambda: Taken(()))
    units: Hours = field(default_factory=Hours)

    def hours_on(self, day: date) -> Hours:
        """Return the hours that count on a day: own weekly rules in force keep the unit's hours away."""
        if not self.units or any(rule.in_force(day) for rule in self.own.weekly):
            return self.own
        return Hours(self.units.weekly, (*self.own.openings, *self.units.openings))


@dataclass(frozen=True, slots=True)
class Wanted:
    """The meeting that is looked for: its kind, its form, its length, and what is kept free after it."""

    type_id: uuid.UUID
    form: Form
    minutes: int
    buffer_minutes: int = 0


class Start(NamedTuple):
    """When a meeting can begin, and where a visit is received."""

    at: datetime
    place_id: uuid.UUID | None


def round_up(minutes: int) -> int:
    """Return a length in minutes that fits the grid of ``QUANTUM``."""
    grid = QUANTUM // _MINUTE
    return -(-minutes // grid) * grid


def length(minutes: int, interpreter_percent: int, *, with_interpreter: bool) -> int:
    """Return how long a meeting takes in minutes on the grid: with an interpreter all is said twice."""
    percent = 100 + (interpreter_percent if with_interpreter else 0)
    return round_up(-(-minutes * percent // 100))


def on_grid(at: datetime) -> bool:
    """Tell whether a meeting may begin or end at an instant."""
    return not (at.minute % (QUANTUM // _MINUTE) or at.second or at.microsecond)


def quanta(start: datetime, end: datetime) -> list[datetime]:
    """Return the pieces of the grid that a span touches, as ``models.Claim`` keeps them.

    A meeting claims its time and its buffer: ``quanta(starts_at, ends_at + buffer)``.
    """
    at = start - (start - _EPOCH) % QUANTUM
    found = []
    while at < end:
        found.append(at)
        at += QUANTUM
    return found


def bounds(now: datetime, notice_hours: int, ahead_days: int) -> Span:
    """Return from when until when a client may book at an instant: so many hours before, so many Swedish days ahead."""
    last = now.astimezone(STOCKHOLM).date() + timedelta(days=ahead_days)
    return Span(now + timedelta(hours=notice_hours), _midnight(last + _DAY))


def free_starts(calendar: Calendar, wanted: Wanted, within: Span) -> Iterator[Start]:
    """Yield the times at which a meeting (of a day at most) can begin inside a span, the next one first, each once.

    Where two hours at different places offer the same time, a single opening's place comes before a weekly rule's, and
    an own opening's before the unit's.
    """
    takes = timedelta(minutes=wanted.minutes)
    with_buffer = takes + timedelta(minutes=wanted.buffer_minutes)
    # A meeting that begins late in the evening may end on the day after: each day is looked at beside the next one.
    day = within.start.astimezone(STOCKHOLM).date()
    windows = list(_windows(calendar, wanted, day))
    while _midnight(day) < within.end:
        following = list(_windows(calendar, wanted, day + _DAY))
        for start in _starts(windows, following, takes, within):
            if not calendar.taken.meets(start.at, start.at + with_buffer):
                yield start
        day, windows = day + _DAY, following


def open_time(calendar: Calendar, within: Span) -> list[Span]:
    """Return what is open inside a span for a meeting of some kind and isn't taken, in order."""
    opened: list[Span] = []
    day = within.start.astimezone(STOCKHOLM).date()
    while _midnight(day) < within.end:
        hours = calendar.hours_on(day)
        midnights = Span(_midnight(day), _midnight(day + _DAY))
        opened += [_common(Span(one.start, one.end), midnights) for one in hours.openings]
        rules = (rule for rule in hours.weekly if rule.opens(day))
        opened += [Span(window.start, window.end) for rule in rules for window in _by_the_clock(rule, day, None)]
        day += _DAY
    spans = (_common(span, within) for span in opened)
    return [
        left for span in _merge(span for span in spans if span.start < span.end) for left in calendar.taken.leaves(span)
    ]


def _common(span: Span, other: Span) -> Span:
    return Span(max(span.start, other.start), min(span.end, other.end))


class _Window(NamedTuple):
    """Open time of one day, with the instant from which its steps are counted."""

    start: datetime
    end: datetime
    anchor: datetime
    step: timedelta
    place_id: uuid.UUID | None


def _starts(windows: list[_Window], following: list[_Window], takes: timedelta, within: Span) -> list[Start]:
    found: dict[datetime, uuid.UUID | None] = {}
    reaches = {
        place_id: _merge(Span(w.start, w.end) for w in (*windows, *following) if w.place_id == place_id)
        for place_id in {window.place_id for window in windows}
    }
    for window in windows:
        until = next(span.end for span in reaches[window.place_id] if span.start <= window.start < span.end)
        first = max(window.start, within.start)
        at = window.anchor + max(-(-(first - window.anchor) // window.step), 0) * window.step
        while at < min(window.end, within.end) and at + takes <= until:
            if on_grid(at):
                found.setdefault(at, window.place_id)
            at += window.step
    return [Start(at, found[at]) for at in sorted(found)]


def _windows(calendar: Calendar, wanted: Wanted, day: date) -> Iterator[_Window]:
    """Yield the open time of a Swedish day that is for such a meeting, single openings first."""
    begins, ends = _midnight(day), _midnight(day + _DAY)
    visit = wanted.form is Form.VISIT
    hours = calendar.hours_on(day)
    for opening in hours.openings:
        if opening.start < ends and opening.end > begins and opening.kinds.admit(wanted.form, wanted.type_id):
            place_id = opening.kinds.place_id if visit else None
            step = timedelta(minutes=opening.step_minutes)
            yield _Window(max(opening.start, begins), min(opening.end, ends), opening.start, step, place_id)
    for rule in hours.weekly:
        if rule.opens(day) and rule.kinds.admit(wanted.form, wanted.type_id):
            place_id = rule.kinds.place_id if visit else None
            yield from _by_the_clock(rule, day, place_id)


def _by_the_clock(rule: Weekly, day: date, place_id: uuid.UUID | None) -> Iterator[_Window]:
    step = timedelta(minutes=rule.step_minutes)
    for start, end, midnight in _stretches(day):
        opens = midnight + rule.from_minute * _MINUTE
        closes = midnight + rule.to_minute * _MINUTE
        if max(opens, start) < min(closes, end):
            yield _Window(max(opens, start), min(closes, end), opens, step, place_id)


@lru_cache(maxsize=4096)
def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM).astimezone(UTC)


@lru_cache(maxsize=4096)
def _stretches(day: date) -> tuple[tuple[datetime, datetime, datetime], ...]:
    """Return the stretches of a day between which the clocks are changed: from, to, and when the day would have begun.

    A day has one of them, and two where the clocks go forward or back.
    """
    start, end = _midnight(day), _midnight(day + _DAY)
    whole = start.astimezone(STOCKHOLM).utcoffset()
    found = []
    at = start
    while at < end:
        offset = at.astimezone(STOCKHOLM).utcoffset()
        until = at
        while until < end and until.astimezone(STOCKHOLM).utcoffset() == offset:
            until += QUANTUM if (end - start) != _DAY else _DAY
        found.append((at, min(until, end), start + ((whole or timedelta()) - (offset or timedelta()))))
        at = until
    return tuple(found)


def _merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            if span.end > merged[-1].end:
                merged[-1] = Span(merged[-1].start, span.end)
        else:
            merged.append(span)
    return merged
