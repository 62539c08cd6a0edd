"""Web process, workers and store are killed, and the back office fails in every way, while applications are handed in.

What must hold at the end: each application is in the store once, whole, with its ten files; whatever was confirmed to
a person has that receipt number; nothing is there without its files.
"""

import dataclasses
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.models import Application
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.states import ApplicationState
from portal.assistance.service import drafts
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.core.ids import new_id
from portal.files.models import StoredFile
from portal.files.rules import FileKind, FileState, Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from portal.sync import contract
from portal.sync.adapters.fake import FaultPlan
from portal.sync.adapters.sql import SqlStore
from portal.sync.adapters.tables import DELIVERED_FILE, DELIVERY, OBJECTS
from portal.sync.queries import queue_state
from portal.sync.rules import Delivery
from portal.wiring import subscribe
from tests.assistance import deliver_process, hand_in_process
from tests.assistance.world import ALONE, Scene, fill
from tests.conftest import make_settings
from tests.messages.world import World, person
from tests.support import database, forked
from tests.sync import records

SEED = 20261126
PLAN = FaultPlan(down=0.15, slow=0.25, slowness=0.1, timeout=0.15, duplicate=0.05)
NUMBERS = ("198511292388", "198107162391", "198512312391", "199310192399")
FILES = 10

pytestmark = pytest.mark.fault


@dataclass
class Office:
    """The databases, the files, and the drafts that wait to be handed in."""

    kind: database.Kind
    portal_url: str
    store_url: str
    folder: Path
    sessions: sessionmaker[Session]
    people: list[uuid.UUID] = field(default_factory=list)
    drafts: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    named: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def prepare(self, count: int) -> None:
        """Make the people, and finished drafts of theirs."""
        with writing(self.sessions) as session:
            self.people = [self._known(session, number) for number in NUMBERS]
        self.more(count)

    def more(self, count: int) -> None:
        """Make so many finished drafts, each with ten files that lie sealed in the store."""
        vault = Vault(LocalStore(self.folder / "files"), Limits())
        there = len(self.drafts)
        rng = random.Random(SEED + there)  # noqa: S311 - chance, no secret
        for number in range(there, there + count):
            person_id, month = self.people[number % len(NUMBERS)], Period(2026, 1).plus(number // len(NUMBERS))
            with writing(self.sessions) as session:
                self.drafts.append((person_id, self._draft(session, vault, rng, person_id, month)))
        lines = "\n".join(f"{person_id} {draft}" for person_id, draft in self.drafts)
        # Whole or not at all, for a process may be reading it.
        (self.folder / "drafts.new").write_text(lines, "ascii")
        (self.folder / "drafts.new").replace(self.folder / "drafts")

    def _known(self, session: Session, number: str) -> uuid.UUID:
        made = person(session, number, "Test", "Person")
        # The store knows the person by our id: what has no link is named by it.
        store = SqlStore(self.store_url)
        store.put_person(dataclasses.replace(records.PERSON, id=str(made.id), identity_number=number))
        store.close()
        return made.id

    def _draft(
        self, session: Session, vault: Vault, rng: random.Random, person_id: uuid.UUID, month: Period
    ) -> uuid.UUID:
        actor = World.client(None, person_id)  # type: ignore[arg-type]  # makes an actor from the id alone
        scene = Scene(session, None, actor, actor, actor)  # type: ignore[arg-type]  # no world is needed here
        made = drafts.start(session, actor, kind=Kind.MONTHLY, period=month, prefilled={})
        fill(scene, made, ALONE)
        paper = drafts.paper_for(session, actor, made, "rent")
        for _ in range(FILES):
            file_id = new_id()
            sealed = vault.put(file_id, [rng.randbytes(3000)], most=5000)
            self.named[str(made)].add(sealed.checksum)
            session.add(
                StoredFile(
                    id=file_id,
                    owner_id=person_id,
                    uploaded_by_person=person_id,
                    purpose=drafts.PAPER,
                    object_id=paper.id,
                    name="kvitto.pdf",
                    expected=sealed.size,
                    received=sealed.size,
                    state=FileState.READY,
                    kind=FileKind.PDF,
                    size=sealed.size,
                    checksum=sealed.checksum,
                    checksum_index=make_settings().key_ring.blind_index("file", sealed.checksum),
                    blob=sealed.blob,
                    content_key=sealed.key,
                )
            )
        drafts.files_changed(session, actor, made)
        return made

    def left(self) -> int:
        """Count the drafts that aren't handed in, and the messages that aren't delivered."""
        with self.sessions() as session:
            waiting = session.scalar(select(func.count()).where(Application.state != ApplicationState.SUBMITTED))
            state = queue_state(session)
        assert state.stuck == 0
        return (waiting or 0) + state.pending


@pytest.fixture
def office(database_kind: database.Kind, tmp_path: Path) -> Iterator[Office]:
    portal_url = database.copy_of_template(database_kind)
    store_url = database.empty_database(database_kind)
    records.make_store(store_url)
    bus = EventBus()
    subscribe(bus)
    engine = make_engine(portal_url, make_settings().key_ring)
    yield Office(database_kind, portal_url, store_url, tmp_path, make_sessionmaker(engine, bus))
    engine.dispose()
    for url in (portal_url, store_url):
        database.drop(url)


class Processes:
    """One that hands in and one or two that deliver; whichever is killed is started anew."""

    def __init__(self, office: Office) -> None:
        self.office, self.generation = office, 0
        workers = 1 if office.kind == "sqlite" else 2
        self.running = [self._web(), *(self._worker() for _ in range(workers))]

    def _web(self) -> BaseProcess:
        folder = self.office.folder
        drafts, confirmed = str(folder / "drafts"), str(folder / "confirmed")
        return forked.start(hand_in_process.main, self.office.portal_url, drafts, confirmed, log=self._log())

    def _worker(self) -> BaseProcess:
        plan = dataclasses.replace(PLAN, seed=SEED + self.generation, witness=str(self.office.folder / "in-vain"))
        urls, files = (self.office.portal_url, self.office.store_url), str(self.office.folder / "files")
        return forked.start(deliver_process.main, *urls, files, str(plan), log=self._log())

    def _log(self) -> Path:
        self.generation += 1
        return self.office.folder / f"process-{self.generation}.log"

    def kill(self, rng: random.Random) -> None:
        """Kill one at random and start another in its place, or end the store's connections in the midst of things.

        SQLite's store has no process of its own: it dies with the worker that writes in it.
        """
        place = rng.randrange(len(self.running) + (self.office.kind == "postgresql"))
        if place == len(self.running):
            database.disconnect(self.office.store_url)
            return
        forked.kill(self.running[place])
        self.running[place] = self._web() if place == 0 else self._worker()

    def go_on(self) -> None:
        """Let the one that hands in begin again when it is through its list."""
        code = self.running[0].exitcode
        assert code in {None, 0}, "handing in ended by itself"
        if code == 0 and self.office.left():
            self.running[0] = self._web()

    def stop(self) -> None:
        for process in self.running:
            forked.stop(process)


def storm(office: Office, *, kills: int, seconds: float) -> None:
    """Hand in and deliver while something is killed so many times, each time with applications under way."""
    rng, struck = random.Random(SEED), 0  # noqa: S311 - chance, no secret
    end = time.monotonic() + seconds
    processes = Processes(office)
    try:
        while office.left() or struck < kills:
            assert time.monotonic() < end, f"{office.left()} applications are still under way"
            time.sleep(rng.uniform(0.1, 0.8) if struck < kills else 0.3)
            if struck < kills and not office.left():
                office.more(len(NUMBERS))
            elif struck < kills:
                processes.kill(rng)
                struck += 1
            processes.go_on()
    finally:
        processes.stop()


def check(office: Office) -> None:
    """Compare what was handed in with what the store holds and what was confirmed."""
    engine = make_engine(office.store_url)
    table = OBJECTS[contract.Kind.APPLICATION]
    with engine.begin() as connection:
        stored = {row.id: row for row in connection.execute(select(table))}
        messages = dict(connection.execute(select(DELIVERY.c.object_id, DELIVERY.c.message_id)).all())
        brought: dict[uuid.UUID, set[str]] = defaultdict(set)
        for row in connection.execute(select(DELIVERED_FILE)):
            brought[row.message_id].add(row.checksum)
    engine.dispose()
    wanted = {str(draft) for _person, draft in office.drafts}
    assert set(stored) == set(messages) == wanted
    for draft in wanted:
        assert stored[draft].version == 1, "handed in twice"
        assert brought[messages[draft]] == office.named[draft], "not all of its files, or another's"
        assert {paper["file"]["checksum"] for paper in stored[draft].papers} == office.named[draft]
    with office.sessions() as session:
        rows = session.execute(select(Application.id, Application.receipt_no, Application.delivery)).all()
    assert {str(row.id): row.receipt_no for row in rows} == {draft: stored[draft].receipt_no for draft in wanted}
    assert {row.delivery for row in rows} == {Delivery.DELIVERED}
    confirmed = (office.folder / "confirmed").read_text("ascii").split()
    for draft, receipt in zip(confirmed[::2], confirmed[1::2], strict=True):
        assert stored[draft].receipt_no == receipt
    assert not (office.folder / "in-vain").exists(), "a message was sent again that had already arrived"


@pytest.mark.timeout(300)
def test_killed_processes_neither_lose_nor_double_an_application(office: Office) -> None:
    office.prepare(24)
    storm(office, kills=20, seconds=240)
    check(office)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_long_storm_neither_loses_nor_doubles_an_application(office: Office) -> None:
    office.prepare(200)
    storm(office, kills=300, seconds=3000)
    check(office)
