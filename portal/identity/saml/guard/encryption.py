"""Checks on what is to be decrypted: nothing in it may point outside the message."""

from typing import Final

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.xml_reader import only

_REFERENCES: Final = frozenset(
    f"{{{namespace}}}{name}"
    for namespace, name in (
        (names.XENC, "CipherReference"),
        (names.XENC, "ReferenceList"),
        (names.XENC, "DataReference"),
        (names.XENC, "KeyReference"),
        (names.DS, "RetrievalMethod"),
        ("http://www.w3.org/2009/xmldsig11#", "KeyInfoReference"),
        (names.XENC11, "KeyInfoReference"),
    )
)


def forbid_external_references(root: etree._Element) -> None:
    """No element may make xmlsec open a file or an address (CipherReference, RetrievalMethod: SAML.md section 3)."""
    if any(element.tag in _REFERENCES for element in root.iter()):
        raise SamlRefused(Refusal.EXTERNAL_REFERENCE)


def check_encryption_shape(root: etree._Element) -> None:
    """An EncryptedAssertion is one EncryptedData with its key inside, values inline (XML Encryption 3)."""
    reason = Refusal.ENCRYPTION_SHAPE
    for encrypted in root.iter(f"{{{names.SAML}}}EncryptedAssertion"):
        data = only(encrypted, names.XENC, "EncryptedData", reason)
        key_info = only(data, names.DS, "KeyInfo", reason)
        key = only(key_info, names.XENC, "EncryptedKey", reason)
        if len(encrypted) != 1 or len(key_info) != 1:
            raise SamlRefused(reason)
        for holder in (data, key):
            only(only(holder, names.XENC, "CipherData", reason), names.XENC, "CipherValue", reason)
    kinds = (f"{{{names.XENC}}}EncryptedData", f"{{{names.XENC}}}EncryptedKey")
    wrapped = len(list(root.iter(f"{{{names.SAML}}}EncryptedAssertion")))
    if any(len(list(root.iter(kind))) != wrapped for kind in kinds):
        raise SamlRefused(reason)
