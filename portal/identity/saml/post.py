"""The HTTP-POST binding: a base64 field in a form, the message signed inside (SAML Bindings 3.5)."""

import base64
from collections.abc import Iterable

import xmlsec
from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.guard import envelope
from portal.identity.saml.guard.message import check_message_signature
from portal.identity.saml.keys import algorithm_of, load_signing_key
from portal.identity.saml.model import PostRequest, ServiceProvider
from portal.identity.saml.redirect import check_relay_state
from portal.identity.saml.xml_reader import parse

_TRANSFORMS = {
    names.RSA_SHA256: xmlsec.constants.TransformRsaSha256,
    names.ECDSA_SHA256: xmlsec.constants.TransformEcdsaSha256,
}


def signed_post(
    url: str, field: str, message: etree._Element, sp: ServiceProvider, relay_state: str | None = None
) -> PostRequest:
    """The form that carries a message, signed with our key; `field` is SAMLRequest or SAMLResponse.

    Raises ValueError for a relay state above 80 bytes or a key that may not sign.
    """
    sign_message(message, sp.signing_key_pem, sp.signing_cert_pem)
    encoded = base64.b64encode(etree.tostring(message, encoding="UTF-8")).decode("ascii")
    fields = {field: encoded}
    if relay_state is not None:
        check_relay_state(relay_state)
        fields["RelayState"] = relay_state
    return PostRequest(url, fields)


def sign_message(message: etree._Element, key_pem: str, cert_pem: str) -> None:
    """Put an enveloped signature after the Issuer, where the schema wants it (SAML Core 5.4)."""
    algorithm = algorithm_of(load_signing_key(key_pem))
    node = xmlsec.template.create(message, xmlsec.constants.TransformExclC14N, _TRANSFORMS[algorithm], ns="ds")
    message.insert(1, node)
    reference = xmlsec.template.add_reference(
        node, xmlsec.constants.TransformSha256, uri="#" + (message.get("ID") or "")
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(key_pem, xmlsec.constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(cert_pem, xmlsec.constants.KeyDataFormatPem)
    context.register_id(message, "ID")
    context.sign(node)


def peek(encoded: str) -> etree._Element:
    """The message of a posted field before its signature is judged: to find whose it claims to be, no more.

    Raises SamlRefused.
    """
    envelope.check_size(encoded)
    return parse(envelope.decode_base64(encoded))


def read_signed_post(encoded: str, name: str, certs: Iterable[str]) -> etree._Element:
    """The message of that name in a posted field, once its own signature verifies with one of `certs`.

    Raises SamlRefused.
    """
    root = peek(encoded)
    envelope.check_message(root, name)
    check_message_signature(root, certs)
    return root
