"""A response kept as evidence: opened once for its content key, and checked again later without our private keys.

The checks are those of the sign-in (``guard``), asked with what was true then: when it came, the request it answers,
our address, and keys that the caller trusts from elsewhere.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

import xmlsec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.attributes import identity_number, read_attributes, single
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.guard import assertion, encryption, envelope, header, signature
from portal.identity.saml.model import IdentityProvider, PendingRequest, ServiceProvider
from portal.identity.saml.response import check_shape_and_algorithms
from portal.identity.saml.xml_reader import only, parse, text_of

_HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    names.DS + "sha1": hashes.SHA1(),  # noqa: S303 - inside OAEP alone, where the profile allows it
    names.SHA256: hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384(),
    names.XENC + "sha512": hashes.SHA512(),
}
_MASKS: Final[Mapping[str, hashes.HashAlgorithm]] = {
    names.XENC11 + "mgf1sha1": hashes.SHA1(),  # noqa: S303 - the mask of RSA-OAEP: nothing rests on its collisions
    names.XENC11 + "mgf1sha256": hashes.SHA256(),
    names.XENC11 + "mgf1sha384": hashes.SHA384(),
    names.XENC11 + "mgf1sha512": hashes.SHA512(),
}


def content_key(encoded: str, sp: ServiceProvider) -> bytes | None:
    """Return the key that the assertion is encrypted with, unwrapped with ours; None where it came in the clear.

    For a response that has been verified. Raises SamlRefused where none of our keys opens it.
    """
    root = parse(envelope.decode_base64(encoded))
    found = list(root.iter(f"{{{names.XENC}}}EncryptedKey"))
    if not found:
        return None
    method = only(found[0], names.XENC, "EncryptionMethod", Refusal.ENCRYPTION_SHAPE)
    data = only(found[0], names.XENC, "CipherData", Refusal.ENCRYPTION_SHAPE)
    wrapped = _bytes(only(data, names.XENC, "CipherValue", Refusal.ENCRYPTION_SHAPE))
    for key_pem, _cert in sp.decryption_keys:
        key = load_pem_private_key(key_pem.encode(), None)
        if isinstance(key, rsa.RSAPrivateKey):
            try:
                return key.decrypt(wrapped, _oaep(method))
            except ValueError:
                continue
    raise SamlRefused(Refusal.DECRYPTION)


def _oaep(method: etree._Element) -> padding.OAEP:
    """The padding that an EncryptionMethod describes; SHA-1 where it is silent (XML Encryption 1.1, 5.5.2)."""
    digest = method.find(f"{{{names.DS}}}DigestMethod")
    mask = method.find(f"{{{names.XENC11}}}MGF")
    label = method.find(f"{{{names.XENC}}}OAEPparams")
    try:
        algorithm = _HASHES[names.DS + "sha1" if digest is None else digest.get("Algorithm") or ""]
        mask_hash = _MASKS[names.XENC11 + "mgf1sha1" if mask is None else mask.get("Algorithm") or ""]
    except KeyError:
        raise SamlRefused(Refusal.KEY_TRANSPORT) from None
    return padding.OAEP(padding.MGF1(mask_hash), algorithm, None if label is None else _bytes(label))


def _bytes(element: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join(text_of(element, Refusal.ENCRYPTION_SHAPE).split()), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise SamlRefused(Refusal.NOT_BASE64) from None


@dataclass(frozen=True)
class KeptResponse:
    """A response with what was true when it came; ``levels`` are those asked for, ``attribute`` names the person."""

    encoded: str
    key: bytes | None
    request_id: str
    issued_at: datetime
    received_at: datetime
    sp_entity_id: str
    acs_url: str
    idp_entity_id: str
    levels: Mapping[str, int]
    attribute: str
    names_number: bool

    @cached_property
    def root(self) -> etree._Element:
        """The message, parsed and of an allowed shape; raises SamlRefused."""
        envelope.check_size(self.encoded)
        root = parse(envelope.decode_base64(self.encoded))
        check_shape_and_algorithms(root)
        encryption.forbid_external_references(root)
        encryption.check_encryption_shape(root)
        return root

    @cached_property
    def assertion(self) -> etree._Element:
        """The one assertion, in the clear; raises SamlRefused."""
        copy = parse(etree.tostring(self.root, encoding="UTF-8"))
        for holder in copy.findall(f"{{{names.SAML}}}EncryptedAssertion"):
            self._open(holder)
        clear = parse(etree.tostring(copy, encoding="UTF-8"))
        check_shape_and_algorithms(clear)
        encryption.forbid_external_references(clear)
        envelope.check_assertion_count(clear, want_encrypted=False, succeeded=True)
        return envelope.the_assertion(clear)

    def _open(self, holder: etree._Element) -> None:
        data = only(holder, names.XENC, "EncryptedData", Refusal.ENCRYPTION_SHAPE)
        if self.key is None:
            raise SamlRefused(Refusal.DECRYPTION)
        context = xmlsec.EncryptionContext()
        try:
            context.key = xmlsec.Key.from_binary_data(xmlsec.constants.KeyDataAes, self.key)
            context.decrypt(data)
        except (xmlsec.Error, ValueError):
            raise SamlRefused(Refusal.DECRYPTION) from None
        response = holder.getparent()
        if response is None or len(holder) != 1:
            raise SamlRefused(Refusal.ENCRYPTION_SHAPE)
        response.replace(holder, holder[0])

    def signed_by(self, certs: Iterable[str]) -> str | None:
        """The certificate, of those given, whose key has signed the message; None for none of them."""
        for cert in certs:
            try:
                signature.check_response_signature(self.root, (cert,))
            except SamlRefused:
                continue
            return cert
        return None

    @property
    def pending(self) -> PendingRequest:
        """The request that it must answer."""
        return PendingRequest(self.request_id, self.issued_at, True, tuple(self.levels))

    @property
    def sp(self) -> ServiceProvider:
        """Ourselves as we were then, without any key."""
        return ServiceProvider(self.sp_entity_id, self.acs_url, "", "", "", ())

    @property
    def idp(self) -> IdentityProvider:
        """The provider as it was then, as far as the checks ask."""
        return IdentityProvider(self.idp_entity_id, {}, None, (), self.levels)

    @property
    def signed_at(self) -> datetime:
        """When the person authenticated, as the provider says; raises SamlRefused."""
        statement = assertion.authn_statement(self.assertion, self.received_at)
        return assertion.check_authn_instant(statement, self.pending, self.received_at)

    @property
    def person(self) -> str | None:
        """Whom the provider names: a number as twelve digits, anything else as it stands; raises SamlRefused."""
        found = read_attributes(assertion.attribute_statement(self.assertion))
        return identity_number(found, self.attribute) if self.names_number else single(found, self.attribute)


def _answers(kept: KeptResponse) -> None:
    header.check_in_response_to(kept.root, kept.request_id)
    data = assertion.confirmation_data(kept.assertion)
    assertion.check_subject_in_response_to(data, kept.pending)


def _provider(kept: KeptResponse) -> None:
    header.check_response_issuer(kept.root, kept.idp_entity_id)
    header.check_response_issuer(kept.assertion, kept.idp_entity_id, Refusal.ASSERTION_ISSUER)


def _receiver(kept: KeptResponse) -> None:
    header.check_destination(kept.root, kept.acs_url)
    assertion.check_recipient(assertion.confirmation_data(kept.assertion), kept.sp)
    assertion.check_audience(kept.assertion, kept.sp)


def _status(kept: KeptResponse) -> None:
    header.check_status(kept.root)


def _times(kept: KeptResponse) -> None:
    header.check_issue_instant(kept.root, kept.received_at)
    header.check_issue_instant(kept.assertion, kept.received_at, Refusal.ASSERTION_ISSUE_INSTANT)
    assertion.check_subject_expiry(assertion.confirmation_data(kept.assertion), kept.received_at)
    assertion.check_conditions(kept.assertion, kept.received_at)
    if kept.signed_at < kept.issued_at - header.SKEW:
        raise SamlRefused(Refusal.AUTHN_INSTANT)


def _level(kept: KeptResponse) -> None:
    statement = assertion.authn_statement(kept.assertion, kept.received_at)
    assertion.check_level(statement, kept.idp, kept.pending)


CHECKS: Final[tuple[tuple[str, Callable[[KeptResponse], None]], ...]] = (
    ("status", _status),
    ("answers the request", _answers),
    ("provider", _provider),
    ("receiver", _receiver),
    ("time", _times),
    ("level", _level),
)
"""The checks of a kept response beside its signature and its person, by name; each raises SamlRefused or SamlStatus."""


def fingerprint(cert_pem: str) -> str:
    """The SHA-256 of a certificate, in hex; raises ValueError for what isn't one."""
    return load_pem_x509_certificate(cert_pem.encode()).fingerprint(hashes.SHA256()).hex()
