"""Free times against a naive minute-by-minute model, and the cases that people ask about by name."""

import uuid
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portal.core.i18n import STOCKHOLM
from portal.core.workdays import is_holiday
from portal.meetings.rules.availability import (
    Calendar,
    Hours,
    Kinds,
    Opening,
    Span,
    Start,
    Taken,
    Wanted,
    Weekly,
    bounds,
    free_starts,
    length,
    open_time,
    quanta,
)
from portal.meetings.rules.states import Form
from tests.meetings.naive import MINUTE, Model, Told

TALK, HOME = uuid.UUID(int=1), uuid.UUID(int=2)
HOUSE, LIBRARY = uuid.UUID(int=11), uuid.UUID(int=12)
ALWAYS = date(2020, 1, 1)

# Days around which something happens: the clocks go forward and back, midsummer, Christmas, New Year, Easter.
TURNS = [date(2026, 3, 28), date(2026, 10, 24), date(2026, 6, 18), date(2026, 12, 23), date(2026, 12, 30)]
DAYS = st.sampled_from([*TURNS, date(2027, 3, 26)])


def swedish(day: date, minute: int) -> datetime:
    """The instant so many minutes of running time after a Swedish midnight."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM).astimezone(UTC)
    return midnight + timedelta(minutes=minute)


def wall(starts: list[Start]) -> list[str]:
    return [f"{start.at.astimezone(STOCKHOLM):%d %H.%M%z}" for start in starts]


@st.composite
def kinds(draw: st.DrawFn) -> Kinds:
    forms = draw(st.sets(st.sampled_from([Form.VISIT, Form.PHONE]), max_size=2))
    types = draw(st.sets(st.sampled_from([TALK, HOME]), max_size=1))
    return Kinds(frozenset(forms), frozenset(types), draw(st.sampled_from([None, HOUSE, LIBRARY])))


@st.composite
def spans(draw: st.DrawFn, day: date, longest: int) -> Span:
    # Minutes of any kind: what is taken elsewhere keeps to no grid.
    start = draw(st.integers(-1500, 4 * 1440))
    return Span(swedish(day, start), swedish(day, start + draw(st.integers(1, longest))))


@st.composite
def weekly(draw: st.DrawFn, day: date) -> Weekly:
    first = draw(st.integers(0, 287)) * 5
    last = draw(st.integers(first // 5 + 1, min(288, first // 5 + 120))) * 5
    valid_from = day + timedelta(days=draw(st.integers(-8, 2)))
    until = draw(st.none() | st.integers(0, 10).map(lambda days: valid_from + timedelta(days=days)))
    weekday = (day + timedelta(days=draw(st.integers(0, 3)))).weekday()
    step = draw(st.sampled_from([5, 10, 15, 20, 30, 45, 60, 7]))
    return Weekly(weekday, first, last, step, valid_from, until, draw(kinds()))


@st.composite
def openings(draw: st.DrawFn, day: date) -> Opening:
    start = draw(st.integers(-300, 800)) * 5
    end = start + draw(st.integers(1, 400)) * 5
    return Opening(swedish(day, start), swedish(day, end), draw(st.sampled_from([5, 15, 30, 50])), draw(kinds()))


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Told, Wanted, Span]:
    day = draw(DAYS)
    told = Told(
        draw(st.lists(weekly(day), max_size=4)),
        draw(st.lists(openings(day), max_size=2)),
        draw(st.lists(spans(day, 90) | spans(day, 4000), max_size=5)),
        draw(st.lists(weekly(day), max_size=3)),
        draw(st.lists(openings(day), max_size=2)),
    )
    minutes = draw(st.integers(1, 36)) * 5
    wanted = Wanted(TALK, draw(st.sampled_from([Form.VISIT, Form.PHONE])), minutes, draw(st.integers(0, 45)))
    start = swedish(day, draw(st.integers(-60, 600)))
    return told, wanted, Span(start, start + timedelta(minutes=draw(st.integers(0, 2 * 1440))))


@given(worlds())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_free_times_are_those_of_the_naive_model(world: tuple[Told, Wanted, Span]) -> None:
    told, wanted, within = world
    units = Hours(told.units_weekly, told.units_openings)
    calendar = Calendar(Hours(told.weekly, told.openings), Taken(told.taken), units)
    assert list(free_starts(calendar, wanted, within)) == Model(told, wanted).starts(within)


@given(worlds())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_the_open_time_is_that_of_the_naive_model(world: tuple[Told, Wanted, Span]) -> None:
    told, wanted, within = world
    calendar = Calendar(
        Hours(told.weekly, told.openings), Taken(told.taken), Hours(told.units_weekly, told.units_openings)
    )
    found = open_time(calendar, within)
    assert all(before.end <= after.start for before, after in pairwise(found))
    minutes = [span.start + timedelta(minutes=n) for span in found for n in range((span.end - span.start) // MINUTE)]
    assert minutes == Model(told, wanted).open_minutes(within)


def starts_on(day: date, *rules: Weekly, minutes: int = 60, taken: tuple[Span, ...] = ()) -> list[str]:
    calendar = Calendar(Hours(rules), Taken(taken))
    within = Span(swedish(day, 0), swedish(day + timedelta(days=1), 0))
    return wall(list(free_starts(calendar, Wanted(TALK, Form.PHONE, minutes), within)))


def test_the_hour_that_the_clocks_skip_does_not_exist() -> None:
    forward = date(2026, 3, 29)
    assert starts_on(forward, Weekly(6, 120, 180, 30, ALWAYS), minutes=30) == []
    # From one to four there are two hours, and they follow upon each other.
    night = Weekly(6, 60, 240, 60, ALWAYS)
    assert starts_on(forward, night) == ["29 01.00+0100", "29 03.00+0200"]
    assert starts_on(forward, night, minutes=120) == ["29 01.00+0100"]


def test_the_hour_that_the_clocks_show_twice_is_open_twice() -> None:
    back = date(2026, 10, 25)
    assert starts_on(back, Weekly(6, 120, 180, 60, ALWAYS)) == ["25 02.00+0200", "25 02.00+0100"]
    # Half of it, both times: no whole hour is open.
    assert starts_on(back, Weekly(6, 120, 150, 30, ALWAYS)) == []
    assert starts_on(back, Weekly(6, 120, 150, 30, ALWAYS), minutes=30) == ["25 02.00+0200", "25 02.00+0100"]


def test_office_hours_stay_where_the_clock_on_the_wall_says_so() -> None:
    for friday in (date(2026, 3, 27), date(2026, 4, 10), date(2026, 10, 23), date(2026, 10, 30)):
        assert [time[3:8] for time in starts_on(friday, Weekly(4, 540, 660, 60, ALWAYS))] == ["09.00", "10.00"]


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 6, 19),  # midsommarafton
        date(2026, 12, 24),
        date(2026, 12, 31),
        date(2026, 1, 6),
        date(2026, 5, 14),  # Kristi himmelsfärdsdag
        date(2027, 3, 29),  # annandag påsk
    ],
)
def test_weekly_hours_are_closed_on_holidays_and_eves_and_an_opening_opens_them(day: date) -> None:
    assert is_holiday(day)
    assert starts_on(day, Weekly(day.weekday(), 540, 660, 60, ALWAYS)) == []
    opening = Opening(swedish(day, 540), swedish(day, 660), 60)
    within = Span(swedish(day, 0), swedish(day, 1440))
    found = list(free_starts(Calendar(Hours((), (opening,))), Wanted(TALK, Form.PHONE, 60), within))
    assert [time[3:8] for time in wall(found)] == ["09.00", "10.00"]


@pytest.mark.parametrize("day", [date(2026, 4, 2), date(2026, 5, 15), date(2026, 1, 5), date(2026, 11, 29)])
def test_maundy_thursday_squeeze_days_and_sundays_are_no_holidays(day: date) -> None:
    assert not is_holiday(day)


def test_what_is_taken_off_the_grid_closes_every_time_that_it_touches() -> None:
    day = date(2026, 11, 27)
    taken = Span(swedish(day, 9 * 60 + 59), swedish(day, 10 * 60 + 1))
    hours = Weekly(4, 540, 720, 30, ALWAYS)
    assert [time[3:8] for time in starts_on(day, hours, taken=(taken,))] == ["10.30", "11.00"]


def test_a_visit_needs_a_place_and_stays_at_it() -> None:
    day = date(2026, 11, 27)
    within = Span(swedish(day, 0), swedish(day, 1440))
    morning = Weekly(4, 540, 600, 30, ALWAYS, kinds=Kinds(place_id=HOUSE))
    later = Weekly(4, 600, 660, 30, ALWAYS, kinds=Kinds(place_id=LIBRARY))
    nowhere = Weekly(4, 660, 720, 30, ALWAYS)
    calendar = Calendar(Hours((morning, later, nowhere)))
    visits = list(free_starts(calendar, Wanted(TALK, Form.VISIT, 60), within))
    assert [(time[3:8], start.place_id) for time, start in zip(wall(visits), visits, strict=True)] == [
        ("09.00", HOUSE),
        ("10.00", LIBRARY),
    ]
    calls = list(free_starts(calendar, Wanted(TALK, Form.PHONE, 60), within))
    assert [time[3:8] for time in wall(calls)] == ["09.00", "09.30", "10.00", "10.30", "11.00"]
    assert {start.place_id for start in calls} == {None}


@given(st.integers(1, 480), st.integers(0, 200), st.booleans())
@example(45, 50, True)
def test_a_length_is_on_the_grid_and_never_too_short(minutes: int, percent: int, interpreted: bool) -> None:
    found = length(minutes, percent, with_interpreter=interpreted)
    exact = minutes * (100 + (percent if interpreted else 0)) / 100
    assert found % 5 == 0
    assert exact <= found < exact + 6


def test_an_interpreter_adds_its_share() -> None:
    assert length(45, 50, with_interpreter=False) == 45
    assert length(45, 50, with_interpreter=True) == 70


@given(st.integers(0, 10_000), st.integers(1, 300))
def test_a_span_touches_every_piece_that_it_overlaps(start: int, minutes: int) -> None:
    begins = swedish(ALWAYS, start)
    ends = begins + timedelta(minutes=minutes)
    pieces = quanta(begins, ends)
    assert all(not piece.minute % 5 for piece in pieces)
    assert pieces[0] <= begins < pieces[0] + timedelta(minutes=5)
    assert pieces[-1] < ends <= pieces[-1] + timedelta(minutes=5)
    assert len(pieces) == (pieces[-1] - pieces[0]) // timedelta(minutes=5) + 1


def test_notice_is_counted_in_hours_and_the_horizon_in_swedish_days() -> None:
    now = datetime(2026, 10, 20, 22, 30, tzinfo=UTC)  # half past midnight on the 21st in Sweden
    may = bounds(now, 24, 7)
    assert may.start == datetime(2026, 10, 21, 22, 30, tzinfo=UTC)
    # To the end of the 28th, when it is winter time.
    assert may.end == datetime(2026, 10, 28, 23, 0, tzinfo=UTC)


def test_a_rule_holds_from_its_first_day_to_its_last_inclusive() -> None:
    monday, week = date(2026, 11, 2), timedelta(weeks=1)
    rule = Weekly(0, 540, 600, 60, monday + week, monday + 2 * week)
    assert [len(starts_on(monday + number * week, rule)) for number in range(4)] == [0, 1, 1, 0]


def test_no_step_leads_off_the_grid() -> None:
    times = starts_on(date(2026, 11, 27), Weekly(4, 540, 660, 7, ALWAYS), minutes=5)
    assert [time[3:8] for time in times] == ["09.00", "09.35", "10.10", "10.45"]


def test_a_single_openings_place_comes_before_the_weekly_one() -> None:
    day = date(2026, 11, 27)
    weekly_rule = Weekly(4, 540, 600, 60, ALWAYS, kinds=Kinds(place_id=HOUSE))
    opening = Opening(swedish(day, 540), swedish(day, 600), 60, Kinds(place_id=LIBRARY))
    within = Span(swedish(day, 0), swedish(day, 1440))
    found = free_starts(Calendar(Hours((weekly_rule,), (opening,))), Wanted(TALK, Form.VISIT, 60), within)
    assert [start.place_id for start in found] == [LIBRARY]


def test_own_hours_in_force_keep_the_units_hours_away_on_every_day_of_the_week() -> None:
    friday, week = date(2026, 11, 27), timedelta(weeks=1)
    unit = Hours((Weekly(4, 540, 660, 60, ALWAYS),), (Opening(swedish(friday, 17 * 60), swedish(friday, 18 * 60), 60),))
    own = Weekly(0, 480, 540, 60, friday - week, friday)  # Mondays alone, until this Friday

    def found(day: date, calendar: Calendar) -> list[str]:
        within = Span(swedish(day, 0), swedish(day, 1440))
        return [time[3:8] for time in wall(list(free_starts(calendar, Wanted(TALK, Form.PHONE, 60), within)))]

    assert found(friday, Calendar(units=unit)) == ["09.00", "10.00", "17.00"]
    # An own opening alone is no week of one's own.
    alone = Hours((), (Opening(swedish(friday, 720), swedish(friday, 780), 60),))
    assert found(friday, Calendar(alone, units=unit)) == ["09.00", "10.00", "12.00", "17.00"]
    assert found(friday, Calendar(Hours((own,)), units=unit)) == []
    assert found(friday - timedelta(days=4), Calendar(Hours((own,)), units=unit)) == ["08.00"]
    # Before it holds, and from the day after it is over, the unit's count.
    assert found(friday - 2 * week, Calendar(Hours((own,)), units=unit)) == ["09.00", "10.00"]
    assert found(friday + week, Calendar(Hours((own,)), units=unit)) == ["09.00", "10.00"]


def test_what_closes_the_unit_closes_also_own_hours() -> None:
    day = date(2026, 11, 27)
    closed = Taken((Span(swedish(day, 0), swedish(day, 1440)),))
    calendar = Calendar(Hours((Weekly(4, 540, 660, 60, ALWAYS),)), closed, Hours((Weekly(4, 540, 660, 60, ALWAYS),)))
    within = Span(swedish(day, 0), swedish(day, 1440))
    assert list(free_starts(calendar, Wanted(TALK, Form.PHONE, 60), within)) == []
