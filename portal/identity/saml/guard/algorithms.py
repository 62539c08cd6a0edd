"""Allow-lists for the algorithm kinds, judged before any of them runs."""

from collections.abc import Container
from typing import Final

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.xml_reader import children

_ENCRYPTION_METHOD: Final = f"{{{names.XENC}}}EncryptionMethod"


def check_signature_algorithms(root: etree._Element) -> None:
    """RSA or ECDSA with SHA-2 only; HMAC and SHA-1 are refused (Deployment Profile 1.8, section 8)."""
    _allow(root, names.DS, "SignatureMethod", names.SIGNATURE_ALGORITHMS, Refusal.SIGNATURE_ALGORITHM)


def check_digest_algorithms(root: etree._Element) -> None:
    """SHA-2 digests; SHA-1 only inside RSA-OAEP, where the profile allows it (Deployment Profile 1.8, section 8)."""
    for element in root.iter(f"{{{names.DS}}}DigestMethod"):
        parent = element.getparent()
        inside_oaep = parent is not None and parent.tag == _ENCRYPTION_METHOD
        if element.get("Algorithm") not in (names.OAEP_DIGESTS if inside_oaep else names.DIGEST_ALGORITHMS):
            raise SamlRefused(Refusal.DIGEST_ALGORITHM)


def check_canonicalisations(root: etree._Element) -> None:
    """Exclusive canonicalisation without comments (SAML Core 5.4.3)."""
    _allow(root, names.DS, "CanonicalizationMethod", names.CANONICALISATIONS, Refusal.CANONICALISATION)


def check_transforms(root: etree._Element) -> None:
    """Enveloped and exclusive only: XSLT runs before the signature is judged (python3-saml #447), XPath shrinks it."""
    _allow(root, names.DS, "Transform", names.TRANSFORMS, Refusal.TRANSFORM)
    for transform in root.iter(f"{{{names.DS}}}Transform"):
        if any(child.tag != f"{{{names.EXC_C14N}}}InclusiveNamespaces" for child in transform):
            raise SamlRefused(Refusal.TRANSFORM)


def check_encryption_algorithms(root: etree._Element) -> None:
    """AES in CBC or GCM for data; 3DES is refused (Deployment Profile 1.8, section 8)."""
    for data in root.iter(f"{{{names.XENC}}}EncryptedData"):
        _one_method(data, names.ENCRYPTION_ALGORITHMS, Refusal.ENCRYPTION_ALGORITHM)


def check_key_transports(root: etree._Element) -> None:
    """RSA-OAEP for keys; RSA 1.5 is a decryption oracle (Deployment Profile 1.8, section 8)."""
    for key in root.iter(f"{{{names.XENC}}}EncryptedKey"):
        _one_method(key, names.KEY_TRANSPORTS, Refusal.KEY_TRANSPORT)
    _allow(root, names.XENC11, "MGF", names.OAEP_MASKS, Refusal.KEY_TRANSPORT)
    if next(root.iter(f"{{{names.XENC}}}AgreementMethod"), None) is not None:
        raise SamlRefused(Refusal.KEY_TRANSPORT)


def _one_method(element: etree._Element, allowed: Container[str], reason: Refusal) -> None:
    methods = children(element, names.XENC, "EncryptionMethod")
    if len(methods) != 1 or (methods[0].get("Algorithm") or "") not in allowed:
        raise SamlRefused(reason)


def _allow(root: etree._Element, namespace: str, name: str, allowed: Container[str], reason: Refusal) -> None:
    if any((element.get("Algorithm") or "") not in allowed for element in root.iter(f"{{{namespace}}}{name}")):
        raise SamlRefused(reason)
