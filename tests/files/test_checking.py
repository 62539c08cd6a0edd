"""What the worker does with files that have come: ready, refused, or later; nothing lost, nothing let through."""

import io
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal import tables, wiring
from portal.core.clock import now, travel
from portal.core.crypto import KeyRing
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.ids import new_id
from portal.core.rotation import rotate
from portal.files import delivering, keeping, passing, queries, service
from portal.files.checking import Checker
from portal.files.models import DoomedBlob, FilePart, StoredFile
from portal.files.rules import FileKind, FileState, Refusal
from portal.files.sandbox import Budget
from portal.files.scanner import Scanner
from portal.files.service import Place
from portal.files.vault import Vault
from portal.settings import Settings
from tests.conftest import make_settings
from tests.files import hostile
from tests.files.clamd import Clamd, running
from tests.messages import world as worlds
from tests.messages.world import World

Sessions = sessionmaker[Session]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def people(sessions: Sessions) -> World:
    with writing(sessions) as session:
        return worlds.build(session)


@pytest.fixture
def upload(sessions: Sessions, people: World, vault: Vault) -> Callable[..., uuid.UUID]:
    """Let Mariam upload something."""
    object_id = new_id()

    def up(content: bytes, name: str = "bild.jpg") -> uuid.UUID:
        with writing(sessions) as session:
            where = Place("test", object_id, people.mariam)
            return service.receive(
                session, people.client(people.mariam), vault, place=where, name=name, stream=[content]
            ).id

    return up


@pytest.fixture
def checker(sessions: Sessions, vault: Vault) -> Checker:
    return Checker(sessions, vault, None)


def row(sessions: Sessions, file_id: uuid.UUID) -> StoredFile:
    with sessions() as session:
        return session.get_one(StoredFile, file_id)


def content(sessions: Sessions, vault: Vault, file_id: uuid.UUID) -> bytes:
    with sessions() as session:
        return b"".join(service.content(session, vault, file_id))


def stored(vault: Vault) -> set[str]:
    return set(vault.store.older_than(now() + timedelta(minutes=1)))


def test_a_photo_gets_ready(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg(turned=True), "IMG_0412.HEIC")
    assert checker.run() == 1
    found = row(sessions, file_id)
    assert (found.state, found.kind, found.name) == (FileState.READY, FileKind.JPEG, "IMG_0412.jpg")
    clean = content(sessions, vault, file_id)
    assert Image.open(io.BytesIO(clean)).size == (60, 40)
    with sessions() as session:
        (entry,) = queries.manifest(session, [file_id])
        assert delivering.content_by_checksum(session, vault, entry.checksum) == clean
        assert entry.size == len(clean)
    assert checker.run() == 0


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (hostile.archive, Refusal.WRONG_KIND),
        (hostile.image_bomb, Refusal.TOO_MANY_PIXELS),
        (lambda: hostile.locked("x"), Refusal.LOCKED),
    ],
)
def test_what_is_refused_says_why_and_leaves_nothing(
    sessions: Sessions,
    vault: Vault,
    upload: Callable[..., uuid.UUID],
    checker: Checker,
    made: Callable[[], bytes],
    reason: Refusal,
) -> None:
    file_id = upload(made())
    checker.run()
    found = row(sessions, file_id)
    assert (found.state, found.reason, found.blob) == (FileState.REFUSED, reason, None)
    keeping.remove_doomed(sessions, vault.store)
    assert stored(vault) == set()


def test_a_virus_is_refused_and_taken_away(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    clamd = Clamd()
    bad = [upload(hostile.EICAR, "eicar.com"), upload(hostile.jpeg() + hostile.EICAR)]
    good = upload(hostile.jpeg())
    with running(clamd) as address:
        replace(checker, scanner=Scanner(address, 10)).run()
    assert [row(sessions, file_id).reason for file_id in bad] == [Refusal.VIRUS] * 2
    assert row(sessions, good).state is FileState.READY
    assert len(clamd.seen) == 3


@pytest.mark.parametrize("fault", ["slow", "close", "garbage", "cut off", "nobody", "limit"])
def test_without_a_scanner_that_answers_nothing_gets_ready_however_often_it_is_tried(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker, fault: str
) -> None:
    file_id = upload(hostile.jpeg())
    clamd = Clamd("" if fault in {"nobody", "limit"} else fault, limit=10 if fault == "limit" else 10**9)
    with running(clamd) as address:
        down = replace(checker, scanner=Scanner("tcp:127.0.0.1:1" if fault == "nobody" else address, 0.2))
        for hours in range(passing.MOST_ATTEMPTS + 3):
            with travel(timedelta(hours=hours)):
                assert down.run() == 1
                assert down.run() == 0  # not at once
        assert row(sessions, file_id).state is FileState.CHECKING
        clamd.fault, clamd.limit = "", 10**9
        with travel(timedelta(days=1)):
            replace(checker, scanner=Scanner(address, 10)).run()
    assert row(sessions, file_id).state is FileState.READY


@pytest.mark.parametrize(("setting", "state"), [({}, FileState.CHECKING), ({"virus_scan": "off"}, FileState.READY)])
def test_only_a_setting_lets_a_worker_do_without_a_scanner(
    sessions: Sessions,
    upload: Callable[..., uuid.UUID],
    tmp_path: Path,
    setting: dict[str, str],
    state: FileState,
) -> None:
    given = {"virus_scan": Settings.model_fields["virus_scan"].default, **setting}
    nobody = make_settings(file_store=f"file:{tmp_path / 'files'}", clamav_address="tcp:127.0.0.1:1", **given)
    file_id = upload(hostile.jpeg())
    (checks,) = (task for task in wiring.file_tasks(nobody, sessions) if task.name == "file checks")
    checks.run(threading.Event())
    assert row(sessions, file_id).state is state


def test_a_file_that_kills_its_worker_is_given_up(
    sessions: Sessions, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg())
    for attempt in range(passing.MOST_ATTEMPTS):
        with travel(timedelta(hours=attempt)):
            assert checker._claim() is not None  # and the worker dies
    with travel(timedelta(days=1)):
        checker.run()
    assert row(sessions, file_id).reason is Refusal.UNREADABLE


def test_a_file_that_takes_too_long_is_tried_again_and_then_given_up(
    sessions: Sessions, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg())
    impatient = replace(checker, budget=Budget(patience=0.01))
    for hours in range(passing.MOST_ATTEMPTS):
        with travel(timedelta(hours=hours)):
            impatient.run()
        assert row(sessions, file_id).state is FileState.CHECKING
    with travel(timedelta(days=1)):
        impatient.run()
    assert row(sessions, file_id).reason is Refusal.UNREADABLE


def test_a_lost_part_lets_nothing_through(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg())
    for blob in stored(vault):
        vault.store.remove(blob)
    checker.run()
    assert row(sessions, file_id).state is FileState.CHECKING
    for hours in range(1, 8):
        with travel(timedelta(hours=hours)):
            checker.run()
    assert row(sessions, file_id).reason is Refusal.UNREADABLE


def test_what_was_removed_during_its_check_stays_removed(
    sessions: Sessions, vault: Vault, people: World, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg())
    claim = checker._claim()
    assert claim is not None
    outcome = checker._examine(claim)
    with writing(sessions) as session:
        service.remove(session, people.client(people.mariam), file_id)
    checker._settle(claim, outcome)
    assert row(sessions, file_id).state is FileState.REMOVED
    keeping.remove_doomed(sessions, vault.store)
    assert stored(vault) == set()


def test_a_worker_that_comes_too_late_changes_nothing(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    file_id = upload(hostile.jpeg())
    late = checker._claim()
    assert late is not None
    outcome = checker._examine(late)
    with travel(timedelta(hours=1)):
        assert checker.run() == 1
    before = row(sessions, file_id).blob
    checker._settle(late, outcome)
    assert row(sessions, file_id).blob == before
    keeping.remove_doomed(sessions, vault.store)
    assert stored(vault) == {before}


def test_two_workers_never_hold_the_same_file(upload: Callable[..., uuid.UUID], checker: Checker) -> None:
    ids = {upload(hostile.jpeg()), upload(hostile.jpeg())}
    claims = [checker._claim() for _ in range(3)]
    assert {claim.file_id for claim in claims if claim} == ids
    assert claims[2] is None


def test_clean_up_takes_only_what_nobody_needs(
    sessions: Sessions, vault: Vault, people: World, upload: Callable[..., uuid.UUID], checker: Checker
) -> None:
    ready = upload(hostile.jpeg())
    checker.run()
    waiting = upload(hostile.jpeg())
    with writing(sessions) as session:
        actor, where = people.client(people.mariam), Place("test", new_id(), people.mariam)
        broken = service.begin(session, actor, vault, place=where, name="a.pdf", size=10)
        part = vault.put(broken.id, [b"12345"], most=5)
        service.append(session, actor, part, start=0)
        service.hand_over(session, actor, [ready])
    orphan = vault.put(new_id(), [b"nobody's"], most=100)
    assert (keeping.remove_broken_off(sessions), keeping.remove_orphans(sessions, vault.store)) == (0, 0)
    # The files' times are the system's own: they are made older, not our clock younger.
    for path in Path(vault.store._root).rglob("*"):  # type: ignore[attr-defined]
        if path.is_file():
            os.utime(path, (time.time() - 90_000,) * 2)
    with travel(timedelta(hours=25)):
        assert keeping.remove_broken_off(sessions) == 1
        keeping.remove_orphans(sessions, vault.store)
        keeping.remove_doomed(sessions, vault.store)
    kept = stored(vault)
    assert orphan.blob not in kept
    assert part.blob not in kept
    assert content(sessions, vault, ready)
    with sessions() as session:
        needed = set(session.scalars(select(FilePart.blob))) | {row(sessions, ready).blob}
        assert session.scalars(select(DoomedBlob)).all() == []
    assert kept == needed
    assert row(sessions, waiting).state is FileState.CHECKING


def test_rotation_of_keys_leaves_every_file_readable(
    sessions: Sessions, vault: Vault, upload: Callable[..., uuid.UUID], checker: Checker, database_url: str
) -> None:
    ready, waiting = upload(hostile.jpeg()), None
    checker.run()
    waiting = upload(hostile.plain_pdf())
    before = content(sessions, vault, ready)
    old = make_settings().key_ring
    both = KeyRing({**old.keys, 2: bytes(range(64, 96))}, (bytes(range(100, 132)), *old.index_keys))
    engine = make_engine(database_url, both)
    list(rotate(make_sessionmaker(engine), tables.metadata()))
    engine.dispose()
    # The old keys are thrown away.
    engine = make_engine(database_url, KeyRing({2: both.keys[2]}, both.index_keys[:1]))
    renewed = make_sessionmaker(engine)
    assert content(renewed, vault, ready) == before
    Checker(renewed, vault, None).run()
    assert row(renewed, waiting).state is FileState.READY
    with renewed() as session:
        (entry,) = queries.manifest(session, [ready])
        assert delivering.content_by_checksum(session, vault, entry.checksum) == before
    engine.dispose()


CHILD = """
import sys
from pathlib import Path
from portal.core.db import make_engine, make_sessionmaker
from portal.files.checking import Checker
from portal.files.sandbox import Budget
from portal.files.scanner import Scanner
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from portal.settings import Settings
from tests.conftest import make_settings
from tests.files.conftest import LIMITS
sessions = make_sessionmaker(make_engine(sys.argv[1], make_settings().key_ring))
Checker(sessions, Vault(LocalStore(Path(sys.argv[2])), LIMITS), Scanner(sys.argv[3], 30)).run()
"""


@pytest.mark.fault
def test_a_killed_worker_leaves_the_file_to_the_next(
    sessions: Sessions,
    vault: Vault,
    upload: Callable[..., uuid.UUID],
    checker: Checker,
    database_url: str,
    tmp_path: Path,
) -> None:
    """Killed while the scanner looks: between the claim and the verdict."""
    file_id = upload(hostile.jpeg())
    with running(Clamd("slow")) as address:
        command = [sys.executable, "-c", CHILD, database_url, str(tmp_path / "files"), address]
        process = subprocess.Popen(command, cwd=ROOT)
        end = time.monotonic() + 60
        while row(sessions, file_id).attempts == 0:
            assert time.monotonic() < end, "the worker never began"
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = row(sessions, file_id)
    assert (found.state, found.attempts) == (FileState.CHECKING, 1)
    assert checker.run() == 0
    with travel(timedelta(minutes=11)):
        assert checker.run() == 1
    assert row(sessions, file_id).state is FileState.READY
    keeping.remove_doomed(sessions, vault.store)
    assert len(stored(vault)) == 1
