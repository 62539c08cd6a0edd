"""What every adapter of a back office must do, against each of them."""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from portal.core.db import make_engine
from portal.core.ids import new_id
from portal.people.rules import CaseState
from portal.sync.adapters import make_back_office
from portal.sync.adapters.base import Permanent, Retryable
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.adapters.sql import SqlBackOffice, SqlStore, _next_position, _writing, create_store, store_engine
from portal.sync.adapters.tables import CHANGE, DELIVERY, OBJECTS
from portal.sync.contract import Kind, OutboundMessage
from tests.conftest import make_settings
from tests.sync import records


def outbound(number=1, lane=None, **changes):
    return OutboundMessage(new_id(), "case_message", lane or new_id(), records.message(number, **changes).to_payload())


@pytest.fixture(params=["plain", "faulty"])
def any_office(request, office):
    """The store itself, and the store behind duplicates and slowness: neither may be noticed."""
    return (
        office if request.param == "plain" else FaultyBackOffice(office, FaultPlan(duplicate=1, slow=1, slowness=0.001))
    )


def rows(url, table):
    engine = make_engine(url)
    with engine.begin() as connection:
        found = connection.execute(select(table)).mappings().all()
    engine.dispose()
    return found


def test_a_delivered_message_is_found_and_stored_once(any_office, store_url):
    message = outbound()
    assert any_office.find(message.id) is None
    receipt = any_office.deliver(message)
    assert receipt.message_id == message.id
    assert any_office.find(message.id) == receipt
    assert any_office.deliver(message) == receipt
    (stored,) = rows(store_url, OBJECTS[Kind.CASE_MESSAGE])
    assert stored["body"] == "Text 1"
    assert stored["version"] == 1
    assert len(rows(store_url, DELIVERY)) == 1


def test_receipts_have_numbers_of_their_own(any_office):
    numbers = [any_office.deliver(outbound(n)).number for n in range(3)]
    assert len(set(numbers)) == 3


def test_what_is_delivered_is_not_echoed(any_office):
    any_office.deliver(outbound())
    assert any_office.changes("", 10).items == ()


@pytest.mark.parametrize(
    ("kind", "payload", "code"),
    [
        ("person", records.PERSON.to_payload(), "unknown_kind"),
        ("novelty", {}, "unknown_kind"),
        ("case_message", {}, "unknown_code:case_message"),
        ("case_message", records.message(case_id="C9").to_payload(), "unknown_case"),
        ("case_message", records.message(person_id="P9").to_payload(), "unknown_case"),
        ("case_message", {**records.message().to_payload(), "author": "x"}, "unknown_code:case_message.author"),
    ],
)
def test_what_the_store_does_not_know_is_refused_for_good(any_office, kind, payload, code):
    with pytest.raises(Permanent) as caught:
        any_office.deliver(OutboundMessage(new_id(), kind, new_id(), payload))
    assert caught.value.code.startswith(code)


def test_the_feed_is_read_page_by_page(any_office, store):
    store.put_board(records.BOARD)
    store.put_unit(records.UNIT)
    store.put_person(records.PERSON)
    first = any_office.changes("", 2)
    second = any_office.changes(first.next, 2)
    assert [change.kind for change in (*first.items, *second.items)] == ["board", "unit", "person"]
    assert any_office.changes(second.next, 2) == second.__class__((), second.next)
    assert any_office.changes("", 2) == first


def test_changes_tell_version_person_and_tombstone(any_office, store):
    store.put_person(records.PERSON)
    assert store.put_case(records.CASE) == 1
    assert store.put_case(records.CASE.__class__.from_payload({**records.CASE.to_payload(), "state": "closed"})) == 2
    store.assign(records.ASSIGNMENT)
    assert store.remove(records.ASSIGNMENT) == 2
    found = [(c.kind, c.source_id, c.version, c.person, c.deleted) for c in any_office.changes("", 9).items]
    assert found == [
        ("person", "P1", 1, "P1", False),
        ("case", "C1", 1, "P1", False),
        ("case", "C1", 2, "P1", False),
        ("case_assignment", "A1", 1, "P1", False),
        ("case_assignment", "A1", 2, "P1", True),
    ]
    last = any_office.changes("", 9).items
    assert last[2].payload["state"] == CaseState.CLOSED
    assert last[4].payload == {}


def test_files_are_kept_by_checksum(any_office):
    content = b"\x00bilaga"
    checksum = hashlib.sha256(content).hexdigest()
    any_office.put_file(checksum, content)
    any_office.put_file(checksum, content)
    assert any_office.get_file(checksum) == content
    with pytest.raises(Permanent):
        any_office.put_file(checksum, b"annat")
    with pytest.raises(Permanent):
        any_office.get_file("0" * 64)


def test_ping_answers(any_office):
    any_office.ping()


def test_the_same_message_from_many_threads_is_stored_once(office, store_url):
    message = outbound()
    with ThreadPoolExecutor(6) as pool:
        numbers = [done.result().number for done in [pool.submit(office.deliver, message) for _ in range(6)]]
    assert len(set(numbers)) == 1
    assert len(rows(store_url, DELIVERY)) == 1


def test_the_feed_never_passes_over_a_change_that_is_committed_late(store_url, office):
    """The writer that took its position first commits last: a reader must not see the other's change before."""
    engine = store_engine(store_url, 5)
    started, second_done = threading.Event(), threading.Event()

    def late():
        with _writing(engine) as connection:
            position = _next_position(connection, "change")
            started.set()
            time.sleep(0.5)
            assert not second_done.is_set()
            connection.execute(
                CHANGE.insert().values(
                    position=position, kind="board", source_id="late", version=1, payload={}, deleted=True
                )
            )

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(late)
        started.wait(5)
        quick = SqlStore(store_url)
        quick.put_board(records.BOARD)
        second_done.set()
        seen = office.changes("", 10)
        done.result()
    quick.close()
    engine.dispose()
    assert [change.source_id for change in seen.items] == ["late", "B1"]


def test_a_store_that_is_busy_for_too_long_is_retryable(store_url):
    engine = store_engine(store_url, 5)
    hurried = SqlBackOffice(store_url, timeout=0.3)
    with _writing(engine) as connection:
        _next_position(connection, "delivery")
        started = time.monotonic()
        with pytest.raises(Retryable) as caught:
            hurried.deliver(outbound())
        assert time.monotonic() - started < 5
    assert caught.value.unknown
    hurried.deliver(outbound())
    hurried.close()
    engine.dispose()


def test_a_store_that_is_not_there_is_retryable_and_tells_no_values(tmp_path):
    absent = SqlBackOffice(f"sqlite:///{tmp_path}/never-made.db", timeout=1)
    with pytest.raises(Retryable) as caught:
        absent.deliver(outbound())
    assert "Text" not in str(caught.value)
    assert caught.value.__cause__ is None
    absent.close()
    with pytest.raises(Retryable):
        SqlBackOffice("postgresql+psycopg://nobody@127.0.0.1:9/none", timeout=1).ping()


def test_the_settings_choose_the_adapter(tmp_path):
    url = f"sqlite:///{tmp_path}/chosen.db"
    create_store(url)
    create_store(url)
    chosen = make_back_office(make_settings(backoffice_url=url))
    assert isinstance(chosen, SqlBackOffice)
    chosen.ping()
    chosen.close()


# The faults themselves.


def test_a_plan_reads_back_as_it_was_written():
    plan = FaultPlan(seed=7, down=0.25, slow=0.5, timeout=0.1, duplicate=0.2, permanent=0.05, witness="/tmp/x")  # noqa: S108
    assert FaultPlan.parse(str(plan)) == plan
    assert FaultPlan.parse("") == FaultPlan()
    with pytest.raises(KeyError):
        FaultPlan.parse("earthquake=1")


def test_down_reaches_nothing(office):
    faulty = FaultyBackOffice(office, FaultPlan(down=1))
    message = outbound()
    for call in (
        lambda: faulty.deliver(message),
        lambda: faulty.find(message.id),
        lambda: faulty.changes("", 1),
        faulty.ping,
    ):
        with pytest.raises(Retryable) as caught:
            call()
        assert not caught.value.unknown
    assert office.find(message.id) is None


def test_a_time_out_after_the_write_has_written(office):
    faulty = FaultyBackOffice(office, FaultPlan(timeout=1))
    message = outbound()
    with pytest.raises(Retryable) as caught:
        faulty.deliver(message)
    assert caught.value.unknown
    assert faulty.find(message.id) == office.find(message.id) is not None


def test_a_permanent_error_writes_nothing(office):
    message = outbound()
    with pytest.raises(Permanent):
        FaultyBackOffice(office, FaultPlan(permanent=1)).deliver(message)
    assert office.find(message.id) is None


def test_the_witness_sees_what_is_sent_in_vain(office, tmp_path):
    faulty = FaultyBackOffice(office, FaultPlan(witness=str(tmp_path / "witness")))
    message = outbound()
    faulty.deliver(message)
    assert not (tmp_path / "witness").exists()
    faulty.deliver(message)
    assert (tmp_path / "witness").read_text() == f"{message.id}\n"


def test_a_plan_strikes_alike_with_the_same_seed(office):
    message = outbound()

    def strikes(seed):
        faulty = FaultyBackOffice(office, FaultPlan(seed=seed, timeout=0.5))
        found = []
        for _ in range(30):
            try:
                faulty.deliver(message)
                found.append(False)
            except Retryable:
                found.append(True)
        return found

    assert strikes(1) == strikes(1)
    assert strikes(1) != strikes(2)
    assert 5 < sum(strikes(1)) < 25
