"""The client's start page."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.dashboard.rules import is_silent
from portal.people.models import Board
from portal.sync.models import InboxCursor
from portal.sync.queries import SOURCE
from tests.messages.world import World, answer, build, case, sign_in
from tests.support.client import PageClient


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        session.add(InboxCursor(source=SOURCE, fetched_at=now(), last_ok_at=now()))
        return build(session)


@pytest.fixture
def mariam(client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, client, world.client(world.mariam))
    return client


def test_a_calm_day_says_so_and_leads_to_the_caseworker(mariam: PageClient, world: World) -> None:
    page = mariam.page("/idag")
    assert page.heading == "Idag"
    assert "Du har inget att göra just nu" in page.text
    assert "Uppdaterat i dag" in page.text
    assert not page.soup.select(".i-hero, main .ds-alert")
    assert page.link("Skriv till Petra") == f"/meddelanden/{world.money}"
    assert "Handläggare: Petra Almskog" in page.text


def test_an_unread_answer_is_what_to_do(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        answer(session, world)
    page = mariam.page("/idag")
    assert "Petra Almskog har skrivit till dig" in page.one(".i-hero").get_text()
    assert "1 oläst meddelande" in page.one(".i-hero").get_text()
    mariam.page(page.link("Läs och svara"))
    assert "Du har inget att göra just nu" in mariam.page("/idag").text


def test_whoever_has_no_case_is_told_whom_to_call(
    client: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    from tests.messages.world import person

    with writing(sessions) as session:
        oskar = person(session, "200110142395", "Oskar", "Bäckarv").id
    sign_in(sessions, client, world.client(oskar))
    page = client.page("/idag")
    assert "Du har inget ärende hos oss i Insyn." in page.text
    assert page.one('main a[href^="tel:"]')


def test_a_long_silence_of_the_back_office_is_told(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        session.get_one(InboxCursor, SOURCE).last_ok_at = now() - timedelta(hours=2)
    assert "Vi når inte handläggarnas system just nu." in mariam.page("/idag").one("main .ds-alert").get_text()


def test_an_hour_is_silence() -> None:
    at = now()
    assert is_silent(None, at)
    assert is_silent(at - timedelta(minutes=61), at)
    assert not is_silent(at - timedelta(minutes=60), at)


def test_more_cases_and_messages_cost_no_more_queries(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    def cost(address: str) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        engine = sessions.kw["bind"]
        event.listen(engine, "before_cursor_execute", note)
        mariam.page(address)
        event.remove(engine, "before_cursor_execute", note)
        return len([statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN"))])

    addresses = ("/idag", "/meddelanden", f"/meddelanden/{world.money}")
    with writing(sessions) as session:
        board = session.query(Board).one()
        case(session, world.mariam, board, "Arbete", world.petra)
        answer(session, world)
    mariam.page(f"/meddelanden/{world.money}")
    few = [cost(address) for address in addresses]
    with writing(sessions) as session:
        board = session.query(Board).one()
        for number in range(20):
            case(session, world.mariam, board, f"Ärende {number}", world.petra)
        for _ in range(120):
            answer(session, world)
    mariam.page(f"/meddelanden/{world.money}")
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 13
