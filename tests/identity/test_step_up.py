"""Step-up with the provider's real answers, on routes added as a feature would add them."""

import dataclasses
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask, Response, make_response
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker
from wtforms import StringField

from portal.audit.models import AuditEntry
from portal.core.actor import Side
from portal.core.clock import now
from portal.identity.federation import Federation
from portal.identity.models import KeptForm, SignedInSession, SignInRequest
from portal.identity.rules import EndReason
from portal.identity.saml import names
from portal.identity.saml.post import read_signed_post
from portal.people.models import Person
from portal.web.access import Access, Client, Staff
from portal.web.forms import Form, load_form
from portal.web.routes import Feature, actor
from tests.identity.peer import fields
from tests.identity.provider import LEVEL_2, LEVEL_3, MARIAM, PETRA, STRANGER, TOR, Provider, Visitor
from tests.messages.world import World
from tests.support.client import PageClient
from tests.support.page_check import Allowed

Sessions = sessionmaker[Session]
LEVEL_4 = "urn:x-demo:insyn:loa4"
PAGE = "/viktigt"
TYPED = "Det här skrev jag"
OLD = timedelta(minutes=10)


class NoteForm(Form):
    """A form that matters."""

    note = StringField()


def add_page(app: Flask, show: Access, send: Access) -> list[str]:
    """Add a page with a form to an application, as a feature would; return what is sent."""
    sent: list[str] = []
    feature = Feature("matters")

    @feature.route(PAGE, access=show)
    def page() -> Response:
        return make_response(f"{actor().id}|{load_form(NoteForm).note.data or ''}", {"Content-Type": "text/plain"})

    @feature.route(PAGE, access=send, methods=("POST",))
    def post() -> Response:
        sent.append(str(load_form(NoteForm).note.data))
        return make_response("", {"Content-Type": "text/plain"})

    feature.register(app, frozenset(Side))
    return sent


def make_stale(sessions: Sessions) -> None:
    """Let the sign-ins of this test be ten minutes old: the provider's answers are always of now."""
    with sessions.begin() as session:
        session.execute(update(SignedInSession).values(authenticated_at=now() - OLD))


def step_up_page(visitor: Visitor, sessions: Sessions, *, typed: bool = False) -> str:
    """Go stale and ask for the page (or send its form); return where that leads."""
    token = visitor.token(visitor.browser.get("/inloggningar"))
    make_stale(sessions)
    data = {"csrf_token": token, "note": TYPED}
    answer = visitor.browser.post(PAGE, data=data) if typed else visitor.browser.get(PAGE)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def begin(visitor: Visitor, sessions: Sessions, *, typed: bool = False) -> str:
    """Go as far as the provider; return the address of the request."""
    return visitor.choose(visitor.browser.get(step_up_page(visitor, sessions, typed=typed)))


def works(visitor: Visitor, token: str | None) -> bool:
    """Tell whether a session's token still opens a page, in another browser."""
    browser = visitor.browser.application.test_client()
    browser.set_cookie(f"insyn-{visitor.side}-session", token or "")
    return bool(browser.get("/inloggningar").status_code == 200)


def audited(sessions: Sessions) -> list[tuple[str, str, object]]:
    with sessions() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "step_up").order_by(AuditEntry.id))
        return [(row.outcome, row.detail.get("reason", ""), row.subject_id) for row in rows]


def reasons(sessions: Sessions) -> list[EndReason | None]:
    with sessions() as session:
        return list(session.scalars(select(SignedInSession.end_reason).order_by(SignedInSession.created_at)))


@pytest.fixture
def sent(app: Flask, world: World) -> list[str]:
    return add_page(app, Client(fresh=5), Client(fresh=5))


def test_the_same_person_comes_back_to_the_same_place_with_a_new_token(
    visitor: Visitor, sessions: Sessions, world: World, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    assert visitor.browser.get(PAGE).status_code == 200
    former = visitor.cookie
    address = step_up_page(visitor, sessions)
    assert address == f"/logga-in?next={PAGE}&fresh=1"
    page = visitor.browser.get(address)
    assert "Legitimera dig en gång till" in page.text
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, visitor.choose(page), MARIAM))
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|"
    assert visitor.cookie != former
    assert not works(visitor, former)
    assert reasons(sessions) == [EndReason.STEPPED_UP, None]
    assert audited(sessions) == [("done", "", world.mariam)]


def test_the_page_asks_for_nothing_else(visitor: Visitor, sessions: Sessions, sent: list[str]) -> None:
    visitor.sign_in(MARIAM)
    page = visitor.browser.page(step_up_page(visitor, sessions))
    assert page.one("h1").get_text() == "Visa att det är du"
    assert page.soup.select("input[name=remember]") == []
    assert page.one("main a[href='/']").get_text(strip=True) == "Avbryt"
    visitor.browser.delete_cookie("insyn-client-session")
    assert visitor.browser.page(f"/logga-in?next={PAGE}&fresh=1").one("h1").get_text() != "Visa att det är du"


def test_the_request_forces_authentication(visitor: Visitor, sessions: Sessions, sent: list[str]) -> None:
    visitor.sign_in(MARIAM)
    begin(visitor, sessions)
    with sessions() as session:
        row = session.scalars(select(SignInRequest).order_by(SignInRequest.issued_at.desc()).limit(1)).one()
        assert (row.purpose, row.force_authn, LEVEL_2 in row.levels) == ("step_up", True, False)


@pytest.mark.parametrize("asks", [True, False])
def test_a_provider_that_asks_is_told_who_is_expected(
    app: Flask, visitor: Visitor, provider: Provider, sessions: Sessions, sent: list[str], asks: bool
) -> None:
    def asking(found: Federation) -> Federation:
        (idp,) = found.providers[Side.CLIENT]
        wanted = frozenset({names.PERSONAL_IDENTITY_NUMBER} if asks else ())
        idp = dataclasses.replace(idp, sso_post_url=idp.sso_redirect_url, prefer_post=True, wanted_principals=wanted)
        return dataclasses.replace(found, providers={**found.providers, Side.CLIENT: (idp,)})

    visitor.sign_in(MARIAM)
    edit_providers(app, asking)
    page = visitor.browser.get(step_up_page(visitor, sessions))
    target, values = fields(page.text, "form[action^='/logga-in/']")
    _action, carried = fields(visitor.browser.post(target, data=values).text)
    certificate = (provider.directory / "client.crt").read_text()
    root = read_signed_post(carried["SAMLRequest"], "AuthnRequest", [certificate])
    told = [element.text for element in root.iter(f"{{{names.PRINCIPAL}}}MatchValue")]
    assert told == ([MARIAM.identity_number] if asks else [])


def test_what_was_typed_comes_back_once_and_is_not_sent_unasked(
    visitor: Visitor, sessions: Sessions, world: World, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    address = step_up_page(visitor, sessions, typed=True)
    assert address == f"/logga-in?next={PAGE}&fresh=1&kept=1"
    page = visitor.browser.get(address)
    assert "Det du skrev är sparat" in page.text
    assert TYPED not in page.text
    visitor.post(visitor.provider.answer(Side.CLIENT, visitor.choose(page), MARIAM))
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|{TYPED}"
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|"
    assert sent == []
    token = visitor.token(visitor.browser.get("/inloggningar"))
    assert visitor.browser.post(PAGE, data={"csrf_token": token, "note": TYPED}).status_code == 200
    assert sent == [TYPED]


def test_htmx_is_sent_to_the_step_up_too(visitor: Visitor, sessions: Sessions, sent: list[str]) -> None:
    visitor.sign_in(MARIAM)
    token = visitor.token(visitor.browser.get("/inloggningar"))
    make_stale(sessions)
    answer = visitor.browser.post(PAGE, data={"csrf_token": token, "note": TYPED}, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, f"/logga-in?next={PAGE}&fresh=1&kept=1")


def test_another_person_inherits_neither_page_nor_form_nor_session(
    visitor: Visitor, sessions: Sessions, world: World, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    former = visitor.cookie
    location = begin(visitor, sessions, typed=True)
    visitor.browser.delete_cookie("insyn-client-session")  # as a browser leaves it out of a cross-site post
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, location, TOR))
    assert answer.status_code == 403
    assert "Någon annan än du som var inloggad" in answer.text
    assert "Location" not in answer.headers
    assert visitor.cookie is None
    assert not works(visitor, former)
    assert reasons(sessions) == [EndReason.OTHER_PERSON]
    assert audited(sessions) == [("refused", "other_person", world.mariam)]
    visitor.sign_in(TOR)
    assert visitor.browser.get(PAGE).text == f"{world.tor}|"
    visitor.log_out()
    visitor.sign_in(MARIAM)
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|{TYPED}"


def test_the_cookie_of_the_session_is_taken_away_from_another_person(
    visitor: Visitor, sessions: Sessions, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, begin(visitor, sessions), TOR))
    cleared = {line.partition("=")[0] for line in answer.headers.getlist("Set-Cookie") if "=;" in line}
    assert {"insyn-client-session", "insyn-client-login"} <= cleared
    assert visitor.cookie is None


def test_another_person_is_not_registered_by_it(visitor: Visitor, sessions: Sessions, app: Flask) -> None:
    add_page(app, Client(fresh=5), Client(fresh=5))
    visitor.sign_in(MARIAM)
    visitor.post(visitor.provider.answer(Side.CLIENT, begin(visitor, sessions), TOR))
    with sessions() as session:
        assert [person.name for person in session.scalars(select(Person))] == ["Mariam Sandell"]


def test_the_refused_answer_can_not_be_posted_again(visitor: Visitor, sessions: Sessions, sent: list[str]) -> None:
    visitor.sign_in(MARIAM)
    encoded = visitor.provider.answer(Side.CLIENT, begin(visitor, sessions), TOR)
    login = visitor.browser.get_cookie("insyn-client-login")
    assert login is not None
    visitor.post(encoded)
    visitor.browser.set_cookie("insyn-client-login", login.value)
    assert visitor.post(encoded).status_code == 403
    assert audited(sessions)[1:] == []  # the second is refused before it is known what it was for
    assert visitor.cookie is None


def test_a_colleague_can_not_step_up_for_another(
    staff_app: Flask, staff_visitor: Visitor, sessions: Sessions, world: World
) -> None:
    add_page(staff_app, Staff("client:view", fresh=5), Staff("client:view", fresh=5))
    staff_visitor.sign_in(PETRA)
    former = staff_visitor.cookie
    answer = staff_visitor.post(staff_visitor.provider.answer(Side.STAFF, begin(staff_visitor, sessions), STRANGER))
    assert answer.status_code == 403
    assert not works(staff_visitor, former)
    staff_visitor.sign_in(PETRA)
    assert staff_visitor.browser.get(PAGE).status_code == 200


def test_a_caseworker_steps_up(staff_app: Flask, staff_visitor: Visitor, sessions: Sessions, world: World) -> None:
    add_page(staff_app, Staff("client:view", fresh=5), Staff("client:view", fresh=5))
    staff_visitor.sign_in(PETRA)
    location = begin(staff_visitor, sessions, typed=True)
    answer = staff_visitor.post(staff_visitor.provider.answer(Side.STAFF, location, PETRA))
    assert answer.headers["Location"] == PAGE
    assert staff_visitor.browser.get(PAGE).text == f"{world.petra}|{TYPED}"


def test_whoever_breaks_off_stays_signed_in_and_gets_the_form_back(
    app: Flask, visitor: Visitor, sessions: Sessions, world: World
) -> None:
    add_page(app, Client(), Client(fresh=5))
    visitor.sign_in(MARIAM)
    former = visitor.cookie
    answer = visitor.post(visitor.provider.refusal(Side.CLIENT, begin(visitor, sessions, typed=True)))
    assert answer.status_code == 403
    assert "Du är fortfarande inloggad" in answer.text
    assert visitor.cookie == former
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|{TYPED}"
    assert visitor.browser.get(PAGE).text == f"{world.mariam}|"
    assert [(outcome, reason) for outcome, reason, _subject in audited(sessions)] == [("refused", "status_cancelled")]


def test_a_page_that_needs_more_asks_for_that_level_alone(
    app: Flask, visitor: Visitor, sessions: Sessions, world: World
) -> None:
    add_page(app, Client(level=4), Client(level=4))
    visitor.sign_in(MARIAM)
    address = step_up_page(visitor, sessions)
    assert address == f"/logga-in?next={PAGE}&fresh=1&level=4"
    page = visitor.browser.get(address)
    assert "starkare e-legitimation" in page.text
    location = visitor.choose(page)
    with sessions() as session:
        row = session.scalars(select(SignInRequest).order_by(SignInRequest.issued_at.desc()).limit(1)).one()
        assert row.levels == [LEVEL_4]
    assert visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM, LEVEL_3)).status_code == 403
    visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM, LEVEL_4))
    assert visitor.browser.get(PAGE).status_code == 200


def test_an_old_sign_in_at_a_high_level_is_not_renewed_at_a_lower_one(
    app: Flask, visitor: Visitor, sessions: Sessions, world: World
) -> None:
    add_page(app, Client(level=4, fresh=5), Client())
    visitor.sign_in(MARIAM, level=LEVEL_4)
    assert step_up_page(visitor, sessions).endswith("&level=4")


def test_nobody_signed_in_signs_in_once_for_a_page_that_needs_more(app: Flask, visitor: Visitor) -> None:
    add_page(app, Client(level=4), Client(level=4))
    address = visitor.browser.get(PAGE).headers["Location"]
    assert address == f"/logga-in?next={PAGE}&level=4"
    location = visitor.choose(visitor.browser.get(address))
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, location, MARIAM, LEVEL_4))
    assert answer.headers["Location"] == PAGE
    assert visitor.browser.get(PAGE).status_code == 200


@pytest.mark.parametrize(("asked", "wanted"), [("1", 3), ("0", 3), ("-9", 3), ("x", 3), ("3", 3), ("4", 4), ("99", 4)])
def test_the_level_in_the_address_can_not_be_talked_down(
    visitor: Visitor, sessions: Sessions, asked: str, wanted: int
) -> None:
    visitor.start(level=asked)
    with sessions() as session:
        levels = session.scalars(select(SignInRequest.levels)).one()
    assert min(int(uri[-1]) for uri in levels) == wanted


def edit_providers(app: Flask, edit: Callable[[Federation], Federation]) -> None:
    app.extensions["insyn.federation"] = edit(app.extensions["insyn.federation"])


def test_a_level_that_nobody_can_give_is_told(app: Flask, visitor: Visitor) -> None:
    def only_three(found: Federation) -> Federation:
        idps = tuple(dataclasses.replace(idp, levels={LEVEL_3: 3}) for idp in found.providers[Side.CLIENT])
        return dataclasses.replace(found, providers={**found.providers, Side.CLIENT: idps})

    page = visitor.browser.get("/logga-in?level=4")
    edit_providers(app, only_three)
    assert visitor.browser.get("/logga-in?level=4").status_code == 403
    with pytest.raises(AssertionError):
        visitor.choose(page)


def test_another_provider_of_the_same_level_serves(
    app: Flask, visitor: Visitor, sessions: Sessions, world: World, sent: list[str]
) -> None:
    """Somebody signs in with one e-legitimation and steps up with another: it is the person that counts."""
    other = "http://localhost:8098"

    def with_another(found: Federation) -> Federation:
        (idp,) = found.providers[Side.CLIENT]
        second = dataclasses.replace(idp, entity_id=f"{other}/client", sso_redirect_url=f"{other}/client/sso")
        return dataclasses.replace(found, providers={**found.providers, Side.CLIENT: (second, idp)})

    visitor.sign_in(MARIAM)
    edit_providers(app, with_another)
    visitor.browser.allowed = Allowed(origins=frozenset({other, *visitor.browser.allowed.origins}))
    visitor.provider = Elsewhere(visitor.provider, other)
    answer = visitor.post(visitor.provider.answer(Side.CLIENT, begin(visitor, sessions), MARIAM))
    assert answer.headers["Location"] == PAGE
    assert visitor.browser.get(PAGE).status_code == 200


class Elsewhere(Provider):
    """The same provider, with the same keys, under another address."""

    def __init__(self, known: Provider, base_url: str) -> None:
        self.directory = known.directory
        self.__dict__["config"] = dataclasses.replace(known.config, base_url=base_url)


def test_after_a_time_out_another_person_is_not_sent_to_the_first_ones_page(
    visitor: Visitor, sessions: Sessions, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    with sessions.begin() as session:
        session.execute(update(SignedInSession).values(last_seen_at=now() - timedelta(hours=1)))
    assert visitor.sign_in(TOR, next_path=PAGE).headers["Location"] == "/"


def test_what_is_kept_at_a_step_up_stands_encrypted_with_its_owner(
    visitor: Visitor, sessions: Sessions, world: World, sent: list[str]
) -> None:
    visitor.sign_in(MARIAM)
    step_up_page(visitor, sessions, typed=True)
    with sessions() as session:
        (row,) = session.scalars(select(KeptForm))
        assert (row.owner_id, row.fields) == (world.mariam, {"note": [TYPED]})
        assert session.scalars(select(SignedInSession.kept_form_id)).one() == row.id


def test_two_browsers_of_the_person_are_apart(
    visitor: Visitor, sessions: Sessions, app: Flask, sent: list[str]
) -> None:
    """A step-up here makes nothing fresh there."""
    other = Visitor(PageClient(app), visitor.provider, Side.CLIENT)
    other.sign_in(MARIAM)
    visitor.sign_in(MARIAM)
    visitor.post(visitor.provider.answer(Side.CLIENT, begin(visitor, sessions), MARIAM))
    assert visitor.browser.get(PAGE).status_code == 200
    assert other.browser.get(PAGE).status_code == 303
