"""The signature of the whole message, checked by our own code with the keys of one identity provider."""

from collections.abc import Iterable
from typing import Final

import xmlsec
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.xml_reader import children, only

_SIGNATURE_CHILDREN: Final = ("SignedInfo", "SignatureValue", "KeyInfo")
_KEY_INFO_CHILDREN: Final = frozenset(f"{{{names.DS}}}{name}" for name in ("X509Data", "KeyName", "KeyValue"))


def check_signature_shapes(root: etree._Element) -> None:
    """A signature has one SignedInfo and value, harmless KeyInfo, and no Object to hide a message in (XMLDSig 4)."""
    allowed = {f"{{{names.DS}}}{name}" for name in _SIGNATURE_CHILDREN}
    for signature in root.iter(f"{{{names.DS}}}Signature"):
        if any(child.tag not in allowed for child in signature):
            raise SamlRefused(Refusal.SIGNATURE_SHAPE)
        info = only(signature, names.DS, "SignedInfo", Refusal.SIGNATURE_SHAPE)
        only(signature, names.DS, "SignatureValue", Refusal.SIGNATURE_SHAPE)
        only(info, names.DS, "CanonicalizationMethod", Refusal.SIGNATURE_SHAPE)
        only(info, names.DS, "SignatureMethod", Refusal.SIGNATURE_SHAPE)
        if len(info) != 3:  # the third is the Reference, judged by its own check
            raise SamlRefused(Refusal.SIGNATURE_SHAPE)
        for key_info in children(signature, names.DS, "KeyInfo"):
            if any(child.tag not in _KEY_INFO_CHILDREN for child in key_info):
                raise SamlRefused(Refusal.SIGNATURE_SHAPE)


def check_references(root: etree._Element) -> None:
    """Each signature has one reference, to the very element that carries it (SAML Core 5.4.2)."""
    for signature in root.iter(f"{{{names.DS}}}Signature"):
        info = only(signature, names.DS, "SignedInfo", Refusal.SIGNATURE_SHAPE)
        reference = only(info, names.DS, "Reference", Refusal.SIGNATURE_REFERENCE)
        parent = signature.getparent()
        signed = None if parent is None else parent.get("ID")
        if not signed or reference.get("URI") != f"#{signed}":
            raise SamlRefused(Refusal.SIGNATURE_REFERENCE)
        if len(list(reference.iter(f"{{{names.DS}}}Transforms"))) != 1 or len(_transforms(reference)) > 2:
            raise SamlRefused(Refusal.TRANSFORM)
        if names.ENVELOPED not in _transforms(reference):
            raise SamlRefused(Refusal.TRANSFORM)


def check_response_signature(root: etree._Element, signing_certs: Iterable[str]) -> None:
    """The message must verify with one of this provider's metadata keys (several at once: Deployment Profile 2.1.1.2).

    The key is always ours: a key or certificate sent inside the message is never used.
    """
    signature = only(root, names.DS, "Signature", Refusal.RESPONSE_NOT_SIGNED)
    if not any(_verifies(signature, root, cert) for cert in signing_certs):
        raise SamlRefused(Refusal.BAD_SIGNATURE)


def _transforms(reference: etree._Element) -> list[str | None]:
    return [found.get("Algorithm") for found in reference.iter(f"{{{names.DS}}}Transform")]


def _verifies(signature: etree._Element, signed: etree._Element, cert_pem: str) -> bool:
    context = xmlsec.SignatureContext()
    try:
        context.key = xmlsec.Key.from_memory(cert_pem, xmlsec.constants.KeyDataFormatCertPem)
        context.register_id(signed, "ID")
        context.verify(signature)
    except xmlsec.Error:
        return False
    return True
