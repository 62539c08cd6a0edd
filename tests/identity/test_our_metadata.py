"""What an installation tells of itself: in every language, with both bindings, and with keys as the profile wants."""

import shutil
from pathlib import Path

import pytest
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree
from onelogin.saml2.xml_utils import OneLogin_Saml2_XML

from portal.core.actor import Side
from portal.core.i18n import LANGUAGES
from portal.identity.federation import FederationError, load_service_providers
from portal.identity.saml import names
from portal.identity.saml.keys import algorithm_of, load_signing_key
from portal.identity.saml_report import checked, metadata
from portal.settings import Settings
from tests.identity.provider import Provider
from tests.identity.saml import forge

NS = {"md": names.MD, "ds": names.DS, "mdui": names.MDUI, "saml": names.SAML}
LANG = f"{{{names.XML}}}lang"


@pytest.fixture
def database_kind() -> str:
    """No page and no row: one database is enough."""
    return "sqlite"


@pytest.fixture
def keys(provider: Provider, settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a directory of keys that a test may change."""
    directory = tmp_path / "keys"
    directory.mkdir()
    for name in ("client.key", "client.crt", "staff.key", "staff.crt"):
        shutil.copy(provider.directory / name, directory)
    changes = {
        "saml_keys": directory,
        "municipality": "Ekdala kommun",
        "technical_contact": "drift@example.se",
        "support_contact": "stod@example.se",
    }
    return settings.model_copy(update=changes)


def put(settings: Settings, name: str, pair: forge.Pair) -> None:
    (settings.saml_keys / f"{name}.key").write_text(pair.key)
    (settings.saml_keys / f"{name}.crt").write_text(pair.cert)


def described(settings: Settings, side: Side = Side.CLIENT) -> etree._Element:
    data = metadata(settings, side).encode()
    assert not isinstance(OneLogin_Saml2_XML.validate_xml(data, "saml-schema-metadata-2.0.xsd"), str)
    return etree.fromstring(data)


@pytest.mark.parametrize("side", list(Side))
def test_in_every_language(keys: Settings, side: Side) -> None:
    root = described(keys, side)
    wanted = [language.code for language in LANGUAGES]
    for path in (
        "mdui:DisplayName",
        "mdui:Description",
        "mdui:InformationURL",
        "md:OrganizationName",
        "md:OrganizationDisplayName",
        "md:OrganizationURL",
    ):
        assert [element.get(LANG) for element in root.iterfind(f".//{path}", NS)] == wanted, path
    descriptions = {element.text for element in root.iterfind(".//mdui:Description", NS)}
    assert len(descriptions) == len(LANGUAGES)
    assert root.findtext(".//md:OrganizationName", None, NS) == "Ekdala kommun"
    logo = root.findtext(".//mdui:Logo", None, NS) or ""
    assert logo.startswith("http://localhost/static/ikon.")


def test_contacts_and_addresses(keys: Settings) -> None:
    root = described(keys)
    contacts = {
        element.get("contactType"): element.findtext("md:EmailAddress", None, NS)
        for element in root.iterfind("md:ContactPerson", NS)
    }
    assert contacts == {"technical": "mailto:drift@example.se", "support": "mailto:stod@example.se"}
    bindings = [element.get("Binding") for element in root.iterfind(".//md:SingleLogoutService", NS)]
    assert bindings == [names.BINDING_REDIRECT, names.BINDING_POST]


def test_two_entities_that_want_different_things(keys: Settings) -> None:
    client, staff = described(keys), described(keys, Side.STAFF)
    categories = [[e.text for e in root.iterfind(".//saml:AttributeValue", NS)] for root in (client, staff)]
    assert "http://id.elegnamnden.se/ec/1.0/loa3-pnr" in categories[0]
    assert "http://id.swedenconnect.se/general-ec/1.0/accepts-coordination-number" in categories[0]
    assert "http://id.elegnamnden.se/ec/1.0/loa3-orgid" in categories[1]


def certificates(root: etree._Element, use: str) -> list[str]:
    found = root.iterfind(f".//md:KeyDescriptor[@use='{use}']//ds:X509Certificate", NS)
    return [element.text or "" for element in found]


def body(pem: str) -> str:
    return "".join(line for line in pem.splitlines() if not line.startswith("-----"))


def test_a_change_of_keys(keys: Settings) -> None:
    """Only the latest encryption key is published, both decrypt; the next signing key is published before its time."""
    old, upcoming = forge.make_pair("old"), forge.make_pair("next")
    put(keys, "client.old", old)
    (keys.saml_keys / "client.next.crt").write_text(upcoming.cert)
    root = described(keys)
    current = body((keys.saml_keys / "client.crt").read_text())
    assert certificates(root, "signing") == [current, body(upcoming.cert)]
    assert certificates(root, "encryption") == [current]
    sp = load_service_providers(keys)[Side.CLIENT]
    assert [body(certificate) for _key, certificate in sp.decryption_keys] == [current, body(old.cert)]


def test_a_signing_key_on_a_curve_has_an_rsa_key_beside_it(keys: Settings) -> None:
    curve, encryption = forge.make_pair("curve", curve=True), forge.make_pair("encryption")
    former = (keys.saml_keys / "client.crt").read_text()
    for kind in ("key", "crt"):
        (keys.saml_keys / f"client.{kind}").rename(keys.saml_keys / f"client.old.{kind}")
    put(keys, "client", curve)
    with pytest.raises(FederationError, match=r"client\.enc\.key"):
        load_service_providers(keys)
    put(keys, "client.enc", encryption)
    sp = load_service_providers(keys)[Side.CLIENT]
    assert algorithm_of(load_signing_key(sp.signing_key_pem)) == names.ECDSA_SHA256
    assert [certificate for _key, certificate in sp.decryption_keys] == [encryption.cert, former]
    root = described(keys)
    assert certificates(root, "signing") == [body(curve.cert)]
    assert certificates(root, "encryption") == [body(encryption.cert)]


def test_an_unreadable_key(keys: Settings) -> None:
    (keys.saml_keys / "client.key").write_text("no key")
    with pytest.raises(FederationError, match="can't be read"):
        load_service_providers(keys)
    assert any(not well and "can't be read" in words for well, words in checked(keys))


def test_a_certificate_that_ends(keys: Settings) -> None:
    put(keys, "staff", forge.make_pair("ended"))
    ended = load_pem_x509_certificate((keys.saml_keys / "staff.crt").read_bytes()).not_valid_after_utc
    assert (False, f"staff: signing key, certificate ends {ended:%Y-%m-%d}") in checked(keys)
