"""The round trip with an identity provider that no one here wrote: Auth0's samlp, started for these tests."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.core.actor import Side
from portal.identity.models import SignedInSession
from portal.identity.rules import EndReason
from portal.settings import Settings
from tests.conftest import make_settings
from tests.identity.peer import ENTITY, POST, REDIRECT, Peer, fields, running_peer
from tests.identity.provider import PORTAL, Provider, Visitor
from tests.identity.saml import forge
from tests.identity.test_sign_in import refusals
from tests.support.client import PageClient
from tests.support.page_check import Allowed

Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def peer(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    key = forge.make_pair("peer")
    certificate = (provider.directory / "client.crt").read_text()
    with running_peer(tmp_path_factory.mktemp("peer"), key, certificate) as found:
        yield found


@pytest.fixture(params=["redirect", "post"])
def binding(request: pytest.FixtureRequest) -> str:
    """How our requests reach it."""
    found: str = request.param
    return found


@pytest.fixture
def settings(
    database_url: str, provider: Provider, peer: Peer, binding: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """Settings whose only provider is the peer, known by its own metadata."""
    directory = tmp_path_factory.mktemp("list")
    (directory / "peer.xml").write_text(peer.metadata())
    (directory / "providers.toml").write_text(
        f'[[provider]]\nside = "client"\nentity_id = "{ENTITY}"\nmetadata = "peer.xml"\nbinding = "{binding}"\n'
        f'levels = {{ "{forge.LOA3}" = 3 }}\ndisplay_names = {{ sv = "Provet" }}\n'
    )
    return make_settings(
        database_url=database_url,
        backoffice_url=f"sqlite:///{directory}/backoffice.db",
        saml_providers=directory / "providers.toml",
        saml_keys=provider.directory,
    )


class Browser:
    """A person's browser between the portal and the peer."""

    def __init__(self, client: PageClient, provider: Provider, peer: Peer) -> None:
        self.peer = peer
        self.visitor = Visitor(client, provider, Side.CLIENT)
        client.allowed = Allowed(origins=frozenset({peer.url.rstrip("/")}))
        self.client = client

    def carry(self, answer: TestResponse) -> tuple[str, dict[str, str]]:
        """Bring the portal's message to the peer, by address or by form; return the form of its answer."""
        return fields(self.follow(answer))

    def follow(self, answer: TestResponse) -> str:
        status = answer.status_code
        if status == 303:
            found = self.peer.http.get(answer.headers["Location"])
        else:
            target, values = fields(answer.text)
            assert f"form-action 'self' {self.peer.url.rstrip('/')}" in answer.headers["Content-Security-Policy"]
            found = self.peer.http.post(target, data=values)
        assert found.status_code in (200, 302), found.text
        return found.headers.get("Location") or found.text

    def sign_in(self, **wanted: object) -> TestResponse:
        self.peer.next(**wanted)
        page = self.client.get("/logga-in")
        target, values = fields(page.text, "form[action^='/logga-in/']")
        action, answered = self.carry(self.client.post(target, data=values))
        assert action == f"{PORTAL}/saml/acs"
        return self.visitor.post(answered["SAMLResponse"])


@pytest.fixture
def browser(client: PageClient, provider: Provider, peer: Peer) -> Browser:
    peer.forget()
    return Browser(client, provider, peer)


def test_a_person_signs_in(browser: Browser, sessions: Sessions) -> None:
    answer = browser.sign_in()
    assert answer.status_code == 303, refusals(sessions)
    assert browser.visitor.signed_in()
    with sessions() as session:
        row = session.scalars(select(SignedInSession)).one()
        assert (row.provider, row.level) == (ENTITY, 3)
        assert row.session_index


@pytest.mark.parametrize("how", [REDIRECT, POST])
def test_log_out_from_our_end(browser: Browser, peer: Peer, how: str) -> None:
    browser.sign_in(binding=how)
    assert peer.sessions == 1
    page = browser.follow(browser.visitor.log_out())
    assert not browser.visitor.signed_in()
    assert peer.sessions == 0
    answer = bring(browser, page)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/utloggad")
    again = bring(browser, page)
    assert again.status_code == 403  # accepted once


def bring(browser: Browser, message: str) -> TestResponse:
    """Carry a log-out message of the peer to the portal, as it wants it carried: by address or by form."""
    if message.startswith("http"):
        return browser.client.get(message.removeprefix(PORTAL))
    target, values = fields(message)
    assert target == f"{PORTAL}/saml/slo"
    return browser.client.post(
        "/saml/slo", data=values, headers={"Sec-Fetch-Site": "cross-site", "Origin": browser.peer.url.rstrip("/")}
    )


@pytest.mark.parametrize("how", [REDIRECT, POST])
def test_log_out_from_their_end_needs_no_cookie(browser: Browser, peer: Peer, sessions: Sessions, how: str) -> None:
    browser.sign_in(binding=how)
    browser.client.delete_cookie("insyn-client-session")
    begun = browser.peer.http.get("/slo")
    answer = bring(browser, begun.headers.get("Location") or begun.text)
    back = peer.http.get(answer.headers["Location"]) if answer.status_code == 303 else posted(peer, answer)
    assert back.status_code == 200, back.text
    assert peer.sessions == 0
    with sessions() as session:
        row = session.scalars(select(SignedInSession)).one()
        assert row.end_reason is EndReason.PROVIDER


def posted(peer: Peer, answer: TestResponse) -> httpx.Response:
    target, values = fields(answer.text)
    return peer.http.post(target, data=values)


STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SWEDISH = "http://id.elegnamnden.se/status/1.0/"
STATUSES = [
    ([STATUS + "Responder", SWEDISH + "cancel"], "status_cancelled"),
    ([STATUS + "Responder", SWEDISH + "fraud"], "status_fraud"),
    ([STATUS + "Responder", SWEDISH + "possibleFraud"], "status_possible_fraud"),
    ([STATUS + "Responder", STATUS + "AuthnFailed"], "status_authn_failed"),
    ([STATUS + "Requester", STATUS + "NoAuthnContext"], "status_no_authn_context"),
    ([STATUS + "Responder"], "status_responder"),
]


@pytest.mark.parametrize(("status", "reason"), STATUSES)
def test_every_status(browser: Browser, sessions: Sessions, status: list[str], reason: str) -> None:
    answer = browser.sign_in(status=status)
    assert answer.status_code == 403
    assert refusals(sessions) == [reason]
    assert ("Du avbröt inloggningen" in answer.text) is (reason == "status_cancelled")


def test_a_level_that_was_not_asked_for(browser: Browser, sessions: Sessions) -> None:
    assert browser.sign_in(level=forge.LOA2).status_code == 403
    assert refusals(sessions) == ["level_not_requested"]
