"""Reads one identity provider's metadata: strict, hardened (SAML.md section 3, metadata)."""

import base64
import binascii
import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import SamlRefused
from portal.identity.saml.xml_reader import children, instant, parse

MAX_FILE: Final = 512 * 1024
LOGO_SIDE: Final = 80  # px: what is shown, at the usual density of phones
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class ProviderFileError(ValueError):
    """The provider file or a metadata file can't be used; told at start, to the operator."""


@dataclass(frozen=True)
class IdpMetadata:
    """What a metadata file says of one identity provider."""

    entity_id: str
    display_names: dict[str, str]
    sso_redirect_url: str | None
    sso_post_url: str | None
    slo_redirect_url: str | None
    slo_response_url: str | None
    slo_post_url: str | None
    slo_post_response_url: str | None
    signing_certs: tuple[str, ...]
    scopes: tuple[str, ...]
    entity_categories: frozenset[str]
    certified_levels: frozenset[str]
    """The levels that the federation operator has certified; empty where the metadata tells none."""
    wanted_principals: frozenset[str]
    logo_url: str | None = None
    """Its picture: an https address, or the picture itself as a ``data:`` address."""
    valid_until: datetime | None = None


def read_metadata(path: Path, entity_id: str, now: datetime) -> IdpMetadata:
    """The one EntityDescriptor with that entity id; raises ProviderFileError for everything odd.

    Certificates are keys and no more: expired or untrusted ones serve (Deployment Profile 2.1.1.2), weak ones do not.
    """
    entity, valid_until = _find_entity(_parse_file(path), entity_id, now)
    return read_entity(entity, path.name, valid_until)


def read_entity(entity: etree._Element, source: str, valid_until: datetime | None) -> IdpMetadata:
    """What one EntityDescriptor says; `source` names the file in errors. Raises ProviderFileError."""
    descriptors = children(entity, names.MD, "IDPSSODescriptor")
    if len(descriptors) != 1 or names.SAMLP not in (descriptors[0].get("protocolSupportEnumeration") or "").split():
        raise ProviderFileError(f"{source}: expected one IDPSSODescriptor for SAML 2.0")
    idp = descriptors[0]
    sso_redirect = _endpoint(idp, "SingleSignOnService", names.BINDING_REDIRECT)
    sso_post = _endpoint(idp, "SingleSignOnService", names.BINDING_POST)
    if sso_redirect is None and sso_post is None:
        raise ProviderFileError(f"{source}: no usable SingleSignOnService")
    return IdpMetadata(
        entity_id=entity.get("entityID") or "",
        display_names=_display_names(idp),
        sso_redirect_url=sso_redirect,
        sso_post_url=sso_post,
        slo_redirect_url=_endpoint(idp, "SingleLogoutService", names.BINDING_REDIRECT),
        slo_response_url=_endpoint(idp, "SingleLogoutService", names.BINDING_REDIRECT, "ResponseLocation"),
        slo_post_url=_endpoint(idp, "SingleLogoutService", names.BINDING_POST),
        slo_post_response_url=_endpoint(idp, "SingleLogoutService", names.BINDING_POST, "ResponseLocation"),
        signing_certs=_signing_certs(idp, source),
        scopes=_scopes(entity, source),
        entity_categories=_entity_attribute(entity, names.ENTITY_CATEGORY),
        certified_levels=_entity_attribute(entity, names.ASSURANCE_CERTIFICATION),
        wanted_principals=_wanted_principals(idp),
        logo_url=_logo(idp),
        valid_until=valid_until,
    )


def _parse_file(path: Path) -> etree._Element:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise ProviderFileError(f"{path.name}: cannot be read ({error.strerror})") from None
    if len(data) > MAX_FILE:
        raise ProviderFileError(f"{path.name}: larger than {MAX_FILE} bytes")
    try:
        return parse(data)
    except SamlRefused as refused:
        raise ProviderFileError(f"{path.name}: {refused.reason}") from None


def _find_entity(root: etree._Element, entity_id: str, now: datetime) -> tuple[etree._Element, datetime | None]:
    if root.tag not in (f"{{{names.MD}}}EntityDescriptor", f"{{{names.MD}}}EntitiesDescriptor"):
        raise ProviderFileError("the file is not SAML metadata")
    found = [e for e in root.iter(f"{{{names.MD}}}EntityDescriptor") if e.get("entityID") == entity_id]
    if len(found) != 1:
        raise ProviderFileError(f"expected exactly one EntityDescriptor for the provider, found {len(found)}")
    return found[0], valid_until_of(found[0], now)


def valid_until_of(entity: etree._Element, now: datetime) -> datetime | None:
    """The earliest validUntil of an entity, of what holds it and of its role; raises ProviderFileError when past."""
    holders = [entity, *entity.iterancestors(), *children(entity, names.MD, "IDPSSODescriptor")]
    instants = [check_valid_until(element, now) for element in holders]
    return min((found for found in instants if found is not None), default=None)


def check_valid_until(element: etree._Element, now: datetime) -> datetime | None:
    """The validUntil of one element, if it has one; raises ProviderFileError when it is odd or past."""
    until = element.get("validUntil")
    if until is None:
        return None
    try:
        moment = instant(until)
    except SamlRefused:
        raise ProviderFileError("validUntil is not a SAML time") from None
    if moment <= now:
        raise ProviderFileError("the metadata has expired (validUntil)")
    return moment


def _endpoint(idp: etree._Element, kind: str, binding: str, attribute: str = "Location") -> str | None:
    found = [e for e in children(idp, names.MD, kind) if e.get("Binding") == binding]
    if len(found) > 1:
        raise ProviderFileError(f"more than one {kind} for one binding")
    url = found[0].get(attribute) if found else None
    if url is None:
        return None
    return check_url(url)


def check_url(url: str) -> str:
    """An https address (or http on this very machine) without user, fragment or blanks; raises ProviderFileError."""
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    plain = url.isascii() and url.isprintable() and " " not in url
    if not (secure and plain and parts.hostname) or parts.fragment or parts.username is not None:
        raise ProviderFileError("an endpoint is not a plain https address")
    return url


def _signing_certs(idp: etree._Element, source: str) -> tuple[str, ...]:
    found: list[str] = []
    for descriptor in children(idp, names.MD, "KeyDescriptor"):
        if descriptor.get("use", "signing") != "signing":
            continue
        for element in descriptor.iter(f"{{{names.DS}}}X509Certificate"):
            pem = _certificate(element.text or "", source)
            if pem not in found:
                found.append(pem)
    if not found:
        raise ProviderFileError(f"{source}: no signing certificate")
    return tuple(found)


def _certificate(text: str, source: str) -> str:
    try:
        certificate = load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
        key = certificate.public_key()
    except (binascii.Error, ValueError):
        raise ProviderFileError(f"{source}: a certificate cannot be read") from None
    strong_rsa = isinstance(key, rsa.RSAPublicKey) and key.key_size >= 2048
    strong_ec = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES)
    if not (strong_rsa or strong_ec):
        raise ProviderFileError(f"{source}: a signing key is too weak or of an unknown kind")
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _display_names(idp: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for info in idp.iter(f"{{{names.MDUI}}}UIInfo"):
        for element in children(info, names.MDUI, "DisplayName"):
            if element.text:
                found[element.get(f"{{{names.XML}}}lang", "sv")] = element.text.strip()
    return found


def _logo(idp: etree._Element) -> str | None:
    """The logo that is nearest to a square of the size that is shown; a faulty one is as good as none."""
    found = [
        (_shape(element), address)
        for element in idp.iter(f"{{{names.MDUI}}}Logo")
        if (address := logo_address((element.text or "").strip()))
    ]
    return min(found)[1] if found else None


def _shape(logo: etree._Element) -> tuple[float, int]:
    sides = [logo.get(name, "") for name in ("width", "height")]
    if not all(side.isascii() and side.isdigit() and 0 < int(side) < 10_000 for side in sides):
        return (math.inf, 0)
    width, height = map(int, sides)
    return (round(max(width, height) / min(width, height), 1), abs(height - LOGO_SIDE))


def logo_address(text: str) -> str | None:
    """The address of a picture, where it is one that may be fetched, or a picture itself; else None."""
    if text.startswith("data:image/"):
        return text
    try:
        return check_url(text)
    except ProviderFileError:
        return None


def _scopes(entity: etree._Element, source: str) -> tuple[str, ...]:
    found = []
    for element in entity.iter(f"{{{names.SHIBMD}}}Scope"):
        if element.get("regexp", "false") not in ("false", "0"):
            raise ProviderFileError(f"{source}: a scope is a regular expression")
        if element.text and element.text.strip():
            found.append(element.text.strip())
    return tuple(found)


def _entity_attribute(entity: etree._Element, name: str) -> frozenset[str]:
    """The values of one attribute of the entity itself (SAML metadata extension for entity attributes)."""
    found: set[str] = set()
    for extensions in children(entity, names.MD, "Extensions"):
        for holder in children(extensions, names.MDATTR, "EntityAttributes"):
            for attribute in children(holder, names.SAML, "Attribute"):
                if attribute.get("Name") == name:
                    values = children(attribute, names.SAML, "AttributeValue")
                    found.update(value.text.strip() for value in values if value.text and value.text.strip())
    return frozenset(found)


def _wanted_principals(idp: etree._Element) -> frozenset[str]:
    found: set[str] = set()
    for extensions in children(idp, names.MD, "Extensions"):
        for wanted in children(extensions, names.PRINCIPAL, "RequestedPrincipalSelection"):
            found.update(value.get("Name") or "" for value in children(wanted, names.PRINCIPAL, "MatchValue"))
    return frozenset(found)
