"""An application through the worker's own process and the back office's store and back, as its pages tell of it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.rules.states import Handling, Outcome
from portal.assistance.service import supplements
from portal.core.clock import now
from portal.files.models import StoredFile
from portal.files.rules import Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from portal.people.rules import Protection
from portal.sync.adapters.fake import FaultPlan
from portal.sync.adapters.sql import SqlStore, store_engine
from portal.sync.adapters.tables import DELIVERED_FILE, OBJECTS
from portal.sync.contract import ApplicationStatusRecord, Kind, PersonRecord
from portal.sync.models import InboxChange
from portal.sync.rules import Outcome as Applied
from tests.assistance.test_after_pages import WORDS, Town, at
from tests.assistance.world import ALONE, MONTH, fill, put_file, sign, start
from tests.conftest import make_settings
from tests.messages.world import sign_in
from tests.support import database
from tests.support.client import Page, PageClient
from tests.sync import records

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


@dataclass
class Office:
    """The back office's store, and the worker that stands between it and the portal."""

    url: str
    store: SqlStore
    start_worker: Callable[[], None]

    def stored(self, kind: Kind) -> list[dict[str, object]]:
        """Return what the store holds of a kind."""
        engine = store_engine(self.url, 10)
        with engine.begin() as connection:
            found = [dict(row) for row in connection.execute(select(OBJECTS[kind])).mappings()]
        engine.dispose()
        return found

    def brought(self) -> set[str]:
        """Return the checksums of the files that came with messages."""
        engine = store_engine(self.url, 10)
        with engine.begin() as connection:
            found = set(connection.scalars(select(DELIVERED_FILE.c.checksum)))
        engine.dispose()
        return found


@pytest.fixture
def office(database_kind: database.Kind, database_url: str, tmp_path: Path) -> Iterator[Office]:
    url = database.empty_database(database_kind)
    records.make_store(url)
    store, running = SqlStore(url), []

    def start_worker() -> None:
        command = [sys.executable, "-m", "tests.assistance.deliver_process"]
        arguments = [database_url, url, str(tmp_path / "files"), str(FaultPlan())]
        with (tmp_path / "worker.log").open("wb") as log:
            running.append(subprocess.Popen([*command, *arguments], cwd=ROOT, stdout=log, stderr=log))

    yield Office(url, store, start_worker)
    for process in running:
        process.terminate()
        process.wait(20)
    store.close()
    database.drop(url)


def seal(vault: Vault, row: StoredFile, content: bytes) -> str:
    """Put the content of a file where the worker finds it, and return its checksum."""
    sealed = vault.put(row.id, [content], most=5000)
    row.checksum, row.blob, row.content_key, row.size = sealed.checksum, sealed.blob, sealed.key, sealed.size
    row.checksum_index = make_settings().key_ring.blind_index("file", sealed.checksum)
    return sealed.checksum


def shows(browser: PageClient, draft: UUID, words: str) -> Page:
    """Open an application until it tells something."""
    end = time.monotonic() + SECONDS
    while words not in (page := browser.page(at(draft))).text:
        assert time.monotonic() < end, f"it never told: {words}"
        time.sleep(0.2)
    return page


@pytest.mark.timeout(300)
def test_from_the_signature_to_the_decision(
    app: Flask,
    sessions: sessionmaker[Session],
    staff_client: PageClient,
    office: Office,
    tmp_path: Path,
) -> None:
    town, vault = Town(app, sessions), Vault(LocalStore(tmp_path / "files"), Limits())
    mariam = str(town.scene.world.mariam)  # the store knows the person by our id: what has no link is named by it
    office.store.put_person(PersonRecord(mariam, "198511292388", "Mariam", "Sandell", Protection.NONE))
    with town.acting() as scene:
        draft = start(scene)
        fill(scene, draft, ALONE)
        papers = {seal(vault, put_file(scene, draft), content) for content in (b"hyra", b"avi")}
        sign(scene, draft)
    assert "på väg till handläggarna" in town.mariam.page(at(draft)).text

    office.start_worker()
    shows(town.mariam, draft, "Den har kommit fram till handläggarna")
    (stored,) = office.stored(Kind.APPLICATION)
    assert (stored["id"], stored["state"], stored["version"]) == (str(draft), "submitted", 1)
    assert office.brought() == papers

    told = ApplicationStatusRecord("S-1", str(draft), mariam, None, Handling.RECEIVED, None, "", now())
    office.store.put_application_status(told)
    shows(town.mariam, draft, "Vi tog emot ansökan")
    office.store.put_application_status(replace(told, handling=Handling.UNDER_REVIEW, at=now()))
    shows(town.mariam, draft, "Vi läser din ansökan")
    asked = replace(told, handling=Handling.COMPLETION_ASKED, text="Skicka intyget.", at=now())
    office.store.put_application_status(asked)
    # The application is read before its timeline, which may know of a step that the heading doesn't tell yet.
    assert "Skicka intyget." in shows(town.mariam, draft, "Vi behöver mer från dig").text
    assert "Vi behöver mer från dig" in town.mariam.page("/idag").text

    with town.acting() as scene:
        added = supplements.supplement(scene.session, scene.mariam, draft)
        # Taken in and checked as any file is, but for what is added instead of a paper.
        row = put_file(scene, start(scene, period=MONTH.plus(1)), paper="rent")
        row.purpose, row.object_id, row.name = supplements.ADDED, added.id, "intyg.pdf"
        papers.add(seal(vault, row, b"intyg"))
    town.mariam.submit(town.mariam.page(at(draft, "/komplettera")), WORDS, fields={"text": "Här är det."})
    page = shows(town.mariam, draft, "Framme hos handläggarna")
    assert "intyg.pdf" in page.one("[aria-labelledby=lagt-till]").get_text()
    assert [one["text"] for one in office.stored(Kind.APPLICATION_SUPPLEMENT)] == ["Här är det."]
    assert office.brought() == papers

    decided = replace(told, handling=Handling.DECIDED, outcome=Outcome.GRANTED, text="Du får det.", at=now())
    office.store.put_application_status(decided)
    assert "Du får det." in shows(town.mariam, draft, "Ansökan är beslutad").text
    held_to_the_contract(town, office, staff_client, draft, told)


def held_to_the_contract(
    town: Town, office: Office, staff_client: PageClient, draft: UUID, told: ApplicationStatusRecord
) -> None:
    """Let the back office go backwards and name another person: the client sees nothing of it, staff do."""
    office.store.put_application_status(told)
    office.store.put_application_status(replace(told, id="S-2", person_id=str(town.scene.world.tor)))
    end = time.monotonic() + SECONDS
    while (found := outcomes(town.sessions))[-1:] != [(Applied.FAILED, "unknown_code:application_status.person_id")]:
        assert time.monotonic() < end, found
        time.sleep(0.2)
    assert found[-2] == (Applied.WARNED, "status_backwards")
    assert town.mariam.page(at(draft)).heading == "Ansökan är beslutad"
    world = town.scene.world
    sign_in(town.sessions, staff_client, world.staff(world.petra))
    assert "1 ändring från verksamhetssystemet kunde inte läsas in." in staff_client.page("/arbetsko").text


def outcomes(sessions: sessionmaker[Session]) -> list[tuple[Applied, str]]:
    with sessions() as session:
        wanted = select(InboxChange.outcome, InboxChange.code).order_by(InboxChange.position)
        return [(outcome, code) for outcome, code in session.execute(wanted)]
