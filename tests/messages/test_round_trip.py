"""A message through the outbox and back: delivered, stuck, sent again; with the wiring of the real processes."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.messages import queries, service
from portal.messages.models import Message
from portal.sync.contract import Receipt
from portal.sync.rules import Delivery
from portal.sync.service import Claim, Failure, claim, settle
from portal.wiring import inbox_handlers
from tests.messages.world import World, build, write


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return build(session)


def attempt(sessions: sessionmaker[Session], *, fails: bool) -> Claim:
    (held,) = claim(sessions, "test", 10, timedelta(minutes=1))
    result = Failure("refused", permanent=True) if fails else Receipt(held.message.id, "B-1", now())
    with writing(sessions) as session:
        settle(session, held, result)
    return held


def delivery(sessions: sessionmaker[Session], message: Message) -> Delivery:
    with sessions() as session:
        return session.get_one(Message, message.id).delivery


def test_a_message_is_delivered(sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        message = write(session, world)
    held = attempt(sessions, fails=False)
    assert (held.message.id, held.message.lane) == (message.id, world.mariam)
    assert delivery(sessions, message) is Delivery.DELIVERED


def test_a_refused_message_is_seen_and_sent_again_by_the_caseworker(
    sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        message = write(session, world)
    attempt(sessions, fails=True)
    petra = world.staff(world.petra)
    with writing(sessions) as session:
        assert [row.receipt_no for row in queries.stuck(session, petra)] == [message.receipt_no]
        service.resend(session, petra, outbox_id=message.id)
    assert delivery(sessions, message) is Delivery.PENDING
    attempt(sessions, fails=False)
    assert delivery(sessions, message) is Delivery.DELIVERED


def test_messages_of_the_back_office_have_a_taker() -> None:
    with pytest.raises(ValueError, match="two handlers"):
        inbox_handlers().register("case_message", lambda *_: pytest.fail("never called"))
