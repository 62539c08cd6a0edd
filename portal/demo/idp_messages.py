"""Messages of the development identity provider: reads signed requests, issues signed and encrypted answers."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import xmlsec
from lxml import etree
from xmlsec import constants as xs

from portal.demo.idp_config import DemoPerson, IdpConfig, IdpSide
from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.post import read_signed_post
from portal.identity.saml.redirect import read_signed_query, signed_url
from portal.identity.saml.xml_reader import only, text_of, write_instant

LIFETIME: Final = timedelta(minutes=5)
_NSMAP: Final = {"samlp": names.SAMLP, "saml": names.SAML}


@dataclass(frozen=True)
class SignInRequest:
    """A verified request to sign somebody in."""

    request_id: str
    levels: tuple[str, ...]
    relay_state: str | None
    user_message: str | None = None


def read_request(config: IdpConfig, side: IdpSide, query: str) -> SignInRequest:
    """Check a signed AuthnRequest in the raw query string; raises SamlRefused."""
    root, relay_state = read_signed_query(query, "SAMLRequest", (side.relying_party.signing_cert_pem,))
    return _sign_in_request(config, side, root, relay_state)


def read_posted_request(config: IdpConfig, side: IdpSide, encoded: str, relay_state: str | None) -> SignInRequest:
    """Check an AuthnRequest that came by form, signed inside; raises SamlRefused."""
    root = read_signed_post(encoded, "AuthnRequest", (side.relying_party.signing_cert_pem,))
    return _sign_in_request(config, side, root, relay_state)


def _sign_in_request(config: IdpConfig, side: IdpSide, root: etree._Element, relay_state: str | None) -> SignInRequest:
    party = side.relying_party
    _check_head(root, "AuthnRequest", party.entity_id, config.sso_url(side))
    if root.get("AssertionConsumerServiceURL") != party.acs_url:
        raise SamlRefused(Refusal.RECIPIENT)
    levels = (found.text or "" for found in root.iter(f"{{{names.SAML}}}AuthnContextClassRef"))
    return SignInRequest(root.get("ID") or "", tuple(levels), relay_state, _user_message(root))


def _user_message(root: etree._Element) -> str | None:
    encoded = root.findtext(f".//{{{names.USER_MESSAGE}}}UserMessage/{{{names.USER_MESSAGE}}}Message")
    return base64.b64decode(encoded).decode("utf-8") if encoded else None


def issue_response(
    config: IdpConfig, side: IdpSide, request_id: str, person: DemoPerson, level: str, now: datetime
) -> str:
    """A signed Response with a signed and encrypted assertion about a person, as base64 for the POST binding."""
    response = _response(config, side, request_id, now)
    _status(response, names.STATUS_SUCCESS)
    assertion = _assertion(response, config, side, request_id, now)
    _say(assertion, side, person, level, now)
    _sign(assertion, side)
    _encrypt(assertion, side.relying_party.encryption_cert_pem)
    _sign(response, side)
    return _encode(response)


def issue_error(config: IdpConfig, side: IdpSide, request_id: str, second_level: str, now: datetime) -> str:
    """A signed Response that nobody was signed in; `second_level` is a status code's address."""
    response = _response(config, side, request_id, now)
    _status(response, names.STATUS + "Responder", second_level)
    _sign(response, side)
    return _encode(response)


def answer_logout(config: IdpConfig, side: IdpSide, query: str, now: datetime) -> str:
    """Check a signed LogoutRequest and return the address that carries the answer; raises SamlRefused."""
    party = side.relying_party
    root, relay_state = read_signed_query(query, "SAMLRequest", (party.signing_cert_pem,))
    _check_head(root, "LogoutRequest", party.entity_id, config.slo_url(side))
    answer = _message("LogoutResponse", config.entity_id(side), party.slo_url, root.get("ID") or "", now)
    _status(answer, names.STATUS_SUCCESS)
    return signed_url(party.slo_url, "SAMLResponse", answer, side.key_pem, relay_state)


def start_logout(config: IdpConfig, side: IdpSide, person: DemoPerson, now: datetime) -> str:
    """The address that carries a signed wish that every session of a person ends."""
    party = side.relying_party
    wish = _message("LogoutRequest", config.entity_id(side), party.slo_url, None, now)
    _saml(wish, "NameID", Format=names.NAME_ID_PERSISTENT).text = _name_of(side, person)
    return signed_url(party.slo_url, "SAMLRequest", wish, side.key_pem)


def _name_of(side: IdpSide, person: DemoPerson) -> str:
    identity = (person.staff_id if side.name == "staff" else person.identity_number) or ""
    known_by = identity or "|".join(value for _, value in person.extra)
    return hashlib.sha256(f"{side.name}|{known_by}".encode()).hexdigest()


def _check_head(root: etree._Element, name: str, issuer: str, destination: str) -> None:
    if root.tag != f"{{{names.SAMLP}}}{name}":
        raise SamlRefused(Refusal.WRONG_MESSAGE)
    if root.get("Destination") != destination:
        raise SamlRefused(Refusal.DESTINATION)
    if text_of(only(root, names.SAML, "Issuer", Refusal.RESPONSE_ISSUER), Refusal.RESPONSE_ISSUER) != issuer:
        raise SamlRefused(Refusal.RESPONSE_ISSUER)


def _message(name: str, issuer: str, destination: str, in_response_to: str | None, now: datetime) -> etree._Element:
    message = etree.Element(f"{{{names.SAMLP}}}{name}", nsmap=_NSMAP)
    message.set("ID", "_" + secrets.token_hex(20))
    message.set("Version", "2.0")
    message.set("IssueInstant", write_instant(now))
    message.set("Destination", destination)
    if in_response_to is not None:
        message.set("InResponseTo", in_response_to)
    _saml(message, "Issuer").text = issuer
    return message


def _response(config: IdpConfig, side: IdpSide, request_id: str, now: datetime) -> etree._Element:
    return _message("Response", config.entity_id(side), side.relying_party.acs_url, request_id, now)


def _status(message: etree._Element, *codes: str) -> None:
    parent = etree.SubElement(message, f"{{{names.SAMLP}}}Status")
    for code in codes:
        parent = etree.SubElement(parent, f"{{{names.SAMLP}}}StatusCode", Value=code)


def _assertion(
    response: etree._Element, config: IdpConfig, side: IdpSide, request_id: str, now: datetime
) -> etree._Element:
    assertion = _saml(response, "Assertion", Version="2.0", IssueInstant=write_instant(now))
    assertion.set("ID", "_" + secrets.token_hex(20))
    _saml(assertion, "Issuer").text = config.entity_id(side)
    subject = _saml(assertion, "Subject")
    _saml(subject, "NameID", Format=names.NAME_ID_PERSISTENT, SPNameQualifier=side.relying_party.entity_id)
    confirmation = _saml(subject, "SubjectConfirmation", Method=names.BEARER)
    _saml(
        confirmation,
        "SubjectConfirmationData",
        InResponseTo=request_id,
        Recipient=side.relying_party.acs_url,
        NotOnOrAfter=write_instant(now + LIFETIME),
    )
    conditions = _saml(
        assertion, "Conditions", NotBefore=write_instant(now), NotOnOrAfter=write_instant(now + LIFETIME)
    )
    _saml(_saml(conditions, "AudienceRestriction"), "Audience").text = side.relying_party.entity_id
    return assertion


def _say(assertion: etree._Element, side: IdpSide, person: DemoPerson, level: str, now: datetime) -> None:
    identity = (person.staff_id if side.name == "staff" else person.identity_number) or ""
    name = next(assertion.iter(f"{{{names.SAML}}}NameID"))
    name.text = _name_of(side, person)
    statement = _saml(
        assertion, "AuthnStatement", AuthnInstant=write_instant(now), SessionIndex="_" + secrets.token_hex(16)
    )
    _saml(_saml(statement, "AuthnContext"), "AuthnContextClassRef").text = level
    holder = _saml(assertion, "AttributeStatement")
    identity_name = names.ORG_AFFILIATION if side.name == "staff" else names.PERSONAL_IDENTITY_NUMBER
    for attribute, value in (
        (identity_name, identity),
        (names.DISPLAY_NAME, person.display_name),
        (names.GIVEN_NAME, person.given_name),
        (names.SURNAME, person.surname),
        *person.extra,
    ):
        element = _saml(holder, "Attribute", Name=attribute, NameFormat=names.ATTRIBUTE_URI)
        _saml(element, "AttributeValue").text = value


def _saml(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{names.SAML}}}{name}", attributes)


def _sign(element: etree._Element, side: IdpSide) -> None:
    node = xmlsec.template.create(element, xs.TransformExclC14N, xs.TransformRsaSha256, ns="ds")
    element.insert(1, node)  # after the Issuer, as the schema demands
    reference = xmlsec.template.add_reference(node, xs.TransformSha256, uri="#" + (element.get("ID") or ""))
    xmlsec.template.add_transform(reference, xs.TransformEnveloped)
    xmlsec.template.add_transform(reference, xs.TransformExclC14N)
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(node))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(side.key_pem, xs.KeyDataFormatPem)
    context.key.load_cert_from_memory(side.cert_pem, xs.KeyDataFormatPem)
    context.register_id(element, "ID")
    context.sign(node)


def _encrypt(assertion: etree._Element, cert_pem: str) -> None:
    response = assertion.getparent()
    template = xmlsec.template.encrypted_data_create(
        assertion, xs.TransformAes256Gcm, type=xs.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(template)
    key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
    encrypted_key = xmlsec.template.add_encrypted_key(key_info, xs.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(encrypted_key)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(cert_pem, xs.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xs.KeyDataAes, 256, xs.KeyDataTypeSession)
    data = context.encrypt_xml(template, assertion)
    if response is not None:
        holder = _saml(response, "EncryptedAssertion")
        response.replace(data, holder)
        holder.append(data)


def _encode(message: etree._Element) -> str:
    return base64.b64encode(etree.tostring(message, encoding="UTF-8")).decode("ascii")
