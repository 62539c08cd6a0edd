"""The signature of a message that carries no assertion, such as a posted log-out: the same checks as a Response's."""

from collections.abc import Iterable

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.guard import algorithms, encryption, envelope, signature
from portal.identity.saml.xml_reader import children


def check_message_signature(root: etree._Element, certs: Iterable[str]) -> None:
    """One signature, of the root, by one of this provider's keys; everything is judged before cryptography runs.

    Raises SamlRefused. Source: SAML Core 5.4, SAML.md section 3.
    """
    envelope.check_unique_ids(root)
    check_signature_form(root)
    encryption.forbid_external_references(root)
    signature.check_response_signature(root, certs)


def check_signature_form(root: etree._Element) -> None:
    """Exactly one signature, a child of the root that it signs, with allowed algorithms and transforms."""
    own = children(root, names.DS, "Signature")
    if not own:
        raise SamlRefused(Refusal.RESPONSE_NOT_SIGNED)
    if len(own) != 1 or len(list(root.iter(f"{{{names.DS}}}Signature"))) != 1:
        raise SamlRefused(Refusal.SIGNATURE_SHAPE)
    signature.check_signature_shapes(root)
    algorithms.check_signature_algorithms(root)
    algorithms.check_digest_algorithms(root)
    algorithms.check_canonicalisations(root)
    algorithms.check_transforms(root)
    signature.check_references(root)
