"""The pages of messages, with and without htmx, and what they say when something is wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry, AuditEntry
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.identity.models import KeptForm, SignedInSession
from portal.messages.models import Message
from portal.people.models import CaseAssignment
from portal.sync.rules import Delivery
from tests.messages.world import World, answer, build, sign_in, write
from tests.support.client import Page, PageClient, form_values

HTMX = {"HX-Request": "true"}


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return build(session)


@pytest.fixture
def mariam(client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, client, world.client(world.mariam))
    return client


@pytest.fixture
def petra(staff_client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    sign_in(sessions, staff_client, world.staff(world.petra))
    return staff_client


def stored(sessions: sessionmaker[Session]) -> list[Message]:
    with sessions() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def address(world: World) -> str:
    return f"/meddelanden/{world.money}"


def form_of(page: Page) -> dict[str, object]:
    return form_values(page.one("form.i-compose"))


def test_one_case_leads_straight_to_its_conversation(mariam: PageClient, world: World) -> None:
    page = mariam.page("/meddelanden")
    assert page.address == address(world)
    assert page.heading == "Petra Almskog"
    assert "Här finns inga meddelanden än." in page.text
    assert "010-000 00 00" in page.text


def test_without_a_case_the_page_says_whom_to_call(
    client: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        session.query(CaseAssignment).delete()
        from portal.people.models import Case

        session.query(Case).filter(Case.person_id == world.mariam).delete()
    sign_in(sessions, client, world.client(world.mariam))
    page = client.page("/meddelanden")
    assert "Du har ingen att skriva till än" in page.text
    assert page.one('main a[href^="tel:"]')


def test_a_message_is_confirmed_with_its_receipt(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    page = mariam.submit(mariam.page(address(world)), "form.i-compose", {"text": "Hej!\n\nKan du ringa?"})
    (message,) = stored(sessions)
    assert f"Skickat. Kvittens {message.receipt_no}" in page.text
    assert [p.get_text() for p in page.soup.select(".i-msg.is-me .i-pre")] == ["Hej!", "Kan du ringa?"]
    assert "inte levererat än" in page.text
    page = mariam.page(address(world))
    assert f"Kvittens {message.receipt_no}" not in page.one("#svara").get_text()
    assert f"inte levererat än. Kvittens {message.receipt_no}" in page.text


def test_htmx_gets_the_bubble_and_a_fresh_form(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    page = mariam.page(address(world))
    values = {**form_of(page), "text": "Hej!"}
    answered = mariam.post(address(world), data=values, headers=HTMX)
    assert answered.status_code == 200
    part = Page(answered)
    (message,) = stored(sessions)
    assert part.one(f"#m-{message.id}").get_text(" ", strip=True).startswith("Du skrev")
    assert part.one("#svara")["hx-swap-oob"] == "true"
    assert message.receipt_no in part.one("#status").get_text()
    fresh = form_values(part.one("form.i-compose"))
    assert fresh["submission"] != form_of(page)["submission"]
    assert fresh["text"] == [""]
    assert "<html" not in answered.text
    again = Page(mariam.post(address(world), data={**fresh, "text": "En sak till."}, headers=HTMX))
    assert part.soup.select(".i-day-sep")
    assert not again.soup.select(".i-day-sep")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_same_form_sent_twice_is_one_message(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, headers: dict[str, str]
) -> None:
    values = {**form_of(mariam.page(address(world))), "text": "Hej!"}
    answers = [mariam.post(address(world), data=values, headers=headers) for _ in range(2)]
    assert len(stored(sessions)) == 1
    assert {one.status_code for one in answers} == ({200} if headers else {303})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Skriv något innan du skickar."),
        (" \n\u200b\u202e\x00 ", "Skriv något innan du skickar."),
        ("x" * 10_001, "Texten är 1 tecken för lång."),
        ("å" * 100_000, "Texten är 90000 tecken för lång."),
    ],
)
def test_bad_texts_come_back_with_words_and_nothing_lost(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, text: str, said: str
) -> None:
    page = mariam.page(address(world))
    again = mariam.submit(page, "form.i-compose", {"text": text}, status=422)
    assert again.soup.title is not None
    assert again.soup.title.get_text().startswith("Fel: ")
    assert said in again.one(".ds-error-summary").get_text()
    assert again.errors()[0].endswith(said) or said in again.errors()[0]
    kept = form_of(again)["text"]
    assert kept == [text.strip() if text.strip("x\u00e5") == "" else ""]
    part = mariam.post(address(world), data={**form_of(page), "text": text}, headers=HTMX)
    assert part.status_code == 422
    assert (part.headers["HX-Retarget"], part.headers["HX-Reswap"]) == ("#svara", "outerHTML")
    assert said in Page(part).one(".ds-error-summary").get_text()
    assert stored(sessions) == []


def test_the_longest_text_goes_through(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    mariam.submit(mariam.page(address(world)), "form.i-compose", {"text": "å" * 10_000})
    assert len(stored(sessions)[0].text) == 10_000


def test_hidden_characters_are_removed_and_markup_is_text(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    text = "<b>Hej</b>\x07 \u202eolleh\u2066 \u0633\u0644\u0627\u0645"
    page = mariam.submit(mariam.page(address(world)), "form.i-compose", {"text": text})
    assert stored(sessions)[0].text == "<b>Hej</b> olleh \u0633\u0644\u0627\u0645"
    assert page.one(".i-msg .i-pre").get_text() == "<b>Hej</b> olleh \u0633\u0644\u0627\u0645"


def test_without_the_token_nothing_is_stored(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    for token in (None, "wrong"):
        values = {**form_of(mariam.page(address(world))), "text": "Hej!", "csrf_token": token}
        refused = mariam.post(address(world), data={k: v for k, v in values.items() if v is not None})
        assert refused.status_code == 400
        assert "Ingenting har skickats" in refused.text
    assert stored(sessions) == []
    with sessions() as session:
        denied = session.scalars(select(AuditEntry).where(AuditEntry.action == "denied")).all()
    assert {entry.detail["reason"] for entry in denied} == {"csrf"}


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_form_from_before_a_new_sign_in_comes_back_with_its_text(
    mariam: PageClient, sessions: sessionmaker[Session], world: World, headers: dict[str, str]
) -> None:
    """She signed in again in another tab: sending the old form again and again would be refused for ever."""
    values = {**form_of(mariam.page(address(world))), "text": "Det här tog lång tid att skriva."}
    sign_in(sessions, mariam, world.client(world.mariam))
    refused = mariam.post(address(world), data=values, headers=headers)
    assert refused.headers["HX-Redirect" if headers else "Location"] == address(world)
    assert stored(sessions) == []
    page = mariam.page(address(world))
    assert "Texten du skrev finns kvar." in page.text
    mariam.submit(page, "form.i-compose")
    assert [message.text for message in stored(sessions)] == ["Det här tog lång tid att skriva."]


def test_a_form_from_before_another_persons_sign_in_stays_hidden(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    values = {**form_of(mariam.page(address(world))), "text": "Bara mitt."}
    sign_in(sessions, mariam, world.client(world.tor))
    mariam.post(address(world), data=values)
    assert mariam.get(address(world)).status_code == 404
    assert "Bara mitt." not in mariam.page(f"/meddelanden/{world.tors}").text
    sign_in(sessions, mariam, world.client(world.mariam))
    assert "Bara mitt." not in mariam.page(address(world)).text


def test_the_wrong_method_has_a_page(mariam: PageClient, world: World) -> None:
    page = mariam.page(address(world))
    token = str(page.one('form.i-compose input[name="csrf_token"]')["value"])
    refused = mariam.put(address(world), data={"csrf_token": token})
    assert refused.status_code == 405
    assert {"GET", "POST"} <= set(refused.headers["Allow"].replace(" ", "").split(","))


def test_foreign_and_unknown_ids_are_not_found_and_logged(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    values = {**form_of(mariam.page(address(world))), "text": "Hej!"}
    for case_id in (world.tors, new_id()):
        assert mariam.get(f"/meddelanden/{case_id}").status_code == 404
        assert mariam.post(f"/meddelanden/{case_id}", data=values).status_code == 404
        assert mariam.post(f"/meddelanden/{case_id}", data={**values, "text": ""}).status_code == 404
    assert mariam.get("/meddelanden/17").status_code == 404
    assert stored(sessions) == []
    with sessions() as session:
        denied = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "denied"))
    assert denied == 6


def test_signed_out_is_sent_to_sign_in(client: PageClient, world: World) -> None:
    assert client.get(address(world)).status_code == 303


def test_older_messages_by_link_and_by_htmx(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        for number in range(60):
            write(session, world, f"nummer {number}")
    page = mariam.page(address(world))
    assert "nummer 59" in page.text
    assert "nummer 9" not in [p.get_text() for p in page.soup.select(".i-pre")]
    link = page.link("Visa äldre")
    older = mariam.page(link)
    assert [p.get_text() for p in older.soup.select(".i-pre")] == [f"nummer {n}" for n in range(10)]
    assert older.link("Visa de senaste") == address(world)
    part = Page(mariam.get(link, headers=HTMX))
    assert len(part.soup.select(".i-pre")) == 10
    assert not part.one("#aldre").find("a")


def test_reading_takes_the_mark_away(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        write(session, world)
        answer(session, world)
    assert mariam.page("/idag").soup.select(".i-nav .i-dot")
    assert not mariam.page(address(world)).soup.select(".i-nav .i-dot")


def test_the_state_of_delivery_is_told_in_words(
    mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        write(session, world, "ett").delivery = Delivery.STUCK
        done = write(session, world, "två")
        done.delivery, done.delivered_at = Delivery.DELIVERED, done.sent_at
    page = mariam.page(address(world))
    told = [line.get_text(" ", strip=True) for line in page.soup.select(".is-me .i-msg__m")]
    assert "fastnat, vi hjälper till" in told[0]
    assert "levererat" in told[1]
    assert "inte" not in told[1]


def test_staff_read_and_answer_and_the_reading_is_logged(
    petra: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        write(session, world, "Kan du ringa?")
    page = petra.page("/meddelanden")
    assert "Mariam Sandell" in page.text
    page = petra.page(page.link("Mariam Sandell"))
    assert "Kan du ringa?" in page.text
    with sessions() as session:
        entry = session.scalars(select(AccessEntry)).one()
    assert (entry.subject_id, entry.staff_id, entry.what) == (world.mariam, world.petra, "messages")
    page = petra.submit(page, "form.i-compose", {"text": "Ja, i morgon."})
    assert "Skickat. Kvittens" in page.text
    assert [message.side for message in stored(sessions)] == [Side.CLIENT, Side.STAFF]


def test_the_client_sees_who_has_read(
    petra: PageClient, mariam: PageClient, sessions: sessionmaker[Session], world: World
) -> None:
    with writing(sessions) as session:
        write(session, world)
    assert "läst av Petra" not in mariam.page(address(world)).text
    petra.page(address(world))
    assert "läst av Petra" in mariam.page(address(world)).text


def test_staff_reach_only_their_own_cases(petra: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    with writing(sessions) as session:
        write(session, world, case_id=world.tors)
    assert "Lindås" not in petra.page("/meddelanden").text
    assert petra.get(f"/meddelanden/{world.tors}").status_code == 404
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AccessEntry)) == 0


def test_a_protected_person_is_not_named_to_staff(petra: PageClient, world: World) -> None:
    for page in (petra.page("/meddelanden"), petra.page(f"/meddelanden/{world.veras}")):
        assert "Vera" not in page.text
        assert "Skyddad person" in page.text


def test_staff_mend_their_text_too(petra: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    page = petra.submit(petra.page(address(world)), "form.i-compose", {"text": ""}, status=422)
    assert "Skriv något innan du skickar." in page.one(".ds-error-summary").get_text()
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AccessEntry)) == 2


def test_what_was_typed_survives_a_sign_in(mariam: PageClient, sessions: sessionmaker[Session], world: World) -> None:
    values = {**form_of(mariam.page(address(world))), "text": "Det här tog lång tid att skriva."}
    with writing(sessions) as session:
        session.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(minutes=25)))
    assert mariam.post(address(world), data=values).status_code == 303
    assert stored(sessions) == []
    sign_in(sessions, mariam, world.client(world.mariam))
    with writing(sessions) as session:
        kept = session.scalars(select(KeptForm.id)).one()
        session.execute(update(SignedInSession).values(kept_form_id=kept))
    page = mariam.page(address(world))
    assert "Texten du skrev finns kvar." in page.text
    assert form_of(page)["text"] == ["Det här tog lång tid att skriva."]
    mariam.submit(page, "form.i-compose")
    assert [message.text for message in stored(sessions)] == ["Det här tog lång tid att skriva."]
