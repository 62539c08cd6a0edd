"""Our own metadata as a service provider, by our own template: the library's lacks too much (SAML.md section 3)."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.model import ServiceProvider


class RequestedAttribute(NamedTuple):
    """An attribute asked for in the metadata."""

    name: str
    friendly_name: str
    required: bool


# Attribute set pnr-01, and the previous number for those who go from samordningsnummer to personnummer.
CLIENT_ATTRIBUTES: Final = (
    RequestedAttribute(names.PERSONAL_IDENTITY_NUMBER, "personalIdentityNumber", True),
    RequestedAttribute(names.GIVEN_NAME, "givenName", True),
    RequestedAttribute(names.SURNAME, "sn", True),
    RequestedAttribute(names.DISPLAY_NAME, "displayName", True),
    RequestedAttribute(names.PREVIOUS_IDENTITY_NUMBER, "previousPersonalIdentityNumber", False),
    RequestedAttribute(names.PRID, "prid", False),
    RequestedAttribute(names.PRID_PERSISTENCE, "pridPersistence", False),
    RequestedAttribute(names.EIDAS_IDENTIFIER, "eidasPersonIdentifier", False),
    RequestedAttribute(names.DATE_OF_BIRTH, "dateOfBirth", False),
    RequestedAttribute(names.MAPPED_IDENTITY_NUMBER, "mappedPersonalIdentityNumber", False),
    RequestedAttribute(names.IDENTITY_NUMBER_BINDING, "personalIdentityNumberBinding", False),
)
# Attribute set org-person-01; the HSA id only where the organisation has one.
STAFF_ATTRIBUTES: Final = (
    RequestedAttribute(names.ORG_AFFILIATION, "orgAffiliation", True),
    RequestedAttribute(names.DISPLAY_NAME, "displayName", True),
    RequestedAttribute(names.ORGANISATION_NAME, "o", True),
    RequestedAttribute(names.EMPLOYEE_HSA_ID, "employeeHsaId", False),
)
# Best first; a provider that is not told may choose 3DES, which is refused (Deployment Profile 1.8, section 8).
_PREFERRED: Final = (
    names.XENC11 + "aes256-gcm",
    names.XENC11 + "aes128-gcm",
    names.XENC + "aes256-cbc",
    names.XENC + "aes128-cbc",
    names.XENC + "rsa-oaep-mgf1p",
)
_NSMAP: Final = {"md": names.MD, "ds": names.DS, "mdui": names.MDUI, "mdattr": names.MDATTR, "saml": names.SAML}


def sp_metadata(sp: ServiceProvider, *, attributes: tuple[RequestedAttribute, ...] = CLIENT_ATTRIBUTES) -> bytes:
    """The EntityDescriptor as UTF-8 XML, valid against the metadata schema.

    Only the new encryption certificate is published: the old key goes on decrypting until its peers have noticed.
    Source: Deployment Profile 1.8, section 2.1 (Organization, UIInfo, entity categories).
    """
    entity = etree.Element(f"{{{names.MD}}}EntityDescriptor", nsmap=_NSMAP, entityID=sp.entity_id)
    if sp.entity_categories:
        _entity_categories(entity, sp.entity_categories)
    descriptor = _child(
        entity,
        names.MD,
        "SPSSODescriptor",
        AuthnRequestsSigned="true",
        WantAssertionsSigned="false",
        protocolSupportEnumeration=names.SAMLP,
    )
    info = _child(_child(descriptor, names.MD, "Extensions"), names.MDUI, "UIInfo")
    _ui_info(info, sp)
    for certificate in (sp.signing_cert_pem, *sp.further_signing_certs):
        _key(descriptor, "signing", certificate)
    encryption = _key(descriptor, "encryption", sp.decryption_keys[0][1])
    for algorithm in _PREFERRED:
        _child(encryption, names.MD, "EncryptionMethod", Algorithm=algorithm)
    for binding in (names.BINDING_REDIRECT, names.BINDING_POST):
        _child(descriptor, names.MD, "SingleLogoutService", Binding=binding, Location=sp.slo_url)
    for name_format in (names.NAME_ID_PERSISTENT, names.NAME_ID_TRANSIENT):
        _child(descriptor, names.MD, "NameIDFormat").text = name_format
    _child(
        descriptor,
        names.MD,
        "AssertionConsumerService",
        Binding=names.BINDING_POST,
        Location=sp.acs_url,
        index="0",
        isDefault="true",
    )
    _consuming_service(descriptor, sp, attributes)
    _organisation(entity, sp)
    return etree.tostring(entity, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _child(parent: etree._Element, namespace: str, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)


def _localised(parent: etree._Element, namespace: str, name: str, texts: Mapping[str, str]) -> None:
    for locale, text in texts.items():
        element = _child(parent, namespace, name)
        element.set(f"{{{names.XML}}}lang", locale)
        element.text = text


def _ui_info(info: etree._Element, sp: ServiceProvider) -> None:
    _localised(info, names.MDUI, "DisplayName", sp.display_names)
    _localised(info, names.MDUI, "Description", sp.descriptions)
    if sp.logo_url:
        _child(info, names.MDUI, "Logo", height="32", width="32").text = sp.logo_url
    if sp.information_url:
        _localised(info, names.MDUI, "InformationURL", dict.fromkeys(sp.display_names, sp.information_url))


def _entity_categories(entity: etree._Element, categories: tuple[str, ...]) -> None:
    holder = _child(_child(entity, names.MD, "Extensions"), names.MDATTR, "EntityAttributes")
    attribute = _child(holder, names.SAML, "Attribute", Name=names.ENTITY_CATEGORY, NameFormat=names.ATTRIBUTE_URI)
    for category in categories:
        _child(attribute, names.SAML, "AttributeValue").text = category


def _key(descriptor: etree._Element, use: str, cert_pem: str) -> etree._Element:
    key = _child(descriptor, names.MD, "KeyDescriptor", use=use)
    info = _child(key, names.DS, "KeyInfo")
    lines = (line for line in cert_pem.splitlines() if line and not line.startswith("-----"))
    _child(_child(info, names.DS, "X509Data"), names.DS, "X509Certificate").text = "".join(lines)
    return key


def _consuming_service(
    descriptor: etree._Element, sp: ServiceProvider, attributes: tuple[RequestedAttribute, ...]
) -> None:
    service = _child(descriptor, names.MD, "AttributeConsumingService", index="0", isDefault="true")
    _localised(service, names.MD, "ServiceName", sp.display_names)
    for wanted in attributes:
        _child(
            service,
            names.MD,
            "RequestedAttribute",
            Name=wanted.name,
            NameFormat=names.ATTRIBUTE_URI,
            FriendlyName=wanted.friendly_name,
            isRequired="true" if wanted.required else "false",
        )


def _organisation(entity: etree._Element, sp: ServiceProvider) -> None:
    if sp.organisation_names:
        organisation = _child(entity, names.MD, "Organization")
        _localised(organisation, names.MD, "OrganizationName", sp.organisation_names)
        _localised(organisation, names.MD, "OrganizationDisplayName", sp.organisation_names)
        address = sp.organisation_url or sp.entity_id
        _localised(organisation, names.MD, "OrganizationURL", dict.fromkeys(sp.organisation_names, address))
    for kind, email in (("technical", sp.contact_email), ("support", sp.support_email or sp.contact_email)):
        if email:
            contact = _child(entity, names.MD, "ContactPerson", contactType=kind)
            if company := sp.organisation_names.get("sv"):
                _child(contact, names.MD, "Company").text = company
            _child(contact, names.MD, "EmailAddress").text = f"mailto:{email}"
