"""Signed metadata of a federation: only what the pinned key has signed is ever read (SAML.md section 3, metadata).

The library would return an attacker's certificate from a wrapped file. Here the digest of the signature is compared
with the canonical bytes of the whole document, and those very bytes are parsed anew: there is nothing else to read.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import SamlRefused
from portal.identity.saml.guard import envelope
from portal.identity.saml.guard.message import check_signature_form
from portal.identity.saml.guard.signature import check_response_signature
from portal.identity.saml.metadata_reader import (
    IdpMetadata,
    ProviderFileError,
    check_valid_until,
    read_entity,
    valid_until_of,
)
from portal.identity.saml.xml_reader import Bounds, children, parse

MAX_DAYS: Final = 14
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_ENTITIES: Final = 3000
_BOUNDS: Final = Bounds(elements=250_000, namespaces=20_000)
_ENTITY: Final = f"{{{names.MD}}}EntityDescriptor"
_GROUP: Final = f"{{{names.MD}}}EntitiesDescriptor"
_DIGESTS: Final = {
    names.SHA256: hashlib.sha256,
    names.XENC + "sha512": hashlib.sha512,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashlib.sha384,
}


@dataclass(frozen=True)
class Pin:
    """Who may sign an aggregate: the SHA-256 of a certificate, and the certificate where the operator has it."""

    fingerprint: str
    cert_pem: str | None = None


@dataclass(frozen=True)
class Aggregate:
    """The providers that a verified aggregate names, and what was left out of it and why."""

    valid_until: datetime
    providers: tuple[IdpMetadata, ...]
    left_out: tuple[str, ...]


def read_pin(text: str, directory: Path) -> Pin:
    """Read a pin: 64 hexadecimal digits (colons are forgiven), or a PEM file in `directory`.

    Raises ProviderFileError.
    """
    digits = text.replace(":", "").lower()
    if len(digits) == 64 and all(digit in "0123456789abcdef" for digit in digits):
        return Pin(digits)
    if Path(text).name != text:
        raise ProviderFileError("pin must be a SHA-256 or a PEM file beside the list of providers")
    try:
        certificate = load_pem_x509_certificate((directory / text).read_bytes())
    except (OSError, ValueError):
        raise ProviderFileError("pin is neither a SHA-256 nor a readable PEM file") from None
    return Pin(fingerprint(certificate), certificate.public_bytes(Encoding.PEM).decode("ascii"))


def fingerprint(certificate: Certificate) -> str:
    """The SHA-256 of a certificate in lower-case hexadecimal digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def read_aggregate(data: bytes, pin: Pin, *, now: datetime, max_days: int = MAX_DAYS) -> Aggregate:
    """Verify an aggregate and read its identity providers; `now` is aware UTC.

    Raises ProviderFileError: unsigned, wrapped, signed by another, expired, without validUntil or with one more than
    `max_days` ahead, too large, or with an entity id twice. A single faulty provider is left out and told.
    Source: Deployment Profile 1.8, section 2 (verify before use); SAML Metadata 3 (signature over the root).
    """
    root = _verified(data, pin)
    if root.tag not in (_ENTITY, _GROUP):
        raise ProviderFileError("the aggregate is not SAML metadata")
    until = check_valid_until(root, now)
    if until is None:
        raise ProviderFileError("the aggregate has no validUntil")
    if until > now + timedelta(days=max_days, minutes=1):
        raise ProviderFileError(f"the aggregate's validUntil is more than {max_days} days ahead")
    entities = list(_entities(root))
    _check_entities(root, entities)
    found, left_out = [], []
    for entity in entities:
        try:
            if _is_provider(entity):
                found.append(read_entity(entity, entity.get("entityID") or "", valid_until_of(entity, now)))
        except ProviderFileError as error:
            left_out.append(str(error))
    return Aggregate(until, tuple(found), tuple(left_out))


def _verified(data: bytes, pin: Pin) -> etree._Element:
    """The document as its signature saw it, parsed from the canonical bytes that were signed and nothing else."""
    if len(data) > MAX_BYTES:
        raise ProviderFileError(f"the aggregate is larger than {MAX_BYTES} bytes")
    try:
        root = parse(data, _BOUNDS, comments=True)
        envelope.check_unique_ids(root)
        check_signature_form(root)
        check_response_signature(root, _pinned(root, pin))
        return parse(_signed_bytes(root), _BOUNDS)
    except SamlRefused as refused:
        raise ProviderFileError(f"the aggregate is refused: {refused.reason}") from None


def _pinned(root: etree._Element, pin: Pin) -> list[str]:
    if pin.cert_pem is not None:
        return [pin.cert_pem]
    for element in root.iterfind(f"{{{names.DS}}}Signature/{{{names.DS}}}KeyInfo//{{{names.DS}}}X509Certificate"):
        try:
            certificate = load_der_x509_certificate(base64.b64decode("".join((element.text or "").split())))
        except (binascii.Error, ValueError):
            continue
        if hmac.compare_digest(fingerprint(certificate), pin.fingerprint):
            return [certificate.public_bytes(Encoding.PEM).decode("ascii")]
    return []


def _signed_bytes(root: etree._Element) -> bytes:
    # The enveloped and the exclusive transform, done by us; the digest shows that these are the signed bytes.
    signature = root.find(f"{{{names.DS}}}Signature")
    reference = root.find(f"{{{names.DS}}}Signature/{{{names.DS}}}SignedInfo/{{{names.DS}}}Reference")
    if signature is None or reference is None:
        raise ProviderFileError("the aggregate is not signed")
    listed = reference.find(f".//{{{names.EXC_C14N}}}InclusiveNamespaces")
    prefixes = (listed.get("PrefixList") or "").split() if listed is not None else []
    method = _digest_method(reference)
    expected = "".join((reference.findtext(f"{{{names.DS}}}DigestValue") or "").split())
    _take_out(signature)
    canonical = etree.tostring(root, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes)
    digest = base64.b64encode(_DIGESTS[method](canonical).digest()).decode("ascii")
    if not hmac.compare_digest(digest, expected):
        raise ProviderFileError("the aggregate is not what its signature covers")
    return canonical


def _digest_method(reference: etree._Element) -> str:
    """The digest algorithm of a reference whose algorithms have been judged; raises ProviderFileError for several."""
    methods = children(reference, names.DS, "DigestMethod")
    if len(methods) != 1 or methods[0].get("Algorithm") not in _DIGESTS:
        raise ProviderFileError("the aggregate's signature has no single digest")
    return methods[0].get("Algorithm") or ""


def _take_out(signature: etree._Element) -> None:
    parent, before = signature.getparent(), signature.getprevious()
    if parent is None:
        return
    tail = signature.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(signature)


def _entities(group: etree._Element) -> Iterator[etree._Element]:
    if group.tag == _ENTITY:
        yield group
        return
    for child in group:
        if child.tag in (_ENTITY, _GROUP):
            yield from _entities(child)


def _check_entities(root: etree._Element, entities: list[etree._Element]) -> None:
    if len(entities) > MAX_ENTITIES:
        raise ProviderFileError(f"the aggregate has more than {MAX_ENTITIES} entities")
    if len(list(root.iter(_ENTITY))) != len(entities):
        raise ProviderFileError("the aggregate hides an entity inside something else")
    ids = [entity.get("entityID") for entity in entities]
    if None in ids or len(ids) != len(set(ids)):
        raise ProviderFileError("the aggregate has an entity id twice")


def _is_provider(entity: etree._Element) -> bool:
    roles = children(entity, names.MD, "IDPSSODescriptor")
    return any(names.SAMLP in (role.get("protocolSupportEnumeration") or "").split() for role in roles)
