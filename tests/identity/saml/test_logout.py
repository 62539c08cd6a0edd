"""Log-out by the redirect binding: nobody can log somebody else out, and no answer counts that nobody asked for."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest

from portal.identity.saml import (
    LogoutDemand,
    Refusal,
    SamlRefused,
    build_logout_request,
    build_logout_response,
    verify_logout_request,
    verify_logout_response,
)
from portal.identity.saml.redirect import read_signed_query
from tests.identity.saml import forge
from tests.identity.saml.query import ECDSA_SHA256, RSA_SHA256, deflate, signature_of, signed_query
from tests.identity.saml.scene import IDP_ID, Scene

SLO = "https://insyn.example.se/saml/slo"
SUCCESS = forge.SUCCESS


def head(scene: Scene, name: str, **changes: str) -> str:
    given = {
        "ID": "_logout",
        "Version": "2.0",
        "IssueInstant": forge.write(scene.now),
        "Destination": SLO,
        **changes,
    }
    attributes = " ".join(f'{key}="{value}"' for key, value in given.items() if value)
    return f'<samlp:{name} xmlns:samlp="{forge.SAMLP}" xmlns:saml="{forge.SAML}" {attributes}>'


def request(
    scene: Scene, *, issuer: str = IDP_ID, names: int = 1, indexes: tuple[str, ...] = ("_s",), **changes: str
) -> str:
    name = "<saml:NameID>opaque-name</saml:NameID>" * names
    index = "".join(f"<samlp:SessionIndex>{one}</samlp:SessionIndex>" for one in indexes)
    start = head(scene, "LogoutRequest", **changes)
    return f"{start}<saml:Issuer>{issuer}</saml:Issuer>{name}{index}</samlp:LogoutRequest>"


def response(scene: Scene, *, issuer: str = IDP_ID, status: str = SUCCESS, **changes: str) -> str:
    given = {"InResponseTo": "_ours", **changes}
    code = f'<samlp:Status><samlp:StatusCode Value="{status}"/></samlp:Status>'
    return f"{head(scene, 'LogoutResponse', **given)}<saml:Issuer>{issuer}</saml:Issuer>{code}</samlp:LogoutResponse>"


def demand(scene: Scene, query: str) -> LogoutDemand:
    return verify_logout_request(query, sp=scene.sp, idp=scene.idp, now=scene.now)


def query_of(scene: Scene, message: str, **changes: Any) -> str:
    field = "SAMLRequest" if "LogoutRequest" in message else "SAMLResponse"
    return signed_query(scene, field, deflate(message), **changes)


def refusal(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(SamlRefused) as caught:
        call()
    return caught.value.reason


@pytest.mark.parametrize(
    ("signer", "algorithm"), [("idp", RSA_SHA256), ("idp-second", RSA_SHA256), ("idp-curve", ECDSA_SHA256)]
)
def test_a_genuine_demand(scene: Scene, signer: str, algorithm: str) -> None:
    query = query_of(scene, request(scene), signer=signer, algorithm=algorithm, relay_state="a b&c=ö")
    found = demand(scene, query)
    assert found == LogoutDemand("opaque-name", ("_s",), "_logout", "a b&c=ö")
    assert found.session_index == "_s"
    assert "opaque-name" not in repr(found)


def test_a_demand_for_every_session(scene: Scene) -> None:
    assert demand(scene, query_of(scene, request(scene, indexes=()))).session_index is None
    assert demand(scene, query_of(scene, request(scene, indexes=("a", "b")))).session_indexes == ("a", "b")


def test_the_query_is_verified_as_it_came(scene: Scene) -> None:
    # Escapes in lower case, as some .NET providers write them, and a field of the load balancer at the end.
    parts = [("SAMLRequest", base64.b64encode(deflate(request(scene))).decode()), ("SigAlg", RSA_SHA256)]
    signed = re.sub(
        r"%[0-9A-F]{2}",
        lambda found: found[0].lower(),
        "&".join(f"{name}={quote_plus(value)}" for name, value in parts),
    )
    signature = base64.b64encode(signature_of(scene, "idp", signed.encode())).decode()
    assert demand(scene, f"{signed}&Signature={quote_plus(signature)}&lb=1").request_id == "_logout"


DEMANDS: list[tuple[str, dict[str, Any], Refusal]] = [
    ("destination-missing", {"Destination": ""}, Refusal.DESTINATION),
    ("destination-longer", {"Destination": SLO + "/x"}, Refusal.DESTINATION),
    ("destination-acs", {"Destination": "https://insyn.example.se/saml/acs"}, Refusal.DESTINATION),
    ("issuer-another", {"issuer": "https://x.example"}, Refusal.LOGOUT_ISSUER),
    ("no-name", {"names": 0}, Refusal.NAME_ID),
    ("two-names", {"names": 2}, Refusal.NAME_ID),
    ("empty-index", {"indexes": ("",)}, Refusal.NAME_ID),
    ("stale", {"IssueInstant": "2026-01-01T00:00:00Z"}, Refusal.LOGOUT_ISSUE_INSTANT),
    ("from-the-future", {"IssueInstant": "2099-01-01T00:00:00Z"}, Refusal.LOGOUT_ISSUE_INSTANT),
    ("no-time", {"IssueInstant": ""}, Refusal.TIME_FORMAT),
    ("over", {"NotOnOrAfter": "2026-01-01T00:00:00Z"}, Refusal.LOGOUT_EXPIRED),
    ("version", {"Version": "1.1"}, Refusal.VERSION),
    ("no-id", {"ID": ""}, Refusal.MISSING_ID),
]


@pytest.mark.parametrize(("changes", "reason"), [pytest.param(*rest, id=name) for name, *rest in DEMANDS])
def test_wrong_demands(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, query_of(scene, request(scene, **changes)))) is reason


def _swap(query: str, name: str, value: str) -> str:
    return re.sub(rf"\b{name}=[^&]*", f"{name}={value}", query)


QUERIES: list[tuple[str, Callable[[str], str], Refusal]] = [
    ("unsigned", lambda q: q.split("&SigAlg")[0], Refusal.RESPONSE_NOT_SIGNED),
    ("no-signature", lambda q: q.split("&Signature")[0], Refusal.RESPONSE_NOT_SIGNED),
    ("empty-signature", lambda q: _swap(q, "Signature", ""), Refusal.RESPONSE_NOT_SIGNED),
    ("wrong-signature", lambda q: _swap(q, "Signature", "QUJD"), Refusal.BAD_SIGNATURE),
    ("signature-not-base64", lambda q: _swap(q, "Signature", "!"), Refusal.NOT_BASE64),
    ("relay-state-changed", lambda q: _swap(q, "RelayState", "y"), Refusal.BAD_SIGNATURE),
    ("relay-state-dropped", lambda q: q.replace("&RelayState=x", ""), Refusal.BAD_SIGNATURE),
    ("message-changed", lambda q: q.replace("SAMLRequest=", "SAMLRequest=A"), Refusal.BAD_SIGNATURE),
    (
        "sha1",
        lambda q: _swap(q, "SigAlg", quote_plus("http://www.w3.org/2000/09/xmldsig#rsa-sha1")),
        Refusal.SIGNATURE_ALGORITHM,
    ),
    ("ecdsa-claimed-for-rsa", lambda q: _swap(q, "SigAlg", quote_plus(ECDSA_SHA256)), Refusal.BAD_SIGNATURE),
    ("second-message", lambda q: q + "&SAMLRequest=QUJD", Refusal.QUERY_SHAPE),
    ("second-message-in-disguise", lambda q: q + "&SAML%52equest=QUJD", Refusal.QUERY_SHAPE),
    ("second-relay-state", lambda q: q + "&RelayState=y", Refusal.QUERY_SHAPE),
    ("request-and-response", lambda q: q + "&SAMLResponse=QUJD", Refusal.QUERY_SHAPE),
    ("other-encoding", lambda q: q + "&SAMLEncoding=x", Refusal.QUERY_SHAPE),
    ("nothing", lambda q: "", Refusal.QUERY_SHAPE),
    ("empty-message", lambda q: _swap(q, "SAMLRequest", ""), Refusal.QUERY_SHAPE),
    ("too-long", lambda q: q + "&x=" + "a" * 40_000, Refusal.TOO_LARGE),
]


@pytest.mark.parametrize(("change", "reason"), [pytest.param(*rest, id=name) for name, *rest in QUERIES])
def test_queries_changed_on_the_way(scene: Scene, change: Callable[[str], str], reason: Refusal) -> None:
    query = query_of(scene, request(scene), relay_state="x")
    assert refusal(lambda: demand(scene, change(query))) is reason


@pytest.mark.parametrize("signer", ["other-idp", "sp-sign"])
def test_demands_by_others(scene: Scene, signer: str) -> None:
    assert refusal(lambda: demand(scene, query_of(scene, request(scene), signer=signer))) is Refusal.BAD_SIGNATURE


def test_a_curve_signature_of_the_wrong_length(scene: Scene) -> None:
    query = _swap(query_of(scene, request(scene), signer="idp-curve", algorithm=ECDSA_SHA256), "Signature", "QUJD")
    assert refusal(lambda: demand(scene, query)) is Refusal.BAD_SIGNATURE


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"plain text", Refusal.NOT_DEFLATED),
        (deflate("<a/>")[:-2], Refusal.NOT_DEFLATED),
        (deflate("<a/>") + b"more", Refusal.NOT_DEFLATED),
        (deflate("<!DOCTYPE a><a/>"), Refusal.DTD),
        (deflate("<a/>"), Refusal.WRONG_MESSAGE),
    ],
)
def test_signed_rubbish(scene: Scene, data: bytes, reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, signed_query(scene, "SAMLRequest", data))) is reason


def answered(scene: Scene, message: str, pending: str = "_ours", **changes: Any) -> bool:
    query = query_of(scene, message, **changes)
    return verify_logout_response(query, pending, sp=scene.sp, idp=scene.idp, now=scene.now)


def test_a_genuine_answer(scene: Scene) -> None:
    assert answered(scene, response(scene))
    assert not answered(scene, response(scene, status="urn:oasis:names:tc:SAML:2.0:status:Responder"))


ANSWERS: list[tuple[str, dict[str, Any], Refusal]] = [
    ("unsolicited", {"InResponseTo": ""}, Refusal.LOGOUT_IN_RESPONSE_TO),
    ("to-another", {"InResponseTo": "_x"}, Refusal.LOGOUT_IN_RESPONSE_TO),
    ("destination", {"Destination": SLO[:-1]}, Refusal.DESTINATION),
    ("issuer", {"issuer": "https://x.example"}, Refusal.LOGOUT_ISSUER),
    ("stale", {"IssueInstant": "2026-01-01T00:00:00Z"}, Refusal.LOGOUT_ISSUE_INSTANT),
]


@pytest.mark.parametrize(("changes", "reason"), [pytest.param(*rest, id=name) for name, *rest in ANSWERS])
def test_wrong_answers(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    assert refusal(lambda: answered(scene, response(scene, **changes))) is reason


def test_no_answer_without_a_pending_request(scene: Scene) -> None:
    assert refusal(lambda: answered(scene, response(scene, InResponseTo=""), "")) is Refusal.LOGOUT_IN_RESPONSE_TO


def test_a_demand_is_no_answer(scene: Scene) -> None:
    query = signed_query(scene, "SAMLResponse", deflate(request(scene)))
    reason = refusal(lambda: verify_logout_response(query, "_ours", sp=scene.sp, idp=scene.idp, now=scene.now))
    assert reason is Refusal.WRONG_MESSAGE


def test_our_own_messages(scene: Scene) -> None:
    sent = build_logout_request(
        scene.sp, scene.idp, name_id="<&>", session_index="_s", request_id="_r", now=scene.now, name_id_format="urn:f"
    )
    assert sent is not None
    parts = urlsplit(sent.url)
    assert sent.url.startswith(f"{scene.idp.slo_redirect_url}?SAMLRequest=")
    root, _relay = read_signed_query(parts.query, "SAMLRequest", [scene.sp.signing_cert_pem])
    assert root.findtext(f"{{{forge.SAML}}}NameID") == "<&>"
    assert root.findtext(f"{{{forge.SAMLP}}}SessionIndex") == "_s"
    assert root.get("Destination") == scene.idp.slo_redirect_url


@pytest.mark.parametrize(
    ("succeeded", "code"), [(True, SUCCESS), (False, "urn:oasis:names:tc:SAML:2.0:status:Responder")]
)
def test_our_answer_goes_where_the_provider_wants_it(scene: Scene, succeeded: bool, code: str) -> None:
    idp = replace(scene.idp, slo_response_url="https://idp.example.se/slo/answer?x=1")
    sent = build_logout_response(
        scene.sp, idp, in_response_to="_l", response_id="_r", now=scene.now, succeeded=succeeded, relay_state="s"
    )
    assert sent is not None
    assert sent.url.startswith("https://idp.example.se/slo/answer?x=1&SAMLResponse=")
    query = urlsplit(sent.url).query.removeprefix("x=1&")
    root, relay_state = read_signed_query(query, "SAMLResponse", [scene.sp.signing_cert_pem])
    assert (root.get("InResponseTo"), relay_state) == ("_l", "s")
    assert root.xpath("string(//@Value)") == code
    assert parse_qs(query)["SigAlg"] == [RSA_SHA256]


def test_where_there_is_no_log_out(scene: Scene) -> None:
    idp = replace(scene.idp, slo_redirect_url=None)
    given: dict[str, Any] = {"now": scene.now}
    assert build_logout_request(scene.sp, idp, name_id="n", session_index=None, request_id="_r", **given) is None
    assert build_logout_response(scene.sp, idp, in_response_to="_l", response_id="_r", **given) is None


def test_a_demand_may_be_a_minute_late(scene: Scene) -> None:
    ended = forge.write(scene.now - timedelta(seconds=59))
    assert demand(scene, query_of(scene, request(scene, NotOnOrAfter=ended))).request_id == "_logout"
