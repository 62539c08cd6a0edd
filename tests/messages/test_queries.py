"""Lists and pages of messages: who sees what, in which order, at what cost."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.ids import new_id, new_receipt_no
from portal.messages import queries
from portal.messages.models import Message, Thread
from portal.messages.rules import PAGE_SIZE, Origin
from portal.people.models import Board, Case
from portal.sync.rules import Delivery
from tests.messages.world import World, answer, build, case, person, write
from tests.support.counting import counted


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


def fill(session: Session, world: World, messages: int) -> Thread:
    """Put many messages into Mariam's thread at once."""
    thread = Thread(case_id=world.money, person_id=world.mariam, last_staff_at=now(), unanswered_since=now())
    session.add(thread)
    session.flush()
    start = now() - timedelta(days=1)
    session.execute(
        insert(Message),
        [
            {
                "id": new_id(),
                "thread_id": thread.id,
                "side": Side.CLIENT if number % 2 else Side.STAFF,
                "author_person_id": world.mariam if number % 2 else None,
                "author_staff_id": None if number % 2 else world.petra,
                "text": str(number),
                "sent_at": start + timedelta(seconds=number),
                "receipt_no": new_receipt_no(),
                "submission": str(number),
                "origin": Origin.PORTAL,
                "delivery": Delivery.STUCK,
            }
            for number in range(messages)
        ],
    )
    return thread


def cost(session: Session, actor: Actor, world: World) -> list[int]:
    """Return how many statements each reading takes."""
    found = queries.conversation(session, actor, world.money)
    readings = [
        lambda: queries.threads(session, actor),
        lambda: queries.conversation(session, actor, world.money),
        lambda: queries.messages(session, actor, found.thread_id),
        lambda: queries.unread_count(session, actor),
        lambda: queries.new_for_client(session, actor),
        lambda: queries.unanswered_count(session, actor),
        lambda: queries.unanswered(session, actor, answer_days=2),
        lambda: queries.stuck(session, actor),
    ]
    costs = []
    for reading in readings:
        with counted(session) as sent:
            reading()
        costs.append(len(sent))
    return costs


@pytest.mark.parametrize("side", Side)
def test_more_messages_cost_no_more_queries(session: Session, world: World, side: Side) -> None:
    actor = world.client(world.mariam) if side is Side.CLIENT else world.staff(world.petra)
    fill(session, world, 5)
    few = cost(session, actor, world)
    session.query(Message).delete()
    session.query(Thread).delete()
    fill(session, world, 500)
    assert cost(session, actor, world) == few
    assert max(few) <= 4


def test_more_threads_cost_no_more_queries(session: Session, world: World) -> None:
    petra = world.staff(world.petra)
    write(session, world)
    few = cost(session, petra, world)
    board = session.query(Board).first()
    assert board is not None
    for _ in range(60):
        other = person(session, None, "Namn", "Namnsson")
        session.add(Thread(case_id=case(session, other.id, board, "Ärende", world.petra), person_id=other.id))
    session.flush()
    session.expire_all()
    assert cost(session, petra, world) == few
    assert len(queries.threads(session, petra)) == 62


def test_older_messages_come_page_by_page_without_gap_or_double(session: Session, world: World) -> None:
    thread = fill(session, world, 2 * PAGE_SIZE + 7)
    actor, before, texts = world.client(world.mariam), None, []
    for _ in range(3):
        page = queries.messages(session, actor, thread.id, before=before)
        texts = [row.text for row in page.rows] + texts
        before = page.older
    assert before is None
    assert texts == [str(number) for number in range(2 * PAGE_SIZE + 7)]


def test_exactly_one_page_has_nothing_older(session: Session, world: World) -> None:
    thread = fill(session, world, PAGE_SIZE)
    assert queries.messages(session, world.client(world.mariam), thread.id).older is None


def test_a_foreign_thread_has_no_messages(session: Session, world: World) -> None:
    thread = fill(session, world, 3)
    for actor in (world.client(world.tor), world.staff(world.henrik)):
        assert queries.messages(session, actor, thread.id).rows == []
        assert queries.unread_count(session, actor) == 0
        assert queries.unanswered(session, actor, answer_days=2) == []
    assert queries.new_for_client(session, world.client(world.tor)) == []


def test_a_client_sees_what_is_new_and_from_whom(session: Session, world: World) -> None:
    write(session, world)
    answer(session, world)
    latest = answer(session, world, "En sak till.")
    (row,) = queries.new_for_client(session, world.client(world.mariam))
    assert (row.case_id, row.author, row.count, row.latest_at) == (world.money, "Petra Almskog", 2, latest.sent_at)


def test_staff_see_the_unanswered_first_and_protected_persons_without_a_name(session: Session, world: World) -> None:
    write(session, world, case_id=world.veras)
    answer(session, world)
    rows = queries.threads(session, world.staff(world.petra))
    assert [row.case_id for row in rows] == [world.veras, world.money]
    protected, open_ = (row.client for row in rows)
    assert protected is not None
    assert open_ is not None
    assert protected.protected
    assert "Vera" not in protected.shown
    assert open_.shown == "Mariam Sandell"


def test_clients_are_told_no_names_of_clients(session: Session, world: World) -> None:
    write(session, world)
    assert [row.client for row in queries.threads(session, world.client(world.mariam))] == [None]


def test_a_case_without_messages_is_an_empty_conversation(session: Session, world: World) -> None:
    found = queries.conversation(session, world.client(world.mariam), world.money)
    assert found.thread_id is None
    assert found.case.caseworker == "Petra Almskog"
    assert session.get_one(Case, world.money).title == found.case.title
