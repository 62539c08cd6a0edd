"""Writing, answering, reading and sending again, on both databases."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core.clock import now, travel
from portal.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from portal.core.ids import new_id
from portal.messages import queries, service
from portal.messages.models import Message, Thread
from portal.messages.rules import Origin
from portal.messages.sync import on_delivered, on_resent, on_stuck
from portal.people.models import CaseAssignment
from portal.sync.contract import CaseMessage, Delivered, Kind, Resent, Stuck
from portal.sync.models import OutboxMessage
from portal.sync.rules import Delivery, MessageState
from portal.wiring import subscribe
from tests.messages.world import World, answer, build, submission, write


@pytest.fixture
def world(session: Session) -> World:
    subscribe(session.info["event_bus"])
    return build(session)


def thread_of(session: Session, world: World) -> Thread:
    return session.scalars(select(Thread).where(Thread.case_id == world.money)).one()


def test_a_message_is_stored_with_receipt_log_and_outbox(session: Session, world: World) -> None:
    message = write(session, world, "Hej!\nKan du ringa?")
    assert message.delivery is Delivery.PENDING
    assert message.origin is Origin.PORTAL
    assert message.receipt_no
    outbox = session.get_one(OutboxMessage, message.outbox_id)
    record = CaseMessage.from_payload(outbox.payload)
    assert outbox.lane_id == world.mariam
    assert (record.id, record.body, record.author) == (str(message.id), "Hej!\nKan du ringa?", "client")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.object_id == message.id)).one()
    assert (entry.action, entry.reference, entry.subject_id) == ("message.sent", message.receipt_no, world.mariam)
    assert "ringa" not in str(entry.detail)


def test_the_text_is_not_readable_in_the_database(session: Session, world: World) -> None:
    message = write(session, world, "hemligheten")
    stored = session.execute(text("SELECT text FROM message")).scalar_one()
    assert b"hemligheten" not in bytes(stored)
    session.expire_all()
    assert session.get_one(Message, message.id).text == "hemligheten"


def test_the_same_submission_counts_once(session: Session, world: World) -> None:
    number = submission()
    actor = world.client(world.mariam)
    first = service.write(session, actor, case_id=world.money, text="Ett", submission=number)
    again = service.write(session, actor, case_id=world.money, text="Ett", submission=number)
    assert again.id == first.id
    assert session.scalar(select(func.count()).select_from(Message)) == 1
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_another_author_with_the_same_number_is_another_message(session: Session, world: World) -> None:
    number = submission()
    one = service.write(session, world.client(world.mariam), case_id=world.money, text="Ett", submission=number)
    two = service.answer(session, world.staff(world.petra), case_id=world.money, text="Två", submission=number)
    assert one.id != two.id


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_bad_texts_store_nothing(session: Session, world: World, text: str) -> None:
    with pytest.raises(InvalidInput):
        write(session, world, text)
    assert session.scalar(select(func.count()).select_from(Thread)) == 0


def test_foreign_cases_are_not_found(session: Session, world: World) -> None:
    for case_id in (world.tors, new_id()):
        with pytest.raises(NotFound):
            service.write(session, world.client(world.mariam), case_id=case_id, text="Hej", submission=submission())
        with pytest.raises(NotFound):
            service.answer(session, world.staff(world.petra), case_id=case_id, text="Hej", submission=submission())
        with pytest.raises(NotFound):
            service.mark_read(session, world.staff(world.petra), case_id, until=now())
        with pytest.raises(NotFound):
            queries.conversation(session, world.staff(world.petra), case_id)


def test_staff_whose_work_has_ended_reach_nothing(session: Session, world: World) -> None:
    write(session, world)
    assigned = session.scalars(select(CaseAssignment).where(CaseAssignment.case_id == world.money)).one()
    assigned.until = now() - timedelta(seconds=1)
    session.flush()
    actor = world.staff(world.petra)
    assert queries.unanswered(session, actor, answer_days=2) == []
    with pytest.raises(NotFound):
        queries.conversation(session, actor, world.money)
    assert not queries.messages(session, actor, thread_of(session, world).id).rows


def test_nobody_writes_on_the_other_side(session: Session, world: World) -> None:
    with pytest.raises(Forbidden):
        service.write(session, world.staff(world.petra), case_id=world.money, text="x", submission=submission())
    with pytest.raises(Forbidden):
        service.answer(session, world.client(world.mariam), case_id=world.money, text="x", submission=submission())


def test_the_wait_for_an_answer_begins_at_the_first_message_and_ends_with_the_answer(
    session: Session, world: World
) -> None:
    first = write(session, world)
    with travel(timedelta(hours=5)):
        write(session, world, "Hallå?")
    assert thread_of(session, world).unanswered_since == first.sent_at
    (row,) = queries.unanswered(session, world.staff(world.petra), answer_days=2)
    assert (row.case_id, row.since) == (world.money, first.sent_at)
    answer(session, world)
    assert queries.unanswered(session, world.staff(world.petra), answer_days=2) == []
    assert queries.unanswered_count(session, world.staff(world.petra)) == 0


def test_reading_is_marked_for_each_side_and_never_backwards(session: Session, world: World) -> None:
    mine = write(session, world)
    theirs = answer(session, world)
    mariam, petra = world.client(world.mariam), world.staff(world.petra)
    assert queries.unread_count(session, mariam) == 1
    assert queries.unread_count(session, petra) == 1
    service.mark_read(session, mariam, world.money, until=theirs.sent_at)
    service.mark_read(session, petra, world.money, until=mine.sent_at)
    service.mark_read(session, mariam, world.money, until=theirs.sent_at - timedelta(days=1))
    found = queries.conversation(session, mariam, world.money)
    assert (found.client_read_at, found.staff_read_at) == (theirs.sent_at, mine.sent_at)
    assert found.staff_reader == "Petra Almskog"
    assert queries.unread_count(session, mariam) == queries.unread_count(session, petra) == 0


def test_delivery_follows_the_outbox(session: Session, world: World) -> None:
    message = write(session, world)
    stuck = Stuck(message.id, Kind.CASE_MESSAGE, world.mariam, "refused", now())
    on_resent(session, Resent(message.id, Kind.CASE_MESSAGE))
    assert message.delivery is Delivery.PENDING
    on_stuck(session, stuck)
    assert message.delivery is Delivery.STUCK
    on_resent(session, Resent(message.id, "application"))
    assert message.delivery is Delivery.STUCK
    at = now()
    done = Delivered(message.id, Kind.CASE_MESSAGE, world.mariam, "B-1", at)
    on_delivered(session, done)
    on_delivered(session, done)
    assert (message.delivery, message.delivered_at) == (Delivery.DELIVERED, at)
    on_stuck(session, stuck)
    on_resent(session, Resent(message.id, Kind.CASE_MESSAGE))
    assert message.delivery is Delivery.DELIVERED


def test_events_of_other_kinds_are_nothing_to_messages(session: Session, world: World) -> None:
    message = write(session, world)
    on_delivered(session, Delivered(message.id, "application", world.mariam, "B-1", now()))
    on_delivered(session, Delivered(new_id(), Kind.CASE_MESSAGE, world.mariam, "B-1", now()))
    assert message.delivery is Delivery.PENDING


def make_stuck(session: Session, message: Message) -> None:
    outbox = session.get_one(OutboxMessage, message.outbox_id)
    outbox.state, message.delivery = MessageState.STUCK, Delivery.STUCK
    session.flush()


@pytest.mark.parametrize("who", ["petra", "leader"])
def test_those_on_the_case_and_leaders_send_again(session: Session, world: World, who: str) -> None:
    message = write(session, world)
    make_stuck(session, message)
    actor = world.staff(getattr(world, who))
    assert [row.id for row in queries.stuck(session, actor)] == [message.outbox_id]
    assert service.resend(session, actor, outbox_id=message.id) == message.receipt_no
    assert message.delivery is Delivery.PENDING
    assert session.get_one(OutboxMessage, message.outbox_id).state is MessageState.PENDING
    with pytest.raises(Conflict):
        service.resend(session, actor, outbox_id=message.id)


def test_others_send_nothing_again(session: Session, world: World) -> None:
    message = write(session, world)
    make_stuck(session, message)
    henrik = world.staff(world.henrik)
    assert queries.stuck(session, henrik) == []
    for outbox_id in (message.id, uuid.UUID(int=1)):
        with pytest.raises(NotFound):
            service.resend(session, henrik, outbox_id=outbox_id)
    with pytest.raises(Forbidden):
        service.resend(session, world.client(world.mariam), outbox_id=message.id)
