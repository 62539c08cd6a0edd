"""The client's journal: what is read, said, taken back and found, and what nobody is shown."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.db import writing
from portal.core.ids import new_id
from portal.records import service
from portal.records.models import Reading, Remark, Version
from portal.records.rules.states import Ground, Outcome, RemarkKind, RemarkState
from tests.records.world import World, answer, make, passage_ids, released, remark, revised, sign_in
from tests.support.client import PageClient
from tests.web.test_query_counts import counted

FORM = "#s2 form"
MOST_QUERIES = 20


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


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


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_said_of_a_text_that_was_just_taken_away_is_shown_and_not_stored(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version, htmx: bool
) -> None:
    page = mariam.page(f"/journal/{version.record_id}")
    with writing(sessions) as session:
        service.withdraw(session, world.staff(world.petra), version.record_id)
    form = page.one(FORM)
    values = {tag["name"]: tag.get("value", "") for tag in form.select("input[type=hidden]")}
    values |= {"kind": "wrong", "text": "Det var <b>jag</b> som ringde."}
    headers = {"HX-Request": "true"} if htmx else {}
    answer = mariam.post(str(form["action"]), data=values, headers=headers)
    assert answer.status_code == (422 if htmx else 409)
    assert ("<html" in answer.text) is not htmx
    assert "Texten visas inte längre. Det du skrev är inte skickat." in answer.text
    assert "Det var &lt;b&gt;jag" in answer.text
    # Who never read it is told nothing.
    sign_in(sessions, mariam, world.client(world.tor))
    token = mariam.page("/journal").soup.select("input[name=csrf_token]")[0]["value"]
    assert mariam.post(str(form["action"]), data={**values, "csrf_token": token}).status_code == 404
    with sessions() as session:
        assert session.scalars(select(Remark)).all() == []


def test_a_passage_of_another_version_takes_no_remark(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, version: Version
) -> None:
    with writing(sessions) as session:
        session.info["world"] = world
        newer = revised(session, world, version.record_id, {0: "", 3: "Nytt stycke."})
        gone, new = passage_ids(session, version)[0], passage_ids(session, newer)[-1]
    page = mariam.page(f"/journal/{version.record_id}")
    values = {tag["name"]: tag.get("value", "") for tag in page.one(FORM).select("input[type=hidden]")}
    values |= {"kind": "wrong", "text": "x"}
    for version_id, passage_id, status in (
        (newer.id, gone, 404),
        (version.id, new, 404),
        (new_id(), new, 404),
        (version.id, gone, 303),
    ):
        address = f"/journal/{version.record_id}/{version_id}/{passage_id}"
        assert mariam.post(address, data=values).status_code == status
    with sessions() as session:
        assert [(row.version_id, row.passage_id) for row in session.scalars(select(Remark))] == [(version.id, gone)]


def test_a_megabyte_comes_back_and_mixed_directions_are_kept_apart(
    mariam: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    page = mariam.page(f"/journal/{version.record_id}")
    far = mariam.submit(page, FORM, {"kind": "wrong", "text": "x" * 1_000_000}, status=422)
    assert len(far.one("#t2").get_text().strip()) == 1_000_000
    assert "Texten är för lång." in far.text
    text = "Hyran \u202eär fel\u2066 \u0625\u064a\u062c\u0627\u0631 9450"
    after = mariam.submit(page, FORM, {"kind": "wrong", "text": text})
    said = after.one("#s2 .i-say p[dir=auto]")
    assert said.get_text(strip=True) == "Hyran är fel \u0625\u064a\u062c\u0627\u0631 9450"
    with sessions() as session:
        assert session.scalars(select(Remark)).one().text == said.get_text(strip=True)


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
