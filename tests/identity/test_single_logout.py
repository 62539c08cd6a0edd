"""Log-out by a provider, through the whole application: a genuine one is obeyed, none can be forced or stolen."""

import base64
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from portal.audit.models import AuditEntry
from portal.core.clock import now
from portal.identity.models import SignedInSession, SignOutRequest
from portal.identity.rules import EndReason
from portal.identity.saml.redirect import read_signed_query
from tests.identity.provider import BASE, MARIAM, PETRA, PORTAL, Provider, Visitor
from tests.identity.saml import forge
from tests.messages.world import World

Sessions = sessionmaker[Session]
ENTITY = f"{BASE}/client"
Edit = Callable[[etree._Element], None]


def names_of(sessions: Sessions) -> tuple[str, str]:
    """The name and the index that the provider gave the one session."""
    with sessions() as session:
        row = session.scalars(select(SignedInSession)).one()
        return row.name_id, row.session_index or ""


def answer_to_sign(provider: Provider, key: str) -> tuple[forge.Pair, forge.Answer]:
    pair = forge.Pair((provider.directory / f"{key}.key").read_text(), (provider.directory / f"{key}.crt").read_text())
    blank: dict[str, Any] = dict.fromkeys(
        ("destination", "in_response_to", "issuer", "audience", "recipient", "signer", "receiver")
    )
    return pair, forge.Answer(now=now(), **blank)


def message(
    kind: str, *, issuer: str = ENTITY, destination: str = f"{PORTAL}/saml/slo", **attributes: str
) -> etree._Element:
    root = etree.Element(f"{{{forge.SAMLP}}}{kind}", nsmap={"samlp": forge.SAMLP, "saml": forge.SAML})
    given = {"ID": "_x", "Version": "2.0", "IssueInstant": forge.write(now()), "Destination": destination, **attributes}
    for name, value in given.items():
        root.set(name, value)
    forge.sub(root, forge.SAML, "Issuer", issuer)
    return root


def demand(name: str, *indexes: str, **head: str) -> etree._Element:
    root = message("LogoutRequest", **head)
    forge.sub(root, forge.SAML, "NameID", name)
    for index in indexes:
        forge.sub(root, forge.SAMLP, "SessionIndex", index)
    return root


def post(visitor: Visitor, root: etree._Element, field: str = "SAMLRequest", relay_state: str = "") -> TestResponse:
    encoded = base64.b64encode(etree.tostring(root)).decode()
    data = {field: encoded, **({"RelayState": relay_state} if relay_state else {})}
    return visitor.browser.post("/saml/slo", data=data, headers={"Sec-Fetch-Site": "cross-site", "Origin": BASE})


def signed(provider: Provider, root: etree._Element, key: str = "idp-client") -> etree._Element:
    pair, answer = answer_to_sign(provider, key)
    forge.sign(root, pair, answer)
    return root


def test_a_genuine_demand_ends_the_session_without_its_cookie(
    visitor: Visitor, provider: Provider, sessions: Sessions
) -> None:
    visitor.sign_in(MARIAM)
    name, index = names_of(sessions)
    cookie = visitor.cookie or ""
    visitor.browser.delete_cookie("insyn-client-session")
    answer = post(visitor, signed(provider, demand(name, index)), relay_state="back")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(f"{BASE}/client/slo?SAMLResponse=")
    visitor.browser.set_cookie("insyn-client-session", cookie)
    assert not visitor.signed_in()
    with sessions() as session:
        assert session.scalars(select(SignedInSession.end_reason)).one() is EndReason.PROVIDER


def test_a_demand_without_an_index_ends_every_session_of_the_name(
    visitor: Visitor, provider: Provider, sessions: Sessions
) -> None:
    visitor.sign_in(MARIAM)
    name, _index = names_of(sessions)
    post(visitor, signed(provider, demand(name)))
    assert not visitor.signed_in()


@pytest.mark.parametrize("wrong", ["name", "index"])
def test_another_name_or_index_ends_nothing(
    visitor: Visitor, provider: Provider, sessions: Sessions, wrong: str
) -> None:
    visitor.sign_in(MARIAM)
    name, index = names_of(sessions)
    found = demand("somebody", index) if wrong == "name" else demand(name, "_another")
    assert post(visitor, signed(provider, found)).status_code == 303
    assert visitor.signed_in()


def _rename(root: etree._Element) -> etree._Element:
    found = root.find(f"{{{forge.SAML}}}NameID")
    assert found is not None
    found.text = "stolen"
    return root


FORCED: list[tuple[str, Callable[[Provider, str, str], etree._Element], str]] = [
    ("unsigned", lambda p, n, i: demand(n, i), "response_not_signed"),
    ("by-another-provider", lambda p, n, i: signed(p, demand(n, i), "idp-staff"), "bad_signature"),
    ("by-the-portal-itself", lambda p, n, i: signed(p, demand(n, i), "client"), "bad_signature"),
    ("changed", lambda p, n, i: _rename(signed(p, demand(n, i))), "bad_signature"),
    ("unknown-issuer", lambda p, n, i: signed(p, demand(n, i, issuer="https://evil.example")), "logout_issuer"),
    ("staff-issuer", lambda p, n, i: signed(p, demand(n, i, issuer=f"{BASE}/staff"), "idp-staff"), "logout_issuer"),
    ("elsewhere", lambda p, n, i: signed(p, demand(n, i, destination="https://evil.example/")), "destination"),
    ("stale", lambda p, n, i: signed(p, demand(n, i, IssueInstant="2026-01-01T00:00:00Z")), "logout_issue_instant"),
    ("an-answer", lambda p, n, i: signed(p, message("LogoutResponse")), "wrong_message"),
]


@pytest.mark.parametrize(("make", "reason"), [pytest.param(*rest, id=name) for name, *rest in FORCED])
def test_forced_and_stolen_log_outs(
    visitor: Visitor,
    provider: Provider,
    sessions: Sessions,
    make: Callable[[Provider, str, str], etree._Element],
    reason: str,
) -> None:
    visitor.sign_in(MARIAM)
    root = make(provider, *names_of(sessions))
    with capture_logs() as logs:
        answer = post(visitor, root)
    assert answer.status_code == 403
    assert [entry["reason"] for entry in logs if entry["event"] == "log-out message refused"] == [reason]
    assert visitor.signed_in()
    with sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.outcome == "refused")).one()
        assert (entry.action, entry.side, entry.detail) == ("sign_out", "client", {"reason": reason})
        assert entry.reference in answer.text


def test_refused_log_outs_look_alike(visitor: Visitor, provider: Provider, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    names = names_of(sessions)
    pages = {without_reference(post(visitor, make(provider, *names)).text) for _, make, _ in FORCED}
    pages.add(without_reference(visitor.browser.post("/saml/slo", data={"SAMLRequest": "A" * 10_000_000}).text))
    pages.add(without_reference(visitor.browser.get("/saml/slo?SAMLRequest=x").text))
    assert len(pages) == 1


def without_reference(page: str) -> str:
    return re.sub(r"\b[0-9A-F]{8}\b", "", page)


def test_the_provider_is_told_the_name_in_the_format_it_gave_it(visitor: Visitor, provider: Provider) -> None:
    """AD FS, for one, finds its session by name and format together."""
    visitor.sign_in(MARIAM)
    query = urlsplit(visitor.log_out().headers["Location"]).query
    root, _state = read_signed_query(query, "SAMLRequest", [(provider.directory / "client.crt").read_text()])
    name = root.find(f"{{{forge.SAML}}}NameID")
    assert name is not None
    assert name.get("Format") == "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


def test_an_answer_that_nobody_asked_for(visitor: Visitor, provider: Provider, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    for relay_state in ("", "x", "01890000-0000-7000-8000-000000000000"):
        root = signed(provider, message("LogoutResponse", InResponseTo="_x"))
        assert post(visitor, root, "SAMLResponse", relay_state).status_code == 403
    assert visitor.signed_in()


def test_an_answer_to_another_question(visitor: Visitor, provider: Provider, sessions: Sessions) -> None:
    visitor.sign_in(MARIAM)
    visitor.log_out()
    with sessions() as session:
        pending = session.scalars(select(SignOutRequest)).one()
    root = signed(provider, message("LogoutResponse", InResponseTo="_other"))
    status = forge.sub(root, forge.SAMLP, "Status")
    forge.sub(status, forge.SAMLP, "StatusCode").set("Value", forge.SUCCESS)
    assert post(visitor, root, "SAMLResponse", str(pending.id)).status_code == 403
    with sessions() as session:
        assert session.scalars(select(SignOutRequest)).all()


def test_staff_are_not_logged_out_by_the_clients_provider(
    staff_visitor: Visitor, visitor: Visitor, provider: Provider, sessions: Sessions, world: World
) -> None:
    staff_visitor.sign_in(PETRA)
    name, index = names_of(sessions)
    post(visitor, signed(provider, demand(name, index)))
    assert staff_visitor.signed_in()


def test_a_relay_state_that_is_too_long_is_not_sent_back(
    visitor: Visitor, provider: Provider, sessions: Sessions
) -> None:
    visitor.sign_in(MARIAM)
    name, index = names_of(sessions)
    answer = post(visitor, signed(provider, demand(name, index)), relay_state="å" * 80)
    assert answer.status_code == 303
    assert "RelayState" not in answer.headers["Location"]
    assert not visitor.signed_in()
