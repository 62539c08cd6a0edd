"""Meetings to and from the back office: each version goes there, what is made there comes in, and clashes are kept."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Side
from portal.core.clock import now, travel
from portal.core.errors import NotFound
from portal.meetings.models import BusyTime, Meeting, MeetingType
from portal.meetings.rules.arrangement import arrangement_of
from portal.meetings.rules.states import Form, MeetingState, Origin, TypeKind
from portal.meetings.service import booking, changing, elsewhere, proposals
from portal.meetings.service.elsewhere import NoConflict, StillTaken
from portal.meetings.sync import CONFLICT, DISAPPEARED, receive, receive_busy
from portal.sync import service as outbox
from portal.sync.contract import BusyRecord, Change, Delivered, Kind, MeetingRecord, ProposalRecord, Stuck, UnknownCode
from portal.sync.inbox import LinkMissing
from portal.sync.models import OutboxMessage
from portal.sync.queries import local_id
from portal.sync.rules import Delivery, MessageState
from portal.wiring import subscribe
from tests.meetings.test_proposals import offer, propose
from tests.meetings.world import MONDAY, Bookings, book, build, claimed, slot
from tests.messages.test_sync import link
from tests.messages.world import submission


@pytest.fixture(autouse=True)
def monday():
    with travel(MONDAY):
        yield


@pytest.fixture
def world(session: Session) -> Bookings:
    bus = events.EventBus()
    subscribe(bus)
    session.info.update(events.bind(bus))
    made = build(session)
    for kind, external, local in (
        (Kind.CASE, "A-1", made.people.money),
        (Kind.PERSON, "P-1", made.people.mariam),
        (Kind.PERSON, "P-2", made.people.vera),
        (Kind.STAFF, "H-1", made.people.petra),
        (Kind.STAFF, "H-2", made.people.henrik),
    ):
        link(session, kind, external, local)
    return made


def theirs(**changes: object) -> MeetingRecord:
    record = MeetingRecord(
        id="V-7",
        case_id="A-1",
        person_id="P-1",
        staff_id="H-1",
        type=TypeKind.FOLLOW_UP,
        form=Form.VISIT,
        place="Rum 3",
        starts_at=slot(2, 10),
        ends_at=slot(2, 11),
        state=MeetingState.BOOKED,
        revision=0,
        interpreter="",
        interpreter_wish="",
        support="",
        needs="",
        agenda="",
        hidden_from_guardians=False,
        reason="",
        changed_at=now(),
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def change(record: MeetingRecord, version: int = 1, *, deleted: bool = False) -> Change:
    return Change(record.id, Kind.MEETING, version, {} if deleted else record.to_payload(), deleted, record.person_id)


def take_in(session: Session, record: MeetingRecord) -> tuple[Meeting, str]:
    """Apply a change and link it, as the inbox does."""
    applied = receive(session, change(record))
    assert applied.local_id is not None
    if local_id(session, Kind.MEETING, record.id) is None:
        link(session, Kind.MEETING, record.id, applied.local_id)
    return session.get_one(Meeting, applied.local_id), applied.warning


def sent(session: Session, kind: Kind) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.seq)))


def acknowledge(session: Session, meeting: Meeting) -> None:
    """Let the back office acknowledge the meeting's latest version."""
    assert meeting.outbox_id is not None
    events.publish(session, Delivered(meeting.outbox_id, Kind.MEETING, meeting.person_id, "D1", now()))


def test_every_version_goes_there_whole_and_in_order(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    changing.change(
        session, world.mariam, meeting_id=meeting.id, wanted=replace(arrangement_of(meeting), agenda="Hyran")
    )
    changing.cancel(session, world.mariam, meeting_id=meeting.id, reason="Sjuk")
    rows = sent(session, Kind.MEETING)
    records = [MeetingRecord.from_payload(row.payload) for row in rows]
    assert [record.revision for record in records] == [0, 1, 2]
    assert [record.state for record in records] == [MeetingState.BOOKED, MeetingState.BOOKED, MeetingState.CANCELLED]
    assert (records[1].agenda, records[2].reason) == ("Hyran", "Sjuk")
    assert {(record.person_id, record.staff_id, record.case_id) for record in records} == {("P-1", "H-1", "A-1")}
    assert meeting.outbox_id == rows[-1].id
    assert [row.lane_id for row in rows] == [world.people.mariam] * 3


def test_only_the_latest_version_makes_it_delivered(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    first = meeting.outbox_id
    changing.cancel(session, world.mariam, meeting_id=meeting.id)
    assert first is not None
    events.publish(session, Delivered(first, Kind.MEETING, meeting.person_id, "D1", now()))
    assert meeting.delivery is Delivery.PENDING
    acknowledge(session, meeting)
    assert meeting.delivery is Delivery.DELIVERED
    assert meeting.delivered_at is not None


def test_one_that_is_stuck_says_so(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    assert meeting.outbox_id is not None
    events.publish(session, Stuck(meeting.outbox_id, Kind.MEETING, meeting.person_id, "refused", now()))
    assert meeting.delivery is Delivery.STUCK


def test_a_proposal_goes_there_with_every_turn(session: Session, world: Bookings):
    proposal = offer(session, world, propose(session, world))
    proposals.decline(session, world.mariam, proposal_id=proposal.id, reason="", submission=submission())
    records = [ProposalRecord.from_payload(row.payload) for row in sent(session, Kind.MEETING_PROPOSAL)]
    assert [len(record.turns) for record in records] == [1, 2, 3]
    assert [turn.author_id for turn in records[-1].turns] == ["P-1", "H-1", "P-1"]
    assert records[-1].turns[0].windows[0].starts_at == slot(3, 13)


def test_one_made_there_is_the_clients_too_and_takes_its_time(session: Session, world: Bookings):
    meeting, warning = take_in(session, theirs())
    assert warning == ""
    assert (meeting.origin, meeting.booked_by, meeting.delivery) == (
        Origin.BACKOFFICE,
        Side.STAFF,
        Delivery.DELIVERED,
    )
    assert len(claimed(session, world.people.petra)) == 12
    assert sent(session, Kind.MEETING) == []
    with pytest.raises(booking.JustTaken):
        book(session, world, world.mariam, slot(2, 10))


def test_one_off_our_grid_takes_the_pieces_it_touches(session: Session, world: Bookings):
    take_in(session, theirs(starts_at=slot(2, 10, 3), ends_at=slot(2, 10, 31)))
    pieces = list(claimed(session, world.people.petra))
    assert (pieces[0], pieces[-1], len(pieces)) == (slot(2, 10), slot(2, 10, 30), 7)


def test_moved_and_cancelled_there_is_moved_and_cancelled_here(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    acknowledge(session, meeting)
    ours = theirs(id=str(meeting.id), starts_at=slot(4, 9), ends_at=slot(4, 9, 30), revision=0, reason="Rätten")
    moved, warning = take_in(session, ours)
    assert (moved.id, moved.starts_at, moved.sequence, warning) == (meeting.id, slot(4, 9), 1, "")
    assert set(claimed(session, world.people.petra)) == {slot(4, 9) + timedelta(minutes=5 * n) for n in range(6)}
    take_in(session, replace(ours, state=MeetingState.CANCELLED))
    assert meeting.state is MeetingState.CANCELLED
    assert claimed(session, world.people.petra) == {}
    assert len(sent(session, Kind.MEETING)) == 1


def test_the_clients_own_words_are_never_overwritten(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    changing.change(
        session,
        world.mariam,
        meeting_id=meeting.id,
        wanted=replace(arrangement_of(meeting), agenda="Hyran", support="Min syster"),
    )
    acknowledge(session, meeting)
    take_in(session, theirs(id=str(meeting.id), starts_at=slot(4, 9), ends_at=slot(4, 9, 30), agenda="Annat"))
    assert (meeting.agenda, meeting.support, meeting.starts_at) == ("Hyran", "Min syster", slot(4, 9))


def test_both_have_changed_it_and_staff_choose_ours(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))  # not acknowledged: they don't know of it yet
    _same, warning = take_in(session, theirs(id=str(meeting.id), starts_at=slot(4, 9), ends_at=slot(4, 9, 30)))
    assert warning == CONFLICT
    assert (meeting.starts_at, MeetingRecord.from_payload(meeting.conflict or {}).starts_at) == (slot(3, 9), slot(4, 9))
    petra = world.people.staff(world.people.petra)
    with pytest.raises(NotFound):
        elsewhere.keep_ours(session, world.people.staff(world.people.henrik), meeting_id=meeting.id)
    elsewhere.keep_ours(session, petra, meeting_id=meeting.id)
    assert (meeting.conflict, meeting.starts_at) == (None, slot(3, 9))
    assert MeetingRecord.from_payload(sent(session, Kind.MEETING)[-1].payload).starts_at == slot(3, 9)
    with pytest.raises(NoConflict):
        elsewhere.take_theirs(session, petra, meeting_id=meeting.id)


def test_both_have_changed_it_and_staff_choose_theirs(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    take_in(session, theirs(id=str(meeting.id), starts_at=slot(4, 9), ends_at=slot(4, 9, 30)))
    elsewhere.take_theirs(session, world.people.staff(world.people.petra), meeting_id=meeting.id)
    assert (meeting.conflict, meeting.starts_at, meeting.delivery) == (None, slot(4, 9), Delivery.PENDING)
    assert set(claimed(session, world.people.petra).values()) == {meeting.id}


def test_both_have_booked_the_same_time(session: Session, world: Bookings):
    ours = book(session, world, world.mariam, slot(2, 10))
    made, warning = take_in(session, theirs(person_id="P-2", case_id=None))
    assert (warning, made.state, made.person_id) == (CONFLICT, MeetingState.BOOKED, world.people.vera)
    assert made.conflict is not None
    assert set(claimed(session, world.people.petra).values()) == {ours.id}
    petra = world.people.staff(world.people.petra)
    with pytest.raises(StillTaken):
        elsewhere.keep_ours(session, petra, meeting_id=made.id)
    changing.cancel(session, world.mariam, meeting_id=ours.id)
    elsewhere.keep_ours(session, petra, meeting_id=made.id)
    assert set(claimed(session, world.people.petra).values()) == {made.id}


def test_one_that_disappears_there_is_a_warning(session: Session, world: Bookings):
    meeting, _ = take_in(session, theirs())
    applied = receive(session, change(theirs(), 2, deleted=True))
    assert (applied.local_id, applied.warning) == (meeting.id, DISAPPEARED)
    assert meeting.state is MeetingState.BOOKED
    assert receive(session, change(theirs(id="V-9"), 1, deleted=True)).local_id is None


def test_a_talk_with_a_child_is_hidden_whoever_says_so(session: Session, world: Bookings):
    by_flag, _ = take_in(session, theirs(hidden_from_guardians=True))
    by_kind, _ = take_in(session, theirs(id="V-8", type=TypeKind.CHILD_TALK, starts_at=slot(5, 9), ends_at=slot(5, 10)))
    assert by_flag.hidden_from_guardians
    assert by_kind.hidden_from_guardians


def test_a_kind_that_we_have_none_of_is_stored_and_never_offered(session: Session, world: Bookings):
    meeting, _ = take_in(session, theirs(type=TypeKind.SIP))
    kind = session.get_one(MeetingType, meeting.type_id)
    assert (kind.kind, kind.active, kind.client_bookable) == (TypeKind.SIP, False, False)


def test_what_cannot_be_is_an_alarm(session: Session, world: Bookings):
    with pytest.raises(UnknownCode):
        receive(session, change(theirs(ends_at=slot(2, 10))))
    with pytest.raises(LinkMissing):
        receive(session, change(theirs(staff_id="H-9")))
    with pytest.raises(UnknownCode):
        receive(session, Change("V-7", Kind.MEETING, 1, {**theirs().to_payload(), "form": "brev"}, False, "P-1"))


def test_busy_times_come_change_and_go(session: Session, world: Bookings):
    busy = BusyRecord("B-1", "H-1", slot(2, 10), slot(2, 12))

    def take(record: BusyRecord, version: int, *, deleted: bool = False) -> None:
        receive_busy(
            session, Change("B-1", Kind.BUSY_TIME, version, {} if deleted else record.to_payload(), deleted, None)
        )

    take(busy, 1)
    take(replace(busy, ends_at=slot(2, 11)), 2)
    (row,) = session.scalars(select(BusyTime))
    assert (row.staff_id, row.ends_at) == (world.people.petra, slot(2, 11))
    take(busy, 3, deleted=True)
    assert session.scalars(select(BusyTime)).all() == []
    with pytest.raises(UnknownCode):
        take(replace(busy, ends_at=slot(2, 9)), 4)


def test_a_stuck_meeting_can_be_sent_again(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    row = sent(session, Kind.MEETING)[0]
    row.state, meeting.delivery = MessageState.STUCK, Delivery.STUCK
    session.flush()
    leader = world.people.staff(world.people.leader)
    outbox.resend(session, leader, row.id)
    assert row.state is MessageState.PENDING
    assert (meeting.outbox_id, meeting.delivery) == (row.id, Delivery.PENDING)
