"""Metadata both ways: theirs is read strictly or not at all, ours says what the federation asks for."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from portal.identity.saml import (
    STAFF_ATTRIBUTES,
    AttributeNames,
    ProviderConfig,
    ProviderFileError,
    load_providers,
    names,
    sp_metadata,
)
from tests.identity.saml import forge
from tests.identity.saml.scene import IDP_ID, Scene

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTING = f"""
[[provider]]
side = "client"
entity_id = "{IDP_ID}"
metadata = "idp.xml"
levels = {{ "{forge.LOA3}" = 3 }}
"""
MD = names.MD


def pem_body(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def key(pem: str, use: str = ' use="signing"') -> str:
    inner = f"<ds:X509Data><ds:X509Certificate>{pem_body(pem)}</ds:X509Certificate></ds:X509Data>"
    return f"<md:KeyDescriptor{use}><ds:KeyInfo>{inner}</ds:KeyInfo></md:KeyDescriptor>"


def entity(scene: Scene, *, entity_id: str = IDP_ID, keys: str | None = None, inner: str = "", outer: str = "") -> str:
    return f"""<md:EntityDescriptor xmlns:md="{MD}" xmlns:ds="{names.DS}" xmlns:shibmd="{names.SHIBMD}"
 xmlns:mdui="{names.MDUI}" entityID="{entity_id}" {outer}>
 <md:IDPSSODescriptor protocolSupportEnumeration="{names.SAMLP}" validUntil="2027-01-01T00:00:00Z">
 <md:Extensions><shibmd:Scope regexp="false">example.se</shibmd:Scope><mdui:UIInfo>
 <mdui:DisplayName xml:lang="sv">Prov-id</mdui:DisplayName></mdui:UIInfo></md:Extensions>
 {keys if keys is not None else key(scene.keys["idp"].cert) + key(scene.keys["idp-curve"].cert, "")}
 {key(scene.keys["other-idp"].cert, ' use="encryption"')}
 <md:SingleLogoutService Binding="{names.BINDING_REDIRECT}" Location="https://idp.example.se/slo"
  ResponseLocation="https://idp.example.se/slo/answer"/>
 {inner or sso()}
 </md:IDPSSODescriptor></md:EntityDescriptor>"""


def sso(url: str = "https://idp.example.se/sso?a=1&amp;b=2", binding: str = names.BINDING_REDIRECT) -> str:
    return f'<md:SingleSignOnService Binding="{binding}" Location="{url}"/>'


def group(*entities: str, until: str = "") -> str:
    return f'<md:EntitiesDescriptor xmlns:md="{MD}" {until}>{"".join(entities)}</md:EntitiesDescriptor>'


def load(directory: Path, metadata: str | bytes, listing: str = LISTING) -> tuple[ProviderConfig, ...]:
    data = metadata.encode() if isinstance(metadata, str) else metadata
    (directory / "idp.xml").write_bytes(data)
    (directory / "providers.toml").write_text(listing, "utf-8")
    return load_providers(directory / "providers.toml", now=NOW)


def test_a_provider_is_read(scene: Scene, tmp_path: Path) -> None:
    listing = (
        LISTING
        + 'display_names = { en = "Trial eID" }\nwant_encrypted = false\nlogo_url = "https://idp.example.se/own.svg"\n'
    )
    listing += '[provider.attributes]\nstaff_id = "urn:hsa"\n'
    (config,) = load(tmp_path, entity(scene), listing)
    idp = config.provider
    assert config.side == "client"
    assert idp.entity_id == IDP_ID
    assert dict(idp.display_names) == {"sv": "Prov-id", "en": "Trial eID"}
    assert idp.sso_redirect_url == "https://idp.example.se/sso?a=1&b=2"
    assert (idp.sso_post_url, idp.slo_redirect_url) == (None, "https://idp.example.se/slo")
    assert idp.slo_response_url == "https://idp.example.se/slo/answer"
    assert idp.signing_certs == (scene.keys["idp"].cert, scene.keys["idp-curve"].cert)
    assert dict(idp.levels) == {forge.LOA3: 3}
    assert idp.attribute_names == AttributeNames(staff_id="urn:hsa")
    assert (idp.scopes, idp.want_encrypted, idp.logo_url) == (("example.se",), False, "https://idp.example.se/own.svg")


SMALL, GOOD, WIDE = (f"https://idp.example.se/{name}.png" for name in ("small", "good", "wide"))


@pytest.mark.parametrize(
    ("logos", "chosen"),
    [
        ([], None),
        ([(WIDE, "300", "80"), (SMALL, "16", "16"), (GOOD, "80", "80")], GOOD),
        ([(GOOD, "", "x")], GOOD),
        ([("http://idp.example.se/x.png", "80", "80"), (SMALL, "16", "16")], SMALL),
        ([("javascript:alert(1)", "80", "80"), ("data:text/html,x", "80", "80"), ("file:///x", "80", "80")], None),
        ([("data:image/png;base64,AAAA", "80", "80")], "data:image/png;base64,AAAA"),
    ],
)
def test_the_logo_that_suits_best(scene: Scene, tmp_path: Path, logos: list[tuple[str, str, str]], chosen: str) -> None:
    told = "".join(f'<mdui:Logo width="{w}" height="{h}">{address}</mdui:Logo>' for address, w, h in logos)
    whole = entity(scene).replace("</mdui:UIInfo>", f"{told}</mdui:UIInfo>")
    assert load(tmp_path, whole)[0].provider.logo_url == chosen


def test_whom_a_proxy_shall_use(scene: Scene, tmp_path: Path) -> None:
    (config,) = load(tmp_path, entity(scene), LISTING + 'scoping = ["urn:b", "urn:a"]\n')
    assert config.provider.scoping == ("urn:a", "urn:b")


def test_one_of_several_in_a_group(scene: Scene, tmp_path: Path) -> None:
    whole = group(entity(scene, entity_id="https://other.example"), group(entity(scene)))
    assert load(tmp_path, whole)[0].provider.entity_id == IDP_ID


def test_what_is_read_can_sign_somebody_in(scene: Scene, tmp_path: Path) -> None:
    (config,) = load(tmp_path, entity(scene))
    assert scene.verify(forge.issue(scene.answer()), idp=config.provider).level == 3


def weak_pem() -> str:
    return forge.make_pair("weak", bits=1024).cert


HOSTILE: list[tuple[str, Callable[[Scene], str | bytes], str]] = [
    ("empty", lambda s: "", "not_xml"),
    ("not-xml", lambda s: "hello", "not_xml"),
    ("doctype", lambda s: "<!DOCTYPE a>" + entity(s), "dtd"),
    ("external-entity", lambda s: '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + entity(s), "dtd"),
    ("comment", lambda s: entity(s, inner="<!-- x -->" + sso()), "comment"),
    ("instruction", lambda s: "<?x y?>" + entity(s), "comment"),
    ("utf-16", lambda s: entity(s).encode("utf-16"), "encoding"),
    ("too-large", lambda s: entity(s) + " " * 600_000, "larger"),
    ("other-document", lambda s: "<html/>", "not SAML metadata"),
    ("another-provider", lambda s: entity(s, entity_id="https://other.example"), "found 0"),
    ("twice", lambda s: group(entity(s), entity(s)), "found 2"),
    ("twice-nested", lambda s: group(entity(s), group(entity(s))), "found 2"),
    ("hidden-in-itself", lambda s: entity(s, inner=sso() + entity(s)), "found 2"),
    ("expired", lambda s: entity(s, outer='validUntil="2026-11-22T11:59:59Z"'), "expired"),
    ("expired-group", lambda s: group(entity(s), until='validUntil="2020-01-01T00:00:00Z"'), "expired"),
    ("expired-role", lambda s: entity(s).replace("2027-01-01", "2026-01-01"), "expired"),
    ("odd-expiry", lambda s: entity(s, outer='validUntil="tomorrow"'), "not a SAML time"),
    ("no-role", lambda s: entity(s).replace("IDPSSODescriptor", "SPSSODescriptor"), "IDPSSODescriptor"),
    ("saml-1", lambda s: entity(s).replace(names.SAMLP, "urn:oasis:names:tc:SAML:1.1:protocol"), "IDPSSODescriptor"),
    ("no-key", lambda s: entity(s, keys=""), "no signing certificate"),
    ("weak-key", lambda s: entity(s, keys=key(weak_pem())), "too weak"),
    ("broken-key", lambda s: entity(s, keys=key("QUJD")), "cannot be read"),
    ("no-service", lambda s: entity(s, inner=" "), "no usable"),
    ("two-services", lambda s: entity(s, inner=sso() + sso("https://evil.example")), "more than one"),
    ("unknown-binding", lambda s: entity(s, inner=sso(binding="urn:x")), "no usable"),
    ("http", lambda s: entity(s, inner=sso("http://idp.example.se/sso")), "https"),
    ("script", lambda s: entity(s, inner=sso("javascript:alert(1)")), "https"),
    ("fragment", lambda s: entity(s, inner=sso("https://idp.example.se/sso#x")), "https"),
    ("user", lambda s: entity(s, inner=sso("https://a:b@idp.example.se/sso")), "https"),
    ("blank", lambda s: entity(s, inner=sso("https://idp.example.se/ sso")), "https"),
    ("scope-expression", lambda s: entity(s).replace('regexp="false"', 'regexp="true"'), "regular expression"),
]


@pytest.mark.parametrize(("make", "words"), [pytest.param(*rest, id=name) for name, *rest in HOSTILE])
def test_hostile_metadata(scene: Scene, tmp_path: Path, make: Callable[[Scene], str | bytes], words: str) -> None:
    with pytest.raises(ProviderFileError, match=words):
        load(tmp_path, make(scene))


LISTINGS: list[tuple[str, str, str]] = [
    ("not-toml", "[[provider", "TOML"),
    ("nothing", "", "expected"),
    ("other-table", LISTING + "[other]\n", "expected"),
    ("not-a-table", "provider = 1", "expected"),
    ("not-tables", "provider = [1]", "expected"),
    ("unknown-key", LISTING + "trust = true\n", "unknown keys"),
    ("unknown-side", LISTING.replace("client", "admin"), "side"),
    ("no-side", LISTING.replace('side = "client"', ""), "side"),
    ("no-entity", LISTING.replace(f'entity_id = "{IDP_ID}"', ""), "entity_id"),
    ("no-metadata", LISTING.replace("idp.xml", "missing.xml"), "cannot be read"),
    ("metadata-elsewhere", LISTING.replace("idp.xml", "../idp.xml"), "beside"),
    ("metadata-absolute", LISTING.replace("idp.xml", "/etc/passwd"), "beside"),
    ("no-levels", LISTING.replace(f'"{forge.LOA3}" = 3', ""), "levels"),
    ("level-5", LISTING.replace("= 3", "= 5"), "1 to 4"),
    ("level-0", LISTING.replace("= 3", "= 0"), "1 to 4"),
    ("level-text", LISTING.replace("= 3", '= "3"'), "1 to 4"),
    ("level-true", LISTING.replace("= 3", "= true"), "1 to 4"),
    ("odd-encrypted", LISTING + "want_encrypted = 1\n", "want_encrypted"),
    ("odd-logo", LISTING + 'logo_url = "/etc/passwd"\n', "logo_url"),
    ("odd-scoping", LISTING + 'scoping = "urn:x"\n', "scoping"),
    ("odd-names", LISTING + "display_names = 1\n", "display_names"),
    ("odd-attribute", LISTING + '[provider.attributes]\nshoe_size = "x"\n', "attributes"),
    ("twice", LISTING * 2, "twice"),
]


@pytest.mark.parametrize(("listing", "words"), [pytest.param(*rest, id=name) for name, *rest in LISTINGS])
def test_wrong_listings(scene: Scene, tmp_path: Path, listing: str, words: str) -> None:
    with pytest.raises(ProviderFileError, match=words):
        load(tmp_path, entity(scene), listing)


def test_one_provider_may_serve_both_sides(scene: Scene, tmp_path: Path) -> None:
    both = LISTING + LISTING.replace("client", "staff")
    assert [config.side for config in load(tmp_path, entity(scene), both)] == ["client", "staff"]


def test_no_listing(tmp_path: Path) -> None:
    with pytest.raises(ProviderFileError):
        load_providers(tmp_path / "none.toml")


def test_our_metadata_follows_the_schema(scene: Scene) -> None:
    data = sp_metadata(scene.sp)
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(data, "saml-schema-metadata-2.0.xsd"), str)


def test_what_our_metadata_says(scene: Scene) -> None:
    root = etree.fromstring(sp_metadata(scene.sp))
    ns = {"md": MD, "ds": names.DS, "mdui": names.MDUI, "saml": names.SAML}
    assert root.get("entityID") == scene.sp.entity_id
    certificates = {
        element.get("use"): element.findtext(".//ds:X509Certificate", None, ns)
        for element in root.iterfind(".//md:KeyDescriptor", ns)
    }
    assert certificates == {
        "signing": pem_body(scene.keys["sp-sign"].cert),
        "encryption": pem_body(scene.keys["sp-new"].cert),
    }
    algorithms = {element.get("Algorithm") for element in root.iterfind(".//md:EncryptionMethod", ns)}
    assert algorithms <= names.ENCRYPTION_ALGORITHMS | names.KEY_TRANSPORTS
    assert len(algorithms) == 5
    assert b"PRIVATE" not in sp_metadata(scene.sp)
    locations = [element.get("Location") for element in root.iterfind(".//*[@Location]")]
    assert locations == [scene.sp.slo_url, scene.sp.slo_url, scene.sp.acs_url]
    assert [e.text for e in root.iterfind(".//mdui:DisplayName", ns)] == ["Insyn", "Insyn"]
    assert [e.text for e in root.iterfind(".//saml:AttributeValue", ns)] == list(scene.sp.entity_categories)
    assert root.findtext(".//md:OrganizationName", None, ns) == "Exempelkommunen"
    assert root.findtext(".//md:EmailAddress", None, ns) == "mailto:drift@example.se"
    wanted = {e.get("Name"): e.get("isRequired") for e in root.iterfind(".//md:RequestedAttribute", ns)}
    assert wanted[names.PERSONAL_IDENTITY_NUMBER] == "true"
    assert wanted[names.PREVIOUS_IDENTITY_NUMBER] == "false"


def test_staff_metadata_does_not_ask_for_identity_numbers(scene: Scene) -> None:
    data = sp_metadata(scene.sp, attributes=STAFF_ATTRIBUTES)
    assert names.PERSONAL_IDENTITY_NUMBER.encode() not in data
    assert names.ORG_AFFILIATION.encode() in data


def test_what_a_provider_wants_to_be_told(scene: Scene, tmp_path: Path) -> None:
    attributes = f"""<md:Extensions><attr:EntityAttributes xmlns:attr="{names.MDATTR}" xmlns:saml="{names.SAML}">
 <saml:Attribute Name="{names.ENTITY_CATEGORY}"><saml:AttributeValue>{names.SUPPORTS_USER_MESSAGE}
 </saml:AttributeValue></saml:Attribute></attr:EntityAttributes></md:Extensions>"""
    wanted = f"""<psc:RequestedPrincipalSelection xmlns:psc="{names.PRINCIPAL}">
 <psc:MatchValue Name="{names.PERSONAL_IDENTITY_NUMBER}"/></psc:RequestedPrincipalSelection>"""
    whole = entity(scene).replace(" <md:IDPSSO", attributes + " <md:IDPSSO")
    idp = load(tmp_path, whole.replace("<md:Extensions><shibmd", f"<md:Extensions>{wanted}<shibmd"))[0].provider
    assert idp.supports_user_message
    assert idp.wanted_principals == {names.PERSONAL_IDENTITY_NUMBER}
    modest = load(tmp_path, entity(scene))[0].provider
    assert (modest.supports_user_message, modest.wanted_principals) == (False, frozenset())
