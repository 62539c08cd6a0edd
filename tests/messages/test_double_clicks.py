"""The same button pressed twenty times at once: one message, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.db import writing
from portal.messages import service
from portal.messages.models import Message, Thread
from portal.sync.models import OutboxMessage
from tests.messages.world import World, build, submission

PRESSES = 20


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with sessions.begin() as session:
        return build(session)


def press(sessions: sessionmaker[Session], act: Callable[[Session, int], str]) -> list[str]:
    """Run an act in as many threads at once, each in a transaction of its own."""
    together = Barrier(PRESSES)

    def one(number: int) -> str:
        together.wait(timeout=30)
        with writing(sessions) as session:
            return act(session, number)

    with ThreadPoolExecutor(PRESSES) as pool:
        return list(pool.map(one, range(PRESSES)))


def count(sessions: sessionmaker[Session], table: type[Message] | type[Thread] | type[OutboxMessage]) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_press_counts_however_many_come(sessions: sessionmaker[Session], world: World) -> None:
    number, actor = submission(), world.client(world.mariam)
    receipts = press(
        sessions,
        lambda session, _: (
            service.write(session, actor, case_id=world.money, text="Hej!", submission=number).receipt_no
        ),
    )
    assert len(set(receipts)) == 1
    assert (count(sessions, Message), count(sessions, Thread), count(sessions, OutboxMessage)) == (1, 1, 1)


def test_different_messages_at_once_are_all_kept_in_order(sessions: sessionmaker[Session], world: World) -> None:
    actor = world.client(world.mariam)
    receipts = press(
        sessions,
        lambda session, number: (
            service.write(session, actor, case_id=world.money, text=str(number), submission=submission()).receipt_no
        ),
    )
    assert len(set(receipts)) == PRESSES
    assert (count(sessions, Message), count(sessions, Thread)) == (PRESSES, 1)
    with sessions() as session:
        by_id = session.scalars(select(Message.sent_at).order_by(Message.id)).all()
        lane = session.scalars(select(OutboxMessage.id).order_by(OutboxMessage.seq)).all()
        assert list(by_id) == sorted(by_id)
        assert list(lane) == list(session.scalars(select(Message.id).order_by(Message.id)))
