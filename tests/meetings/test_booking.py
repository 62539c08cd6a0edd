"""Booking, moving, changing and cancelling: what is stored, told, and refused with words."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core.actor import Side
from portal.core.clock import now, travel
from portal.core.errors import Conflict, DomainError, Forbidden, InvalidInput, NotFound
from portal.meetings import queries
from portal.meetings.events import MeetingBooked, MeetingCancelled, MeetingChanged, MeetingMoved
from portal.meetings.models import BookingDraft, Claim, Meeting, MeetingType, StaffCalendar
from portal.meetings.rules.arrangement import MAX_AGENDA, Arrangement, arrangement_of
from portal.meetings.rules.states import HOLD, QUANTUM, Delivery, EventKind, Form, MeetingState
from portal.meetings.rules.times import PastTime, Settled, TooEarly, TooLate
from portal.meetings.service import booking, changing, drafts
from portal.meetings.service.booking import TooMany
from portal.meetings.service.changing import DoesNotFit, Over
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.drafts import CaseworkerLeft, FormNotOffered, NobodyToMeet
from portal.people.models import CaseAssignment, StaffMember
from tests.meetings.world import MOST, Bookings, begin, book, claimed, count, slot
from tests.messages.world import submission


@pytest.fixture
def told(session: Session) -> list[Any]:
    """What is published, in order."""
    found: list[Any] = []
    for kind in (MeetingBooked, MeetingMoved, MeetingCancelled, MeetingChanged):
        session.info["event_bus"].subscribe(kind, lambda _session, event: found.append(event))
    return found


def history(session: Session, world: Bookings, meeting_id: uuid.UUID) -> list[EventKind]:
    return [row.kind for row in queries.history(session, world.mariam, meeting_id)][::-1]


def move(session: Session, world: Bookings, meeting_id: uuid.UUID, at: datetime) -> Meeting:
    draft = drafts.keep(session, drafts.to_move(session, world.mariam, meeting_id))
    drafts.hold(session, world.mariam, draft, starts_at=at)
    return booking.book(
        session, world.mariam, draft_id=draft.id, wanted=arrangement_of(draft), submission=submission(), most=MOST
    )


def test_a_booking_is_stored_with_receipt_history_log_and_event(
    session: Session, world: Bookings, told: list[Any]
) -> None:
    meeting = book(session, world, world.mariam, slot(1), wanted=Arrangement(Form.VISIT, agenda="Hyran"))
    assert (meeting.starts_at, meeting.ends_at) == (slot(1), slot(1, 10, 30))
    assert (meeting.place_id, meeting.agenda) == (world.place, "Hyran")
    assert (meeting.state, meeting.delivery, meeting.sequence) == (MeetingState.BOOKED, Delivery.PENDING, 0)
    assert history(session, world, meeting.id) == [EventKind.BOOKED]
    assert told == [MeetingBooked(meeting.id, world.people.mariam, world.people.petra, 0, Side.CLIENT)]
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "meeting.booked")).one()
    assert (entry.reference, entry.subject_id) == (meeting.receipt_no, world.people.mariam)
    assert count(session, BookingDraft) == 0


def test_the_same_form_sent_again_returns_the_first_meeting(session: Session, world: Bookings, told: list[Any]) -> None:
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(1))
    number = submission()
    both = [
        booking.book(
            session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission=number, most=MOST
        ).receipt_no
        for _ in range(2)
    ]
    assert len(set(both)) == 1
    assert len(told) == 1
    assert count(session, Meeting) == 1


def test_an_interpreter_makes_it_longer(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1), wanted=Arrangement(interpreter="ar"))
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=45)


def test_a_video_meeting_has_a_room_that_it_keeps(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1), wanted=Arrangement(Form.VIDEO))
    room = meeting.room
    assert len(room) >= 32
    assert move(session, world, meeting.id, slot(2)).room == room
    assert book(session, world, world.mariam, slot(3)).room == ""


def test_moving_frees_the_old_time_and_raises_the_sequence(session: Session, world: Bookings, told: list[Any]) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    moved = move(session, world, meeting.id, slot(2))
    assert moved.id == meeting.id
    assert (moved.starts_at, moved.sequence) == (slot(2), 1)
    assert min(claimed(session, world.people.petra)) == slot(2)
    assert history(session, world, meeting.id) == [EventKind.BOOKED, EventKind.MOVED]
    petra = world.people.petra
    assert told[1:] == [MeetingMoved(meeting.id, world.people.mariam, petra, 1, Side.CLIENT, petra, slot(1))]


def test_a_move_pressed_twice_moves_once(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    draft = drafts.keep(session, drafts.to_move(session, world.mariam, meeting.id))
    drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    number = submission()
    for _ in range(2):
        moved = booking.book(
            session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission=number, most=MOST
        )
    assert moved.sequence == 1


def test_cancelling_frees_the_time_and_counts_once(session: Session, world: Bookings, told: list[Any]) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    for _ in range(2):
        changing.cancel(session, world.mariam, meeting_id=meeting.id, reason=" Sjuk \u202e")
    assert (meeting.state, meeting.sequence) == (MeetingState.CANCELLED, 1)
    assert claimed(session, world.people.petra) == {}
    assert queries.history(session, world.mariam, meeting.id)[0].reason == "Sjuk"
    assert isinstance(told[-1], MeetingCancelled)
    assert len(told) == 2


def test_staff_move_and_cancel_with_a_reason(session: Session, world: Bookings) -> None:
    petra = world.people.staff(world.people.petra)
    meeting = book(session, world, world.mariam, slot(1))
    settled = Settled(world.people.petra, slot(1, 13), 30, submission())
    with pytest.raises(InvalidInput):
        changing.move(session, petra, meeting_id=meeting.id, settled=settled, reason=" ")
    for _ in range(2):
        changing.move(session, petra, meeting_id=meeting.id, settled=settled, reason="Jag har en utbildning.")
    assert (meeting.starts_at, meeting.sequence) == (slot(1, 13), 1)
    with pytest.raises(InvalidInput):
        changing.cancel(session, petra, meeting_id=meeting.id)
    changing.cancel(session, petra, meeting_id=meeting.id, reason="Jag är sjuk.")
    row = queries.history(session, world.mariam, meeting.id)[0]
    assert (row.side, row.reason) == (Side.STAFF, "Jag är sjuk.")


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_staff_without_the_case_reach_nothing(session: Session, world: Bookings, act: str) -> None:
    henrik = world.people.staff(world.people.henrik)
    meeting = book(session, world, world.mariam, slot(1))
    settled = Settled(world.people.henrik, slot(2), 30, submission())
    acts: dict[str, Callable[[], object]] = {
        "move": lambda: changing.move(session, henrik, meeting_id=meeting.id, settled=settled, reason="Nyfiken"),
        "cancel": lambda: changing.cancel(session, henrik, meeting_id=meeting.id, reason="Nyfiken"),
    }
    with pytest.raises(NotFound):
        acts[act]()


def test_a_client_has_no_way_of_the_staffs(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    settled = Settled(world.people.petra, slot(2, 20), 30, submission())
    with pytest.raises(Forbidden):
        changing.move(session, world.mariam, meeting_id=meeting.id, settled=settled, reason="x")


def test_foreign_meetings_and_drafts_are_not_there(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    draft = begin(session, world, world.mariam)
    tries: list[Callable[[], object]] = [
        lambda: queries.meeting(session, world.tor, meeting.id),
        lambda: changing.cancel(session, world.tor, meeting_id=meeting.id),
        lambda: changing.change(session, world.tor, meeting_id=meeting.id, wanted=Arrangement(agenda="x")),
        lambda: drafts.to_move(session, world.tor, meeting.id),
        lambda: drafts.own(session, world.tor, draft.id),
        lambda: begin(session, world, world.tor, case_id=world.people.money),
        lambda: begin(session, world, world.mariam, type_id=uuid.UUID(int=1)),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    assert queries.history(session, world.tor, meeting.id) == []


def test_what_is_hidden_from_guardians_is_not_there_for_them(session: Session, world: Bookings) -> None:
    talk = book(session, world, world.mariam, slot(1), type_id=world.child_talk, wanted=Arrangement(Form.VISIT))
    guardian = world.people.client(world.people.tor)
    acting = type(guardian)(
        guardian.side,
        guardian.session_id,
        guardian.authenticated_at,
        3,
        person_id=world.people.tor,
        acting_for=world.people.mariam,
    )
    assert [row.id for row in queries.upcoming(session, world.mariam)] == [talk.id]
    assert queries.upcoming(session, acting) == []
    assert queries.upcoming_count(session, acting) == 0
    assert queries.latest(session, acting) is None
    assert queries.history(session, acting, talk.id) == []
    for attempt in (
        lambda: queries.meeting(session, acting, talk.id),
        lambda: changing.cancel(session, acting, meeting_id=talk.id),
        lambda: drafts.to_move(session, acting, talk.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    moving = drafts.keep(session, drafts.to_move(session, world.mariam, talk.id))
    with pytest.raises(NotFound):
        drafts.own(session, acting, moving.id)


@pytest.mark.parametrize(
    ("at", "error"),
    [
        (slot(-1), PastTime),
        (slot(0, 12), TooLate),
        (slot(400), TooEarly),
        (slot(1, 10, 7), JustTaken),  # off the grid
        (slot(1, 10, 15), JustTaken),  # no time begins then
        (slot(1, 20), JustTaken),  # outside the hours
    ],
)
def test_times_that_cannot_be_had(session: Session, world: Bookings, at: datetime, error: type[DomainError]) -> None:
    draft = begin(session, world, world.mariam)
    with pytest.raises(error):
        drafts.hold(session, world.mariam, draft, starts_at=at)
    assert claimed(session, world.people.petra) == {}


def test_a_draft_without_a_time_books_nothing(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    with pytest.raises(JustTaken):
        booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST)


def test_a_lapsed_hold_is_taken_again_while_it_is_free(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    with travel(now() + 2 * HOLD):
        meeting = booking.book(
            session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST
        )
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_a_lapsed_hold_that_somebody_else_took_is_told(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    with travel(now() + 2 * HOLD):
        session.execute(update(CaseAssignment).where(CaseAssignment.case_id == world.people.tors).values(named=False))
        session.add(CaseAssignment(case_id=world.people.tors, staff_id=world.people.petra))
        session.flush()
        taken = book(session, world, world.tor, slot(2), staff_id=world.people.petra)
        with pytest.raises(JustTaken):
            booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST)
    assert set(claimed(session, world.people.petra).values()) == {taken.id}
    assert count(session, Meeting) == 1


def test_a_held_time_counts_although_the_notice_has_begun(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    with travel(slot(1) - timedelta(hours=24, minutes=1)):
        drafts.hold(session, world.mariam, draft, starts_at=slot(1))
    with travel(slot(1) - timedelta(hours=23, minutes=59)):
        assert booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST)


def leave(session: Session, world: Bookings, how: str) -> None:
    if how == "left":
        session.execute(update(StaffMember).where(StaffMember.id == world.people.petra).values(active=False))
    else:
        session.execute(update(CaseAssignment).where(CaseAssignment.staff_id == world.people.petra).values(until=now()))


@pytest.mark.parametrize("how", ["left", "off the case"])
def test_a_caseworker_who_left_between_is_told_and_others_are_offered(
    session: Session, world: Bookings, how: str
) -> None:
    session.add(CaseAssignment(case_id=world.people.money, staff_id=world.people.henrik, named=False))
    meeting = book(session, world, world.mariam, slot(1))
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(2))
    leave(session, world, how)
    session.expire_all()
    with pytest.raises(CaseworkerLeft):
        booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST)
    with pytest.raises(CaseworkerLeft):
        begin(session, world, world.mariam)
    moving = drafts.to_move(session, world.mariam, meeting.id)
    found = drafts.offered(session, world.mariam, moving)
    assert (found.staff_ids, found.left) == ((world.people.henrik,), "Petra Almskog")
    moved = move(session, world, meeting.id, slot(3))
    assert moved.staff_id == world.people.henrik
    assert set(claimed(session, world.people.petra).values()) == {draft.id}


def test_without_anybody_to_book_it_is_told(session: Session, world: Bookings) -> None:
    session.execute(update(StaffCalendar).values(bookable=False))
    with pytest.raises(NobodyToMeet):
        begin(session, world, world.mariam)
    assert queries.whom(session, world.mariam) == []


def test_without_a_case_the_intake_is_booked(session: Session, world: Bookings) -> None:
    session.execute(update(StaffCalendar).where(StaffCalendar.staff_id == world.people.henrik).values(intake=True))
    from tests.messages.world import person

    oskar = world.people.client(person(session, "200110142395", "Oskar", "Bäckarv").id)
    (choice,) = queries.whom(session, oskar)
    assert (choice.case_id, choice.ids) == (None, [world.people.henrik])
    draft = drafts.begin(
        session, oskar, case_id=None, staff_id=None, type_id=world.first, wanted=Arrangement(Form.PHONE)
    )
    drafts.hold(session, oskar, draft, starts_at=slot(1))
    meeting = booking.book(session, oskar, draft_id=draft.id, wanted=Arrangement(), submission="x", most=MOST)
    assert (meeting.staff_id, meeting.case_id) == (world.people.henrik, None)


def test_limits_are_named_and_hold(session: Session, world: Bookings) -> None:
    for day in (1, 2):
        book(session, world, world.mariam, slot(day))
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(3))
    with pytest.raises(TooMany) as error:
        booking.book(session, world.mariam, draft_id=draft.id, wanted=Arrangement(), submission="x", most=2)
    assert "2 möten" in str(error.value.message)
    held = [begin(session, world, world.mariam) for _ in range(drafts.MAX_DRAFTS + 2)]
    assert count(session, BookingDraft) == drafts.MAX_DRAFTS
    with pytest.raises(NotFound):
        drafts.own(session, world.mariam, held[0].id)
    assert slot(3) not in claimed(session, world.people.petra)


def test_forms_and_texts_are_checked(session: Session, world: Bookings) -> None:
    with pytest.raises(FormNotOffered):
        begin(session, world, world.mariam, wanted=Arrangement(Form.HOME))
    with pytest.raises(InvalidInput):
        begin(session, world, world.mariam, wanted=Arrangement(agenda="x" * (MAX_AGENDA + 1)))
    assert begin(session, world, world.mariam, type_id=world.home, wanted=Arrangement(Form.HOME)).form is Form.HOME


def test_details_are_changed_and_an_interpreter_where_there_is_room(
    session: Session, world: Bookings, told: list[Any]
) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    changing.change(session, world.mariam, meeting_id=meeting.id, wanted=arrangement_of(meeting))
    assert meeting.sequence == 0
    changing.change(
        session, world.mariam, meeting_id=meeting.id, wanted=Arrangement(interpreter="ar", support="Min bror")
    )
    assert (meeting.ends_at, meeting.sequence, meeting.support) == (slot(1, 10, 45), 1, "Min bror")
    assert len(claimed(session, world.people.petra)) == 11
    changing.change(session, world.mariam, meeting_id=meeting.id, wanted=Arrangement(support="Min bror"))
    assert meeting.ends_at == slot(1, 10, 30)
    assert len(claimed(session, world.people.petra)) == 8
    assert [type(event) for event in told] == [MeetingBooked, MeetingChanged, MeetingChanged]


def test_an_interpreter_without_room_is_told_and_nothing_changes(session: Session, world: Bookings) -> None:
    meeting = book(session, world, world.mariam, slot(1))
    blocking = begin(session, world, world.mariam)
    session.add(Claim(staff_id=world.people.petra, at=slot(1, 10, 40), draft_id=blocking.id, lapses_at=now() + HOLD))
    session.flush()
    with pytest.raises(DoesNotFit):
        changing.change(session, world.mariam, meeting_id=meeting.id, wanted=Arrangement(interpreter="ar"))
    assert (meeting.ends_at, meeting.interpreter) == (slot(1, 10, 30), "")


def test_what_has_begun_or_is_cancelled_stays(session: Session, world: Bookings) -> None:
    begun, cancelled = (book(session, world, world.mariam, slot(day)) for day in (1, 2))
    changing.cancel(session, world.mariam, meeting_id=cancelled.id)
    with pytest.raises(Over):
        changing.change(session, world.mariam, meeting_id=cancelled.id, wanted=Arrangement(agenda="x"))
    with pytest.raises(Conflict):
        drafts.to_move(session, world.mariam, cancelled.id)
    with travel(slot(1) + QUANTUM), pytest.raises(Over):
        changing.cancel(session, world.mariam, meeting_id=begun.id)
    with travel(slot(1) - timedelta(minutes=1)):
        changing.cancel(session, world.mariam, meeting_id=begun.id)


def test_lists_are_the_clients_own_in_order(session: Session, world: Bookings) -> None:
    second, first = (book(session, world, world.mariam, slot(day)) for day in (2, 1))
    gone = book(session, world, world.mariam, slot(3))
    changing.cancel(session, world.mariam, meeting_id=gone.id)
    book(session, world, world.tor, slot(1))
    assert [row.id for row in queries.upcoming(session, world.mariam)] == [first.id, second.id]
    assert [row.id for row in queries.earlier(session, world.mariam).rows] == [gone.id]
    found = queries.next_meeting(session, world.mariam)
    assert found is not None
    assert found.id == first.id
    with travel(slot(1) + timedelta(hours=1)):
        assert [row.id for row in queries.upcoming(session, world.mariam)] == [second.id]
        assert [row.id for row in queries.earlier(session, world.mariam).rows] == [gone.id, first.id]


def test_earlier_meetings_come_in_pages(session: Session, world: Bookings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.meetings.queries.meetings.PAGE_SIZE", 2)
    ids = [book(session, world, world.mariam, slot(day)).id for day in (1, 2, 3)]
    with travel(slot(5)):
        page = queries.earlier(session, world.mariam)
        assert [row.id for row in page.rows] == ids[:0:-1]
        assert [row.id for row in queries.earlier(session, world.mariam, before=page.older).rows] == ids[:1]


def test_old_drafts_and_lapsed_claims_are_forgotten(session: Session, world: Bookings) -> None:
    draft = begin(session, world, world.mariam)
    drafts.hold(session, world.mariam, draft, starts_at=slot(5))
    meeting = book(session, world, world.mariam, slot(6))
    drafts.clean_up(session)
    assert count(session, BookingDraft) == 1
    with travel(now() + drafts.FORGOTTEN_AFTER + timedelta(minutes=1)):
        drafts.clean_up(session)
    assert count(session, BookingDraft) == 0
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_a_kind_hidden_from_guardians_makes_hidden_meetings(session: Session, world: Bookings) -> None:
    assert session.get_one(MeetingType, world.child_talk).hidden_from_guardians
    talk = book(session, world, world.mariam, slot(1), type_id=world.child_talk, wanted=Arrangement(Form.VISIT))
    assert talk.hidden_from_guardians
