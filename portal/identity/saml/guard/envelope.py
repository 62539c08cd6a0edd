"""First checks: size, base64 and the exact shape of a Response, before any cryptography."""

import base64
import binascii
from typing import Final

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.xml_reader import children, only

MAX_ENCODED: Final = 256 * 1024
_ID_NAMES: Final = ("ID", "Id", "id", f"{{{names.XML}}}id")
_RESPONSE_CHILDREN: Final = frozenset(
    {
        f"{{{names.SAML}}}Issuer",
        f"{{{names.DS}}}Signature",
        f"{{{names.SAMLP}}}Status",
        f"{{{names.SAML}}}EncryptedAssertion",
        f"{{{names.SAML}}}Assertion",
    }
)
_ASSERTION_CHILDREN: Final = frozenset(
    {f"{{{names.DS}}}Signature"}
    | {
        f"{{{names.SAML}}}{name}"
        for name in ("Issuer", "Subject", "Conditions", "AuthnStatement", "AttributeStatement")
    }
)


def check_size(encoded: str) -> None:
    """Refuse an empty or oversized field before it is decoded (own limit: 256 kB, a real response is about 15)."""
    if not encoded or not encoded.strip():
        raise SamlRefused(Refusal.EMPTY)
    if len(encoded) > MAX_ENCODED:
        raise SamlRefused(Refusal.TOO_LARGE)


def decode_base64(encoded: str) -> bytes:
    """Decode strictly; only line breaks and blanks in between are forgiven (RFC 2045, SAML Bindings 3.5.4)."""
    try:
        return base64.b64decode("".join(encoded.split()).encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SamlRefused(Refusal.NOT_BASE64) from None


def check_message(root: etree._Element, name: str) -> None:
    """The root must be that protocol message, version 2.0, with an ID (SAML Core 3.2)."""
    if root.tag != f"{{{names.SAMLP}}}{name}":
        raise SamlRefused(Refusal.WRONG_MESSAGE)
    if root.get("Version") != "2.0":
        raise SamlRefused(Refusal.VERSION)
    if not root.get("ID"):
        raise SamlRefused(Refusal.MISSING_ID)


def check_unique_ids(root: etree._Element) -> None:
    """Every ID in the document is its own, whatever the attribute is called (signature wrapping, SAML.md section 5)."""
    seen: set[str] = set()
    for element in root.iter():
        for name in _ID_NAMES:
            value = element.get(name)
            if value is None:
                continue
            if value in seen:
                raise SamlRefused(Refusal.DUPLICATE_ID)
            seen.add(value)


def check_response_children(root: etree._Element) -> None:
    """Only the elements of the profile stand under Response and Assertion (no Extensions, Advice or wrapped copies)."""
    if any(child.tag not in _RESPONSE_CHILDREN for child in root):
        raise SamlRefused(Refusal.UNEXPECTED_ELEMENT)
    for assertion in children(root, names.SAML, "Assertion"):
        if any(child.tag not in _ASSERTION_CHILDREN for child in assertion):
            raise SamlRefused(Refusal.UNEXPECTED_ELEMENT)


def check_nesting(root: etree._Element) -> None:
    """No Response or assertion stands anywhere but at its own place (the eight wrapping shapes)."""
    for name, namespace in (("Response", names.SAMLP), ("Assertion", names.SAML), ("EncryptedAssertion", names.SAML)):
        for element in root.iter(f"{{{namespace}}}{name}"):
            if element is not root and (element.getparent() is not root or name == "Response"):
                raise SamlRefused(Refusal.UNEXPECTED_ELEMENT)


def check_signature_places(root: etree._Element) -> None:
    """Exactly one signature on the Response, at most one on the assertion, none elsewhere (Deployment Profile 6.2)."""
    if not children(root, names.DS, "Signature"):
        raise SamlRefused(Refusal.RESPONSE_NOT_SIGNED)
    allowed = {root, *children(root, names.SAML, "Assertion")}
    parents: list[etree._Element | None] = [found.getparent() for found in root.iter(f"{{{names.DS}}}Signature")]
    if any(parent not in allowed for parent in parents) or len(parents) != len(set(parents)):
        raise SamlRefused(Refusal.SIGNATURE_SHAPE)


def check_assertion_count(root: etree._Element, *, want_encrypted: bool, succeeded: bool) -> None:
    """A success carries one assertion, encrypted where that is wanted; an error none (Deployment Profile 6.1)."""
    plain = len(children(root, names.SAML, "Assertion"))
    encrypted = len(children(root, names.SAML, "EncryptedAssertion"))
    if plain + encrypted != (1 if succeeded else 0):
        raise SamlRefused(Refusal.ASSERTION_COUNT)
    if want_encrypted and plain:
        raise SamlRefused(Refusal.NOT_ENCRYPTED)


def the_assertion(root: etree._Element) -> etree._Element:
    """The one decrypted assertion of a response."""
    return only(root, names.SAML, "Assertion", Refusal.ASSERTION_COUNT)
