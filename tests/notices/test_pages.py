"""Mina uppgifter: addresses proved by a code, choices, and what is told of them; nobody else's are reached."""

from typing import cast

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.app import create_app
from portal.audit.models import AuditEntry
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import make_engine, writing
from portal.identity.models import SignedInSession
from portal.notices.models import ContactCode, ContactPoint, Notice, NoticeChoice
from portal.notices.rules import (
    CODE_ATTEMPTS,
    CODE_LIFETIME,
    CODES_PER_HOUR,
    Channel,
    NoticeKind,
    NoticeState,
    Reminder,
)
from portal.people.models import Person
from portal.people.rules import Protection
from portal.settings import Settings
from tests.messages import world as worlds
from tests.messages.world import World
from tests.notices import people
from tests.support.client import Page, PageClient

Sessions = sessionmaker[Session]
OTHER = "annan@post.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "smtp_host": "127.0.0.1",
            "mail_from": "insyn@kommun.example",
            "sms_url": "http://127.0.0.1/sms",
        }
    )


@pytest.fixture
def world(sessions: Sessions) -> World:
    with writing(sessions) as session:
        return worlds.build(session)


@pytest.fixture
def mariam(client: PageClient, sessions: Sessions, world: World) -> PageClient:
    worlds.sign_in(sessions, client, world.client(world.mariam))
    return client


def sealed(sessions: Sessions, kind: NoticeKind = NoticeKind.CODE) -> list[dict[str, str]]:
    with sessions() as session:
        rows = session.scalars(select(Notice).where(Notice.kind == kind).order_by(Notice.id))
        return [row.sealed or {} for row in rows]


def points(sessions: Sessions) -> dict[Channel, str]:
    with sessions() as session:
        return {row.channel: row.value for row in session.scalars(select(ContactPoint))}


def ask(browser: PageClient, address: str = people.MAIL, word: str = "epost") -> Page:
    return browser.submit(browser.page(f"/mina-uppgifter/{word}"), fields={"address": address})


def type_in(browser: PageClient, page: Page, code: str, status: int = 200) -> Page:
    return browser.submit(page, "form:has([name=code])", {"code": code}, status=status)


def prove(browser: PageClient, sessions: Sessions, address: str = people.MAIL, word: str = "epost") -> Page:
    page = ask(browser, address, word)
    return type_in(browser, page, sealed(sessions)[-1]["code"])


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_page_tells_who_one_is_and_that_nothing_is_sent(mariam: PageClient) -> None:
    page = mariam.page("/mina-uppgifter")
    assert page.heading == "Mina uppgifter"
    assert "Mariam Sandell" in page.text
    assert "19851129-••••" in page.text
    assert "2388" not in page.response.text
    assert "Vi skickar ingenting." in page.text
    assert "Du har något nytt i Insyn." in page.text
    assert "/mina-uppgifter" in {str(link["href"]) for link in page.soup.select(".i-menu a")}


def test_an_address_is_proved_by_the_code_and_then_chosen(mariam: PageClient, sessions: Sessions, world: World) -> None:
    page = ask(mariam)
    assert page.heading == "Skriv koden"
    assert people.MAIL not in page.response.text
    assert "k…@post.example" in page.text
    assert points(sessions) == {}
    done = type_in(mariam, page, sealed(sessions)[0]["code"])
    assert "Klart. Vi skickar dit när något är nytt." in done.text
    assert points(sessions) == {Channel.EMAIL: people.MAIL}
    with sessions() as session:
        choice = session.get_one(NoticeChoice, world.mariam)
        assert (choice.channel, choice.reminder) == (Channel.EMAIL, Reminder.ONE_DAY)
        told = [(entry.action, entry.subject_id) for entry in session.scalars(select(AuditEntry))]
    assert ("contact.code_asked", world.mariam) in told
    assert ("contact.verified", world.mariam) in told
    # Nobody had notices before: there is nobody to tell.
    assert sealed(sessions, NoticeKind.CHANGED) == []


@pytest.mark.parametrize("typed", ["070-174 06 05", "+46 70 174 06 05", "0046701740605", "0701740605"])
def test_a_number_is_stored_in_one_form(mariam: PageClient, sessions: Sessions, typed: str) -> None:
    prove(mariam, sessions, typed, "mobil")
    assert points(sessions) == {Channel.SMS: "+46701740605"}


BAD = [
    ("epost", ""),
    ("epost", "ingen adress"),
    ("epost", "a@b"),
    ("epost", "a@b.example\r\nBcc: c@d.example"),
    ("epost", f"{'a' * 300}@b.example"),
    ("epost", "a@b.example, c@d.example"),
    ("mobil", "112"),
    ("mobil", "08-123 456 78"),
    ("mobil", "0900 123 45 67"),
    ("mobil", "+882 16 12345678"),
    ("mobil", "070-174 06 05 ext. 7"),
    ("mobil", "x" * 400),
]


@pytest.mark.parametrize(("word", "typed"), BAD)
def test_what_is_no_address_gets_no_code(mariam: PageClient, sessions: Sessions, word: str, typed: str) -> None:
    page = mariam.submit(mariam.page(f"/mina-uppgifter/{word}"), fields={"address": typed}, status=422)
    assert page.errors()
    assert sealed(sessions) == []


def test_a_wrong_code_proves_nothing_and_after_five_a_new_one_is_needed(mariam: PageClient, sessions: Sessions) -> None:
    page = before = ask(mariam)
    code = sealed(sessions)[0]["code"]
    for _ in range(CODE_ATTEMPTS - 1):
        page = type_in(mariam, page, wrong(code), 422)
        assert page.errors() == ["Fel: Det är inte rätt kod."]
    page = type_in(mariam, page, wrong(code), 422)
    assert "för många gånger" in page.text
    assert not page.soup.select("[name=code]")
    # Not even the right one, typed into a page that was opened before.
    type_in(mariam, before, code, 422)
    assert points(sessions) == {}
    page = mariam.submit(page, "form[action$=ny-kod]")
    fresh = sealed(sessions)[-1]["code"]
    type_in(mariam, page, fresh)
    assert points(sessions) == {Channel.EMAIL: people.MAIL}


def test_an_old_code_is_over(mariam: PageClient, sessions: Sessions) -> None:
    ask(mariam)
    with writing(sessions) as session:
        session.execute(update(ContactCode).values(expires_at=now()))
    page = mariam.page("/mina-uppgifter/epost/kod")
    assert page.heading == "Mina uppgifter"
    assert "Koden gäller inte längre." in page.text


def test_codes_are_limited_per_person_and_per_address(
    mariam: PageClient, sessions: Sessions, world: World, app: Flask
) -> None:
    for number in range(CODES_PER_HOUR):
        ask(mariam, f"n{number}@post.example")
    page = mariam.submit(mariam.page("/mina-uppgifter/epost"), fields={"address": OTHER}, status=422)
    assert "många koder" in page.text
    # Others may go on, but one address isn't written to for ever.
    tor = cast("PageClient", app.test_client())
    worlds.sign_in(sessions, tor, world.client(world.tor))
    with writing(sessions) as session:
        row = session.scalars(select(ContactCode).limit(1)).one()
        session.execute(update(ContactCode).values(value=row.value, value_index=row.value_index))
        value = row.value
    page = tor.submit(tor.page("/mina-uppgifter/epost"), fields={"address": value}, status=422)
    assert "många koder" in page.text
    ask(tor, OTHER)


def test_a_change_is_told_to_the_old_address(mariam: PageClient, sessions: Sessions) -> None:
    prove(mariam, sessions)
    prove(mariam, sessions, OTHER)
    assert points(sessions) == {Channel.EMAIL: OTHER}
    assert [one["address"] for one in sealed(sessions, NoticeKind.CHANGED)] == [people.MAIL]
    prove(mariam, sessions, "070-174 06 05", "mobil")
    assert [one["address"] for one in sealed(sessions, NoticeKind.CHANGED)] == [people.MAIL, OTHER]


def test_leading_notices_elsewhere_is_told_where_they_went(mariam: PageClient, sessions: Sessions) -> None:
    prove(mariam, sessions)
    prove(mariam, sessions, "070-174 06 05", "mobil")
    before = len(sealed(sessions, NoticeKind.CHANGED))
    page = mariam.page("/mina-uppgifter/aviseringar")
    mariam.submit(page, fields={"channel": "sms", "reminder": "two_hours", "locale": "ar"})
    assert [one["address"] for one in sealed(sessions, NoticeKind.CHANGED)[before:]] == [people.MAIL]
    page = mariam.page("/mina-uppgifter/aviseringar")
    mariam.submit(page, fields={"channel": "none"})
    assert [one["address"] for one in sealed(sessions, NoticeKind.CHANGED)[before:]] == [people.MAIL, people.PHONE]


def test_what_was_chosen_is_kept_and_shown(mariam: PageClient, sessions: Sessions, world: World) -> None:
    prove(mariam, sessions)
    page = mariam.page("/mina-uppgifter/aviseringar")
    done = mariam.submit(page, fields={"reminder": "two_hours", "locale": "ar"})
    assert "Ditt val är sparat." in done.text
    assert "Två timmar innan" in done.text
    assert "العربية" in done.text
    preview = done.one(".i-bubble")
    assert preview["lang"] == "ar"
    with sessions() as session:
        assert session.get_one(Person, world.mariam).locale == "ar"


@pytest.mark.parametrize("fields", [{"channel": "sms"}, {"channel": "fax"}, {"reminder": "x"}, {"locale": "xx"}])
def test_what_can_not_be_chosen_is_refused(mariam: PageClient, sessions: Sessions, fields: dict[str, str]) -> None:
    prove(mariam, sessions)
    page = mariam.page("/mina-uppgifter/aviseringar")
    assert mariam.submit(page, fields=fields, status=422).errors() or "locale" in fields


def test_an_address_is_removed_after_a_question_and_told(mariam: PageClient, sessions: Sessions, world: World) -> None:
    prove(mariam, sessions)
    page = mariam.page("/mina-uppgifter/epost/ta-bort")
    assert "k…@post.example" in page.heading
    done = mariam.submit(page)
    assert "Adressen är borttagen." in done.text
    assert points(sessions) == {}
    assert [one["address"] for one in sealed(sessions, NoticeKind.CHANGED)] == [people.MAIL]
    with sessions() as session:
        assert session.get_one(NoticeChoice, world.mariam).channel is None


def test_breaking_off_forgets_the_address_and_stops_its_code(mariam: PageClient, sessions: Sessions) -> None:
    page = ask(mariam)
    done = mariam.submit(page, "form[action$=avbryt]")
    assert "Väntar på kod" not in done.text
    with sessions() as session:
        (row,) = session.scalars(select(Notice))
        assert (row.state, row.sealed) == (NoticeState.CANCELLED, None)


def test_somebody_with_protected_data_has_to_choose(client: PageClient, sessions: Sessions, world: World) -> None:
    worlds.sign_in(sessions, client, world.client(world.vera))
    done = prove(client, sessions)
    assert "Vi skickar ingenting dit förrän du har valt det." in done.text
    page = client.page("/mina-uppgifter/aviseringar")
    assert "Därför skickar vi ingenting om du inte själv väljer det här." in page.text
    assert str(page.one("[name=channel][checked]")["value"]) == "none"
    done = client.submit(page, fields={"channel": "email"})
    assert "k…@post.example" in done.text


def test_a_protection_that_was_set_afterwards_is_told_of(mariam: PageClient, sessions: Sessions, world: World) -> None:
    prove(mariam, sessions)
    with writing(sessions) as session:
        session.get_one(Person, world.mariam).protection = Protection.SECRECY
    page = mariam.page("/mina-uppgifter")
    assert "du valde innan de blev det" in page.text
    # Telling the former address would tell whoever reads it that she is still here.
    prove(mariam, sessions, OTHER)
    assert sealed(sessions, NoticeKind.CHANGED) == []


def test_an_address_that_fails_is_told_of(mariam: PageClient, sessions: Sessions) -> None:
    prove(mariam, sessions)
    with writing(sessions) as session:
        session.execute(update(ContactPoint).values(failed_at=now()))
    assert "Vi kunde inte skicka till k…@post.example." in mariam.page("/mina-uppgifter").text


def test_a_code_that_can_not_be_sent_is_told_of(mariam: PageClient, sessions: Sessions) -> None:
    ask(mariam)
    with writing(sessions) as session:
        session.execute(update(Notice).values(state=NoticeState.FAILED))
    assert "Vi kunde inte skicka till k…@post.example." in mariam.page("/mina-uppgifter/epost/kod").text


CHANGES = [
    "/mina-uppgifter/epost",
    "/mina-uppgifter/mobil",
    "/mina-uppgifter/aviseringar",
    "/mina-uppgifter/epost/ta-bort",
]


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_needs_a_fresh_sign_in(mariam: PageClient, sessions: Sessions, path: str) -> None:
    with writing(sessions) as session:
        session.execute(update(SignedInSession).values(authenticated_at=now() - 2 * CODE_LIFETIME))
    answer = mariam.get(path)
    assert answer.status_code == 303
    assert "/logga-in?" in answer.headers["Location"]
    assert "fresh=1" in answer.headers["Location"]
    assert mariam.page("/mina-uppgifter").heading == "Mina uppgifter"


def test_nobody_reaches_what_is_another_persons(
    mariam: PageClient, sessions: Sessions, world: World, app: Flask
) -> None:
    ask(mariam)
    tor = cast("PageClient", app.test_client())
    worlds.sign_in(sessions, tor, world.client(world.tor))
    assert tor.page("/mina-uppgifter/epost/kod").heading == "Mina uppgifter"
    prove(tor, sessions, OTHER)
    assert "post.example" in tor.page("/mina-uppgifter").text
    assert "a…@post.example" not in mariam.page("/mina-uppgifter").text


@pytest.mark.parametrize("path", ["/mina-uppgifter/fax", "/mina-uppgifter/fax/kod", "/mina-uppgifter/fax/ta-bort"])
def test_an_unknown_kind_is_not_found(mariam: PageClient, path: str) -> None:
    mariam.page(path, 404)


def test_nothing_is_offered_where_no_channel_is_set_up(settings: Settings, sessions: Sessions, world: World) -> None:
    bare = settings.model_copy(update={"smtp_host": "", "sms_url": ""})
    engine = make_engine(bare.database_url, bare.key_ring)
    app = create_app(bare, {Side.CLIENT}, engine)
    app.test_client_class = PageClient
    browser = cast("PageClient", app.test_client())
    worlds.sign_in(sessions, browser, world.client(world.mariam))
    page = browser.page("/mina-uppgifter")
    assert "Just nu kan vi inte skicka något besked." in page.text
    assert not page.soup.select("main a")
    browser.page("/mina-uppgifter/epost", 404)
    engine.dispose()


def test_a_message_from_staff_is_told_and_ones_own_is_not(mariam: PageClient, sessions: Sessions, world: World) -> None:
    prove(mariam, sessions)
    with writing(sessions) as session:
        worlds.write(session, world)
        message = worlds.answer(session, world)
    with sessions() as session:
        (row,) = session.scalars(select(Notice).where(Notice.kind == NoticeKind.NEWS))
        assert (row.person_id, row.key, row.sealed) == (world.mariam, f"message:{message.id}", None)
