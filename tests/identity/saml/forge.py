"""An identity provider that can be told to lie: builds, signs and encrypts any answer; shares no code of ours."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from xmlsec import constants as c

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
NS = {"saml": SAML, "samlp": SAMLP, "ds": DS, "xenc": XENC}
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
LOA4 = "http://id.elegnamnden.se/loa/1.0/loa4"
LOA2 = "http://id.elegnamnden.se/loa/1.0/loa2"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PERSON = "198511292388"

# xmlsec keeps the class of its constants to itself.
Transform = Any
Edit = Callable[[etree._Element], None]


def untouched(_element: etree._Element) -> None:
    """Change nothing."""


@dataclass(frozen=True)
class Pair:
    key: str
    cert: str


def make_pair(name: str, *, curve: bool = False, bits: int = 2048) -> Pair:
    """A key and a self-signed certificate, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, bits)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    # Expired on purpose: metadata certificates are keys and no more.
    cert = (
        builder.not_valid_before(today - timedelta(9)).not_valid_after(today - timedelta(1)).sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Pair(pem.decode(), cert.public_bytes(Encoding.PEM).decode())


def write(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Answer:
    """One response; None leaves an attribute or element out."""

    now: datetime
    destination: str | None
    in_response_to: str | None
    issuer: str | None
    audience: str | None
    recipient: str | None
    signer: Pair | None
    receiver: str | None
    """Certificate to encrypt for; None sends the assertion in the clear."""
    subject_in_response_to: str | None = None
    assertion_issuer: str | None = None
    issue_instant: timedelta = timedelta(0)
    assertion_issue_instant: timedelta = timedelta(0)
    authn_instant: timedelta = timedelta(0)
    not_before: timedelta | None = timedelta(seconds=-5)
    not_on_or_after: timedelta | None = timedelta(minutes=5)
    subject_not_on_or_after: timedelta | None = timedelta(minutes=5)
    session_not_on_or_after: timedelta | None = None
    level: str = LOA3
    status: tuple[str, ...] = (SUCCESS,)
    status_message: str | None = None
    name_id: str = "opaque-name"
    attributes: Mapping[str, tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType(
            {
                "urn:oid:1.2.752.29.4.13": (PERSON,),
                "urn:oid:2.5.4.42": ("Test",),
                "urn:oid:2.5.4.4": ("Person",),
                "urn:oid:2.16.840.1.113730.3.1.241": ("Test Person",),
            }
        )
    )
    signature: Transform = c.TransformRsaSha256
    digest: Transform = c.TransformSha256
    canonicalisation: Transform = c.TransformExclC14N
    transforms: tuple[Transform, ...] = (c.TransformEnveloped, c.TransformExclC14N)
    cipher: Transform = c.TransformAes256Gcm
    transport: Transform = c.TransformRsaOaep
    sign_assertion: bool = False
    edit_assertion: Edit = untouched
    """Before the assertion is signed and encrypted."""
    edit_clear: Edit = untouched
    """After it is signed, before it is encrypted."""
    edit_response: Edit = untouched
    """Before the response is signed."""
    edit_signed: Edit = untouched
    """After everything: what an attacker on the way can do."""


def issue(answer: Answer) -> str:
    """The base64 text that the browser posts."""
    return base64.b64encode(etree.tostring(build(answer))).decode()


def build(answer: Answer) -> etree._Element:
    response = response_head(answer)
    if answer.status[:1] == (SUCCESS,) and len(answer.status) == 1:
        add_assertion(response, answer)
    answer.edit_response(response)
    if answer.signer is not None:
        sign(response, answer.signer, answer)
    answer.edit_signed(response)
    return response


def response_head(answer: Answer) -> etree._Element:
    response = etree.Element(f"{{{SAMLP}}}Response", nsmap={"samlp": SAMLP, "saml": SAML})
    _set(response, ID="_response", Version="2.0", IssueInstant=write(answer.now + answer.issue_instant))
    _set(response, Destination=answer.destination, InResponseTo=answer.in_response_to)
    if answer.issuer is not None:
        sub(response, SAML, "Issuer", answer.issuer)
    holder = sub(response, SAMLP, "Status")
    parent = holder
    for code in answer.status:
        parent = sub(parent, SAMLP, "StatusCode")
        parent.set("Value", code)
    if answer.status_message is not None:
        sub(holder, SAMLP, "StatusMessage", answer.status_message)
    return response


def add_assertion(response: etree._Element, answer: Answer) -> etree._Element:
    assertion = sub(response, SAML, "Assertion")
    _set(assertion, ID="_assertion", Version="2.0", IssueInstant=write(answer.now + answer.assertion_issue_instant))
    issuer = answer.assertion_issuer if answer.assertion_issuer is not None else answer.issuer
    sub(assertion, SAML, "Issuer", issuer or "")
    _subject(assertion, answer)
    _conditions(assertion, answer)
    _statements(assertion, answer)
    answer.edit_assertion(assertion)
    if answer.sign_assertion and answer.signer is not None:
        sign(assertion, answer.signer, answer)
    answer.edit_clear(assertion)
    if answer.receiver is not None:
        encrypt(assertion, answer.receiver, answer)
    return assertion


def _subject(assertion: etree._Element, answer: Answer) -> None:
    subject = sub(assertion, SAML, "Subject")
    sub(subject, SAML, "NameID", answer.name_id).set("Format", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient")
    confirmation = sub(subject, SAML, "SubjectConfirmation")
    confirmation.set("Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer")
    question = answer.subject_in_response_to if answer.subject_in_response_to is not None else answer.in_response_to
    _set(
        sub(confirmation, SAML, "SubjectConfirmationData"),
        Recipient=answer.recipient,
        InResponseTo=question or None,
        NotOnOrAfter=_moment(answer, answer.subject_not_on_or_after),
    )


def _conditions(assertion: etree._Element, answer: Answer) -> None:
    conditions = sub(assertion, SAML, "Conditions")
    _set(
        conditions,
        NotBefore=_moment(answer, answer.not_before),
        NotOnOrAfter=_moment(answer, answer.not_on_or_after),
    )
    if answer.audience is not None:
        sub(sub(conditions, SAML, "AudienceRestriction"), SAML, "Audience", answer.audience)


def _statements(assertion: etree._Element, answer: Answer) -> None:
    statement = sub(assertion, SAML, "AuthnStatement")
    _set(
        statement,
        AuthnInstant=write(answer.now + answer.authn_instant),
        SessionIndex="_session",
        SessionNotOnOrAfter=_moment(answer, answer.session_not_on_or_after),
    )
    sub(sub(statement, SAML, "AuthnContext"), SAML, "AuthnContextClassRef", answer.level)
    attributes = sub(assertion, SAML, "AttributeStatement")
    for name, values in answer.attributes.items():
        attribute = sub(attributes, SAML, "Attribute")
        attribute.set("Name", name)
        for value in values:
            sub(attribute, SAML, "AttributeValue", value)


def sub(parent: etree._Element, namespace: str, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element


def _set(element: etree._Element, **values: str | None) -> None:
    for name, value in values.items():
        if value is not None:
            element.set(name, value)


def _moment(answer: Answer, offset: timedelta | None) -> str | None:
    return None if offset is None else write(answer.now + offset)


def sign(element: etree._Element, signer: Pair, answer: Answer) -> etree._Element:
    """Enveloped signature after the Issuer, as the schema demands."""
    node = xmlsec.template.create(element, answer.canonicalisation, answer.signature, ns="ds")
    issuer = element.find("saml:Issuer", NS)
    element.insert(0 if issuer is None else 1, node)
    reference = xmlsec.template.add_reference(node, answer.digest, uri="#" + (element.get("ID") or ""))
    for transform in answer.transforms:
        xmlsec.template.add_transform(reference, transform)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    if answer.signature.name.startswith("hmac"):
        context.key = xmlsec.Key.from_binary_data(c.KeyDataHmac, signer.cert.encode())
    else:
        context.key = xmlsec.Key.from_memory(signer.key, c.KeyDataFormatPem)
        context.key.load_cert_from_memory(signer.cert, c.KeyDataFormatPem)
    context.register_id(element, "ID")
    context.sign(node)
    return node


def encrypt(assertion: etree._Element, receiver: str, answer: Answer) -> None:
    """Replace the assertion by its encrypted form."""
    response = assertion.getparent()
    assert response is not None
    template = xmlsec.template.encrypted_data_create(assertion, answer.cipher, type=c.TypeEncElement, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    encrypted_key = xmlsec.template.add_encrypted_key(key_info, answer.transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(receiver, c.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    if "tripledes" in answer.cipher.name:
        context.key = xmlsec.Key.generate(c.KeyDataDes, 192, c.KeyDataTypeSession)
    else:
        bits = int(answer.cipher.name[3:6])
        context.key = xmlsec.Key.generate(c.KeyDataAes, bits, c.KeyDataTypeSession)
    data = context.encrypt_xml(template, assertion)
    holder = sub(response, SAML, "EncryptedAssertion")
    response.replace(data, holder)
    holder.append(data)
