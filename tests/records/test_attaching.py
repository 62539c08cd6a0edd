"""Files of remarks: kept with the draft, sent whole and checked or not at all, seen by staff and client afterwards."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core.db import writing
from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.files import http
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.files.service import Place
from portal.records import service
from portal.records.models import Draft, Remark, Version
from portal.records.queries.remarks import REMARK_FILES
from portal.sync.contract import RemarkRecord
from portal.sync.models import OutboxMessage
from tests.files.hostile import archive, jpeg, plain_pdf
from tests.records.world import World, make, released, sign_in
from tests.support.client import Page, PageClient

# Both sides keep their files where the tests see them.
pytestmark = pytest.mark.usefixtures("vault")

FORM = "#s2 form"


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def version(sessions: sessionmaker[Session], world: World) -> Version:
    with writing(sessions) as session:
        session.info["world"] = world
        return released(session, world)


def begin(mariam: PageClient, version: Version, text: str = "Han arbetar halvtid.", kind: str = "wrong") -> Page:
    """Write a remark and go on to its files; return their page."""
    page = mariam.page(f"/journal/{version.record_id}")
    return mariam.submit(page, FORM, {"kind": kind or None, "text": text}, button="Lägg till bild eller fil")


def add(mariam: PageClient, page: Page, content: bytes, name: str) -> Page:
    return mariam.submit(page, "#filer", {"files": [(io.BytesIO(content), name)]})


def send(mariam: PageClient, version: Version, status: int = 200) -> Page:
    page = mariam.page(f"/journal/{version.record_id}")
    return mariam.submit(page, FORM, button="Skicka", status=status)


def test_files_are_kept_with_the_draft_and_sent_with_the_remark(
    mariam: PageClient,
    petra: PageClient,
    sessions: sessionmaker[Session],
    version: Version,
    check: Callable[[], int],
) -> None:
    page = begin(mariam, version)
    page = add(mariam, page, jpeg(), "anställningsbevis.jpg")
    page = add(mariam, page, plain_pdf(), "lön.pdf")
    assert page.text.count("Kontrolleras") == 2
    check()
    shown = mariam.page(f"/journal/{version.record_id}")
    assert "Han arbetar halvtid." in shown.one("#t2").get_text()
    assert "anställningsbevis.jpg" in shown.one("#s2").get_text()

    after = send(mariam, version)
    assert "Sparat. Kvittens" in after.text
    assert "lön.pdf" in after.one("#s2").get_text()
    with sessions() as session:
        made = session.scalars(select(Remark)).one()
        assert session.scalars(select(Draft)).all() == []
        stored = session.scalars(select(StoredFile).order_by(StoredFile.id)).all()
        assert all(row.object_id == made.id and row.handed_over_at for row in stored)
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark")).one()
        told = RemarkRecord.from_payload(message.payload)
        assert [file.name for file in told.files] == ["anställningsbevis.jpg", "lön.pdf"]
        assert message.files == sorted(file.checksum for file in told.files)
        readings = len(session.scalars(select(AccessEntry)).all())
    read = petra.page(f"/synpunkter/{made.id}")
    assert "anställningsbevis.jpg" in read.text
    assert petra.get(read.link("lön.pdf")).data.startswith(b"%PDF-")
    with sessions() as session:
        assert len(session.scalars(select(AccessEntry)).all()) >= readings + 2
    # What has come in to the authority stays.
    assert mariam.get(after.link("lön.pdf")).status_code == 200
    assert "Ta bort lön.pdf" not in after.one("#s2").get_text()


def test_nobody_on_the_staff_sees_files_before_they_are_sent(
    mariam: PageClient,
    petra: PageClient,
    sessions: sessionmaker[Session],
    version: Version,
    check: Callable[[], int],
) -> None:
    add(mariam, begin(mariam, version), jpeg(), "bild.jpg")
    check()
    with sessions() as session:
        file_id = session.scalars(select(StoredFile.id)).one()
    assert petra.get(f"/filer/{file_id}").status_code == 404


def test_nothing_is_sent_while_a_file_is_checked_unless_it_is_taken_away(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    page = add(mariam, begin(mariam, version), jpeg(), "bild.jpg")
    refused = send(mariam, version, status=422)
    assert "En fil kontrolleras fortfarande" in refused.text
    assert "Han arbetar halvtid." in refused.one("#t2").get_text()
    with sessions() as session:
        assert session.scalars(select(Remark)).all() == []
        file_id = session.scalars(select(StoredFile.id)).one()
    mariam.post(
        f"/filer/{file_id}/ta-bort",
        data={"csrf_token": page.one("#ta-bort-fil [name='csrf_token']")["value"], "next": page.address},
    )
    assert "Sparat. Kvittens" in send(mariam, version).text


def test_a_refused_file_says_why_and_holds_nothing_up(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version, check: Callable[[], int]
) -> None:
    page = add(mariam, begin(mariam, version), archive(), "brev.docx")
    check()
    assert "Den här sorten går inte." in mariam.page(page.address).text
    assert "Den här sorten går inte." in mariam.page(f"/journal/{version.record_id}").one("#s2").get_text()
    send(mariam, version)
    with sessions() as session:
        message = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark")).one()
        assert RemarkRecord.from_payload(message.payload).files == ()


def test_files_alone_keep_a_draft_and_go_with_it(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version, check: Callable[[], int]
) -> None:
    add(mariam, begin(mariam, version, text="", kind=""), jpeg(), "bild.jpg")
    check()
    page = mariam.page(f"/journal/{version.record_id}")
    assert "bild.jpg" in page.one("#s2").get_text()
    mariam.submit(page, FORM, button="Släng")
    with sessions() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.scalars(select(StoredFile.state)).all() == [FileState.REMOVED]


def test_another_client_reaches_neither_the_page_nor_the_files(
    app: Flask, mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    page = begin(mariam, version)
    other = PageClient(app)
    sign_in(sessions, other, world.client(world.tor))
    assert other.get(page.address).status_code == 404
    # Without a draft there is nothing to put files to.
    assert mariam.get(page.address.replace(str(page.address.split("/")[-2]), str(version.record_id))).status_code == 404


def test_a_child_and_each_guardian_have_files_of_their_own(
    mariam: PageClient,
    app: Flask,
    sessions: sessionmaker[Session],
    world: World,
    version: Version,
    check: Callable[[], int],
) -> None:
    add(mariam, begin(mariam, version), jpeg(), "bild.jpg")
    check()
    with writing(sessions) as session:
        file_id = session.scalars(select(StoredFile.id)).one()
    addresses = [f"/filer/{file_id}", f"/filer/{file_id}/rad"]
    for sent in (False, True):
        if sent:
            send(mariam, version)
        guardian = PageClient(app)
        sign_in(sessions, guardian, replace(world.client(world.tor), acting_for=world.mariam))
        assert [guardian.get(one).status_code for one in addresses] == [404, 404]
        assert mariam.get(addresses[0]).status_code == 200


def test_nothing_comes_in_for_a_draft_that_was_sent_while_it_was_on_its_way(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    begin(mariam, version)
    with writing(sessions) as session:
        draft_id = session.scalars(select(Draft.id)).one()
        service.hold_draft(session, world.client(world.mariam), version.record_id, draft_id)
        with pytest.raises(NotFound):
            service.hold_draft(session, world.client(world.tor), version.record_id, draft_id)
    send(mariam, version)
    with writing(sessions) as session, pytest.raises(NotFound):
        service.hold_draft(session, world.client(world.mariam), version.record_id, draft_id)


def test_each_file_that_comes_in_looks_again_whether_its_object_is_there(
    app: Flask, sessions: sessionmaker[Session], world: World
) -> None:
    def gone(_session: Session) -> None:
        raise NotFound

    place = Place(REMARK_FILES, new_id(), world.mariam)
    data = {"files": (io.BytesIO(jpeg()), "bild.jpg")}
    for form in (data, {"upload_name": "bild.jpg", "upload_size": "10"}):
        with app.test_request_context(method="POST", data=form), pytest.raises(NotFound):
            http.accept(place, back="/", still=gone)
    with sessions() as session:
        assert session.scalars(select(StoredFile)).all() == []


def test_files_stay_where_they_came_in_when_the_remark_or_the_release_is_taken_back(
    mariam: PageClient,
    petra: PageClient,
    sessions: sessionmaker[Session],
    world: World,
    version: Version,
    check: Callable[[], int],
) -> None:
    add(mariam, begin(mariam, version), plain_pdf(), "lön.pdf")
    check()
    send(mariam, version)
    with writing(sessions) as session:
        made = session.scalars(select(Remark)).one()
        file_id = session.scalars(select(StoredFile.id)).one()
        service.withdraw_remark(session, world.client(world.mariam), made.id)
        # All that is told of the remark names its files again: whole each time.
        messages = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark")).all()
        assert [len(message.files or ()) for message in messages] == [1, 1]
    assert "lön.pdf" in petra.page(f"/synpunkter/{made.id}").text
    with writing(sessions) as session:
        service.withdraw(session, world.staff(world.petra), version.record_id)
    # Their own paper is theirs; the text is not shown any more.
    assert mariam.get(f"/filer/{file_id}").status_code == 200
    assert mariam.get(f"/journal/{version.record_id}").status_code == 404
    assert petra.get(f"/filer/{file_id}").status_code == 200


def test_the_remark_of_another_device_keeps_its_files(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version, check: Callable[[], int]
) -> None:
    stale = mariam.page(f"/journal/{version.record_id}")
    add(mariam, begin(mariam, version), jpeg(), "bild.jpg")
    check()
    mariam.submit(stale, FORM, {"kind": "right", "text": "Något annat."}, button="Skicka")
    with sessions() as session:
        made, draft = session.scalars(select(Remark)).one(), session.scalars(select(Draft)).one()
        stored = session.scalars(select(StoredFile)).one()
    assert made.id != draft.id == stored.object_id
    assert stored.handed_over_at is None
