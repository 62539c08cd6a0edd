"""The health page: what is wrong stands on it, and a stuck delivery is sent again."""

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.actor import Side
from portal.messages.models import Message
from portal.sync.models import OutboxMessage, WorkerBeat
from portal.sync.rules import Delivery, MessageState
from tests.identity.provider import Visitor
from tests.messages import world as worlds
from tests.messages.world import World

Sessions = sessionmaker[Session]


def test_a_portal_without_worker_and_back_office_is_not_well(manager: Visitor) -> None:
    text = manager.browser.page("/drift").text
    assert "Har aldrig kört." in text
    assert "Har aldrig hämtats." in text
    assert "0 väntar, 0 har fastnat." in text


def test_a_worker_that_lives_is_well(manager: Visitor, sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add(WorkerBeat(worker="w"))
    assert "Sågs för" in manager.browser.page("/drift").text


def test_a_stuck_message_is_sent_again_without_its_content(manager: Visitor, sessions: Sessions, world: World) -> None:
    with sessions.begin() as session:
        number = worlds.write(session, world, "Hemligt").receipt_no
        session.execute(update(Message).values(delivery=Delivery.STUCK))
        session.execute(update(OutboxMessage).values(state=MessageState.STUCK))
    page = manager.browser.page("/drift")
    assert number in page.text
    assert "Hemligt" not in page.response.text
    assert "Sandell" not in page.response.text
    again = manager.browser.submit(page)
    assert f"Skickas igen. Kvittens {number}" in again.text
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.state)).one() is MessageState.PENDING


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("meeting", "Ett möte"),
        ("meeting_proposal", "Ett förslag om ett möte"),
        ("note", "En anteckning"),
        ("remark", "En synpunkt"),
        ("person", "En leverans"),
    ],
)
def test_anything_that_got_stuck_is_sent_again_without_its_content(
    manager: Visitor, sessions: Sessions, world: World, kind: str, what: str
) -> None:
    with sessions.begin() as session:
        worlds.write(session, world, "Hemligt")
        session.execute(update(OutboxMessage).values(state=MessageState.STUCK, kind=kind))
    page = manager.browser.page("/drift")
    assert f"{what}, skickat" in page.text
    assert "Sandell" not in page.response.text
    assert "Skickas igen." in manager.browser.submit(page).text
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.state)).one() is MessageState.PENDING
    assert what not in manager.browser.page("/drift").text


def test_what_holds_up_the_queue_shows_whatever_is_known_of_it(
    manager: Visitor, sessions: Sessions, world: World
) -> None:
    # The feature says otherwise: the back office has told of it already, or a newer version is under way.
    with sessions.begin() as session:
        worlds.write(session, world, "Hemligt").delivery = Delivery.DELIVERED
        session.execute(update(OutboxMessage).values(state=MessageState.STUCK))
    page = manager.browser.page("/drift")
    assert "1 meddelande har inte kommit fram." in page.text
    assert "Ett meddelande, skickat" in page.text
    assert "Skickas igen." in manager.browser.submit(page).text
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.state)).one() is MessageState.PENDING
        assert session.scalars(select(Message.delivery)).one() is Delivery.DELIVERED


def test_conflicts_between_numbers_are_shown_by_reference(manager: Visitor, sessions: Sessions) -> None:
    detail = {"reason": "number_conflict"}
    audit.record_apart(sessions, "sign_in", side=Side.CLIENT, outcome="refused", reference="AB12CD34", detail=detail)
    assert "AB12CD34" in manager.browser.page("/drift").text


def test_the_providers_of_both_sides_are_listed(manager: Visitor) -> None:
    text = manager.browser.page("/drift").text
    assert "Sätt att logga in" in text
    assert "Klienter" in text
