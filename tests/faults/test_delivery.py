"""Workers are killed at random moments while messages flow through a back office that fails in every way.

What must hold at the end: the store has each message exactly once, each person's in the order in which they were
written, every receipt of the portal is the store's own, each delivery was told once, and nothing was sent again that
had already arrived.
"""

import dataclasses
import hashlib
import os
import random
import signal
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

import portal.audit.models  # noqa: F401 - its tables
from portal.core.db import Base, make_engine, make_sessionmaker, writing
from portal.people.models import Person
from portal.sync import service
from portal.sync.adapters.fake import FaultPlan
from portal.sync.adapters.tables import DELIVERED_FILE, DELIVERY, FILE, OBJECTS
from portal.sync.contract import Kind
from portal.sync.models import OutboxMessage
from portal.sync.queries import queue_state
from portal.sync.rules import MessageState
from tests.conftest import make_settings
from tests.support import database, forked
from tests.sync import records, worker_process
from tests.sync.worker_process import TOLD

SEED = 20261122
PLAN = FaultPlan(down=0.15, slow=0.25, slowness=0.1, timeout=0.15, duplicate=0.05)

pytestmark = pytest.mark.fault


@dataclass
class Flow:
    """One run: the databases, the persons, and the ids of what was written, per person and in order."""

    kind: database.Kind
    portal_url: str
    store_url: str
    folder: Path
    sessions: sessionmaker[Session]
    lanes: list[uuid.UUID] = field(default_factory=list)
    written: dict[uuid.UUID, list[uuid.UUID]] = field(default_factory=lambda: defaultdict(list))
    attached: set[tuple[uuid.UUID, str]] = field(default_factory=set)

    @property
    def witness(self) -> Path:
        return self.folder / "sent-in-vain"

    def write(self, count: int, seed: int, pause: float) -> None:
        """Write messages for randomly picked persons, several in a transaction at times."""
        rng, done = random.Random(seed), 0  # noqa: S311 - chance, no secret
        while done < count:
            with writing(self.sessions) as session:
                for _ in range(min(rng.choice((1, 1, 1, 4)), count - done)):
                    lane = rng.choice(self.lanes)
                    payload = records.message(done, id=f"{SEED}-{done}").to_payload()
                    files = self.attach(rng) if done % 5 == 0 else ()
                    written = service.enqueue(session, Kind.CASE_MESSAGE, lane, payload, files=files)
                    self.attached |= {(written, checksum) for checksum in files}
                    self.written[lane].append(written)
                    done += 1
            time.sleep(pause)

    def attach(self, rng: random.Random) -> tuple[str, ...]:
        """Make two or three files and return their checksums."""
        found = []
        for _ in range(rng.choice((2, 3))):
            content = rng.randbytes(2000)
            found.append(hashlib.sha256(content).hexdigest())
            (self.files / found[-1]).write_bytes(content)
        return tuple(found)

    @property
    def files(self) -> Path:
        return self.folder / "files"

    def in_hand(self) -> int:
        """Count the messages that a worker holds, or held when it died."""
        with self.sessions() as session:
            return session.scalar(select(func.count()).where(OutboxMessage.state == MessageState.SENDING)) or 0

    def undelivered(self) -> int:
        with self.sessions() as session:
            state = queue_state(session)
        assert state.stuck == 0
        return state.pending


@pytest.fixture
def flow(database_kind: database.Kind, tmp_path: Path) -> Iterator[Flow]:
    portal_url, store_url = (database.empty_database(database_kind) for _ in range(2))
    records.make_store(store_url)
    engine = make_engine(portal_url, make_settings().key_ring)
    Base.metadata.create_all(engine)
    TOLD.create(engine)
    (tmp_path / "files").mkdir()
    made = Flow(database_kind, portal_url, store_url, tmp_path, make_sessionmaker(engine))
    with writing(made.sessions) as session:
        people = [Person(given_name="Test", surname=f"Person {n}") for n in range(50)]
        session.add_all(people)
        session.flush()
        made.lanes = [person.id for person in people]
    yield made
    engine.dispose()
    for url in (portal_url, store_url):
        database.drop(url)


class Workers:
    """Worker processes that are killed and replaced; each generation has luck of its own."""

    def __init__(self, flow: Flow, count: int) -> None:
        self.flow, self.generation = flow, 0
        self.running = [self._start() for _ in range(count)]

    def _start(self) -> BaseProcess:
        self.generation += 1
        plan = dataclasses.replace(PLAN, seed=SEED + self.generation, witness=str(self.flow.witness))
        arguments = (self.flow.portal_url, self.flow.store_url, str(plan), str(self.flow.files))
        return forked.start(worker_process.main, *arguments, log=self.flow.folder / f"worker-{self.generation}.log")

    def kill(self, rng: random.Random, patience: float) -> int:
        """Kill one and start another; return how many messages were in hand then."""
        place = rng.randrange(len(self.running))
        victim = self.running[place]
        assert victim.is_alive(), "a worker ended by itself"
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.flow.in_hand():
                # Held still, it can't finish between the look and the kill.
                _signal(victim, signal.SIGSTOP)
                if self.flow.in_hand():
                    break
                _signal(victim, signal.SIGCONT)
            time.sleep(0.01)
        forked.kill(victim)
        orphans = self.flow.in_hand()
        self.running[place] = self._start()
        return orphans

    def stop(self) -> None:
        """Stop them all gracefully."""
        for process in self.running:
            forked.stop(process)


def _signal(process: BaseProcess, number: signal.Signals) -> None:
    assert process.pid
    os.kill(process.pid, number)


def storm(flow: Flow, *, messages: int, kills: int, seconds: float) -> int:
    """Write and deliver while workers are killed; return how many messages were in hand at the kills."""
    rng = random.Random(SEED)  # noqa: S311 - chance, no secret
    struck = orphans = 0
    end = time.monotonic() + seconds
    workers = Workers(flow, 1 if flow.kind == "sqlite" else 2)
    try:
        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(flow.write, messages, rng.randrange(1 << 32), 0.01)
            while not writer.done() or flow.undelivered():
                assert time.monotonic() < end, f"{flow.undelivered()} messages are still under way"
                time.sleep(rng.uniform(0.2, 1.0) if struck < kills else 0.2)
                if struck < kills and (not writer.done() or flow.undelivered()):
                    # Every other kill strikes anywhere, the others where it hurts: while something is being sent.
                    orphans += workers.kill(rng, patience=15 if struck % 2 else 0)
                    struck += 1
            writer.result()
    finally:
        workers.stop()
    assert struck >= kills * 0.7, "the messages were through before the workers were killed"
    return orphans


def check(flow: Flow, messages: int) -> None:
    """Compare what was written with what the store holds and the portal believes."""
    assert sum(map(len, flow.written.values())) == messages
    engine = make_engine(flow.store_url)
    with engine.begin() as connection:
        stored = connection.execute(select(DELIVERY).order_by(DELIVERY.c.position)).all()
        brought = {(row.message_id, row.checksum) for row in connection.execute(select(DELIVERED_FILE))}
        files = dict(connection.execute(select(FILE.c.checksum, FILE.c.content)).all())
        objects = connection.execute(select(func.count(), func.max(OBJECTS[Kind.CASE_MESSAGE].c.version))).one()
    engine.dispose()
    arrived: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for row in stored:
        arrived[row.lane].append(row.message_id)
    assert arrived == flow.written
    # A version of two would mean that a message was written a second time.
    assert tuple(objects) == (messages, 1)
    # Every file that a message names has come with it, whole, and none with another.
    assert brought == flow.attached
    assert {hashlib.sha256(content).hexdigest() for content in files.values()} == {name for _, name in flow.attached}
    receipts = {row.message_id: row.number for row in stored}
    with flow.sessions() as session:
        believed = dict(session.execute(select(OutboxMessage.id, OutboxMessage.receipt_no)).all())
        told = session.execute(select(TOLD.c.message_id, TOLD.c.receipt_no)).all()
    assert believed == receipts
    assert sorted(told) == sorted(receipts.items())
    assert not flow.witness.exists(), "a message was sent again that had already arrived"


@pytest.mark.timeout(150)
def test_killed_workers_lose_double_and_reorder_nothing(flow: Flow) -> None:
    assert storm(flow, messages=1000, kills=10, seconds=110) > 0
    check(flow, 1000)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_long_storm_loses_doubles_and_reorders_nothing(flow: Flow) -> None:
    assert storm(flow, messages=20_000, kills=150, seconds=3000) > 50
    check(flow, 20_000)
