"""Remarks that are being written: saved on the way, back on the next page, never lost to another device."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Actor
from portal.core.clock import travel
from portal.core.db import writing
from portal.core.errors import Conflict, NotFound
from portal.records import queries, service
from portal.records.models import Draft, Remark, Version
from tests.records.world import World, make, passage_ids, released, remark, revised, sign_in
from tests.support.client import Page, PageClient, form_values


def draft(
    session: Session,
    actor: Actor,
    version: Version,
    passage_id: uuid.UUID | None,
    words: str,
    *,
    seen: str = "",
    submission: str = "den-har-sidan",
) -> str:
    """Save a draft as a form does; return its stamp, empty where nothing is kept."""
    made = service.save_draft(
        session,
        actor,
        record_id=version.record_id,
        number=version.number,
        passage_id=passage_id,
        kind=None,
        text=words,
        submission=submission,
        seen=seen,
    )
    return made.stamp if made else ""


def test_drafts_are_kept_one_a_spot_and_go_when_they_are_sent(session: Session, world: World) -> None:
    version = released(session, world)
    mariam, passage = world.client(world.mariam), passage_ids(session, version)[0]
    seen = ""
    for words in ("Han", "Han arbetar"):
        seen = draft(session, mariam, version, passage, words, seen=seen)
    draft(session, mariam, version, None, "Allt")
    drafts = queries.record(session, mariam, version.record_id).drafts
    assert {spot: draft.text for spot, draft in drafts.items()} == {passage: "Han arbetar", version.record_id: "Allt"}
    with pytest.raises(NotFound):
        draft(session, world.client(world.tor), version, None, "x")
    remark(session, world, version, 0, text="Han arbetar")
    assert session.scalars(select(Draft)).one().text == "Allt"
    assert draft(session, mariam, version, None, "  ", seen=drafts[version.record_id].stamp) == ""
    assert session.scalars(select(Draft)).all() == []


def test_a_draft_of_another_device_is_never_written_over_unseen(session: Session, world: World) -> None:
    version = released(session, world)
    mariam, passage = world.client(world.mariam), passage_ids(session, version)[0]
    first = draft(session, mariam, version, passage, "Från telefonen")
    with pytest.raises(Conflict):
        draft(session, mariam, version, passage, "Från datorn")
    assert session.scalars(select(Draft)).one().text == "Från telefonen"
    remark(session, world, version, 0, text="Skickat från datorn")
    assert session.scalars(select(Draft)).one().text == "Från telefonen"
    with travel(timedelta(seconds=5)):
        second = draft(session, mariam, version, passage, "Sett och ändrat", seen=first)
        assert second != first
        with pytest.raises(Conflict):
            draft(session, mariam, version, passage, "Gammal sida", seen=first)


def test_a_draft_that_comes_after_its_remark_is_not_kept(session: Session, world: World) -> None:
    version = released(session, world)
    made = remark(session, world, version, None, text="Klart")
    assert draft(session, world.client(world.mariam), version, None, "Klar", submission=made.submission) == ""
    assert session.scalars(select(Draft)).all() == []


def test_a_draft_belongs_to_its_passage_whatever_version_is_read(session: Session, world: World) -> None:
    version = released(session, world)
    mariam, passage = world.client(world.mariam), passage_ids(session, version)[1]
    draft(session, mariam, version, passage, "Han arbetar")
    after = revised(session, world, version.record_id, {1: "Jonas arbetar halvtid."})
    assert queries.record(session, mariam, version.record_id).drafts[passage].text == "Han arbetar"
    revised(session, world, version.record_id, {1: ""})
    # It stands no more in the newest, and is still written on where it was read.
    seen = queries.record(session, mariam, version.record_id).drafts[passage].stamp
    assert draft(session, mariam, after, passage, "Han arbetar mer", seen=seen)


@pytest.fixture
def version(sessions: sessionmaker[Session], client: PageClient) -> Version:
    """A record that Mariam may read; she is signed in."""
    with writing(sessions) as session:
        world = make(session)
        made = released(session, world)
    sign_in(sessions, client, world.client(world.mariam))
    return made


def write(client: PageClient, page: Page, **typed: str) -> str:
    """Let the script save what is written on the second passage; return its status."""
    form = page.form("#s2 form")
    headers = {"HX-Request": "true"}
    answer = client.post(f"{form['action']}/utkast", data={**form_values(form), **typed}, headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_what_is_written_is_saved_and_comes_back(
    client: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    page = client.page(f"/journal/{version.record_id}")
    assert "Sparat" not in page.text
    assert "Sparat " in write(client, page, kind="wrong", text="Han arbetar <halvtid>")
    again = client.page(f"/journal/{version.record_id}")
    assert again.one("#s2 textarea").get_text() == "Han arbetar <halvtid>"
    assert again.one("#s2 input[checked]")["value"] == "wrong"
    assert again.one("#s2 details.i-react").has_attr("open")
    assert "men inte skickat" in again.one("#s2").get_text()
    sent = client.submit(again, "#s2 form", button="Skicka")
    assert "Sparat. Kvittens" in sent.text
    assert sent.one("#s2 textarea").get_text() == ""
    with sessions() as session:
        assert session.scalars(select(Draft)).all() == []
        assert session.scalars(select(Remark)).one().text == "Han arbetar <halvtid>"


def test_another_devices_text_is_told_of_and_kept(client: PageClient, version: Version) -> None:
    phone, computer = (client.page(f"/journal/{version.record_id}") for _device in range(2))
    write(client, phone, text="Från telefonen")
    assert "Inte sparat. Du har skrivit här på en annan enhet." in write(client, computer, text="Från datorn")
    refused = client.submit(computer, "#s2 form", {"text": "Från datorn"}, status=422)
    assert refused.one("#s2 textarea").get_text() == "Från datorn"
    assert refused.one("#s2 input[name=seen]")["value"] == ""
    assert "Från telefonen" in client.page(f"/journal/{version.record_id}").one("#s2 textarea").get_text()


def test_what_cannot_be_saved_says_so(client: PageClient, version: Version) -> None:
    page = client.page(f"/journal/{version.record_id}")
    assert "Inte sparat. Texten är för lång." in write(client, page, text="x" * 10_001)
    assert "Inte sparat." in write(client, page, kind="unheard-of")


def test_a_draft_is_thrown_away_also_without_the_script(
    client: PageClient, sessions: sessionmaker[Session], version: Version
) -> None:
    write(client, client.page(f"/journal/{version.record_id}"), text="Hellre inte")
    page = client.page(f"/journal/{version.record_id}")
    after = client.submit(page, "#s2 form", button="Släng")
    assert "Det du hade skrivit är borta." in after.text
    assert "Hellre inte" not in after.text
    with sessions() as session:
        assert session.scalars(select(Draft)).all() == []


def test_a_draft_kept_from_before_a_sign_in_opens_its_page(client: PageClient, version: Version) -> None:
    form = client.page(f"/journal/{version.record_id}").form("#s2 form")
    assert "Stämmer det?" in client.page(f"{form['action']}/utkast").text
