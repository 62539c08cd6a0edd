"""Sign-in through the whole application, with the development provider's signed answers."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.actor import Side
from portal.core.clock import now
from portal.demo.idp_messages import issue_response, read_request
from portal.identity.models import SignedInSession, SignInRequest
from portal.identity.saml import names
from portal.people.models import Person
from tests.identity.provider import LEVEL_2, LEVEL_3, MARIAM, PETRA, STRANGER, TOR, Visitor
from tests.messages.world import World

Sessions = sessionmaker[Session]


def refusals(sessions: Sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused").order_by(AuditEntry.id))
        return [row.detail["reason"] for row in rows]


def test_a_client_signs_in(visitor: Visitor, sessions: Sessions, world: World) -> None:
    answer = visitor.sign_in(MARIAM)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert visitor.browser.page("/").address == "/idag"
    with sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "sign_in")).one()
        assert (entry.subject_id, entry.outcome, entry.side) == (world.mariam, "done", "client")


def test_a_caseworker_signs_in(staff_visitor: Visitor, world: World) -> None:
    staff_visitor.sign_in(PETRA)
    assert staff_visitor.browser.page("/").address == "/arbetsko"


def test_an_unknown_client_is_registered_once(visitor: Visitor, sessions: Sessions) -> None:
    visitor.sign_in(TOR)
    visitor.log_out()
    visitor.sign_in(TOR)
    with sessions() as session:
        person = session.scalars(select(Person)).one()
        assert (person.name, person.identity_number) == ("Tor Lindås", TOR.identity_number)


def test_unknown_staff_are_refused_in_words(staff_visitor: Visitor, sessions: Sessions, world: World) -> None:
    answer = staff_visitor.sign_in(STRANGER)
    assert answer.status_code == 403
    assert "Du har inget konto i Insyn." in answer.text
    assert staff_visitor.cookie is None
    assert refusals(sessions) == ["unknown_staff"]


def test_staff_of_a_client_name_only_sign_in_on_their_side(
    visitor: Visitor, staff_visitor: Visitor, world: World
) -> None:
    visitor.sign_in(MARIAM)
    assert visitor.cookie is not None
    staff_visitor.browser.set_cookie("insyn-staff-session", visitor.cookie)
    assert not staff_visitor.signed_in()


@pytest.mark.parametrize("path", ["/inloggningar", "/meddelanden", "/tillganglighet"])
def test_the_person_comes_back_to_where_they_were_going(visitor: Visitor, path: str) -> None:
    assert visitor.sign_in(MARIAM, next_path=path).headers["Location"] == path


@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "x"]
)
def test_the_person_is_never_sent_elsewhere(visitor: Visitor, path: str) -> None:
    assert visitor.sign_in(MARIAM, next_path=path).headers["Location"] == "/"


def test_a_page_that_wants_a_session_asks_for_it_and_is_shown_afterwards(visitor: Visitor) -> None:
    asked = visitor.browser.get("/inloggningar?x=1")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/logga-in?next=/inloggningar")
    page = visitor.browser.get(asked.headers["Location"])
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, visitor.choose(page), MARIAM))
    assert answer.headers["Location"] == "/inloggningar"


def test_whoever_is_signed_in_is_not_asked_again(visitor: Visitor) -> None:
    visitor.sign_in(MARIAM)
    answer = visitor.browser.get("/logga-in?next=/inloggningar")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inloggningar")


def test_cookies_have_their_flags(visitor: Visitor) -> None:
    location = visitor.start()
    login = visitor.browser.get_cookie("insyn-client-login")
    assert login is not None
    assert (login.same_site, login.secure, login.http_only, login.path) == ("None", True, True, "/")
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM))
    (line,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("insyn-client-session=")]
    flags = {part.strip() for part in line.split(";")[1:]}
    assert flags == {"HttpOnly", "Path=/", "SameSite=Lax"}  # no Secure on this http address, and no life of its own
    assert visitor.browser.get_cookie("insyn-client-login") is None


def test_only_hashes_of_secrets_are_stored(visitor: Visitor, sessions: Sessions) -> None:
    location = visitor.start()
    login = visitor.browser.get_cookie("insyn-client-login")
    assert login is not None
    visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM))
    token = visitor.cookie
    assert token is not None
    with sessions() as session:
        assert session.scalars(select(SignedInSession.token_hash)).one() == hashlib.sha256(token.encode()).digest()
        for table in ("sign_in_request", "signed_in_session", "audit_entry", "seen_assertion", "person"):
            for row in session.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - names of ours
                for value in row:
                    shown = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for secret in (token, login.value, MARIAM.identity_number or "", "Sandell"):
                        assert secret.encode() not in shown, table


def test_the_same_answer_twice_signs_in_once(visitor: Visitor, sessions: Sessions) -> None:
    encoded = visitor.provider.answer(Side.CLIENT, visitor.start(), MARIAM)
    login = visitor.browser.get_cookie("insyn-client-login")
    assert visitor.post(encoded).status_code == 303
    assert login is not None
    visitor.browser.set_cookie("insyn-client-login", login.value)
    assert visitor.post(encoded).status_code == 403
    with sessions() as session:
        assert len(session.scalars(select(SignedInSession)).all()) == 1
    assert refusals(sessions) == ["already_answered"]


def test_an_answer_without_its_cookie_is_refused(visitor: Visitor, sessions: Sessions) -> None:
    encoded = visitor.provider.answer(Side.CLIENT, visitor.start(), MARIAM)
    visitor.browser.delete_cookie("insyn-client-login")
    assert visitor.post(encoded).status_code == 403
    assert refusals(sessions) == ["no_cookie"]


def test_anothers_answer_is_refused(visitor: Visitor, sessions: Sessions) -> None:
    """Login CSRF: an attacker's answer in the victim's browser, which has a sign-in of its own under way."""
    foreign = visitor.provider.answer(Side.CLIENT, visitor.start(), TOR)
    visitor.start()
    assert visitor.post(foreign).status_code == 403
    assert visitor.cookie is None
    assert refusals(sessions) == ["response_in_response_to"]


def test_an_answer_of_the_other_side_is_refused(visitor: Visitor, staff_visitor: Visitor, world: World) -> None:
    visitor.start()
    encoded = staff_visitor.provider.answer(Side.STAFF, staff_visitor.start(), PETRA)
    assert visitor.post(encoded).status_code == 403


def test_an_answer_that_comes_too_late_is_refused(visitor: Visitor, sessions: Sessions) -> None:
    with clock.travel(timedelta(minutes=-61)):
        location = visitor.start()
    assert visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM)).status_code == 403
    assert refusals(sessions) == ["request_expired"]


def test_a_slow_sign_in_is_let_through(visitor: Visitor) -> None:
    with clock.travel(timedelta(minutes=-50)):
        location = visitor.start()
    assert visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM)).status_code == 303


@pytest.mark.parametrize("encoded", ["", "x", "PHg+", "å" * 1000, "A" * 300_000])
def test_rubbish_is_refused(visitor: Visitor, encoded: str) -> None:
    visitor.start()
    assert visitor.post(encoded).status_code == 403


def test_whoever_cancels_is_told_so(visitor: Visitor, sessions: Sessions) -> None:
    answer = visitor.post(visitor.provider.refusal(Side.CLIENT, visitor.start()))
    assert answer.status_code == 403
    assert "Du avbröt inloggningen." in answer.text
    assert refusals(sessions) == ["status_cancelled"]


def test_refusals_look_alike_and_are_logged_with_their_reason(visitor: Visitor, sessions: Sessions) -> None:
    """No oracle: whatever is wrong with an answer, its page, status and headers tell nothing of it."""
    answers = []
    for attack in attacks(visitor):
        location = visitor.start()
        answers.append(visitor.post(attack(location)))
    visitor.browser.delete_cookie("insyn-client-login")
    answers.append(visitor.post("x"))
    with sessions() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused").order_by(AuditEntry.id)).all()
    expected = [
        *("empty", "too_large", "too_large", "not_base64", "not_xml", "dtd", "wrong_message", "response_not_signed"),
        *("bad_signature", "transform", "destination", "response_in_response_to", "name_id"),
        *("level_not_requested", "status_fraud", "no_cookie"),
    ]
    assert [row.detail["reason"] for row in rows] == expected
    assert all(row.reference in answer.text for answer, row in zip(answers, rows, strict=True))
    seen = {
        (answer.status_code, answer.text.replace(row.reference, ""), tuple(sorted(answer.headers.keys())))
        for answer, row in zip(answers, rows, strict=True)
    }
    assert len(seen) == 1


def attacks(visitor: Visitor) -> list[Callable[[str], str]]:
    """One of each kind, in the order in which the guard would notice; each is given the address of a request."""
    provider, side = visitor.provider, visitor.side

    def genuine(location: str, level: str = LEVEL_3) -> str:
        return provider.answer(side, location, MARIAM, level)

    def edited(old: str, new: str) -> Callable[[str], str]:
        return lambda location: encode(base64.b64decode(genuine(location)).decode().replace(old, new, 1))

    def of_another_request(location: str) -> str:
        encoded = genuine(visitor.start())
        assert location != visitor.start()
        return encoded

    def claiming(**changes: str) -> Callable[[str], str]:
        true = provider.side(side)
        false = replace(true, relying_party=replace(true.relying_party, **changes))

        def answer(location: str) -> str:
            wanted = read_request(provider.config, true, urlsplit(location).query)
            return issue_response(provider.config, false, wanted.request_id, MARIAM, LEVEL_3, now())

        return answer

    return [
        lambda _: "",
        lambda _: "A" * 10_000_000,
        lambda _: "A" * 300_000,
        lambda _: "<Response/>",
        lambda _: encode("hello"),
        lambda _: encode("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"),
        lambda _: encode("<a/>"),
        lambda _: encode(f'<p:Response xmlns:p="{names.SAMLP}" ID="a" Version="2.0"/>'),
        edited('Destination="', 'Destination="https://evil.example/'),
        edited(names.ENVELOPED, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        claiming(acs_url="https://evil.example/acs"),
        of_another_request,
        claiming(entity_id="https://evil.example/sp"),
        lambda location: genuine(location, LEVEL_2),
        lambda location: provider.refusal(side, location, names.SWEDISH_STATUS + "fraud"),
    ]


def encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_weak_sign_in_reaches_no_page_of_a_client(visitor: Visitor, world: World) -> None:
    """Fails closed: level 2 is too low for every page with a client's data, wherever it is stopped."""
    visitor.sign_in(MARIAM, level=LEVEL_2)
    for path in ("/idag", "/meddelanden", f"/meddelanden/{world.money}"):
        assert visitor.browser.get(path).status_code == 303


def test_a_sign_in_request_asks_for_levels_that_open_the_pages(visitor: Visitor, sessions: Sessions) -> None:
    """Otherwise a person signs in at level 2, is sent to sign in again, and so on for ever."""
    visitor.start()
    with sessions() as session:
        assert LEVEL_2 not in session.scalars(select(SignInRequest.levels)).one()


def test_a_sign_in_of_the_same_browser_ends_its_former_session(visitor: Visitor, sessions: Sessions) -> None:
    """The provider's post carries no Lax cookie, so the former session must be known from the start."""
    visitor.sign_in(MARIAM)
    former = visitor.cookie
    assert former is not None
    location = visitor.start(fresh="1")
    visitor.browser.delete_cookie("insyn-client-session")  # as a browser leaves it out of a cross-site post
    visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM))
    assert visitor.signed_in()
    visitor.browser.set_cookie("insyn-client-session", former)
    assert not visitor.signed_in()
    with sessions() as session:
        assert len(session.scalars(select(SignedInSession).where(SignedInSession.ended_at.is_(None))).all()) == 1


def test_the_metadata_can_be_fetched(visitor: Visitor) -> None:
    answer = visitor.browser.get("/saml/metadata")
    assert (answer.status_code, answer.mimetype) == (200, "application/samlmetadata+xml")
    assert b"http://localhost/saml/acs" in answer.data
