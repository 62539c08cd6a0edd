"""Five hundred clients at once at twenty times, and what else several do at the same moment; on both databases."""

import contextvars
import subprocess
import sys
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.actor import Actor
from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.ids import new_id
from portal.meetings.models import BookingDraft, Claim, Meeting, MeetingType, Proposal, WeeklyRule
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.states import QUANTUM, ProposalState
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking, changing, drafts, proposals
from portal.meetings.service.claims import JustTaken
from portal.people.models import Board, Case, CaseAssignment, Person
from tests.meetings import world as worlds
from tests.meetings.test_proposals import propose
from tests.meetings.world import MONDAY, MOST, Bookings, begin, book, claimed, slot
from tests.messages.world import submission

CLIENTS, TIMES, AT_ONCE = 500, 20, 20
Given = TypeVar("Given")
Got = TypeVar("Got")


@pytest.fixture
def world(sessions: sessionmaker[Session], monday: None) -> Bookings:
    with writing(sessions) as session:
        return worlds.build(session)


def at_once(act: Callable[[Given], Got], given: Sequence[Given]) -> list[Got]:
    """Run an act for each of them, ``AT_ONCE`` at a time, in threads whose clock is this test's."""
    size = min(AT_ONCE, len(given))
    together = Barrier(size)

    def first(one: Given, number: int) -> Got:
        if number < size:
            together.wait(timeout=30)
        return act(one)

    with ThreadPoolExecutor(size) as pool:
        jobs = [pool.submit(contextvars.copy_context().run, first, one, number) for number, one in enumerate(given)]
        return [job.result() for job in jobs]


def crowd(session: Session, world: Bookings) -> list[tuple[Actor, uuid.UUID]]:
    """Make so many clients of Petra's, each with a case."""
    board = session.scalars(select(Board)).one()
    ids = [(new_id(), new_id()) for _ in range(CLIENTS)]
    session.execute(insert(Person), [{"id": one, "given_name": "Klient", "surname": "Prov"} for one, _ in ids])
    session.execute(
        insert(Case), [{"id": case, "person_id": one, "board_id": board.id, "title": "Stöd"} for one, case in ids]
    )
    session.execute(insert(CaseAssignment), [{"case_id": case, "staff_id": world.people.petra} for _, case in ids])
    session.execute(update(MeetingType).values(buffer_minutes=0, ahead_days=3))
    return [(world.people.client(one), case) for one, case in ids]


@dataclass(frozen=True)
class Answer:
    """What one client got: a receipt, or other times to choose from."""

    receipt: str
    others: int


def try_for(
    sessions: sessionmaker[Session], world: Bookings, client: tuple[Actor, uuid.UUID], wanted: datetime
) -> Answer:
    """Do as the pages do, a transaction for each: begin, choose a time, book it; or be shown other times."""
    actor, case_id = client
    with writing(sessions) as session:
        draft_id = drafts.begin(
            session, actor, case_id=case_id, staff_id=None, type_id=world.follow_up, wanted=Arrangement()
        ).id
    with writing(sessions) as session:
        draft = drafts.own(session, actor, draft_id, lock=True)
        try:
            drafts.hold(session, actor, draft, starts_at=wanted)
        except JustTaken:
            others = drafts.free_times(session, actor, draft, after=slot(2, 0), before=slot(4, 0), limit=5)
            return Answer("", len(others))
    with writing(sessions) as session:
        meeting = booking.book(
            session, actor, draft_id=draft_id, wanted=Arrangement(), submission=submission(), most=MOST
        )
        return Answer(meeting.receipt_no, 0)


def no_piece_is_lost_or_doubled(session: Session) -> None:
    """See that every meeting has exactly its own time, and that nothing else is taken."""
    meetings = session.scalars(select(Meeting)).all()
    drafted = session.scalars(select(BookingDraft)).all()
    expected = {
        (meeting.staff_id, meeting.starts_at + step * QUANTUM): meeting.id
        for meeting in meetings
        for step in range((meeting.ends_at - meeting.starts_at) // QUANTUM)
    }
    taken = {
        (claim.staff_id, claim.at): claim.meeting_id
        for claim in session.scalars(select(Claim).where(Claim.meeting_id.is_not(None)))
    }
    assert len(expected) == sum((one.ends_at - one.starts_at) // QUANTUM for one in meetings)
    assert {key: owner for key, owner in taken.items() if key in expected} == expected
    assert all(one.moves_id is None for one in drafted)


def test_five_hundred_at_once_at_twenty_times(sessions: sessionmaker[Session], world: Bookings) -> None:
    with writing(sessions) as session:
        clients = crowd(session, world)
        # Twenty times on one day, of which everybody wants one, and those of the day after to fall back on.
        session.execute(update(WeeklyRule).values(from_minute=8 * 60, to_minute=18 * 60))
    times = [slot(2, 8) + number * timedelta(minutes=30) for number in range(TIMES)]
    wishes = [(client, times[number % TIMES]) for number, client in enumerate(clients)]
    answers = at_once(lambda wish: try_for(sessions, world, *wish), wishes)
    booked = [answer for answer in answers if answer.receipt]
    friendly = [answer for answer in answers if not answer.receipt and answer.others == 5]
    assert (len(booked), len(friendly)) == (TIMES, CLIENTS - TIMES)
    assert len({answer.receipt for answer in booked}) == TIMES
    with sessions() as session:
        assert sorted(session.scalars(select(Meeting.starts_at))) == times
        no_piece_is_lost_or_doubled(session)
        assert len(claimed(session, world.people.petra)) == TIMES * 6


def test_the_same_button_pressed_twenty_times_books_once(sessions: sessionmaker[Session], world: Bookings) -> None:
    with writing(sessions) as session:
        draft = begin(session, world, world.mariam)
        drafts.hold(session, world.mariam, draft, starts_at=slot(1))
    number = submission()

    def press(_turn: int) -> str:
        with writing(sessions) as session:
            return booking.book(
                session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission=number, most=MOST
            ).receipt_no

    assert len(set(at_once(press, range(AT_ONCE)))) == 1
    with sessions() as session:
        assert session.scalars(select(Meeting.starts_at)).all() == [slot(1)]


def test_a_client_cannot_press_past_the_limit(sessions: sessionmaker[Session], world: Bookings) -> None:
    held = []
    with writing(sessions) as session:
        for day in range(1, drafts.MAX_DRAFTS + 1):
            draft = begin(session, world, world.mariam)
            held.append(drafts.hold(session, world.mariam, draft, starts_at=slot(day)).id)

    def press(draft_id: uuid.UUID) -> bool:
        try:
            with writing(sessions) as session:
                booking.book(
                    session, world.mariam, draft_id=draft_id, wanted=Arrangement(), submission=submission(), most=1
                )
        except booking.TooMany:
            return False
        return True

    assert sorted(at_once(press, held)) == [False] * (drafts.MAX_DRAFTS - 1) + [True]


@pytest.mark.parametrize("turn", range(3))
def test_two_meetings_moved_into_each_others_times(sessions: sessionmaker[Session], world: Bookings, turn: int) -> None:
    hours = [slot(1, 9), slot(1, 11)]
    with writing(sessions) as session:
        meetings = [book(session, world, world.mariam, at).id for at in hours]
    petra = world.people.staff(world.people.petra)

    def move(wish: tuple[uuid.UUID, datetime]) -> bool:
        settled = Settled(world.people.petra, wish[1], 30, submission())
        try:
            with writing(sessions) as session:
                changing.move(session, petra, meeting_id=wish[0], settled=settled, reason="Byte")
        except JustTaken:
            return False
        return True

    # Neither time is free before the other is let go, so both are refused, whoever comes first.
    assert at_once(move, list(zip(meetings, hours[::-1], strict=True))) == [False, False]
    with sessions() as session:
        kept = dict(session.execute(select(Meeting.id, Meeting.starts_at)).all())
        assert kept == dict(zip(meetings, hours, strict=True))
        no_piece_is_lost_or_doubled(session)


def test_many_meetings_moved_round_and_round_lose_and_double_nothing(
    sessions: sessionmaker[Session], world: Bookings
) -> None:
    with writing(sessions) as session:
        session.execute(update(MeetingType).values(buffer_minutes=0))
        session.add(CaseAssignment(case_id=world.people.money, staff_id=world.people.henrik, named=False))
        session.flush()
        meetings = [book(session, world, world.mariam, slot(1, 9 + number)).id for number in range(4)]
    staff = [world.people.petra, world.people.henrik]
    petra = world.people.staff(world.people.petra)

    def move(number: int) -> bool:
        settled = Settled(staff[number % 2], slot(1, 9) + (number * 7 % 12) * timedelta(minutes=30), 30, submission())
        try:
            with writing(sessions) as session:
                changing.move(session, petra, meeting_id=meetings[number % 4], settled=settled, reason="Byte")
        except JustTaken:
            return False
        return True

    moved = at_once(move, range(60))
    assert any(moved)
    with sessions() as session:
        assert len(session.scalars(select(Meeting)).all()) == len(meetings)
        no_piece_is_lost_or_doubled(session)
        total = len(claimed(session, world.people.petra)) + len(claimed(session, world.people.henrik))
        assert total == len(meetings) * 6


@pytest.mark.fault
def test_a_process_killed_between_claim_and_commit_leaves_nothing(
    database_url: str, sessions: sessionmaker[Session], world: Bookings
) -> None:
    with writing(sessions) as session:
        draft = begin(session, world, world.mariam)
        drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    command = [sys.executable, "-m", "tests.meetings.killed_process", database_url]
    command += [str(world.people.mariam), str(draft.id), now().isoformat()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "claimed\n"
        process.kill()
    with writing(sessions) as session:
        assert set(claimed(session, world.people.petra).values()) == {draft.id}
        assert session.scalars(select(Meeting)).all() == []
        meeting = booking.book(
            session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="again", most=MOST
        )
    with sessions() as session:
        assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_every_worker_at_once_tidies_up_once(sessions: sessionmaker[Session], world: Bookings) -> None:
    with writing(sessions) as session:
        ends = [propose(session, world, most=20).expires_at for _ in range(9)]
        for number in range(3):
            draft = begin(session, world, world.mariam)
            drafts.hold(session, world.mariam, draft, starts_at=slot(2, 9 + number))

    def tidy(_worker: int) -> int:
        with writing(sessions) as session:
            drafts.clean_up(session)
        with writing(sessions) as session:
            return proposals.expire(session)

    with travel(max(ends) + timedelta(days=2)):
        assert sum(at_once(tidy, range(4))) == 9
    with sessions() as session:
        assert set(session.scalars(select(Proposal.state))) == {ProposalState.EXPIRED}
        ended = select(AuditEntry.object_id).where(AuditEntry.action == "proposal.expired")
        assert len(session.scalars(ended).all()) == 9
        assert worlds.count(session, BookingDraft) == worlds.count(session, Claim) == 0


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_who_tidies_up_waits_for_no_client(sessions: sessionmaker[Session], world: Bookings) -> None:
    with writing(sessions) as session:
        used, _forgotten = (begin(session, world, world.mariam).id for _ in range(2))
        drafts.hold(session, world.mariam, session.get_one(BookingDraft, used), starts_at=slot(2, 9))
    with travel(MONDAY + timedelta(days=2)), writing(sessions) as client:
        drafts.own(client, world.mariam, used, lock=True)
        client.execute(select(Claim).where(Claim.draft_id == used).with_for_update()).all()
        with writing(sessions) as worker:
            worker.execute(text("SET LOCAL lock_timeout = '2s'"))
            drafts.clean_up(worker)
        assert client.scalars(select(BookingDraft.id)).all() == [used]
        assert worlds.count(client, Claim) > 0
