"""Proposals: to and fro across both sides, what is refused, and that accepting books once and whole."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.meetings.events import MeetingBooked, MeetingMoved, ProposalChanged
from portal.meetings.models import Meeting, Proposal
from portal.meetings.queries import proposals as queries
from portal.meetings.rules.availability import Span
from portal.meetings.rules.proposing import MAX_TURNS, PATIENCE, Terms, TooManyTurns, VisitNowhere
from portal.meetings.rules.states import Form, MeetingState, ProposalState, TurnKind
from portal.meetings.rules.times import Settled
from portal.meetings.service import accepting, booking, proposals
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.proposals import Subject, TooManyProposals
from portal.meetings.service.turns import NotYourTurn
from portal.people.models import CaseAssignment
from tests.meetings.world import MONDAY, Bookings, book, build, claimed, count, slot
from tests.messages.world import submission

MOST = 3


@pytest.fixture
def world(session: Session) -> Bookings:
    return build(session)


@pytest.fixture(autouse=True)
def monday():
    with travel(MONDAY):
        yield


def window(days: int = 3, hour: int = 13, hours: float = 2) -> Span:
    return Span(slot(days, hour), slot(days, hour) + timedelta(hours=hours))


def terms(*windows: Span, **changes: object) -> Terms:
    return replace(Terms(windows=windows or (window(),), forms=(Form.PHONE, Form.VIDEO)), **changes)  # type: ignore[arg-type]


def petra(world: Bookings) -> Actor:
    return world.people.staff(world.people.petra)


def propose(session: Session, world: Bookings, said: Terms | None = None, **changes: object) -> Proposal:
    subject = Subject(world.people.money, world.follow_up)
    values = {"submission": submission(), "most": MOST, **changes}
    return proposals.begin(session, world.mariam, subject, said or terms(), **values)  # type: ignore[arg-type]


def offer(session: Session, world: Bookings, proposal: Proposal, at: object = None, minutes: int = 30) -> Proposal:
    start = at or slot(4, 14)
    said = terms(Span(start, start + timedelta(minutes=minutes)), forms=(Form.PHONE,))  # type: ignore[operator,arg-type]
    return proposals.counter(session, petra(world), proposal_id=proposal.id, terms=said, submission=submission())


def heard(session: Session, *kinds: type) -> list[object]:
    found: list[object] = []
    bus = events.EventBus()
    for kind in kinds:
        bus.subscribe(kind, lambda _session, event: found.append(event))
    session.info.update(events.bind(bus))
    return found


def test_propose_counter_accept_books_what_was_offered(session: Session, world: Bookings):
    told = heard(session, ProposalChanged, MeetingBooked)
    proposal = propose(session, world, terms(text="Inte före 13", interpreter="ar"))
    assert (proposal.state, proposal.staff_id) == (ProposalState.WITH_STAFF, world.people.petra)
    offer(session, world, proposal, minutes=45)
    key = submission()
    answer = {"proposal_id": proposal.id, "starts_at": slot(4, 14), "form": Form.PHONE, "submission": key}
    meeting = accepting.accept(session, world.mariam, **answer)  # type: ignore[arg-type]
    assert (meeting.starts_at, meeting.ends_at - meeting.starts_at) == (slot(4, 14), timedelta(minutes=45))
    assert (meeting.form, meeting.staff_id, meeting.state) == (Form.PHONE, world.people.petra, MeetingState.BOOKED)
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}
    assert (proposal.state, proposal.meeting_id) == (ProposalState.ACCEPTED, meeting.id)
    assert [turn.kind for turn in queries.proposal(session, world.mariam, proposal.id).turns] == [
        TurnKind.PROPOSE,
        TurnKind.COUNTER,
        TurnKind.ACCEPT,
    ]
    # A button pressed twice.
    assert accepting.accept(session, world.mariam, **answer).id == meeting.id  # type: ignore[arg-type]
    assert count(session, Meeting) == 1
    assert [type(event) for event in told] == [ProposalChanged, ProposalChanged, MeetingBooked, ProposalChanged]


def test_staff_accept_a_time_within_a_window(session: Session, world: Bookings):
    proposal = propose(session, world, terms(participants="Min syster", text="Hyran"))
    outside = {"proposal_id": proposal.id, "form": Form.VIDEO, "submission": submission()}
    for at in (slot(3, 12, 45), slot(3, 14, 45), slot(3, 13, 2)):
        with pytest.raises(InvalidInput, match="time"):
            accepting.accept(session, petra(world), starts_at=at, **outside)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="form"):
        accepting.accept(session, petra(world), starts_at=slot(3, 13), **{**outside, "form": Form.HOME})  # type: ignore[arg-type]
    meeting = accepting.accept(session, petra(world), starts_at=slot(3, 14, 30), **outside)  # type: ignore[arg-type]
    assert (meeting.starts_at, meeting.support, meeting.agenda) == (slot(3, 14, 30), "Min syster", "Hyran")
    assert meeting.room


def test_a_taken_time_leaves_the_proposal_open(session: Session, world: Bookings):
    proposal = offer(session, world, propose(session, world))
    taken = Settled(world.people.petra, slot(4, 14), 30, submission())
    booking.place(
        session,
        petra(world),
        taken,
        booking.Arrangement(),
        person_id=world.people.vera,
        case_id=world.people.veras,
        type_id=world.follow_up,
    )
    with pytest.raises(JustTaken), session.begin_nested():
        accepting.accept(
            session,
            world.mariam,
            proposal_id=proposal.id,
            starts_at=slot(4, 14),
            form=Form.PHONE,
            submission=submission(),
        )
    session.refresh(proposal)
    assert (proposal.state, proposal.meeting_id) == (ProposalState.WITH_CLIENT, None)
    assert count(session, Meeting) == 1


def test_a_proposal_can_move_a_meeting(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(1, 9))
    told = heard(session, MeetingBooked, MeetingMoved)
    subject = Subject(world.people.money, world.follow_up, moves_id=meeting.id)
    proposal = proposals.begin(session, world.mariam, subject, terms(), submission=submission(), most=MOST)
    moved = accepting.accept(
        session, petra(world), proposal_id=proposal.id, starts_at=slot(3, 13), form=Form.PHONE, submission=submission()
    )
    assert (moved.id, moved.starts_at) == (meeting.id, slot(3, 13))
    assert [type(event) for event in told] == [MeetingMoved]


@pytest.mark.parametrize(
    ("windows", "reason"),
    [
        ([], "windows"),
        ([(3, 9, 2), (4, 9, 2), (5, 9, 2), (6, 9, 2)], "windows"),
        ([(3, 13, -1)], "reversed"),
        ([(3, 13, 0)], "reversed"),
        ([(-1, 13, 2)], "past"),
        ([(300, 13, 2)], "ahead"),
        ([(3, 13, 0.25)], "short"),
        ([(3, 8, 13)], "long"),
        ([(3, 13, 2), (3, 14, 2)], "overlap"),
    ],
)
def test_windows_that_cannot_be(session: Session, world: Bookings, windows: list[tuple[int, int, float]], reason: str):
    said = Terms(windows=tuple(window(*one) for one in windows), forms=(Form.PHONE,))
    with pytest.raises(InvalidInput, match=reason):
        propose(session, world, said)
    assert count(session, Proposal) == 0  # type: ignore[arg-type]


def test_a_script_meets_the_limit_and_a_button_pressed_twice_does_not(session: Session, world: Bookings):
    key = submission()
    first = propose(session, world, submission=key)
    assert propose(session, world, submission=key).id == first.id
    for _ in range(MOST - 1):
        propose(session, world)
    for _ in range(50):
        with pytest.raises(TooManyProposals):
            propose(session, world)
    assert count(session, Proposal) == MOST  # type: ignore[arg-type]
    proposals.withdraw(session, world.mariam, proposal_id=first.id, submission=submission())
    propose(session, world)


def test_it_ends_when_it_has_gone_to_and_fro_too_often(session: Session, world: Bookings):
    proposal = propose(session, world)
    for number in range(MAX_TURNS - 1):
        actor = world.mariam if number % 2 else petra(world)
        proposals.counter(session, actor, proposal_id=proposal.id, terms=terms(), submission=submission())
    actor = world.mariam if (MAX_TURNS - 1) % 2 else petra(world)
    with pytest.raises(TooManyTurns):
        proposals.counter(session, actor, proposal_id=proposal.id, terms=terms(), submission=submission())


def test_only_whose_turn_it_is_answers(session: Session, world: Bookings):
    proposal = propose(session, world)
    with pytest.raises(NotYourTurn):
        proposals.decline(session, world.mariam, proposal_id=proposal.id, reason="", submission=submission())
    offer(session, world, proposal)
    with pytest.raises(NotYourTurn):
        offer(session, world, proposal)
    with pytest.raises(NotYourTurn):
        proposals.withdraw(session, world.mariam, proposal_id=proposal.id, submission=submission())


def test_a_client_says_no_without_a_reason_and_staff_with_one(session: Session, world: Bookings):
    home = replace(terms(), forms=(Form.HOME,))
    invited = proposals.begin(
        session, petra(world), Subject(world.people.money, world.home), home, submission=submission(), most=MOST
    )
    assert (invited.state, invited.begun_by) == (ProposalState.WITH_CLIENT, Side.STAFF)
    declined = proposals.decline(session, world.mariam, proposal_id=invited.id, reason="", submission=submission())
    assert declined.state is ProposalState.DECLINED
    other = propose(session, world)
    with pytest.raises(InvalidInput):
        proposals.decline(session, petra(world), proposal_id=other.id, reason=" ", submission=submission())
    proposals.decline(session, petra(world), proposal_id=other.id, reason="Jag är ledig", submission=submission())
    assert other.state is ProposalState.DECLINED


def test_nobody_else_sees_or_answers_it(session: Session, world: Bookings):
    proposal = propose(session, world)
    henrik = world.people.staff(world.people.henrik)
    for stranger in (world.tor, henrik):
        assert queries.waiting(session, stranger) == []
        with pytest.raises(NotFound):
            queries.proposal(session, stranger, proposal.id)
        with pytest.raises(NotFound):
            proposals.decline(session, stranger, proposal_id=proposal.id, reason="x", submission=submission())
    with pytest.raises(NotFound):
        proposals.begin(
            session, world.tor, Subject(world.people.money, world.follow_up), terms(), submission=submission(), most=3
        )
    silent = replace(petra(world), permissions=frozenset())
    with pytest.raises(Forbidden):
        proposals.decline(session, silent, proposal_id=proposal.id, reason="x", submission=submission())


def test_what_is_hidden_from_guardians_is_not_there_for_them(session: Session, world: Bookings):
    talk = replace(terms(), forms=(Form.VISIT,), place_id=world.place)
    subject = Subject(world.people.money, world.child_talk)
    proposal = proposals.begin(session, petra(world), subject, talk, submission=submission(), most=MOST)
    guardian = replace(world.tor, acting_for=world.people.mariam)
    assert queries.waiting(session, guardian) == []
    assert queries.to_answer_count(session, guardian) == 0
    with pytest.raises(NotFound):
        queries.proposal(session, guardian, proposal.id)
    assert [row.id for row in queries.waiting(session, world.mariam)] == [proposal.id]


def test_time_runs_out_for_both_sides(session: Session, world: Bookings):
    told = heard(session, ProposalChanged)
    soon = propose(session, world, terms(window(days=1)))
    late = propose(session, world, terms(window(days=60)))
    assert soon.expires_at == window(days=1).end - timedelta(minutes=30)
    assert late.expires_at - now() < PATIENCE + timedelta(seconds=1)
    with travel(soon.expires_at + timedelta(seconds=5)):
        with pytest.raises(NotYourTurn):
            offer(session, world, soon)
        assert proposals.expire(session) == 1
        assert proposals.expire(session) == 0
    assert (soon.state, late.state) == (ProposalState.EXPIRED, ProposalState.WITH_STAFF)
    assert told[-1].side is None  # type: ignore[attr-defined]


def test_a_colleague_who_answers_is_the_one_to_meet(session: Session, world: Bookings):
    session.add(CaseAssignment(case_id=world.people.money, staff_id=world.people.henrik, named=False))
    session.flush()
    proposal = propose(session, world)
    henrik = world.people.staff(world.people.henrik)
    meeting = accepting.accept(
        session, henrik, proposal_id=proposal.id, starts_at=slot(3, 13), form=Form.PHONE, submission=submission()
    )
    assert meeting.staff_id == proposal.staff_id == world.people.henrik


def test_the_words_stand_encrypted(session: Session, world: Bookings):
    propose(session, world, terms(text="Hemligt om hyran", participants="Grannen", place_text="Parken"))
    raw = session.connection().exec_driver_sql("SELECT text, participants, place_text FROM meeting_proposal_turn").one()
    assert not any(word in bytes(value) for value in raw for word in (b"Hemligt", b"Grannen", b"Parken"))


def test_lists_take_the_same_number_of_queries(session: Session, world: Bookings):
    def queries_of(number: int) -> int:
        for _ in range(number):
            propose(session, world, most=1000)
        asked: list[str] = []
        connection = session.connection()

        def note(*args: object) -> None:
            asked.append(str(args[2]))

        event.listen(connection, "before_cursor_execute", note)
        queries.waiting(session, world.mariam)
        event.remove(connection, "before_cursor_execute", note)
        return len(asked)

    assert queries_of(1) == queries_of(20) == 3


def test_staff_agree_to_no_visit_nowhere(session: Session, world: Bookings) -> None:
    visit = terms(forms=(Form.VISIT,))
    with pytest.raises(VisitNowhere):
        proposals.begin(
            session,
            petra(world),
            Subject(world.people.money, world.follow_up),
            visit,
            submission=submission(),
            most=MOST,
        )
    asked = propose(session, world, visit)
    with pytest.raises(VisitNowhere):
        proposals.counter(session, petra(world), proposal_id=asked.id, terms=visit, submission=submission())
    answer = {"proposal_id": asked.id, "starts_at": visit.windows[0].start, "form": Form.VISIT}
    with pytest.raises(VisitNowhere):
        accepting.accept(session, petra(world), **answer, submission=submission())  # type: ignore[arg-type]
    meeting = accepting.accept(session, petra(world), **answer, place_id=world.place, submission=submission())  # type: ignore[arg-type]
    assert meeting.place_id == world.place
