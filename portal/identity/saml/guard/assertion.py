"""Checks on the decrypted assertion, each exact where the library is lenient (SAML.md section 3)."""

from datetime import datetime
from typing import Final, NamedTuple

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.guard.header import SKEW
from portal.identity.saml.model import IdentityProvider, PendingRequest, ServiceProvider
from portal.identity.saml.xml_reader import instant, only, text_of

_CONDITIONS: Final = frozenset(
    f"{{{names.SAML}}}{name}" for name in ("AudienceRestriction", "OneTimeUse", "ProxyRestriction")
)


class Name(NamedTuple):
    """The subject's name at the identity provider, needed to log out."""

    value: str
    format: str | None


def read_name_id(assertion: etree._Element, sp: ServiceProvider) -> Name:
    """Exactly one NameID in the clear, for us if it says for whom (SAML Core 2.2.2, 2.4.1)."""
    subject = only(assertion, names.SAML, "Subject", Refusal.SUBJECT)
    name = only(subject, names.SAML, "NameID", Refusal.NAME_ID)
    if name.get("SPNameQualifier") not in (None, sp.entity_id):
        raise SamlRefused(Refusal.NAME_ID)
    return Name(text_of(name, Refusal.NAME_ID), name.get("Format"))


def confirmation_data(assertion: etree._Element) -> etree._Element:
    """The data of the one bearer confirmation; NotBefore is forbidden there (SAML Profiles 4.1.4.2)."""
    reason = Refusal.SUBJECT_CONFIRMATION
    subject = only(assertion, names.SAML, "Subject", Refusal.SUBJECT)
    confirmation = only(subject, names.SAML, "SubjectConfirmation", reason)
    data = only(confirmation, names.SAML, "SubjectConfirmationData", reason)
    if confirmation.get("Method") != names.BEARER or data.get("NotBefore") is not None:
        raise SamlRefused(reason)
    return data


def check_recipient(data: etree._Element, sp: ServiceProvider) -> None:
    """Recipient is mandatory and exactly our ACS (the library looks for a substring)."""
    if data.get("Recipient") != sp.acs_url:
        raise SamlRefused(Refusal.RECIPIENT)


def check_subject_in_response_to(data: etree._Element, pending: PendingRequest) -> None:
    """The confirmation answers our request (SAML Profiles 4.1.4.2)."""
    if data.get("InResponseTo") != pending.request_id:
        raise SamlRefused(Refusal.SUBJECT_IN_RESPONSE_TO)


def check_subject_expiry(data: etree._Element, now: datetime) -> datetime:
    """NotOnOrAfter is mandatory and in the future, without skew; returns it (SAML Profiles 4.1.4.2)."""
    if data.get("NotOnOrAfter") is None:
        raise SamlRefused(Refusal.SUBJECT_EXPIRED)
    expires = instant(data.get("NotOnOrAfter"))
    if expires <= now:
        raise SamlRefused(Refusal.SUBJECT_EXPIRED)
    return expires


def check_conditions(assertion: etree._Element, now: datetime) -> datetime:
    """One Conditions with both times, kept with 60 s of skew, and none that we do not know; returns the later time."""
    conditions = only(assertion, names.SAML, "Conditions", Refusal.CONDITIONS)
    if any(child.tag not in _CONDITIONS for child in conditions):
        raise SamlRefused(Refusal.CONDITIONS)
    if conditions.get("NotBefore") is None or conditions.get("NotOnOrAfter") is None:
        raise SamlRefused(Refusal.CONDITIONS)
    if instant(conditions.get("NotBefore")) > now + SKEW:
        raise SamlRefused(Refusal.NOT_YET_VALID)
    expires = instant(conditions.get("NotOnOrAfter"))
    if expires <= now - SKEW:
        raise SamlRefused(Refusal.EXPIRED)
    return expires + SKEW


def check_audience(assertion: etree._Element, sp: ServiceProvider) -> None:
    """Meant for us and nobody else: our two SP entities must not be mixed up (Deployment Profile 6.2)."""
    conditions = only(assertion, names.SAML, "Conditions", Refusal.CONDITIONS)
    restriction = only(conditions, names.SAML, "AudienceRestriction", Refusal.AUDIENCE)
    audience = only(restriction, names.SAML, "Audience", Refusal.AUDIENCE)
    if text_of(audience, Refusal.AUDIENCE) != sp.entity_id:
        raise SamlRefused(Refusal.AUDIENCE)


def authn_statement(assertion: etree._Element, now: datetime) -> etree._Element:
    """Exactly one AuthnStatement, its session not over (Deployment Profile 6.2)."""
    statement = only(assertion, names.SAML, "AuthnStatement", Refusal.AUTHN_STATEMENT)
    ends = statement.get("SessionNotOnOrAfter")
    if ends is not None and instant(ends) <= now:
        raise SamlRefused(Refusal.SESSION_EXPIRED)
    return statement


def attribute_statement(assertion: etree._Element) -> etree._Element:
    """Exactly one AttributeStatement (Deployment Profile 6.2)."""
    return only(assertion, names.SAML, "AttributeStatement", Refusal.ATTRIBUTE_STATEMENT)


def check_level(statement: etree._Element, idp: IdentityProvider, pending: PendingRequest) -> str:
    """Exactly one class reference, requested by us and accepted from this provider; returns it.

    Source: Deployment Profile 6.3.4, registry 3.1.1 (unreviewed providers may only assert the uncertified levels).
    """
    context = only(statement, names.SAML, "AuthnContext", Refusal.CLASS_REF)
    reference = text_of(only(context, names.SAML, "AuthnContextClassRef", Refusal.CLASS_REF), Refusal.CLASS_REF)
    if reference not in pending.levels:
        raise SamlRefused(Refusal.LEVEL_NOT_REQUESTED)
    if reference not in idp.levels:
        raise SamlRefused(Refusal.LEVEL_NOT_ACCEPTED)
    return reference


def check_authn_instant(statement: etree._Element, pending: PendingRequest, now: datetime) -> datetime:
    """The person signed in after our request when that was forced, and never in the future (Deployment Profile 6.3)."""
    moment = instant(statement.get("AuthnInstant"))
    too_old = pending.force_authn and moment < pending.issued_at - SKEW
    if too_old or moment > now + SKEW:
        raise SamlRefused(Refusal.AUTHN_INSTANT)
    return moment


def check_has_id(assertion: etree._Element) -> str:
    """The assertion's ID, for the replay store (SAML Profiles 4.1.4.5)."""
    identity = assertion.get("ID")
    if not identity:
        raise SamlRefused(Refusal.MISSING_ID)
    if assertion.get("Version") != "2.0":
        raise SamlRefused(Refusal.VERSION)
    return identity


def optional_session_index(statement: etree._Element) -> str | None:
    """The session's index at the provider, if it gives one (needed to match a log-out request)."""
    return statement.get("SessionIndex") or None
