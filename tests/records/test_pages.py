"""The client's journal: what is read, said, taken back and found, and what nobody is shown."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.db import writing
from portal.core.ids import new_id
from portal.records.models import Reading, Remark, Version
from portal.records.rules.states import Ground, Outcome, RemarkKind, RemarkState
from tests.records.world import World, answer, make, released, remark, revised, sign_in
from tests.support.client import PageClient
from tests.web.test_query_counts import counted

FORM = "#s2 form"
MOST_QUERIES = 20


@pytest.fixture
def sessions(app: Flask) -> sessionmaker[Session]:
    found: sessionmaker[Session] = app.extensions["insyn.sessions"]
    return found


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def mariam(client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, client, world.client(world.mariam))
    return client


@pytest.fixture
def version(sessions: sessionmaker[Session], world: World) -> Version:
    with writing(sessions) as session:
        session.info["world"] = world
        return released(session, world, hide={2: Ground.REPORTER})


def test_the_list_says_what_is_new_and_reading_is_noted_and_logged(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    page = mariam.page("/journal")
    assert "Telefonsamtal" in page.text
    assert "Ny" in page.one("#lista").get_text()
    read = mariam.page(f"/journal/{version.record_id}")
    assert "Jonas arbetar heltid" in read.text
    assert "Ett stycke är dolt" in read.text
    assert "OSL 26:5" in read.text
    assert "Rut" not in read.text
    with sessions() as session:
        assert session.scalars(select(Reading)).one().version_id == version.id
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "record.read")).one()
    assert "Telefonsamtal" not in mariam.page("/journal?visa=nytt").text


def test_a_remark_is_stored_and_stands_at_its_passage(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    page = mariam.page(f"/journal/{version.record_id}")
    after = mariam.submit(page, FORM, {"kind": "wrong", "text": "Han arbetar <b>halvtid</b>."})
    assert "Sparat. Kvittens" in after.text
    with sessions() as session:
        made = session.scalars(select(Remark)).one()
    assert (made.kind, made.text) == (RemarkKind.WRONG, "Han arbetar <b>halvtid</b>.")
    assert "&lt;b&gt;halvtid" in str(after.one("#s2"))
    assert "Du: Stämmer inte" in after.one("#s2").get_text()
    assert "Du: Stämmer inte" not in after.one("#s1").get_text()


@pytest.mark.parametrize(("fields", "said"), [({"kind": None}, "Välj vad"), ({"kind": "missing"}, "Skriv vad som")])
def test_a_remark_that_cannot_be_taken_keeps_what_was_typed(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version, fields: dict[str, str | None], said: str
) -> None:
    page = mariam.page(f"/journal/{version.record_id}")
    after = mariam.submit(page, FORM, {**fields}, status=422)
    assert said in after.text
    assert after.soup.title
    assert after.soup.title.get_text().startswith("Fel:")
    far = mariam.submit(page, FORM, {"kind": "wrong", "text": "x" * 20_000}, status=422)
    assert "x" * 20_000 in far.one("#t2").get_text()
    with sessions() as session:
        assert session.scalars(select(Remark)).all() == []


def test_htmx_gets_only_the_passage(mariam: PageClient, version: Version) -> None:
    page = mariam.page(f"/journal/{version.record_id}")
    form = page.form(FORM)
    fields = {str(tag["name"]): tag.get("value", "") for tag in form.find_all("input") if tag.get("type") == "hidden"}
    headers = {"HX-Request": "true"}
    done = mariam.post(str(form["action"]), data={**fields, "kind": "right", "text": ""}, headers=headers)
    assert done.status_code == 200
    assert 'id="s2"' in done.text
    assert 'id="s1"' not in done.text
    assert "Du: Stämmer" in done.text
    refused = mariam.post(str(form["action"]), data={**fields, "kind": "", "text": "kvar"}, headers=headers)
    assert (refused.status_code, "kvar" in refused.text) == (422, True)


def test_a_correction_is_seen_and_the_objection_stays(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        made = remark(session, world, version, 1)
        after = revised(
            session, world, version.record_id, {1: "Jonas arbetar halvtid sedan oktober."}, hide={2: Ground.REPORTER}
        )
        answer(session, world, made, Outcome.CORRECTED, "Tack, du har rätt.", after)
    page = mariam.page(f"/journal/{version.record_id}")
    assert "Texten är rättad" in page.text
    assert "Tack, du har rätt." in page.text
    changed = mariam.page(f"/journal/{version.record_id}/andrat")
    assert [tag.get_text().strip() for tag in changed.soup.find_all("ins")] == ["halvtid", "oktober"]
    assert [tag.get_text().strip() for tag in changed.soup.find_all("del")] == ["heltid", "september"]
    assert "Rut" not in changed.text
    old = mariam.page(f"/journal/{version.record_id}?version=1")
    assert "Du läser en äldre version" in old.text
    reply = mariam.submit(page, "#s2 form[action$=svara]", {"text": "Bra!"})
    assert "Bra!" in reply.text
    with sessions() as session:
        assert session.scalars(select(Remark)).one().state is RemarkState.OPEN


def test_taken_back_it_stays_and_says_so(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        remark(session, world, version, 1)
    page = mariam.page(f"/journal/{version.record_id}")
    after = mariam.submit(page, "#s2 form[action$=ta-tillbaka]")
    assert "Du tog tillbaka det." in after.text
    assert "Han arbetar halvtid." in after.text


def test_foreign_and_withdrawn_records_are_not_found(
    client: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        made = remark(session, world, version, 1)
    sign_in(sessions, client, world.client(world.tor))
    own = client.page("/journal")
    token = own.one("form[action$=sok] [name=csrf_token]")["value"]
    for path in (f"/journal/{version.record_id}", f"/journal/{version.record_id}/andrat", f"/journal/{new_id()}"):
        client.page(path, status=404)
    for path in (
        f"/journal/{version.record_id}/{version.id}/{version.record_id}",
        f"/journal/sagt/{made.id}/ta-tillbaka",
        f"/journal/sagt/{made.id}/svara",
    ):
        data = {"csrf_token": token, "kind": "wrong", "text": "x", "submission": "abc"}
        assert client.post(path, data=data).status_code == 404
    with sessions() as session:
        assert len(session.scalars(select(Remark)).all()) == 1


def test_search_finds_only_what_is_shown_and_keeps_no_word_in_an_address(mariam: PageClient, version: Version) -> None:
    page = mariam.page("/journal")
    hit = mariam.submit(page, "form[action$=sok]", {"words": "heltid"})
    assert f"/journal/{version.record_id}" in str(hit.soup.main)
    miss = mariam.submit(page, "form[action$=sok]", {"words": "Rut"})
    assert f"/journal/{version.record_id}" not in str(miss.soup.main)


def test_a_page_costs_the_same_with_more_to_show(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    costs = []
    for number in (1, 8):
        with writing(sessions) as session:
            session.info["world"] = world
            for _count in range(number):
                released(session, world)
                answer(session, world, remark(session, world, version, 1))
        found = {}
        for path in ("/journal", f"/journal/{version.record_id}"):
            mariam.page(path)
            with counted(sessions) as statements:
                mariam.page(path)
            found[path] = len(statements)
        costs.append(found)
    assert costs[0] == costs[1]
    assert max(costs[1].values()) <= MOST_QUERIES
