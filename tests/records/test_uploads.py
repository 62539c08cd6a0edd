"""Documents that staff upload: quarantined, checked, locked, shown whole, told with their file, read and answered."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry, AuditEntry
from portal.core.db import writing
from portal.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from portal.core.ids import new_id
from portal.files.delivering import content_by_checksum
from portal.files.models import StoredFile
from portal.files.rules import FileKind, FileState
from portal.files.vault import Vault
from portal.records import queries, service
from portal.records.models import CaseRecord, Document, Release, Remark, Version
from portal.records.rules.states import NoteStatus, NoteType, VersionState
from portal.records.service import Check, Upload
from portal.records.sync import receive
from portal.sync.contract import Change, Kind, NoteRecord
from portal.sync.models import OutboxMessage
from tests.files.hostile import jpeg, plain_pdf
from tests.messages.test_sync import link
from tests.messages.world import submission
from tests.records.world import EVENT, World, about, make, sign_in
from tests.support.client import Page, PageClient

# Both sides keep their files where the tests see them.
pytestmark = pytest.mark.usefixtures("vault")

PDF = plain_pdf(pages=2)
BROKEN = b"%PDF-1.7 och sedan inget"
NEW = {"title": "Läkarintyg", "day": "2026-11-05", "at": "14:20"}


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


def upload(content: bytes = PDF, name: str = "intyg.pdf") -> Upload:
    return Upload(name, "application/pdf", content[:1024], [content])


def written(session: Session, world: World, vault: Vault, **changes: Any) -> Version:
    values = {
        "case_id": world.money,
        "about": about("Läkarintyg", type=NoteType.DOCUMENT),
        "submission": submission(),
        "upload": upload(),
        **changes,
    }
    return service.write_document(session, world.staff(world.petra), vault, **values)


def add(petra: PageClient, world: World, content: bytes = PDF, *, status: int = 200) -> Page:
    page = petra.page(f"/dokumentation/arende/{world.money}/dokument")
    return petra.submit(page, None, {**NEW, "file": (io.BytesIO(content), "Mariams intyg.pdf")}, status=status)


def shown(petra: PageClient, page: Page) -> Page:
    """Lock the document that is open, and show it."""
    page = petra.submit(page, "form[action$=las]")
    page = petra.page(page.link("Visa för klienten"))
    assert "Inget i filen kan döljas" in page.text
    return petra.submit(page, fields={"checked": "y"}, button="Visa för klienten")


def test_from_upload_to_corrected_on_both_sides(
    petra: PageClient,
    mariam: PageClient,
    sessions: sessionmaker[Session],
    world: World,
    check: Callable[[], int],
) -> None:
    page = add(petra, world)
    assert "Filen kontrolleras." in page.text
    assert not [one for one in page.soup.select("button") if one.get_text(strip=True) == "Lås"]
    assert page.soup.select("[hx-get$=kontroll]")
    check()
    page = petra.page(page.address)
    opened = petra.get(page.link("Läs (pdf, 2 sidor, 1 kB)"))
    assert opened.data.startswith(b"%PDF-")
    assert "intyg" not in opened.headers["Content-Disposition"]
    assert "Läkarintyg" not in mariam.page("/journal").text
    shown(petra, page)

    assert "Pdf, 2 sidor" in mariam.page("/journal").text
    with sessions() as session:
        version = session.scalars(select(Version)).one()
        address = f"/journal/{version.record_id}"
    read = mariam.page(address)
    assert mariam.get(read.link("Läs (pdf, 2 sidor, 1 kB)")).data.startswith(b"%PDF-")
    mariam.submit(read, "#s0 form", {"kind": "wrong", "text": "Intyget är gammalt."})
    with sessions() as session:
        said = session.scalars(select(Remark)).one()
        actions = set(session.scalars(select(AuditEntry.action)))
        assert {"record.written", "record.locked", "record.released", "record.read", "remark.made"} <= actions
        assert session.scalars(select(AccessEntry).where(AccessEntry.object_id == version.record_id)).all()

    page = petra.page(petra.page(f"/synpunkter/{said.id}").link("Rätta texten"))
    assert "Intyget är gammalt." in page.one("#synpunkt").get_text()
    newer = plain_pdf(pages=3)
    fields = {"reason": "Mariam lämnade ett nytt.", "file": (io.BytesIO(newer), "nytt.pdf")}
    page = petra.submit(page, None, fields)
    check()
    shown(petra, petra.page(page.address))
    with sessions() as session:
        corrected = session.scalars(select(Version.id).where(Version.number == 2)).one()
    answer = {"outcome": "corrected", "version": str(corrected), "text": "Tack, du har rätt."}
    petra.submit(petra.page(f"/synpunkter/{said.id}"), None, answer)
    after = mariam.page(address)
    assert "Läs (pdf, 3 sidor" in after.text
    assert "Tack, du har rätt." in after.one("#s0").get_text()

    petra.submit(petra.page(petra.page(f"/dokumentation/{version.record_id}").link("Sluta visa")))
    assert mariam.get(f"{address}/dokument").status_code == 404


def test_what_was_released_is_told_with_its_file_which_the_back_office_gets_and_its_echo_is_no_version(
    sessions: sessionmaker[Session], world: World, vault: Vault, check: Callable[[], int]
) -> None:
    with writing(sessions) as session:
        version = written(session, world, vault)
    check()
    petra = world.staff(world.petra)
    with writing(sessions) as session:
        service.lock(session, petra, version.id, seen=version.stamp)
        service.release(session, petra, version.id, Check())
        last = session.scalars(select(OutboxMessage).order_by(OutboxMessage.seq.desc())).first()
        assert last is not None
        told = NoteRecord.from_payload(last.payload)
        assert (told.type, told.passages, told.status) == (NoteType.DOCUMENT, (), NoteStatus.RELEASED)
        assert last.files == [told.file]
        assert told.file is not None
        assert content_by_checksum(session, vault, told.file).startswith(b"%PDF-")
        for kind, external, local in (
            (Kind.CASE, told.case_id, world.money),
            (Kind.PERSON, told.person_id, world.mariam),
            (Kind.STAFF, told.author_id, world.petra),
        ):
            link(session, kind, external, local)
    with writing(sessions) as session:
        receive(session, Change(told.id, Kind.NOTE, 1, told.to_payload(), False, told.person_id))
        assert len(session.scalars(select(Version)).all()) == 1
        assert len(session.scalars(select(Release).where(Release.withdrawn_at.is_(None))).all()) == 1


def test_only_the_records_own_address_gives_it_to_its_client_and_only_while_it_is_released(
    app: Flask,
    staff_app: Flask,
    mariam: PageClient,
    sessions: sessionmaker[Session],
    world: World,
    vault: Vault,
    check: Callable[[], int],
) -> None:
    with writing(sessions) as session:
        version = written(session, world, vault)
    check()
    petra, address = world.staff(world.petra), f"/journal/{version.record_id}/dokument"
    with sessions() as session:
        upload_id = session.scalars(select(Document.upload_id)).one()
    uploads = [f"/filer/{upload_id}", f"/filer/{upload_id}/rad"]
    for step in (None, "lock", "release"):
        with writing(sessions) as session:
            if step == "lock":
                service.lock(session, petra, version.id, seen=version.stamp)
            elif step == "release":
                service.release(session, petra, version.id, Check())
        assert [mariam.get(one).status_code for one in uploads] == [404, 404]
        assert mariam.get(address).status_code == (200 if step == "release" else 404)
    other = PageClient(app)
    sign_in(sessions, other, world.client(world.tor))
    assert other.get(address).status_code == 404
    henrik = PageClient(staff_app)
    sign_in(sessions, henrik, world.staff(world.henrik))
    assert henrik.get(f"/dokumentation/{version.record_id}/{version.id}/fil").status_code == 404
    assert henrik.get(f"/filer/{upload_id}").status_code == 404


@pytest.mark.parametrize(
    "content", [BROKEN, plain_pdf(pages=6), b"%PDF-" + b"x" * 2_000_001], ids=["broken", "pages", "large"]
)
def test_a_hostile_file_is_refused_never_locked_and_replaced(
    petra: PageClient, sessions: sessionmaker[Session], world: World, check: Callable[[], int], content: bytes
) -> None:
    page = add(petra, world, content)
    check()
    page = petra.page(page.address)
    assert "Dokumentet kunde inte tas in." in page.text
    with sessions() as session:
        version = session.scalars(select(Version)).one()
    with writing(sessions) as session, pytest.raises(Conflict):
        service.lock(session, world.staff(world.petra), version.id, seen=version.stamp)
    change = petra.page(page.link("Ändra"))
    petra.submit(change, None, {"title": "Nytt intyg", "file": (io.BytesIO(PDF), "rätt.pdf")})
    check()
    assert "Läs (pdf, 2 sidor" in petra.page(page.address).text
    with sessions() as session:
        states = session.scalars(select(StoredFile.state).order_by(StoredFile.id)).all()
        assert states == [FileState.REMOVED, FileState.READY]
        assert session.scalars(select(Version.title)).one() == "Nytt intyg"


@pytest.mark.parametrize("content", [jpeg(), b"PK\x03\x04 en docx", b""], ids=["picture", "archive", "empty"])
def test_what_is_no_pdf_is_refused_at_once_and_nothing_is_kept(
    petra: PageClient, sessions: sessionmaker[Session], world: World, content: bytes
) -> None:
    page = add(petra, world, content, status=422)
    assert "Välj en pdf." in page.text
    assert page.one("#title")["value"] == "Läkarintyg"
    with sessions() as session:
        assert session.scalars(select(CaseRecord)).all() == []
        assert session.scalars(select(StoredFile)).all() == []
        assert session.scalars(select(AccessEntry)).all()


def test_a_missing_file_is_told_with_all_else_that_is_missing(petra: PageClient, world: World) -> None:
    page = petra.page(f"/dokumentation/arende/{world.money}/dokument")
    again = petra.submit(page, None, {"title": ""}, status=422)
    assert {"Skriv en kort rubrik.", "Välj en pdf."} <= {
        link.get_text() for link in again.soup.select("[role=alert] a")
    }


def test_what_is_ready_but_no_pdf_is_never_locked(
    sessions: sessionmaker[Session], world: World, vault: Vault, check: Callable[[], int]
) -> None:
    """The process that cleans a file may have been taken over by it: what it says that it is must be what is meant."""
    with writing(sessions) as session:
        version = written(session, world, vault)
    check()
    with writing(sessions) as session:
        session.scalars(select(StoredFile)).one().kind = FileKind.JPEG
    with writing(sessions) as session, pytest.raises(Conflict):
        service.lock(session, world.staff(world.petra), version.id, seen=version.stamp)


def test_a_locked_document_keeps_its_file_and_another_one_is_a_new_version(
    sessions: sessionmaker[Session], world: World, vault: Vault, check: Callable[[], int]
) -> None:
    petra = world.staff(world.petra)
    with writing(sessions) as session:
        version = written(session, world, vault)
    check()
    with writing(sessions) as session:
        service.lock(session, petra, version.id, seen=version.stamp)
    changes = {"title": "Annat", "reason": "", "seen": version.stamp, "upload": upload(plain_pdf(pages=4))}
    with writing(sessions) as session, pytest.raises(Conflict):
        service.edit_document(session, petra, vault, version.id, **changes)
    with writing(sessions) as session:
        newer = service.revise_document(
            session, petra, vault, version.record_id, title="Nytt", reason="Fel sida", upload=upload()
        )
        assert (newer.number, newer.state) == (2, VersionState.WORKING)
    with writing(sessions) as session, pytest.raises(Conflict):
        service.revise_document(session, petra, vault, version.record_id, title="x", reason="", upload=upload())
    with sessions() as session:
        found = queries.worked(session, petra, version.record_id, number=1)
        assert found.document is not None
        assert found.document.ready


def test_the_same_form_twice_is_one_record_with_one_file(
    sessions: sessionmaker[Session], world: World, vault: Vault
) -> None:
    number = submission()
    for _press in range(2):
        with writing(sessions) as session:
            written(session, world, vault, submission=number)
    with sessions() as session:
        assert len(session.scalars(select(CaseRecord)).all()) == 1
        assert len(session.scalars(select(StoredFile)).all()) == 1


def test_nobody_else_writes_a_document_and_a_text_is_none(
    sessions: sessionmaker[Session], world: World, vault: Vault
) -> None:
    with writing(sessions) as session:
        version = written(session, world, vault)
        henrik, petra = world.staff(world.henrik), world.staff(world.petra)
        with pytest.raises(NotFound):
            service.revise_document(session, henrik, vault, version.record_id, title="x", reason="", upload=upload())
        with pytest.raises(NotFound):
            service.write_document(
                session, henrik, vault, case_id=world.money, about=about(), submission=submission(), upload=upload()
            )
        with pytest.raises(Forbidden):
            service.write_document(
                session,
                world.client(world.mariam),
                vault,
                case_id=world.money,
                about=about(),
                submission=submission(),
                upload=upload(),
            )
        with pytest.raises(Conflict):
            service.edit(session, petra, version.id, title="x", passages=(), seen=version.stamp)
        text = service.write(
            session, petra, case_id=world.money, about=about(), text="Ett stycke.", submission=submission()
        )
        with pytest.raises(NotFound):
            service.edit_document(
                session, petra, vault, text.id, title="x", reason="", seen=text.stamp, upload=upload()
            )
        with pytest.raises(InvalidInput):
            service.write(
                session,
                petra,
                case_id=world.money,
                about=about(type=NoteType.DOCUMENT, event_at=EVENT),
                text="x",
                submission=str(new_id()),
            )


def test_the_page_waits_for_the_checks_and_then_is_shown_anew(
    petra: PageClient, world: World, check: Callable[[], int]
) -> None:
    page = add(petra, world)
    address = page.one("[hx-get$=kontroll]")["hx-get"]
    assert petra.get(address).status_code == 204
    check()
    done = petra.get(address, headers={"HX-Request": "true"})
    assert done.status_code == 200
    assert page.address.endswith(done.headers["HX-Redirect"].rpartition("/")[2])
