"""The work queue, the list of clients and the client's page."""

import uuid

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.messages.models import Message
from portal.people.models import Board
from portal.sync.contract import Kind
from portal.sync.models import InboxCursor, OutboxMessage
from portal.sync.queries import SOURCE
from portal.sync.rules import Delivery, MessageState
from portal.sync.service import enqueue
from tests.messages.world import World, build, case, person, sign_in, write
from tests.support.client import PageClient
from tests.support.counting import counted


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return build(session)


@pytest.fixture
def petra(staff_client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, staff_client, world.staff(world.petra))
    return staff_client


def make_stuck(sessions: sessionmaker[Session], world: World) -> Message:
    with writing(sessions) as session:
        message = write(session, world)
        session.get_one(OutboxMessage, message.outbox_id).state = MessageState.STUCK
        message.delivery = Delivery.STUCK
        return message


def test_the_queue_shows_what_waits_and_for_whom(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    assert "Inget väntar på svar." in petra.page("/arbetsko").text
    with writing(sessions) as session:
        write(session, world)
        write(session, world, case_id=world.veras)
        write(session, world, case_id=world.tors)
    page = petra.page("/arbetsko")
    names = [cell.get_text(" ", strip=True) for cell in page.soup.select("tbody th")]
    assert names[0] == "Mariam Sandell"
    assert names[1].startswith("Skyddad person")
    assert "Skyddade uppgifter" in names[1]
    assert len(names) == 2
    assert page.one('.i-side a[aria-current="page"]').get_text(" ", strip=True) == "Arbetskö 2"
    assert petra.page(page.soup.select_one("tbody a.ds-button")["href"]).heading == "Mariam Sandell"


def test_the_silence_of_the_back_office_is_told(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    assert "Verksamhetssystemet svarar inte." in petra.page("/arbetsko").text
    with writing(sessions) as session:
        session.add(InboxCursor(source=SOURCE, fetched_at=now(), last_ok_at=now()))
    page = petra.page("/arbetsko")
    assert "svarar inte" not in page.text
    assert "Verksamhetssystemet svarar." in page.text


def test_what_got_stuck_is_sent_again_from_the_queue(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    message = make_stuck(sessions, world)
    page = petra.page("/arbetsko")
    assert "1 meddelande har inte kommit fram." in page.text
    page = petra.submit(page, "main .ds-alert form")
    assert f"Skickas igen. Kvittens {message.receipt_no}" in page.text
    assert "har inte kommit fram" not in page.text
    with sessions() as session:
        assert session.get_one(OutboxMessage, message.outbox_id).state is MessageState.PENDING


def test_pressing_again_when_it_is_no_longer_stuck_is_a_conflict(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    make_stuck(sessions, world)
    page = petra.page("/arbetsko")
    petra.submit(page, "main .ds-alert form")
    petra.submit(page, "main .ds-alert form", status=409)


def test_others_see_and_send_nothing_of_it(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    message = make_stuck(sessions, world)
    sign_in(sessions, staff_client, world.staff(world.henrik))
    page = staff_client.page("/arbetsko")
    assert "har inte kommit fram" not in page.text
    token = str(page.one('.i-menu input[name="csrf_token"]')["value"])
    with sessions.begin() as session:
        meeting = enqueue(session, Kind.MEETING, world.mariam, {})
    for outbox_id in (message.id, meeting, uuid.UUID(int=1)):
        refused = staff_client.post(f"/arbetsko/skicka-igen/{outbox_id}", data={"csrf_token": token})
        assert refused.status_code == 404


def test_a_leader_sends_for_others_and_is_told_no_names(
    staff_client: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    make_stuck(sessions, world)
    sign_in(sessions, staff_client, world.staff(world.leader))
    page = staff_client.page("/arbetsko")
    assert "Mariam" not in page.text
    assert "Skickas igen." in staff_client.submit(page, "main .ds-alert form").text


def test_my_clients_are_those_of_my_cases(petra: PageClient, world: World) -> None:
    page = petra.page("/klienter")
    assert "Mariam Sandell" in page.text
    assert "Lindås" not in page.text
    assert "Vera" not in page.text
    assert page.one('.i-side a[aria-current="page"]').get_text(strip=True) == "Mina klienter"


def test_a_clients_page_shows_and_logs(petra: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        write(session, world)
    page = petra.page(petra.page("/klienter").link("Mariam Sandell"))
    assert page.heading == "Mariam Sandell 19851129-2388"
    assert "1985" not in page.address
    assert "Svara på meddelande" in page.text
    with sessions() as session:
        entry = session.scalars(select(AccessEntry)).one()
    assert (entry.subject_id, entry.what, entry.role, entry.unit) == (world.mariam, "client", "caseworker", "Enheten")
    assert petra.page(page.link("Ekonomi")).heading == "Mariam Sandell"


def test_a_protected_persons_number_and_name_are_not_shown(petra: PageClient, world: World) -> None:
    page = petra.page(f"/klienter/{world.vera}")
    assert "Skyddade uppgifter" in page.text
    assert "2386" not in page.response.text
    assert "Hallonmark" not in page.response.text


def test_foreign_clients_are_not_found_and_nothing_is_logged_as_read(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    for person_id in (world.tor, new_id()):
        assert petra.get(f"/klienter/{person_id}").status_code == 404
    with sessions() as session:
        assert session.scalars(select(AccessEntry)).all() == []


def test_the_client_side_has_none_of_it(client: PageClient) -> None:
    assert client.get("/arbetsko").status_code == 404
    assert client.get("/klienter").status_code == 404


def test_what_the_menu_counts_is_asked_once(petra: PageClient, sessions: sessionmaker[Session]) -> None:
    with sessions() as session, counted(session) as sent:
        petra.page("/arbetsko")
    assert len([one for one in sent if "count(" in one and "conflict" in one]) == 1


def test_more_clients_and_messages_cost_no_more_queries(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    def cost(address: str) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        engine = sessions.kw["bind"]
        event.listen(engine, "before_cursor_execute", note)
        petra.page(address)
        event.remove(engine, "before_cursor_execute", note)
        return len([statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN"))])

    addresses = (
        "/arbetsko",
        "/klienter",
        f"/klienter/{world.mariam}",
        "/meddelanden",
        f"/meddelanden/{world.money}",
    )
    with writing(sessions) as session:
        write(session, world)
    petra.page(f"/meddelanden/{world.money}")
    few = [cost(address) for address in addresses]
    with writing(sessions) as session:
        board = session.query(Board).one()
        for _ in range(25):
            other = person(session, None, "Namn", "Namnsson").id
            write(session, world, case_id=case(session, other, board, "Stöd", world.petra))
        for _ in range(80):
            write(session, world)
    petra.page(f"/meddelanden/{world.money}")
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 17
