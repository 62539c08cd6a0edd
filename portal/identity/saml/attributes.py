"""Attributes of a verified assertion: single values, identity number, scoped staff id."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.model import IdentityProvider
from portal.people.identity_numbers import InvalidIdentityNumber, parse_identity_number

_ATTRIBUTE = f"{{{names.SAML}}}Attribute"
_VALUE = f"{{{names.SAML}}}AttributeValue"
_NAME_ID = f"{{{names.SAML}}}NameID"


def read_attributes(statement: etree._Element) -> Mapping[str, tuple[str, ...]]:
    """All text values by attribute name; encrypted, repeated or structured attributes are refused (SAML Core 2.7.3)."""
    found: dict[str, tuple[str, ...]] = {}
    for attribute in statement:
        name = attribute.get("Name")
        if attribute.tag != _ATTRIBUTE or not name or name in found:
            raise SamlRefused(Refusal.ATTRIBUTE_SHAPE)
        values = (_value(element) for element in attribute)
        found[name] = tuple(value for value in values if value)
    return MappingProxyType(found)


def single(attributes: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """The one value of an attribute, None where there is none; several are refused, never chosen from."""
    values = attributes.get(name, ())
    if len(values) > 1:
        raise SamlRefused(Refusal.ATTRIBUTE_VALUES)
    return values[0] if values else None


def identity_number(attributes: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """The personnummer or samordningsnummer as twelve digits; an impossible one is refused (DOMAIN.md section 7)."""
    value = single(attributes, name)
    if value is None:
        return None
    try:
        return parse_identity_number(value)
    except InvalidIdentityNumber:
        raise SamlRefused(Refusal.IDENTITY_NUMBER) from None


def mapped_number(attributes: Mapping[str, tuple[str, ...]], idp: IdentityProvider) -> str | None:
    """The Swedish number mapped to an eIDAS person, only where the binding is one that this installation believes.

    Source: Attribute Specification 3.3.2 (personalIdentityNumberBinding: how the mapping was made).
    """
    wanted = idp.attribute_names
    binding = single(attributes, wanted.identity_number_binding)
    if binding is None or binding not in idp.mapped_bindings:
        return None
    return identity_number(attributes, wanted.mapped_identity_number)


def birth_date(attributes: Mapping[str, tuple[str, ...]], name: str) -> date | None:
    """The date of birth (YYYY-MM-DD); an impossible one is refused."""
    value = single(attributes, name)
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise SamlRefused(Refusal.BIRTH_DATE) from None


def portal_role(attributes: Mapping[str, tuple[str, ...]], idp: IdentityProvider) -> str | None:
    """The role of the portal that the role attribute means; several values may stand there, but mean one role."""
    values = attributes.get(idp.attribute_names.role, ()) if idp.attribute_names.role else ()
    meant = {idp.roles[value] for value in values if value in idp.roles}
    if len(meant) > 1:
        raise SamlRefused(Refusal.ATTRIBUTE_VALUES)
    return meant.pop() if meant else None


def staff_id(attributes: Mapping[str, tuple[str, ...]], idp: IdentityProvider) -> str | None:
    """The staff member's id; a scoped one must have a scope that the provider's metadata grants it.

    Source: Attribute Specification 3.1.3 (orgAffiliation: split at the last @, compare with shibmd:Scope).
    """
    name = idp.attribute_names.staff_id
    value = single(attributes, name)
    if value is not None and name == names.ORG_AFFILIATION:
        person, at, scope = value.rpartition("@")
        if not (person and at and scope in idp.scopes):
            raise SamlRefused(Refusal.SCOPE)
    return value


def _value(element: etree._Element) -> str | None:
    if element.tag != _VALUE:
        raise SamlRefused(Refusal.ATTRIBUTE_SHAPE)
    if len(element) == 1 and element[0].tag == _NAME_ID:
        return None  # a structured name such as eduPersonTargetedID; nothing here reads it
    if len(element):
        raise SamlRefused(Refusal.ATTRIBUTE_SHAPE)
    return (element.text or "").strip() or None
