"""What the signed message says of itself: sender, receiver, question, time and status."""

from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from portal.identity.saml import names
from portal.identity.saml.errors import Refusal, SamlRefused, SamlStatus, StatusKind
from portal.identity.saml.xml_reader import children, instant, only, text_of

SKEW: Final = timedelta(seconds=60)
MAX_AGE: Final = timedelta(minutes=5)
_STATUS: Final = names.STATUS
_TOP: Final = {
    _STATUS + "Requester": StatusKind.REQUESTER,
    _STATUS + "Responder": StatusKind.RESPONDER,
    _STATUS + "VersionMismatch": StatusKind.VERSION_MISMATCH,
}
_SECOND: Final = {
    names.SWEDISH_STATUS + "cancel": StatusKind.CANCELLED,
    names.SWEDISH_STATUS + "fraud": StatusKind.FRAUD,
    names.SWEDISH_STATUS + "possibleFraud": StatusKind.POSSIBLE_FRAUD,
    _STATUS + "NoAuthnContext": StatusKind.NO_AUTHN_CONTEXT,
    _STATUS + "AuthnFailed": StatusKind.AUTHN_FAILED,
    _STATUS + "RequestDenied": StatusKind.REQUEST_DENIED,
    _STATUS + "UnknownPrincipal": StatusKind.UNKNOWN_PRINCIPAL,
    _STATUS + "NoPassive": StatusKind.NO_PASSIVE,
    _STATUS + "NoAvailableIDP": StatusKind.UNAVAILABLE,
    _STATUS + "NoSupportedIDP": StatusKind.UNAVAILABLE,
}


def check_destination(root: etree._Element, url: str) -> None:
    """Destination is mandatory and exactly our address (python3-saml compares beginnings: SAML.md section 3)."""
    if root.get("Destination") != url:
        raise SamlRefused(Refusal.DESTINATION)


def check_response_issuer(root: etree._Element, entity_id: str, reason: Refusal = Refusal.RESPONSE_ISSUER) -> None:
    """The message names exactly one issuer, the provider that the request went to (SAML Profiles 4.1.4.2)."""
    if text_of(only(root, names.SAML, "Issuer", reason), reason) != entity_id:
        raise SamlRefused(reason)


def check_in_response_to(
    root: etree._Element, request_id: str, reason: Refusal = Refusal.RESPONSE_IN_RESPONSE_TO
) -> None:
    """InResponseTo is mandatory and names our request: nothing unsolicited is accepted (Deployment Profile 6.3)."""
    if not request_id or root.get("InResponseTo") != request_id:
        raise SamlRefused(reason)


def check_issue_instant(
    element: etree._Element, now: datetime, reason: Refusal = Refusal.RESPONSE_ISSUE_INSTANT
) -> None:
    """IssueInstant is at most five minutes old and at most 60 s ahead (Deployment Profile 1.9 draft, 6.3)."""
    issued = instant(element.get("IssueInstant"))
    if issued > now + SKEW or issued < now - MAX_AGE - SKEW:
        raise SamlRefused(reason)


def read_status(root: etree._Element) -> StatusKind | None:
    """The signed status: None is success, else its kind; the second level decides (Deployment Profile 6.4).

    Raises SamlRefused where the codes contradict each other.
    """
    status = only(root, names.SAMLP, "Status", Refusal.STATUS_SHAPE)
    top = only(status, names.SAMLP, "StatusCode", Refusal.STATUS_SHAPE)
    nested = children(top, names.SAMLP, "StatusCode")
    if len(nested) > 1 or any(len(code) for code in nested):
        raise SamlRefused(Refusal.STATUS_SHAPE)
    second = nested[0].get("Value") if nested else None
    if top.get("Value") == names.STATUS_SUCCESS:
        if nested:
            raise SamlRefused(Refusal.STATUS_SHAPE)
        return None
    kind = _TOP.get(top.get("Value") or "")
    if kind is None:
        return StatusKind.UNKNOWN
    return _SECOND.get(second or "", kind)


def check_status(root: etree._Element) -> None:
    """Go on only for a success; raises SamlStatus for every other genuine answer."""
    kind = read_status(root)
    if kind is not None:
        raise SamlStatus(kind)
