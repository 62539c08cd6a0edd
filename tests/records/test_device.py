"""What is hidden on this device: folded in lists, the device's alone, and nothing to be read in its cookie."""

import base64
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.records import device
from portal.records.models import Version
from tests.records.world import World, make, released, sign_in
from tests.support.client import Page, PageClient


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return make(session)


@pytest.fixture
def records(sessions: sessionmaker[Session], world: World, client: PageClient) -> list[Version]:
    """An old record and one of just now; Mariam is signed in."""
    with writing(sessions) as session:
        session.info["world"] = world
        made = [
            released(session, world, title="Det gamla samtalet", event_at=now() - timedelta(days=9)),
            released(session, world, title="Det nya samtalet", event_at=now()),
        ]
    sign_in(sessions, client, world.client(world.mariam))
    return made


def folded(page: Page) -> str:
    return " ".join(tag.get_text(" ") for tag in page.soup.select("#lista details, main > details"))


def test_one_record_is_folded_and_shown_again(client: PageClient, records: list[Version]) -> None:
    assert folded(client.page("/journal")) == ""
    page = client.page(f"/journal/{records[1].record_id}")
    hidden = client.submit(page, "form[action$=dolj]")
    assert "Texten är dold på den här enheten." in hidden.text
    assert "Det nya samtalet" in folded(hidden)
    assert "Det gamla samtalet" not in folded(hidden)
    again = client.submit(client.page(f"/journal/{records[1].record_id}"), "form[action$=visa]")
    assert folded(again) == ""


def test_all_that_is_older_is_folded_and_one_of_it_shown(client: PageClient, records: list[Version]) -> None:
    page = client.submit(client.page("/journal"), "form[action$=dolj-aldre]")
    assert "Det gamla samtalet" in folded(page)
    assert "Det nya samtalet" not in folded(page)
    assert "Det gamla samtalet" in folded(client.submit(page, "form[action$=sok]", {"words": "gamla"}))
    shown = client.submit(client.page(f"/journal/{records[0].record_id}"), "form[action$=visa]")
    assert folded(shown) == ""
    client.submit(client.page(f"/journal/{records[0].record_id}"), "form[action$=dolj]")
    everything = client.submit(client.page("/journal"), "form[action$=visa-allt]")
    assert folded(everything) == ""


def test_another_device_and_another_person_see_everything(
    app: Flask, client: PageClient, sessions: sessionmaker[Session], world: World, records: list[Version]
) -> None:
    client.submit(client.page("/journal"), "form[action$=dolj-aldre]")
    with writing(sessions) as session:
        session.info["world"] = world
        released(session, world, case_id=world.veras, title="Veras samtal")
    sign_in(sessions, client, world.client(world.vera))
    assert "Veras samtal" in client.page("/journal").text
    assert folded(client.page("/journal")) == ""
    # Back at the same device, what Mariam has hidden is still hidden.
    sign_in(sessions, client, world.client(world.mariam))
    assert "Det gamla samtalet" in folded(client.page("/journal"))
    other = PageClient(app)
    sign_in(sessions, other, world.client(world.mariam))
    assert folded(other.page("/journal")) == ""


def test_the_cookie_tells_nothing_and_a_forged_one_hides_nothing(client: PageClient, records: list[Version]) -> None:
    client.submit(client.page(f"/journal/{records[1].record_id}"), "form[action$=dolj]")
    cookie = client.get_cookie(device.COOKIE)
    assert cookie is not None
    assert cookie.http_only
    body = cookie.value.partition(".")[0]
    held = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    for record in records:
        assert record.record_id.hex[:8].encode() not in held
        assert record.record_id.hex[-8:].encode() not in held
    for forged in ("", "x.y", cookie.value[:-2]):
        client.set_cookie(device.COOKIE, forged)
        assert folded(client.page("/journal")) == ""


def test_a_foreign_record_cannot_be_hidden(
    client: PageClient, sessions: sessionmaker[Session], world: World, records: list[Version]
) -> None:
    sign_in(sessions, client, world.client(world.tor))
    token = client.page("/journal").one("main form[action$=sok] [name=csrf_token]")["value"]
    for step in ("dolj", "visa"):
        answer = client.post(f"/journal/{records[0].record_id}/{step}", data={"csrf_token": token})
        assert answer.status_code == 404


def test_the_fullest_cookie_fits_into_a_browser(make_app: Callable[..., Flask]) -> None:
    """4,096 bytes with its name and attributes is what browsers keep."""
    app = make_app()
    what = device.Hidden(before=now())
    with app.test_request_context("/journal"):
        for _count in range(device.MOST_RECORDS):
            what = what.show(uuid.uuid4(), now() - timedelta(days=1)).hide(uuid.uuid4())
        mark = device._mark(uuid.uuid4())
        value = device._signer().dumps(
            {f"{number}{mark[1:]}": [what.records, 1_800_000_000, what.shown] for number in range(device.MOST_PEOPLE)}
        )
    assert len(value) + len(device.COOKIE) + 100 < 4096
