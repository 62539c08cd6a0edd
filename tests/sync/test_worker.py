import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from portal.core.clock import travel
from portal.core.db import make_sessionmaker, writing
from portal.core.events import EventBus
from portal.core.retry import RetryPolicy
from portal.sync import registers, service
from portal.sync.adapters.base import Retryable
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.contract import Delivered, Kind
from portal.sync.inbox import InboxHandlers
from portal.sync.lock import WorkerRunsAlready, only_worker
from portal.sync.queries import delivery_of, freshness, queue_state, worker_seen_seconds
from portal.sync.rules import MessageState
from portal.sync.worker import Pace, Task, Worker, run_worker
from tests.conftest import make_settings
from tests.sync import records

ROOT = Path(__file__).resolve().parents[2]


def put(sessions, lane, count=1):
    with writing(sessions) as session:
        return [
            service.enqueue(session, Kind.CASE_MESSAGE, lane, records.message(number).to_payload())
            for number in range(count)
        ]


def make(sessions, office, **more):
    return Worker(make_settings(), sessions, office, InboxHandlers(), **more)


def states(sessions, ids):
    with sessions() as session:
        found = delivery_of(session, ids)
    return [found[one].state for one in ids]


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.01)


def test_one_round_delivers_whole_lanes_and_fetches(sessions, lanes, office, store):
    ids = put(sessions, lanes[0], 3) + put(sessions, lanes[1], 2)
    store.put_board(records.BOARD)
    handlers = InboxHandlers()
    registers.register_all(handlers)
    assert Worker(make_settings(), sessions, office, handlers).run_once() == 5
    assert set(states(sessions, ids)) == {MessageState.DELIVERED}
    with sessions() as session:
        assert freshness(session).well
        assert 0 <= worker_seen_seconds(session) < 60


def test_before_sending_again_it_asks(sessions, lanes, office, tmp_path):
    ids = put(sessions, lanes[0])
    lost = FaultyBackOffice(office, FaultPlan(timeout=1, witness=str(tmp_path / "witness")))
    make(sessions, lost).run_once()
    assert states(sessions, ids) == [MessageState.PENDING]
    with travel(timedelta(minutes=1)):
        make(sessions, lost).run_once()
    assert states(sessions, ids) == [MessageState.DELIVERED]
    assert not (tmp_path / "witness").exists()


def test_what_is_refused_is_stuck_at_once(sessions, lanes, office, heard):
    ids = put(sessions, lanes[0], 2)
    make(sessions, FaultyBackOffice(office, FaultPlan(permanent=1))).run_once()
    assert states(sessions, ids) == [MessageState.STUCK, MessageState.PENDING]
    assert [event.code for event in heard.stuck] == ["injected"]


def test_after_the_last_attempt_it_is_stuck_and_never_gone(sessions, lanes, office, heard):
    ids = put(sessions, lanes[0])
    pace = Pace(policy=RetryPolicy(attempts=3))
    for round_ in range(5):
        with travel(timedelta(hours=round_)):
            make(sessions, FaultyBackOffice(office, FaultPlan(down=1)), pace=pace).run_once()
    assert states(sessions, ids) == [MessageState.STUCK]
    assert [event.code for event in heard.stuck] == ["down"]
    with sessions() as session:
        assert queue_state(session).stuck == 1


def test_an_adapter_that_breaks_loses_nothing(sessions, lanes, office):
    class Broken(FaultyBackOffice):
        def deliver(self, message):
            raise RuntimeError("199501182399")

    ids = put(sessions, lanes[0])
    make(sessions, Broken(office, FaultPlan())).run_once()
    with sessions() as session:
        found = delivery_of(session, ids)[ids[0]]
    assert (found.state, found.last_error) == (MessageState.PENDING, "error:RuntimeError")


def test_a_subscriber_that_fails_delays_the_settling_and_nothing_is_sent_twice(own_engine, lanes, office, tmp_path):
    broken, heard = [True], []

    def fragile(session, event):
        if broken[0]:
            raise RuntimeError
        heard.append(event.message_id)

    bus = EventBus()
    bus.subscribe(Delivered, fragile)
    sessions = make_sessionmaker(own_engine, bus)
    ids = put(sessions, lanes[0])
    watched = FaultyBackOffice(office, FaultPlan(witness=str(tmp_path / "witness")))
    make(sessions, watched).run_once()
    with sessions() as session:
        found = delivery_of(session, ids)[ids[0]]
    assert (found.state, found.last_error) == (MessageState.PENDING, "subscriber:RuntimeError")
    broken[0] = False
    with travel(timedelta(minutes=1)):
        make(sessions, watched).run_once()
    assert states(sessions, ids) == [MessageState.DELIVERED]
    assert heard == ids
    assert not (tmp_path / "witness").exists()


def test_logs_hold_ids_and_codes_only(sessions, lanes, office, capsys):
    put(sessions, lanes[0])
    put(sessions, lanes[1])
    make(sessions, FaultyBackOffice(office, FaultPlan(seed=3, timeout=0.5, permanent=0.3))).run_once()
    told = "".join(capsys.readouterr())
    assert "outbox." in told
    assert "Text" not in told
    assert "Fråga" not in told
    assert "Person" not in told


def test_different_persons_go_in_parallel_and_one_person_in_turn(sessions, lanes, office):
    under_way, most, lock, meeting = set(), [0], threading.Lock(), threading.Barrier(3, timeout=10)

    class Watched(FaultyBackOffice):
        def deliver(self, message):
            with lock:
                assert message.lane not in under_way
                under_way.add(message.lane)
                most[0] = max(most[0], len(under_way))
            meeting.wait()
            with lock:
                under_way.discard(message.lane)
            return super().deliver(message)

    ids = [one for lane in lanes for one in put(sessions, lane, 2)]
    make(sessions, Watched(office, FaultPlan())).run_once()
    assert most == [3]
    assert set(states(sessions, ids)) == {MessageState.DELIVERED}


def test_a_slow_person_does_not_hold_up_the_others(sessions, lanes, office):
    go_on = threading.Event()

    class Slow(FaultyBackOffice):
        def deliver(self, message):
            if message.lane == lanes[0]:
                assert go_on.wait(10)
            return super().deliver(message)

    (slow,), others = put(sessions, lanes[0]), put(sessions, lanes[1], 5)
    stop = threading.Event()
    worker = make(sessions, Slow(office, FaultPlan()), pace=Pace(idle=0.01))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    until(lambda: set(states(sessions, others)) == {MessageState.DELIVERED})
    assert states(sessions, [slow]) == [MessageState.SENDING]
    # Told to stop, it finishes what it has begun.
    stop.set()
    go_on.set()
    thread.join(10)
    assert states(sessions, [slow]) == [MessageState.DELIVERED]
    with sessions() as session:
        assert worker_seen_seconds(session) is None


def test_tasks_run_at_their_pace_and_a_broken_one_stops_nothing(sessions, lanes, office):
    runs = {"often": 0, "seldom": 0, "broken": 0}

    def count(name):
        runs[name] += 1
        if name == "broken":
            raise RuntimeError

    tasks = [
        Task("broken", 0.01, lambda: count("broken")),
        Task("often", 0.01, lambda: count("often")),
        Task("seldom", 3600, lambda: count("seldom")),
    ]
    stop = threading.Event()
    worker = make(sessions, office, tasks=tasks, pace=Pace(idle=0.01, fetch=0.01))
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    until(lambda: runs["often"] >= 3 and runs["broken"] >= 3)
    ids = put(sessions, lanes[0])
    until(lambda: states(sessions, ids) == [MessageState.DELIVERED])
    stop.set()
    thread.join(10)
    assert runs["seldom"] == 1


def test_a_portal_database_that_fails_for_a_while_does_not_end_the_worker(sessions, lanes, office, monkeypatch):
    ids = put(sessions, lanes[0])
    worker = make(sessions, office, pace=Pace(idle=0.01))
    claim, failures = worker._claim, iter(range(3))

    def failing(limit):
        if next(failures, None) is not None:
            raise Retryable("portal database")
        return claim(limit)

    monkeypatch.setattr(worker, "_claim", failing)
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    until(lambda: states(sessions, ids) == [MessageState.DELIVERED])
    stop.set()
    thread.join(10)


def test_a_second_worker_on_sqlite_is_refused_in_plain_words(sessions, office, tmp_path):
    url = f"sqlite:///{tmp_path}/portal.db"
    with only_worker(url), pytest.raises(WorkerRunsAlready, match="another worker runs on this SQLite database"):
        run_worker(make_settings(database_url=url), sessions, InboxHandlers(), back_office=office)
    with only_worker(url):
        pass


def test_several_workers_may_run_on_postgresql():
    url = "postgresql+psycopg://somewhere/portal"
    with only_worker(url), only_worker(url):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_process_gracefully(number, sessions, lanes, portal_url, store_url, tmp_path):
    from tests.sync.worker_process import TOLD

    with writing(sessions) as session:
        TOLD.create(session.connection())
    ids = put(sessions, lanes[0], 3)
    command = [sys.executable, "-m", "tests.sync.worker_process", portal_url, store_url, "", ""]
    with (tmp_path / "complaints").open("wb") as complaints:
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=complaints)
    try:
        until(lambda: set(states(sessions, ids)) == {MessageState.DELIVERED}, 20)
        process.send_signal(number)
        process.wait(10)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, (tmp_path / "complaints").read_text()) == (0, "")
    with sessions() as session:
        assert worker_seen_seconds(session) is None
