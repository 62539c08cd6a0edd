"""Records that are a file: from the back office, released whole or not at all, and given only to who may read them."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry, AuditEntry
from portal.core.db import writing
from portal.core.errors import Conflict
from portal.files.incoming import NotThere, Receiver
from portal.files.models import IncomingFile
from portal.files.vault import Vault
from portal.records import service
from portal.records.models import CaseRecord, Reading, Release, Version
from portal.records.rules.states import NoteStatus, NoteType
from portal.records.service import Check
from portal.records.sync import receive
from portal.sync.contract import Change, Kind, NoteRecord, UnknownCode
from portal.sync.contract.records import PassagePart
from portal.sync.models import OutboxMessage
from tests.files.hostile import plain_pdf
from tests.messages.test_sync import link
from tests.records.world import EVENT, World, make, sign_in
from tests.support.client import PageClient

PDF = plain_pdf(pages=3)
FILE = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        world = make(session)
        for kind, external, local in (
            (Kind.CASE, "A-1", world.money),
            (Kind.PERSON, "P-1", world.mariam),
            (Kind.STAFF, "H-1", world.petra),
        ):
            link(session, kind, external, local)
        return world


@pytest.fixture
def take(sessions: sessionmaker[Session], world: World) -> Callable[..., Version]:
    """Let the back office tell of a document, and return its newest version."""

    def told(**changes: Any) -> Version:
        values: dict[str, Any] = {
            "id": "D-1",
            "case_id": "A-1",
            "person_id": "P-1",
            "author_id": "H-1",
            "type": NoteType.DOCUMENT,
            "title": "Läkarintyg",
            "event_at": EVENT,
            "child_sensitive": False,
            "revision": 1,
            "reason": "",
            "written_at": EVENT,
            "locked_at": EVENT,
            "status": NoteStatus.RELEASED,
            "released_by": "H-1",
            "visible_from": None,
            "for_guardians": False,
            "passages": (),
            "file": FILE,
        }
        record = NoteRecord(**{**values, **changes})
        with writing(sessions) as session:
            known = session.scalar(select(CaseRecord.id))
            applied = receive(session, Change(record.id, Kind.NOTE, 1, record.to_payload(), False, "P-1"))
            if known is None:
                link(session, Kind.NOTE, record.id, applied.local_id)
            return session.scalars(select(Version).order_by(Version.number.desc())).first()  # type: ignore[return-value]

    return told


@pytest.fixture
def fetch(sessions: sessionmaker[Session], vault: Vault) -> Callable[..., int]:
    """Let the worker fetch what the back office has."""

    def run(*contents: bytes) -> int:
        files = {hashlib.sha256(content).hexdigest(): content for content in contents}

        def get(checksum: str) -> bytes:
            if checksum not in files:
                raise NotThere("no_such_file")
            return files[checksum]

        return Receiver(sessions, vault, None, get).run()

    return run


def test_a_released_document_is_a_row_is_read_and_logged(
    mariam: PageClient, sessions: sessionmaker[Session], take: Callable[..., Version], fetch: Callable[..., int]
) -> None:
    version = take()
    waiting = mariam.page(f"/journal/{version.record_id}")
    assert "Dokumentet är på väg hit" in waiting.text
    assert mariam.get(f"/journal/{version.record_id}/dokument").status_code == 404
    fetch(PDF)

    assert "Pdf, 3 sidor" in mariam.page("/journal").text
    page = mariam.page(f"/journal/{version.record_id}")
    link_text = next(tag.get_text().strip() for tag in page.soup.find_all("a") if "Läs (pdf, 3 sidor" in tag.get_text())
    answered = mariam.get(page.link(link_text))
    assert answered.data.startswith(b"%PDF-")
    assert answered.headers["Content-Disposition"].startswith("attachment; filename=insyn-")
    assert answered.headers["Cache-Control"] == "no-store"
    with sessions() as session:
        assert session.scalars(select(Reading)).one().version_id == version.id
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "record.read")).all()
        assert {"version": str(version.id), "saved": True} in [entry.detail for entry in entries]


def test_only_who_may_read_it_gets_the_file_and_a_withdrawn_one_is_gone_at_once(
    app: Flask,
    mariam: PageClient,
    sessions: sessionmaker[Session],
    world: World,
    take: Callable[..., Version],
    fetch: Callable[..., int],
) -> None:
    version = take(status=NoteStatus.LOCKED, released_by=None)
    fetch(PDF)
    address = f"/journal/{version.record_id}/dokument"
    assert mariam.get(address).status_code == 404
    with writing(sessions) as session:
        service.release(session, world.staff(world.petra), version.id, Check())
        file_id = session.scalars(select(IncomingFile.id)).one()
    assert mariam.get(address).status_code == 200
    other = PageClient(app)
    sign_in(sessions, other, world.client(world.tor))
    assert other.get(address).status_code == 404
    # The address of uploads knows nothing of it.
    assert mariam.get(f"/filer/{file_id}").status_code == 404
    with writing(sessions) as session:
        service.withdraw(session, world.staff(world.petra), version.record_id)
    assert mariam.get(address).status_code == 404


def test_what_is_released_here_is_told_with_its_file(
    sessions: sessionmaker[Session], world: World, take: Callable[..., Version], fetch: Callable[..., int]
) -> None:
    version = take(status=NoteStatus.LOCKED, released_by=None)
    with writing(sessions) as session, pytest.raises(Conflict):
        service.release(session, world.staff(world.petra), version.id, Check())
    fetch(PDF)
    with writing(sessions) as session:
        service.release(session, world.staff(world.petra), version.id, Check())
        payload = session.scalars(select(OutboxMessage.payload).where(OutboxMessage.kind == "note")).one()
    told = NoteRecord.from_payload(payload)
    assert (told.type, told.file, told.passages, told.status) == (NoteType.DOCUMENT, FILE, (), NoteStatus.RELEASED)


def test_no_rule_releases_a_document(sessions: sessionmaker[Session], take: Callable[..., Version]) -> None:
    take(released_by=None)
    with sessions() as session:
        assert session.scalars(select(Release)).all() == []


def test_a_new_file_is_a_new_version_and_the_same_again_is_none(
    sessions: sessionmaker[Session], take: Callable[..., Version]
) -> None:
    first, again = take(), take()
    assert first.id == again.id
    newer = take(file="a" * 64, revision=2)
    assert newer.number == 2
    with sessions() as session:
        assert len(session.scalars(select(IncomingFile)).all()) == 2


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"file": None}, "note.file"),
        ({"file": "inte en summa"}, "note.file"),
        ({"type": NoteType.PHONE, "passages": (PassagePart(None, "Text.", None),)}, "note.file"),
        ({"passages": (PassagePart(None, "Text.", None),)}, "note.passages"),
    ],
)
def test_a_contract_that_is_broken_is_an_alarm(
    sessions: sessionmaker[Session], take: Callable[..., Version], changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(UnknownCode) as caught:
        take(**changes)
    assert caught.value.where == where
    with sessions() as session:
        assert session.scalars(select(CaseRecord)).all() == []


def test_a_document_never_becomes_a_text(take: Callable[..., Version]) -> None:
    take()
    with pytest.raises(UnknownCode, match=r"note\.type"):
        take(type=NoteType.PHONE, file=None, passages=(PassagePart(None, "Text.", None),))


def test_a_payload_of_an_older_back_office_has_no_file() -> None:
    with pytest.raises(UnknownCode):
        NoteRecord.from_payload({"id": "x"})
    assert "file" in NoteRecord.absent


def test_staff_open_it_which_is_logged_and_are_told_of_a_broken_one(
    petra: PageClient,
    mariam: PageClient,
    sessions: sessionmaker[Session],
    take: Callable[..., Version],
    fetch: Callable[..., int],
) -> None:
    broken = b"%PDF-1.7 och sedan inget"
    version = take()
    newer = take(file=hashlib.sha256(broken).hexdigest(), revision=2)
    fetch(PDF, broken)
    page = petra.page(f"/dokumentation/{version.record_id}")
    assert "Dokumentet kunde inte tas in." in page.text
    assert "Filen finns kvar i verksamhetssystemet." in page.text
    assert petra.get(f"/dokumentation/{version.record_id}/{newer.id}/fil").status_code == 404
    assert petra.get(f"/dokumentation/{version.record_id}/{version.id}/fil").data.startswith(b"%PDF-")
    with sessions() as session:
        assert session.scalars(select(AccessEntry)).all()
    assert "Felet är vårt" in mariam.page(f"/journal/{version.record_id}").text
    # The older version is whole and may still be read.
    assert mariam.get(f"/journal/{version.record_id}/dokument?version=1").status_code == 200


def test_releasing_shows_that_nothing_in_it_can_be_hidden(
    petra: PageClient, take: Callable[..., Version], fetch: Callable[..., int]
) -> None:
    version = take(status=NoteStatus.LOCKED, released_by=None)
    fetch(PDF)
    page = petra.page(f"/dokumentation/{version.record_id}/{version.id}/visa")
    assert "Inget i filen kan döljas" in page.text
    after = petra.submit(page, fields={"checked": "y"}, button="Visa för klienten")
    assert "Visas för klienten" in after.text


def test_a_remark_on_the_whole_is_made_on_a_document(
    mariam: PageClient, take: Callable[..., Version], fetch: Callable[..., int]
) -> None:
    version = take()
    fetch(PDF)
    page = mariam.page(f"/journal/{version.record_id}")
    after = mariam.submit(page, "#s0 form", {"kind": "wrong", "text": "Intyget är gammalt."})
    assert "Sparat. Kvittens" in after.text
    assert mariam.get(f"/journal/{version.record_id}/andrat").status_code == 404
