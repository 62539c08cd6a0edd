"""Our sign-in requests: signed, escaped, and nothing left to a provider's guess."""

import base64
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from portal.identity.saml import IdentityProvider, PostRequest, build_authn_request, names, new_request_id
from portal.identity.saml.post import read_signed_post
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


def test_no_address(scene: Scene) -> None:
    with pytest.raises(ValueError, match="no address"):
        url(scene, idp=replace(scene.idp, sso_redirect_url=None))


def test_a_signing_key_on_a_curve(scene: Scene) -> None:
    pair = scene.keys["idp-curve"]
    sp = replace(scene.sp, signing_key_pem=pair.key, signing_cert_pem=pair.cert)
    query = urlsplit(url(scene, sp=sp)).query
    assert "ecdsa-sha256" in dict(parse_qsl(query))["SigAlg"]
    signed = query[query.index("SAMLRequest=") :]
    assert read_signed_query(signed, "SAMLRequest", [pair.cert])[0].get("ID") == "_r"


def test_a_signing_key_of_another_kind(scene: Scene) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="P-256"):
        url(scene, sp=replace(scene.sp, signing_key_pem=pem))


def test_ids_are_long_random_and_names(scene: Scene) -> None:
    made = {new_request_id() for _ in range(200)}
    assert len(made) == 200
    assert all(one.startswith("_") and len(one) == 41 and one[1:].isalnum() for one in made)


def test_private_keys_are_not_shown(scene: Scene) -> None:
    assert "PRIVATE" not in repr(scene.sp)


EXTENSIONS = f"{{{forge.SAMLP}}}Extensions"


def willing(scene: Scene) -> IdentityProvider:
    return replace(scene.idp, supports_user_message=True, wanted_principals=frozenset({names.PERSONAL_IDENTITY_NUMBER}))


def test_a_text_for_the_person_who_signs(scene: Scene) -> None:
    text = "Skriv under: försörjningsstöd\n<&>"
    root = read(scene, url(scene, idp=willing(scene), user_message=text, language="sv"))
    message = root.find(f"{EXTENSIONS}/{{{names.USER_MESSAGE}}}UserMessage/{{{names.USER_MESSAGE}}}Message")
    assert message is not None
    assert message.get("{http://www.w3.org/XML/1998/namespace}lang") == "sv"
    assert base64.b64decode(message.text or "").decode() == text


def posted(scene: Scene, **changes: Any) -> etree._Element:
    """The message of a request that goes by form."""
    given = {"request_id": "_r", "issued_at": scene.now, "force_authn": True, "levels": (forge.LOA3,), **changes}
    sent = build_authn_request(scene.sp, given.pop("idp"), relay_state=None, **given)
    assert isinstance(sent, PostRequest)
    return read_signed_post(sent.fields["SAMLRequest"], "AuthnRequest", [scene.sp.signing_cert_pem])


def test_who_is_expected_is_told_in_a_form(scene: Scene) -> None:
    idp = replace(willing(scene), sso_post_url="https://idp.example.se/sso/post")
    root = posted(scene, idp=idp, principal=forge.PERSON)
    value = root.find(f"{EXTENSIONS}/{{{names.PRINCIPAL}}}PrincipalSelection/{{{names.PRINCIPAL}}}MatchValue")
    assert value is not None
    assert (value.get("Name"), value.text) == ("urn:oid:1.2.752.29.4.13", forge.PERSON)
    assert read(scene, url(scene, idp=idp)).find(EXTENSIONS) is None


def test_an_identity_number_never_stands_in_an_address(scene: Scene) -> None:
    assert read(scene, url(scene, idp=willing(scene), principal=forge.PERSON)).find(EXTENSIONS) is None


def test_nothing_is_told_to_a_provider_that_does_not_ask(scene: Scene) -> None:
    root = read(scene, url(scene, user_message="text", principal=forge.PERSON))
    assert root.find(EXTENSIONS) is None
    half = replace(willing(scene), supports_user_message=False, sso_post_url="https://idp.example.se/sso/post")
    told = posted(scene, idp=half, user_message="x", principal=forge.PERSON).find(EXTENSIONS)
    assert told is not None
    assert [element.tag for element in told] == [f"{{{names.PRINCIPAL}}}PrincipalSelection"]


def test_a_country_to_ask(scene: Scene) -> None:
    country = "http://id.swedenconnect.se/eidas/1.0/proxy-service/de"
    root = read(scene, url(scene, idp=replace(scene.idp, scoping=(country,))))
    entries = root.findall(f"{{{forge.SAMLP}}}Scoping/{{{forge.SAMLP}}}IDPList/{{{forge.SAMLP}}}IDPEntry")
    assert [entry.get("ProviderID") for entry in entries] == [country]


def test_a_request_with_everything_follows_the_schema(scene: Scene) -> None:
    from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

    idp = replace(willing(scene), scoping=("urn:x",), sso_post_url="https://idp.example.se/sso/post")
    message = etree.tostring(posted(scene, idp=idp, user_message="å", principal=forge.PERSON))
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(message, "saml-schema-protocol-2.0.xsd"), str)
