"""A record saved as PDF: what its page shows and nothing else, by whom it may be read, and that it is logged."""

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.db import writing
from portal.core.i18n import today
from portal.records import service
from portal.records.models import Reading, Version
from portal.records.rules.states import Ground, Outcome, RemarkKind
from tests.records.world import World, answer, make, released, remark, revised, sign_in
from tests.support.client import PageClient
from tests.support.pdf import faults_of, tags_of, text_of

ARABIC = "هذا غير صحيح، يعمل نصف الوقت."


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def version(sessions: sessionmaker[Session], world: World) -> Version:
    with writing(sessions) as session:
        session.info["world"] = world
        return released(session, world, hide={2: Ground.REPORTER})


def said(sessions: sessionmaker[Session], world: World, version: Version) -> Version:
    """Remark, and let the text be corrected and answered; return the new version."""
    with writing(sessions) as session:
        session.info["world"] = world
        made = remark(session, world, version, 1, text=ARABIC)
        remark(session, world, version, None, RemarkKind.MISSING, "Du glömde <b>hyran</b>.")
        after = revised(session, world, version.record_id, {1: "Jonas arbetar halvtid."}, hide={2: Ground.REPORTER})
        answer(session, world, made, Outcome.CORRECTED, "Tack, du har rätt.", after)
        return after


def flat(content: bytes) -> str:
    return " ".join(text_of(content).split())


def test_the_file_shows_what_the_page_shows(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    said(sessions, world, version)
    page = mariam.page(f"/journal/{version.record_id}")
    answered = mariam.get(page.link("Spara som pdf"))

    text = flat(answered.data)
    for words in (
        *("Telefonsamtal", "Mariam ringer och berättar", "Jonas arbetar halvtid.", "Du: Stämmer inte"),
        *("Texten är rättad", "Tack, du har rätt.", "Du glömde <b>hyran</b>.", "Det du sa om hela texten"),
        *("Ett stycke är dolt.", "OSL 26:5", "kammarrätten", "Du skrev det om version 1.", "Version 2", "Du sa till."),
    ):
        assert words in text
    assert "Rut" not in text
    assert "Jonas arbetar heltid" not in text


def test_the_file_is_accessible_and_right_in_arabic(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    said(sessions, world, version)
    mariam.set_cookie("insyn-sprak", "ar")
    content = mariam.get(f"/journal/{version.record_id}/fil").data

    assert faults_of(content) == ""
    assert ("Title", "sv") in tags_of(content)


def test_an_older_version_is_saved_as_it_stood_and_says_so(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    said(sessions, world, version)
    text = flat(mariam.get(f"/journal/{version.record_id}/fil?version=1").data)

    assert "Jonas arbetar heltid" in text
    assert "Det här är en äldre version." in text
    assert "Rut" not in text


def test_its_name_is_neutral_and_nothing_keeps_it(mariam: PageClient, version: Version) -> None:
    answered = mariam.get(f"/journal/{version.record_id}/fil")

    assert answered.headers["Content-Disposition"] == f"attachment; filename=insyn-{today()}.pdf"
    assert answered.headers["Cache-Control"] == "no-store"
    assert answered.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in answered.headers["Content-Security-Policy"]
    assert re.search(rb"<rdf:li xml:lang=\"x-default\">Journal<", answered.data)


def test_saving_is_read_and_logged(mariam: PageClient, sessions: sessionmaker[Session], version: Version) -> None:
    mariam.get(f"/journal/{version.record_id}/fil")

    with sessions() as session:
        assert session.scalars(select(Reading)).one().version_id == version.id
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "record.read")).one()
    assert entry.detail == {"version": str(version.id), "saved": True}
    assert entry.object_id == version.record_id


def test_nobody_else_and_nothing_withdrawn_is_saved(
    app: Flask, mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    address = f"/journal/{version.record_id}/fil"
    assert mariam.get(f"{address}?version=7").status_code == 404
    other = PageClient(app)
    sign_in(sessions, other, world.client(world.tor))
    assert other.get(address).status_code == 404
    with writing(sessions) as session:
        service.withdraw(session, world.staff(world.petra), version.record_id)
    assert mariam.get(address).status_code == 404
    with sessions() as session:
        assert not session.scalars(select(Reading)).all()
