"""The POST binding both ways: when it is taken, and posted log-outs that nobody can forge."""

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import xmlsec
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from portal.identity.saml import (
    LogoutDemand,
    PostRequest,
    RedirectRequest,
    Refusal,
    SamlRefused,
    build_authn_request,
    build_logout_request,
    build_logout_response,
    names,
    verify_posted_logout_request,
    verify_posted_logout_response,
)
from portal.identity.saml.post import read_signed_post
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene
from tests.identity.saml.test_logout import request, response

SSO = "https://idp.example.se/sso/post"
SLO = "https://idp.example.se/slo/post"


def ask(scene: Scene, **changes: Any) -> RedirectRequest | PostRequest:
    given: dict[str, Any] = {
        "request_id": "_r",
        "issued_at": scene.now,
        "force_authn": True,
        "levels": (forge.LOA3,),
        "relay_state": "token",
        **changes,
    }
    return build_authn_request(given.pop("sp", scene.sp), given.pop("idp", scene.idp), **given)


def test_the_redirect_is_taken_where_both_would_do(scene: Scene) -> None:
    assert isinstance(ask(scene, idp=replace(scene.idp, sso_post_url=SSO)), RedirectRequest)


@pytest.mark.parametrize("changes", [{"sso_redirect_url": None}, {"prefer_post": True}])
def test_the_form_is_taken_where_the_provider_wants_it(scene: Scene, changes: dict[str, Any]) -> None:
    sent = ask(scene, idp=replace(scene.idp, sso_post_url=SSO, **changes))
    assert isinstance(sent, PostRequest)
    assert (sent.url, sent.fields["RelayState"]) == (SSO, "token")
    root = read_signed_post(sent.fields["SAMLRequest"], "AuthnRequest", [scene.sp.signing_cert_pem])
    assert root.get("Destination") == SSO
    data = base64.b64decode(sent.fields["SAMLRequest"])
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(data, "saml-schema-protocol-2.0.xsd"), str)


def test_a_long_request_goes_by_form(scene: Scene) -> None:
    idp = replace(scene.idp, supports_user_message=True)
    text = base64.b64encode(bytes(range(256)) * 8).decode()
    assert isinstance(ask(scene, idp=idp, user_message=text), RedirectRequest)  # it has no address for forms
    sent = ask(scene, idp=replace(idp, sso_post_url=SSO), user_message=text)
    assert isinstance(sent, PostRequest)


def test_a_form_signed_on_a_curve(scene: Scene) -> None:
    pair = scene.keys["idp-curve"]
    sp = replace(scene.sp, signing_key_pem=pair.key, signing_cert_pem=pair.cert)
    sent = ask(scene, sp=sp, idp=replace(scene.idp, sso_redirect_url=None, sso_post_url=SSO))
    assert isinstance(sent, PostRequest)
    root = read_signed_post(sent.fields["SAMLRequest"], "AuthnRequest", [pair.cert])
    method = root.find(f".//{{{names.DS}}}SignatureMethod")
    assert method is not None
    assert method.get("Algorithm") == names.ECDSA_SHA256


def test_a_long_relay_state_is_refused_in_a_form_too(scene: Scene) -> None:
    with pytest.raises(ValueError, match="RelayState"):
        ask(scene, idp=replace(scene.idp, sso_redirect_url=None, sso_post_url=SSO), relay_state="x" * 81)


Edit = Callable[[etree._Element], None]


def posted(scene: Scene, message: str, *, signer: str | None = "idp", edit: Edit = forge.untouched, **how: Any) -> str:
    """A message as a provider would post it, or almost; `edit` is what is done to it on the way."""
    root = etree.fromstring(message)
    if signer is not None:
        forge.sign(root, scene.keys[signer], replace(scene.answer(), **how))
    edit(root)
    return base64.b64encode(etree.tostring(root)).decode()


def demand(scene: Scene, encoded: str) -> LogoutDemand:
    return verify_posted_logout_request(encoded, "back", sp=scene.sp, idp=scene.idp, now=scene.now)


def refusal(call: Callable[[], Any]) -> Refusal:
    with pytest.raises(SamlRefused) as caught:
        call()
    return caught.value.reason


def test_a_genuine_posted_demand(scene: Scene) -> None:
    assert demand(scene, posted(scene, request(scene))) == LogoutDemand("opaque-name", ("_s",), "_logout", "back")
    curve = posted(scene, request(scene), signer="idp-curve", signature=xmlsec.constants.TransformEcdsaSha256)
    assert demand(scene, curve).name_id == "opaque-name"


def _wrap(root: etree._Element) -> None:
    # The signed original lies inside; what would be read is the attacker's.
    inner = etree.fromstring(etree.tostring(root))
    for child in list(root):
        root.remove(child)
    root.set("ID", "_evil")
    forge.sub(root, forge.SAML, "Issuer", "https://idp.example.se/idp")
    forge.sub(root, forge.SAML, "NameID", "victim")
    root.append(inner)


def _rename(root: etree._Element) -> None:
    name = root.find(f"{{{forge.SAML}}}NameID")
    assert name is not None
    name.text = "victim"


def _second_signature(root: etree._Element) -> None:
    signature = root.find("ds:Signature", forge.NS)
    assert signature is not None
    root.append(etree.fromstring(etree.tostring(signature)))


def _unsign(root: etree._Element) -> None:
    signature = root.find("ds:Signature", forge.NS)
    assert signature is not None
    root.remove(signature)


EDITS: list[tuple[str, Edit, Refusal]] = [
    ("unsigned", _unsign, Refusal.RESPONSE_NOT_SIGNED),
    ("another-name", _rename, Refusal.BAD_SIGNATURE),
    ("wrapped", _wrap, Refusal.RESPONSE_NOT_SIGNED),
    ("two-signatures", _second_signature, Refusal.SIGNATURE_SHAPE),
    ("later", lambda root: root.set("IssueInstant", "2026-11-22T00:00:00Z"), Refusal.BAD_SIGNATURE),
    ("no-id", lambda root: root.attrib.pop("ID") and None, Refusal.MISSING_ID),
]


@pytest.mark.parametrize(("edit", "reason"), [pytest.param(*rest, id=name) for name, *rest in EDITS])
def test_demands_changed_on_the_way(scene: Scene, edit: Edit, reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, posted(scene, request(scene), edit=edit))) is reason


FORGED: list[tuple[str, dict[str, Any], Refusal]] = [
    ("by-another", {"signer": "other-idp"}, Refusal.BAD_SIGNATURE),
    ("by-ourselves", {"signer": "sp-sign"}, Refusal.BAD_SIGNATURE),
    ("sha1", {"signature": xmlsec.constants.TransformRsaSha1}, Refusal.SIGNATURE_ALGORITHM),
    ("sha1-digest", {"digest": xmlsec.constants.TransformSha1}, Refusal.DIGEST_ALGORITHM),
    (
        "inclusive",
        {"transforms": (xmlsec.constants.TransformEnveloped, xmlsec.constants.TransformInclC14N)},
        Refusal.TRANSFORM,
    ),
]


@pytest.mark.parametrize(("how", "reason"), [pytest.param(*rest, id=name) for name, *rest in FORGED])
def test_forged_demands(scene: Scene, how: dict[str, Any], reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, posted(scene, request(scene), **how))) is reason


WRONG: list[tuple[str, dict[str, Any], Refusal]] = [
    ("destination", {"Destination": "https://insyn.example.se/saml/acs"}, Refusal.DESTINATION),
    ("issuer", {"issuer": "https://x.example"}, Refusal.LOGOUT_ISSUER),
    ("no-name", {"names": 0}, Refusal.NAME_ID),
    ("stale", {"IssueInstant": "2026-01-01T00:00:00Z"}, Refusal.LOGOUT_ISSUE_INSTANT),
    ("over", {"NotOnOrAfter": "2026-01-01T00:00:00Z"}, Refusal.LOGOUT_EXPIRED),
]


@pytest.mark.parametrize(("changes", "reason"), [pytest.param(*rest, id=name) for name, *rest in WRONG])
def test_wrong_posted_demands(scene: Scene, changes: dict[str, Any], reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, posted(scene, request(scene, **changes)))) is reason


@pytest.mark.parametrize(
    ("encoded", "reason"),
    [
        ("", Refusal.EMPTY),
        ("!", Refusal.NOT_BASE64),
        ("A" * 300_000, Refusal.TOO_LARGE),
        (base64.b64encode(b"<a/>").decode(), Refusal.WRONG_MESSAGE),
        (base64.b64encode(b"<!DOCTYPE a><a/>").decode(), Refusal.DTD),
    ],
)
def test_posted_rubbish(scene: Scene, encoded: str, reason: Refusal) -> None:
    assert refusal(lambda: demand(scene, encoded)) is reason


def answered(scene: Scene, message: str, pending: str = "_ours", **how: Any) -> bool:
    encoded = posted(scene, message, **how)
    return verify_posted_logout_response(encoded, pending, sp=scene.sp, idp=scene.idp, now=scene.now)


def test_posted_answers(scene: Scene) -> None:
    assert answered(scene, response(scene))
    assert refusal(lambda: answered(scene, response(scene, InResponseTo=""))) is Refusal.LOGOUT_IN_RESPONSE_TO
    assert refusal(lambda: answered(scene, response(scene, InResponseTo="_x"))) is Refusal.LOGOUT_IN_RESPONSE_TO
    assert refusal(lambda: answered(scene, response(scene), signer=None)) is Refusal.RESPONSE_NOT_SIGNED
    assert refusal(lambda: answered(scene, request(scene))) is Refusal.WRONG_MESSAGE


def test_our_posted_log_out(scene: Scene) -> None:
    idp = replace(scene.idp, slo_redirect_url=None, slo_post_url=SLO)
    sent = build_logout_request(scene.sp, idp, name_id="<&>", session_index="_s", request_id="_r", now=scene.now)
    assert isinstance(sent, PostRequest)
    root = read_signed_post(sent.fields["SAMLRequest"], "LogoutRequest", [scene.sp.signing_cert_pem])
    assert (root.get("Destination"), root.findtext(f"{{{forge.SAML}}}NameID")) == (SLO, "<&>")
    assert root.findtext(f"{{{forge.SAMLP}}}SessionIndex") == "_s"


@pytest.mark.parametrize("as_posted", [True, False])
def test_our_answer_goes_the_way_the_demand_came(scene: Scene, as_posted: bool) -> None:
    idp = replace(scene.idp, slo_post_url=SLO, slo_post_response_url=SLO + "/answer")
    sent = build_logout_response(
        scene.sp, idp, in_response_to="_l", response_id="_a", now=scene.now, posted=as_posted, relay_state="s"
    )
    assert isinstance(sent, PostRequest) is as_posted
    if isinstance(sent, PostRequest):
        root = read_signed_post(sent.fields["SAMLResponse"], "LogoutResponse", [scene.sp.signing_cert_pem])
        assert (sent.url, root.get("InResponseTo"), sent.fields["RelayState"]) == (SLO + "/answer", "_l", "s")
