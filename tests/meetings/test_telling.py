"""What clients are told of meetings outside the portal, and what they are not."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.clock import travel
from portal.meetings.events import MeetingMoved, ProposalChanged
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking, changing, proposals
from portal.meetings.service.proposals import Subject
from portal.notices.models import Notice
from portal.notices.rules import Channel, NoticeKind, NoticeState, Reminder
from portal.wiring import subscribe
from tests.meetings.test_proposals import MOST, offer, propose, terms
from tests.meetings.world import MONDAY, Bookings, book, build, slot
from tests.messages.world import submission
from tests.notices.people import choose


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
    choose(session, made.people.mariam, Channel.EMAIL, reminder=Reminder.ONE_DAY)
    return made


def notices(session: Session, kind: NoticeKind, state: NoticeState = NoticeState.WAITING) -> list[datetime]:
    session.flush()
    wanted = select(Notice.send_at).where(Notice.kind == kind, Notice.state == state).order_by(Notice.send_at)
    return list(session.scalars(wanted))


def test_a_booking_of_ones_own_gives_a_reminder_and_no_news(session: Session, world: Bookings):
    book(session, world, world.mariam, slot(3, 9))
    assert notices(session, NoticeKind.REMINDER) == [slot(2, 9)]
    assert notices(session, NoticeKind.NEWS) == []


def test_a_reminder_moves_with_the_meeting_and_goes_with_it(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    petra = world.people.staff(world.people.petra)
    later = Settled(world.people.petra, slot(5, 10), 30, submission())
    changing.move(session, petra, meeting_id=meeting.id, settled=later, reason="Rätten")
    assert notices(session, NoticeKind.REMINDER) == [slot(4, 10)]
    assert len(notices(session, NoticeKind.NEWS)) == 1
    changing.cancel(session, world.mariam, meeting_id=meeting.id)
    assert notices(session, NoticeKind.REMINDER) == []
    assert len(notices(session, NoticeKind.NEWS)) == 1


def test_a_meeting_moved_after_its_reminder_is_reminded_of_again(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(3, 9))
    row = session.scalars(select(Notice)).one()
    row.state = NoticeState.SENT
    session.flush()
    later = Settled(world.people.petra, slot(9, 10), 30, submission())
    changing.move(
        session, world.people.staff(world.people.petra), meeting_id=meeting.id, settled=later, reason="Rätten"
    )
    assert notices(session, NoticeKind.REMINDER) == [slot(8, 10)]


def test_an_answer_to_a_proposal_is_news_and_ones_own_is_not(session: Session, world: Bookings):
    proposal = propose(session, world)
    assert notices(session, NoticeKind.NEWS) == []
    offer(session, world, proposal)
    assert len(notices(session, NoticeKind.NEWS)) == 1
    with travel(proposal.expires_at + timedelta(minutes=1)):
        proposals.expire(session)
    assert len(session.scalars(select(Notice).where(Notice.kind == NoticeKind.NEWS)).all()) == 2


def test_of_a_talk_that_is_hidden_from_guardians_nothing_is_told(session: Session, world: Bookings):
    petra = world.people.staff(world.people.petra)
    proposals.begin(
        session, petra, Subject(world.people.money, world.child_talk), terms(), submission=submission(), most=MOST
    )
    meeting = booking.place(
        session,
        petra,
        Settled(world.people.petra, slot(3, 9), 45, submission()),
        booking.Arrangement(),
        person_id=world.people.mariam,
        case_id=world.people.money,
        type_id=world.child_talk,
    )
    changing.cancel(session, petra, meeting_id=meeting.id, reason="Sjuk")
    assert session.scalars(select(Notice)).all() == []


def test_an_event_that_is_told_twice_is_one_notice(session: Session, world: Bookings):
    meeting = book(session, world, world.mariam, slot(8, 9))
    petra = world.people.staff(world.people.petra)
    told: list[MeetingMoved | ProposalChanged] = []
    session.info["event_bus"].subscribe(MeetingMoved, lambda _session, event: told.append(event))
    session.info["event_bus"].subscribe(ProposalChanged, lambda _session, event: told.append(event))
    for day in (9, 10):
        later = Settled(world.people.petra, slot(day, 10), 30, submission())
        changing.move(session, petra, meeting_id=meeting.id, settled=later, reason="Rätten")
    offer(session, world, propose(session, world))
    assert len(notices(session, NoticeKind.NEWS)) == 3
    for event in list(told):
        events.publish(session, event)
    assert len(notices(session, NoticeKind.NEWS)) == 3
