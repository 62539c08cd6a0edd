"""Pieces of time: each has one owner, whatever is tried, and none is lost when something moves."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core import migrate
from portal.core.clock import now, travel
from portal.core.db import make_engine, make_sessionmaker
from portal.meetings.models import Claim, Meeting, MeetingType, WeeklyRule
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.states import HOLD, QUANTUM
from portal.meetings.rules.times import Booked, around
from portal.meetings.service import booking, claims, drafts
from portal.meetings.service.claims import JustTaken
from tests.conftest import make_settings
from tests.meetings.world import Bookings, begin, book, build, claimed, slot


def booked(world: Bookings, hour: int, minute: int = 0, minutes: int = 30) -> Booked:
    at = slot(1, hour, minute)
    return Booked(world.people.petra, at, at + timedelta(minutes=minutes))


def test_a_meeting_claims_its_time_and_its_buffer(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    assert list(claimed(session, world.people.petra)) == [slot(1) + step * QUANTUM for step in range(8)]
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_overlapping_by_one_piece_is_refused_and_nothing_is_half_taken(session: Session, world: Bookings) -> None:
    first, second = begin(session, world, world.mariam), begin(session, world, world.mariam)
    claims.hold(session, first.id, booked(world, 10), now() + HOLD, moves_id=None)
    with pytest.raises(JustTaken):
        claims.hold(session, second.id, booked(world, 9, 35), now() + HOLD, moves_id=None)
    assert set(claimed(session, world.people.petra).values()) == {first.id}
    claims.hold(session, second.id, booked(world, 9, 30), now() + HOLD, moves_id=None)
    assert len(claimed(session, world.people.petra)) == 12


def test_the_database_refuses_by_itself(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    row = {"staff_id": world.people.petra, "at": slot(1), "draft_id": draft.id, "lapses_at": now()}
    session.execute(insert(Claim), [row])
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(insert(Claim), [row])


def test_a_hold_lapses_and_is_renewed(session: Session, world: Bookings) -> None:
    mine, other = begin(session, world, world.mariam), begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, mine, starts_at=slot(1))
    with travel(now() + HOLD - timedelta(seconds=1)):
        drafts.hold(session, world.mariam, mine, starts_at=slot(1))
        with travel(now() + HOLD - timedelta(seconds=1)), pytest.raises(JustTaken):
            claims.hold(session, other.id, booked(world, 10), now() + HOLD, moves_id=None)
    with travel(now() + 2 * HOLD):
        assert drafts.held_until(session, mine) is None
        claims.hold(session, other.id, booked(world, 10), now() + HOLD, moves_id=None)
        assert set(claimed(session, world.people.petra).values()) == {other.id, mine.id}  # the buffer's lapsed pieces
        claims.drop_lapsed(session)
        assert set(claimed(session, world.people.petra).values()) == {other.id}


def test_another_choice_lets_the_first_go(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(1))
    drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    assert min(claimed(session, world.people.petra)) == slot(2)


def test_moving_into_its_own_time_keeps_what_it_has(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    draft = drafts.keep(session, drafts.to_move(session, world.mariam, meeting.id))
    drafts.hold(session, world.mariam, draft, starts_at=slot(1, 10, 30))
    assert set(claimed(session, world.people.petra).values()) == {meeting.id, draft.id}
    booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="flytt", most=5)
    assert list(claimed(session, world.people.petra)) == [slot(1, 10, 30) + step * QUANTUM for step in range(8)]
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_a_refused_move_leaves_the_meeting_where_it_was(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    other = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, other, starts_at=slot(2))
    before = claimed(session, world.people.petra)
    with pytest.raises(JustTaken):
        claims.settle(session, meeting, Booked(world.people.petra, slot(2), slot(2, 10, 30)))
    assert claimed(session, world.people.petra) == before


@pytest.mark.parametrize("buffer", [0, 7, 25])
def test_what_is_offered_is_what_can_be_claimed_whatever_becomes_of_the_buffer(
    session: Session, world: Bookings, buffer: int
) -> None:
    vera = world.people.client(world.people.vera)
    before = book(session, world, vera, slot(1), case_id=world.people.veras, staff_id=world.people.petra)
    theirs = book(session, world, vera, slot(2), case_id=world.people.veras, staff_id=world.people.petra)
    # As the back office books it: off the grid, and without anything kept free.
    theirs.starts_at, theirs.ends_at = slot(1, 12, 3), slot(1, 12, 27)
    claims.settle(session, theirs, Booked(world.people.petra, *around(theirs.starts_at, theirs.ends_at)))
    assert (before.buffer_minutes, theirs.buffer_minutes) == (10, 0)
    session.execute(update(WeeklyRule).values(step_minutes=5))
    session.get_one(MeetingType, world.follow_up).buffer_minutes = buffer
    draft = begin(session, world, world.mariam)
    offered = drafts.free_times(session, world.mariam, draft, after=slot(1, 9), before=slot(1, 13), limit=100)
    claimable = []
    for minute in range(0, 240, 5):
        start = slot(1, 9) + timedelta(minutes=minute)
        time = Booked(world.people.petra, start, start + timedelta(minutes=30), buffer)
        try:
            claims.hold(session, draft.id, time, now() + HOLD, moves_id=None)
        except JustTaken:
            continue
        claimable.append(start)
    assert [time.starts_at for time in offered] == claimable
    assert len(claimable) > 10


@pytest.mark.parametrize("hours", [-1, 0, 13])
def test_what_is_no_time_claims_nothing(world: Bookings, hours: int) -> None:
    with pytest.raises(ValueError, match="can't be claimed"):
        Booked(world.people.petra, slot(1), slot(1) + timedelta(hours=hours)).pieces()


def test_meetings_that_were_booked_before_remember_what_they_claimed(database_url: str, monday: None) -> None:
    engine = make_engine(database_url, make_settings().key_ring)
    with make_sessionmaker(engine)() as session:
        world = build(session)
        id_ = book(session, world, world.mariam, slot(1)).id
        session.commit()
    migrate.downgrade(engine, "0016")
    migrate.upgrade(engine)
    with Session(engine) as session:
        assert session.get_one(Meeting, id_).buffer_minutes == 10
    engine.dispose()
