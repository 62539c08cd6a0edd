"""Files of the development identity provider: short-lived keys, metadata, and the portal's list of providers."""

import base64
import hashlib
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from portal.core.clock import now
from portal.demo.idp_config import LEVELS, IdpConfig, IdpSide
from portal.identity.saml import names

LIFETIME: Final = timedelta(days=30)
_NSMAP: Final = {"md": names.MD, "ds": names.DS, "mdui": names.MDUI, "shibmd": names.SHIBMD}
_TITLES: Final = {
    "client": {"sv": "Demo-legitimation", "en": "Demo eID"},
    "staff": {"sv": "Demo-inloggning för personal", "en": "Demo sign-in for staff"},
}


class KeyPair(NamedTuple):
    """Where a key and its certificate stand."""

    key: Path
    cert: Path


def generate_key_pair(directory: Path, name: str) -> KeyPair:
    """Make `name`.key and `name`.crt, readable by the owner only, valid for 30 days; older ones are replaced."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Insyn demo {name}")])
    moment = now()
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=1))
        .not_valid_after(moment + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    pair = KeyPair(directory / f"{name}.key", directory / f"{name}.crt")
    _write_private(pair.key, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    _write_private(pair.cert, certificate.public_bytes(Encoding.PEM))
    return pair


def write_metadata(config: IdpConfig, directory: Path) -> Path:
    """Write one metadata file per side and providers.toml beside them; returns the path of providers.toml."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    tables = []
    for side in config.sides:
        file_name = f"demo-{side.name}.xml"
        _write_private(directory / file_name, idp_metadata(config, side))
        tables.append(_table(config, side, file_name))
    listing = directory / "providers.toml"
    _write_private(listing, "\n".join(tables).encode())
    return listing


def idp_metadata(config: IdpConfig, side: IdpSide) -> bytes:
    """The EntityDescriptor of one side."""
    entity = etree.Element(f"{{{names.MD}}}EntityDescriptor", nsmap=_NSMAP, entityID=config.entity_id(side))
    if config.takes_forms:
        _entity_category(entity, names.SUPPORTS_USER_MESSAGE)
    descriptor = _md(entity, "IDPSSODescriptor", protocolSupportEnumeration=names.SAMLP, WantAuthnRequestsSigned="true")
    extensions = _md(descriptor, "Extensions")
    info = etree.SubElement(extensions, f"{{{names.MDUI}}}UIInfo")
    for locale, title in _TITLES[side.name].items():
        element = etree.SubElement(info, f"{{{names.MDUI}}}DisplayName")
        element.set(f"{{{names.XML}}}lang", locale)
        element.text = title
    etree.SubElement(info, f"{{{names.MDUI}}}Logo", height="64", width="64").text = _logo(config.entity_id(side))
    for scope in side.scopes:
        etree.SubElement(extensions, f"{{{names.SHIBMD}}}Scope", regexp="false").text = scope
    data = etree.SubElement(
        etree.SubElement(_md(descriptor, "KeyDescriptor", use="signing"), f"{{{names.DS}}}KeyInfo"),
        f"{{{names.DS}}}X509Data",
    )
    lines = (line for line in side.cert_pem.splitlines() if not line.startswith("-----"))
    etree.SubElement(data, f"{{{names.DS}}}X509Certificate").text = "".join(lines)
    _md(descriptor, "SingleLogoutService", Binding=names.BINDING_REDIRECT, Location=config.slo_url(side))
    _md(descriptor, "NameIDFormat").text = names.NAME_ID_PERSISTENT
    _md(descriptor, "SingleSignOnService", Binding=names.BINDING_REDIRECT, Location=config.sso_url(side))
    if config.takes_forms:
        _md(descriptor, "SingleSignOnService", Binding=names.BINDING_POST, Location=config.sso_url(side))
    return etree.tostring(entity, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _entity_category(entity: etree._Element, category: str) -> None:
    holder = etree.SubElement(_md(entity, "Extensions"), f"{{{names.MDATTR}}}EntityAttributes")
    attribute = etree.SubElement(
        holder, f"{{{names.SAML}}}Attribute", Name=names.ENTITY_CATEGORY, NameFormat=names.ATTRIBUTE_URI
    )
    etree.SubElement(attribute, f"{{{names.SAML}}}AttributeValue").text = category


def _logo(entity_id: str) -> str:
    """A picture of a key in a colour of the provider's own, inside the metadata: nothing has to be fetched."""
    hue = hashlib.sha256(entity_id.encode()).digest()[0] * 360 // 256
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke="hsl({hue},60%,32%)"'
        ' stroke-width="7"><circle cx="22" cy="32" r="13"/><path d="M35 32h24M50 32v13"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode("ascii")


def _table(config: IdpConfig, side: IdpSide, file_name: str) -> str:
    # Strings of JSON are strings of TOML.
    levels = ", ".join(f"{json.dumps(uri)} = {level}" for uri, level in LEVELS.items())
    return (
        "[[provider]]\n"
        f"side = {json.dumps(side.name)}\n"
        f"entity_id = {json.dumps(config.entity_id(side))}\n"
        f"metadata = {json.dumps(file_name)}\n"
        f"levels = {{ {levels} }}\n"
    )


def _md(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{names.MD}}}{name}", attributes)


def _write_private(path: Path, data: bytes) -> None:
    # The new file is complete and private before it takes the place of the old one.
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    part.replace(path)
