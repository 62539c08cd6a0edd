"""Who is away, from the absences in the calendar."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.i18n import STOCKHOLM, today
from portal.meetings.models import DayException
from portal.meetings.queries import away
from portal.meetings.rules.away import away_until
from portal.people.absence import AwayAsked
from portal.people.models import Unit
from tests.meetings.world import Bookings

NOW = datetime(2026, 11, 23, 9, tzinfo=STOCKHOLM)  # a Monday


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("spans", "last"),
    [
        ([], None),
        ([(at(23, 8), at(23, 12))], None),
        ([(at(23), at(24))], date(2026, 11, 23)),
        ([(at(23, 9), at(25, 12))], date(2026, 11, 25)),
        ([(at(24), at(25))], None),
        ([(at(22), at(23))], None),
        ([(at(25), at(27)), (at(20), at(25))], date(2026, 11, 26)),
        ([(at(20), at(25)), (at(26), at(27))], date(2026, 11, 24)),
        ([(at(20), at(28)), (at(23), at(24))], date(2026, 11, 27)),
    ],
)
def test_an_absence_that_is_going_on_past_the_day_counts(
    spans: list[tuple[datetime, datetime]], last: date | None
) -> None:
    assert away_until(spans, NOW) == last


@given(
    spans=st.lists(
        st.tuples(st.integers(-200, 100), st.integers(1, 100)).map(
            lambda pair: (NOW + timedelta(hours=pair[0]), NOW + timedelta(hours=sum(pair)))
        )
    )
)
def test_one_is_away_until_the_first_hour_in_which_no_absence_is(spans: list[tuple[datetime, datetime]]) -> None:
    hours = (NOW + timedelta(hours=each) for each in range(400))
    back = next(hour for hour in hours if not any(start <= hour < end for start, end in spans))
    whole = back.date() > NOW.date()
    assert away_until(spans, NOW) == ((back - timedelta(hours=1)).date() if whole else None)


def test_the_question_is_answered_from_the_calendar(session: Session, world: Bookings) -> None:
    midnight = datetime.combine(today(), datetime.min.time(), STOCKHOLM)

    def add(staff_id: uuid.UUID, start: datetime, days: int, *, is_open: bool = False) -> None:
        end = start + timedelta(days=days)
        session.add(DayException(staff_id=staff_id, starts_at=start, ends_at=end, open=is_open))

    add(world.people.petra, midnight, 3)
    add(world.people.henrik, midnight + timedelta(days=1), 3)
    add(world.people.leader, now() - timedelta(hours=1), 1, is_open=True)
    closed = {"unit_id": session.scalars(select(Unit.id)).one(), "open": False}
    session.add(DayException(starts_at=midnight, ends_at=midnight + timedelta(days=9), **closed))
    session.flush()
    asked = AwayAsked()
    away.answer(session, asked)
    assert asked.until == {world.people.petra: today() + timedelta(days=2)}
