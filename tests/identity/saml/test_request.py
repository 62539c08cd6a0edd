"""Our sign-in requests: signed, escaped, and nothing left to a provider's guess."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from lxml import etree

from portal.identity.saml import build_authn_request, new_request_id
from portal.identity.saml.redirect import read_signed_query
from tests.identity.saml import forge
from tests.identity.saml.scene import Scene


def url(scene: Scene, **changes: Any) -> str:
    given: dict[str, Any] = {
        "sp": scene.sp,
        "idp": scene.idp,
        "request_id": "_r",
        "issued_at": scene.now,
        "force_authn": True,
        "levels": (forge.LOA3,),
        "relay_state": "token",
        **changes,
    }
    sp, idp = given.pop("sp"), given.pop("idp")
    return build_authn_request(sp, idp, **given).url


def read(scene: Scene, address: str) -> etree._Element:
    query = urlsplit(address).query
    start = query.index("SAMLRequest=")
    return read_signed_query(query[start:], "SAMLRequest", [scene.sp.signing_cert_pem])[0]


def test_what_a_request_says(scene: Scene) -> None:
    root = read(scene, url(scene, levels=(forge.LOA3, forge.LOA2)))
    assert root.tag == f"{{{forge.SAMLP}}}AuthnRequest"
    assert (root.get("ID"), root.get("Version")) == ("_r", "2.0")
    assert root.get("IssueInstant") == forge.write(scene.now)
    assert root.get("Destination") == scene.idp.sso_redirect_url
    assert root.get("ForceAuthn") == "true"
    assert root.get("AssertionConsumerServiceURL") == scene.sp.acs_url
    assert root.get("ProtocolBinding", "").endswith(":HTTP-POST")
    assert root.findtext(f"{{{forge.SAML}}}Issuer") == scene.sp.entity_id
    context = root.find(f"{{{forge.SAMLP}}}RequestedAuthnContext")
    assert context is not None
    assert context.get("Comparison") == "exact"
    assert [child.text for child in context] == [forge.LOA3, forge.LOA2]


def test_not_forced_is_said_too(scene: Scene) -> None:
    assert read(scene, url(scene, force_authn=False)).get("ForceAuthn") == "false"


def test_an_address_with_a_query_of_its_own(scene: Scene) -> None:
    fields = parse_qsl(urlsplit(url(scene)).query, strict_parsing=True)
    assert fields[:2] == [("tenant", "a"), ("lang", "sv")]
    assert [name for name, _value in fields[2:]] == ["SAMLRequest", "RelayState", "SigAlg", "Signature"]


def test_an_address_without_a_query(scene: Scene) -> None:
    address = url(scene, idp=replace(scene.idp, sso_redirect_url="https://idp.example.se/sso"), relay_state=None)
    assert address.startswith("https://idp.example.se/sso?SAMLRequest=")
    assert "RelayState" not in address
    assert read(scene, address).get("ID") == "_r"


def test_values_are_escaped(scene: Scene) -> None:
    odd = """https://x.example/?a=1&b="<'>"""
    root = read(scene, url(scene, sp=replace(scene.sp, entity_id=odd, acs_url=odd)))
    assert (root.findtext(f"{{{forge.SAML}}}Issuer"), root.get("AssertionConsumerServiceURL")) == (odd, odd)


def test_a_request_follows_the_schema(scene: Scene) -> None:
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    message = etree.tostring(read(scene, url(scene)))
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(message, "saml-schema-protocol-2.0.xsd"), str)


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": ()},
        {"levels": (forge.LOA4,)},
        {"relay_state": "x" * 81},
        {"relay_state": "å" * 41},
    ],
)
def test_requests_that_make_no_sense(scene: Scene, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"level|RelayState"):
        url(scene, **changes)


def test_no_redirect_address(scene: Scene) -> None:
    with pytest.raises(ValueError, match="redirect"):
        url(scene, idp=replace(scene.idp, sso_redirect_url=None))


def test_a_signing_key_that_is_not_rsa(scene: Scene) -> None:
    with pytest.raises(ValueError, match="RSA"):
        url(scene, sp=replace(scene.sp, signing_key_pem=scene.keys["idp-curve"].key))


def test_ids_are_long_random_and_names(scene: Scene) -> None:
    made = {new_request_id() for _ in range(200)}
    assert len(made) == 200
    assert all(one.startswith("_") and len(one) == 41 and one[1:].isalnum() for one in made)


def test_private_keys_are_not_shown(scene: Scene) -> None:
    assert "PRIVATE" not in repr(scene.sp)
