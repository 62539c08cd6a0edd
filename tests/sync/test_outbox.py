from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.ids import new_id
from portal.core.retry import RetryPolicy
from portal.sync import service
from portal.sync.contract import Kind, Receipt
from portal.sync.models import OutboxMessage
from portal.sync.queries import delivery_of, queue_state, stuck
from portal.sync.rules import MessageState
from portal.sync.service import Failure
from tests.sync import records

LEASE = timedelta(seconds=60)


def put(sessions, lane, count=1):
    ids = []
    for number in range(count):
        with writing(sessions) as session:
            ids.append(service.enqueue(session, Kind.CASE_MESSAGE, lane, records.message(number).to_payload()))
    return ids


def take(sessions, worker="w1", limit=10):
    return service.claim(sessions, worker, limit, LEASE)


def settle(sessions, held, result, **more):
    with writing(sessions) as session:
        return service.settle(session, held, result, **more)


def receipt(held, number="D1"):
    return Receipt(held.message.id, number, now())


def leader(permissions=("delivery:resend",)):
    return Actor(Side.STAFF, new_id(), now(), 3, staff_id=new_id(), permissions=frozenset(permissions))


def test_only_the_first_undelivered_of_each_lane_is_taken(sessions, lanes):
    first, _ = put(sessions, lanes[0], 2)
    (other,) = put(sessions, lanes[1])
    assert {held.message.id for held in take(sessions)} == {first, other}
    assert take(sessions) == []


def test_a_lane_is_delivered_in_order(sessions, lanes):
    ids = put(sessions, lanes[0], 4)
    seen = []
    while claims := take(sessions):
        (held,) = claims
        seen.append(held.message.id)
        assert settle(sessions, held, receipt(held, f"D{len(seen)}")) is MessageState.DELIVERED
    assert seen == ids


def test_payload_and_kind_come_out_as_they_went_in(sessions, lanes):
    put(sessions, lanes[0])
    (held,) = take(sessions)
    assert held.message.payload == records.message(0).to_payload()
    assert (held.message.kind, held.message.lane) == ("case_message", lanes[0])


def test_the_payload_stands_encrypted(sessions, lanes, own_engine):
    put(sessions, lanes[0])
    with own_engine.connect() as connection:
        raw = bytes(connection.exec_driver_sql("SELECT payload FROM outbox_message").scalar_one())
    assert b"Text" not in raw


def test_a_given_id_is_kept(sessions, lanes):
    wanted = new_id()
    with writing(sessions) as session:
        assert service.enqueue(session, "case_message", lanes[0], {}, message_id=wanted) == wanted


def test_a_rolled_back_message_leaves_no_gap(sessions, lanes):
    put(sessions, lanes[0])
    with sessions() as session:
        service.enqueue(session, "case_message", lanes[0], {})
        session.rollback()
    put(sessions, lanes[0])
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.seq).order_by(OutboxMessage.seq)).all() == [1, 2]


def test_a_failure_waits_and_then_asks_first(sessions, lanes):
    put(sessions, lanes[0])
    (held,) = take(sessions)
    assert not held.ask_first
    assert settle(sessions, held, Failure("timeout")) is MessageState.PENDING
    assert take(sessions) == []
    with travel(timedelta(seconds=6)):
        (again,) = take(sessions)
    assert again.ask_first
    assert again.attempt == 2


def test_a_killed_workers_message_is_taken_again_when_its_lease_is_out(sessions, lanes):
    put(sessions, lanes[0])
    take(sessions, "killed")
    with travel(LEASE - timedelta(seconds=5)):
        assert take(sessions, "w2") == []
    with travel(LEASE + timedelta(seconds=1)):
        (held,) = take(sessions, "w2")
    assert held.ask_first


def test_a_worker_that_was_overtaken_settles_nothing(sessions, lanes, heard):
    put(sessions, lanes[0])
    (slow,) = take(sessions, "slow")
    with travel(LEASE + timedelta(seconds=1)):
        (quick,) = take(sessions, "quick")
        assert settle(sessions, slow, Failure("timeout", permanent=True)) is None
        assert settle(sessions, quick, receipt(quick)) is MessageState.DELIVERED
        assert settle(sessions, slow, receipt(slow, "D2")) is None
    assert [event.receipt_no for event in heard.delivered] == ["D1"]
    assert heard.stuck == []


def test_delivery_is_told_and_published(sessions, lanes, heard):
    (message,) = put(sessions, lanes[0])
    (held,) = take(sessions)
    at = now()
    settle(sessions, held, Receipt(message, "D42", at))
    with sessions() as session:
        found = delivery_of(session, [message, new_id()])
    assert list(found) == [message]
    assert (found[message].state, found[message].receipt_no, found[message].delivered_at) == (
        MessageState.DELIVERED,
        "D42",
        at,
    )
    (event,) = heard.delivered
    assert (event.message_id, event.kind, event.lane, event.receipt_no) == (message, "case_message", lanes[0], "D42")


@pytest.mark.parametrize("failure", [Failure("refused", permanent=True), Failure("down")])
def test_stuck_holds_its_own_lane_alone_until_a_person_sends_it_again(sessions, lanes, heard, failure):
    first, second = put(sessions, lanes[0], 2)
    (held,) = take(sessions)
    assert settle(sessions, held, failure, policy=RetryPolicy(attempts=1)) is MessageState.STUCK
    assert [(event.message_id, event.code) for event in heard.stuck] == [(first, failure.code)]
    put(sessions, lanes[1])
    with travel(timedelta(days=30)):
        assert [held.message.lane for held in take(sessions)] == [lanes[1]]
    actor = leader()
    with writing(sessions) as session:
        service.resend(session, actor, first)
    (held,) = take(sessions)
    assert held.message.id == first
    assert held.ask_first
    settle(sessions, held, receipt(held))
    (held,) = take(sessions)
    assert held.message.id == second
    with sessions() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id, entry.subject_id, entry.object_id) == (
        "outbox.resent",
        actor.id,
        lanes[0],
        first,
    )


def test_sent_again_has_all_its_attempts_anew(sessions, lanes):
    (message,) = put(sessions, lanes[0])
    policy = RetryPolicy(first=0, attempts=2)
    for round_ in range(2):
        (held,) = take(sessions)
        assert settle(sessions, held, Failure("down"), policy=policy) is MessageState.PENDING, round_
        (held,) = take(sessions)
        assert settle(sessions, held, Failure("down"), policy=policy) is MessageState.STUCK, round_
        with writing(sessions) as session:
            service.resend(session, leader(), message)


def test_sending_again_needs_permission_and_a_stuck_message(sessions, lanes):
    (message,) = put(sessions, lanes[0])
    with sessions() as session:
        with pytest.raises(Forbidden):
            service.resend(session, leader(("queue:view",)), message)
        with pytest.raises(NotFound):
            service.resend(session, leader(), new_id())
        with pytest.raises(Conflict):
            service.resend(session, leader(), message)


def test_what_is_stuck_is_told_to_those_who_may_send_it_again_alone(sessions, lanes):
    (first,), (second,) = put(sessions, lanes[0]), put(sessions, lanes[1])
    put(sessions, lanes[2])
    for held in take(sessions)[:2]:
        settle(sessions, held, Failure("refused", permanent=True))
    with sessions() as session:
        assert [one.id for one in stuck(session, leader())] == [first, second]
        assert stuck(session, leader(("queue:view",))) == []


def test_the_queue_tells_what_waits_is_stuck_and_how_old_it_is(sessions, lanes):
    with sessions() as session:
        assert queue_state(session) == queue_state(session).__class__(0, 0, 0.0)
    put(sessions, lanes[0], 2)
    (held,) = take(sessions)
    put(sessions, lanes[1])
    settle(sessions, held, Failure("refused", permanent=True))
    with travel(timedelta(hours=2)), sessions() as session:
        state = queue_state(session)
    assert (state.pending, state.stuck) == (2, 1)
    assert 7200 <= state.oldest_age_seconds < 7260


def test_two_workers_never_take_the_same_message(sessions, lanes):
    for lane in lanes:
        put(sessions, lane, 20)
    taken = defaultdict(list)

    def work(name):
        for _ in range(200):
            for held in take(sessions, name, 1):
                taken[held.message.id].append(name)
                settle(sessions, held, receipt(held, str(held.message.id)))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, ["w1", "w2", "w3"]))
    assert len(taken) == 60
    assert all(len(names) == 1 for names in taken.values())


def test_concurrent_enqueue_keeps_each_lane_dense_and_in_commit_order(sessions, lanes):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: put(sessions, lanes[0], 15), range(4)))
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.seq).order_by(OutboxMessage.seq)).all() == list(range(1, 61))
