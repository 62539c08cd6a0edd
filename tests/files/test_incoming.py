"""Documents that the back office names: fetched, checked like every file, kept sealed, alarmed of when they fail."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.errors import NotFound
from portal.files import incoming, keeping
from portal.files.incoming import NotNow, NotThere, Receiver
from portal.files.models import IncomingFile
from portal.files.queries import DocumentView
from portal.files.rules import FileState, Limits, Refusal
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.conftest import make_settings
from tests.files.hostile import jpeg, locked, plain_pdf

PDF = plain_pdf(pages=3)
LIMITS = Limits(file_bytes=2_000_000, pages=5)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Office:
    """A back office's files, and what goes wrong with them."""

    def __init__(self, *contents: bytes) -> None:
        self.files = {sha256(content): content for content in contents}
        self.trouble: NotNow | None = None
        self.asked = 0

    def __call__(self, checksum: str) -> bytes:
        self.asked += 1
        if self.trouble is not None:
            raise self.trouble
        if checksum not in self.files:
            raise NotThere("no_such_file")
        return self.files[checksum]


@pytest.fixture
def committed(database_url: str) -> Iterator[sessionmaker[Session]]:
    """Sessions on a database of this test's own."""
    engine = make_engine(database_url, make_settings().key_ring)
    yield make_sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(LocalStore(tmp_path / "store"), LIMITS)


@pytest.fixture
def ask(committed: sessionmaker[Session]) -> Callable[[str], DocumentView]:
    """Ask for a document, and return how it stands."""

    def stand(checksum: str) -> DocumentView:
        with writing(committed) as session:
            file_id = session.scalar(select(IncomingFile.id)) or incoming.expect(session, checksum)
            return incoming.views(session, [file_id])[file_id]

    return stand


def text_of(committed: sessionmaker[Session], vault: Vault, view: DocumentView) -> bytes:
    with committed() as session:
        return b"".join(incoming.content(session, vault, view.id))


def test_a_document_is_fetched_checked_and_sealed(
    committed: sessionmaker[Session], vault: Vault, ask: Callable[[str], DocumentView], tmp_path: Path
) -> None:
    view = ask(sha256(PDF))
    assert (view.state, view.ready, view.failed) == (FileState.RECEIVING, False, False)
    with pytest.raises(NotFound):
        text_of(committed, vault, view)

    assert Receiver(committed, vault, None, Office(PDF)).run() == 1

    view = ask(sha256(PDF))
    assert (view.ready, view.pages, view.failed) == (True, 3, False)
    assert text_of(committed, vault, view).startswith(b"%PDF-")
    for blob in (tmp_path / "store").rglob("*"):
        assert not blob.is_file() or b"%PDF" not in blob.read_bytes()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7 och sedan inget", Refusal.UNREADABLE),
        (locked("hemligt"), Refusal.LOCKED),
        (jpeg(), Refusal.WRONG_KIND),
        (b"MZ\x90\x00", Refusal.WRONG_KIND),
        (b"", Refusal.EMPTY),
        (b"%PDF-" + bytes(2_000_000), Refusal.TOO_LARGE),
        (plain_pdf(pages=6), Refusal.TOO_MANY_PAGES),
    ],
    ids=["broken", "locked", "picture", "program", "empty", "large", "long"],
)
def test_what_cannot_be_let_in_is_refused_and_alarmed_of_once(
    committed: sessionmaker[Session],
    vault: Vault,
    ask: Callable[[str], DocumentView],
    content: bytes,
    reason: Refusal,
) -> None:
    ask(sha256(content))
    office = Office(content)
    receiver = Receiver(committed, vault, None, office)
    receiver.run()
    with clock.travel(timedelta(days=1)):
        receiver.run()

    view = ask(sha256(content))
    assert (view.state, view.reason, view.failed) == (FileState.REFUSED, reason, True)
    assert office.asked == 1
    with committed() as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "file.incoming_failed")).all()
        assert [entry.detail for entry in entries] == [{"code": reason.value}]
        assert incoming.failed_count(session) == 1
        with pytest.raises(NotFound):
            list(incoming.content(session, vault, view.id))


def test_a_back_office_that_is_down_is_asked_again_without_alarm(
    committed: sessionmaker[Session], vault: Vault, ask: Callable[[str], DocumentView]
) -> None:
    ask(sha256(PDF))
    office = Office(PDF)
    office.trouble = NotNow("down")
    receiver = Receiver(committed, vault, None, office)
    assert (receiver.run(), receiver.run()) == (1, 0)
    assert not ask(sha256(PDF)).failed

    office.trouble = None
    with clock.travel(timedelta(minutes=1)):
        receiver.run()
        assert ask(sha256(PDF)).ready


@pytest.mark.parametrize("wrong", [False, True], ids=["missing", "another-content"])
def test_a_file_that_is_not_there_is_an_alarm_and_is_still_asked_for(
    committed: sessionmaker[Session], vault: Vault, ask: Callable[[str], DocumentView], wrong: bool
) -> None:
    ask(sha256(PDF))
    office = Office()
    if wrong:
        office.files[sha256(PDF)] = plain_pdf(pages=1)
    receiver = Receiver(committed, vault, None, office)
    receiver.run()
    with clock.travel(timedelta(hours=2)):
        receiver.run()
    assert ask(sha256(PDF)).failed
    with committed() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "file.incoming_failed")).all()) == 1

    office.files[sha256(PDF)] = PDF
    with clock.travel(timedelta(hours=4)):
        receiver.run()
        view = ask(sha256(PDF))
    assert (view.ready, view.failed) == (True, False)


def test_a_worker_that_died_loses_nothing_and_one_that_was_slow_changes_nothing(
    committed: sessionmaker[Session], vault: Vault, ask: Callable[[str], DocumentView]
) -> None:
    ask(sha256(PDF))
    receiver = Receiver(committed, vault, None, Office(PDF))
    slow = receiver._claim()
    assert slow is not None
    assert receiver.run() == 0
    with clock.travel(timedelta(minutes=11)):
        assert receiver.run() == 1
        receiver._settle(slow, receiver._obtain(slow))
    view = ask(sha256(PDF))
    assert view.ready
    assert text_of(committed, vault, view).startswith(b"%PDF-")


def test_the_sweeper_leaves_documents_alone(
    committed: sessionmaker[Session], vault: Vault, ask: Callable[[str], DocumentView]
) -> None:
    ask(sha256(PDF))
    Receiver(committed, vault, None, Office(PDF)).run()
    with clock.travel(timedelta(days=3)):
        assert keeping.remove_orphans(committed, vault.store) == 0
    assert text_of(committed, vault, ask(sha256(PDF))).startswith(b"%PDF-")
