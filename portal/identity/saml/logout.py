"""Single log-out by redirect and by POST: signed both ways, exact, never unsolicited (SAML Profiles 4.4)."""

from datetime import datetime

from lxml import etree

from portal.identity.saml import names, post, redirect
from portal.identity.saml.binding import send
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.guard import envelope, header
from portal.identity.saml.model import IdentityProvider, LogoutDemand, OutgoingMessage, ServiceProvider
from portal.identity.saml.post import read_signed_post
from portal.identity.saml.redirect import read_signed_query
from portal.identity.saml.request import new_message
from portal.identity.saml.xml_reader import children, instant, only, text_of


def build_logout_request(
    sp: ServiceProvider,
    idp: IdentityProvider,
    *,
    name_id: str,
    name_id_format: str | None = None,
    session_index: str | None,
    request_id: str,
    now: datetime,
    relay_state: str | None = None,
) -> OutgoingMessage | None:
    """A signed LogoutRequest, or None where the provider offers no log-out (the Swedish profile does not demand it)."""
    if idp.slo_redirect_url is None and idp.slo_post_url is None:
        return None

    def build(destination: str) -> etree._Element:
        message = new_message("LogoutRequest", sp, request_id, now, destination)
        name = etree.SubElement(message, f"{{{names.SAML}}}NameID")
        name.text = name_id
        if name_id_format:
            name.set("Format", name_id_format)
        if session_index:
            etree.SubElement(message, f"{{{names.SAMLP}}}SessionIndex").text = session_index
        return message

    return send(
        sp,
        "SAMLRequest",
        build,
        redirect_url=idp.slo_redirect_url,
        post_url=idp.slo_post_url,
        prefer_post=idp.prefer_post,
        relay_state=relay_state,
    )


def claimed_issuer(message: str, *, posted: bool) -> str:
    """Whose LogoutRequest it claims to be, unverified: it only chooses whose keys must have signed it.

    `message` is the raw query string, or with `posted` the field. Raises SamlRefused.
    """
    root = post.peek(message) if posted else redirect.peek(message, "SAMLRequest")
    return text_of(only(root, names.SAML, "Issuer", Refusal.LOGOUT_ISSUER), Refusal.LOGOUT_ISSUER)


def verify_logout_request(
    query_string: str, *, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> LogoutDemand:
    """Check a LogoutRequest in the raw query string; the caller ends the sessions with that name and index.

    Raises SamlRefused.
    """
    root, relay_state = read_signed_query(query_string, "SAMLRequest", idp.signing_certs)
    return _demand(root, relay_state, sp, idp, now)


def verify_posted_logout_request(
    encoded: str, relay_state: str | None, *, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> LogoutDemand:
    """Check a posted LogoutRequest, signed inside; the relay state is not signed, it is only sent back.

    Raises SamlRefused.
    """
    return _demand(read_signed_post(encoded, "LogoutRequest", idp.signing_certs), relay_state, sp, idp, now)


def _demand(
    root: etree._Element, relay_state: str | None, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> LogoutDemand:
    _check_head(root, "LogoutRequest", sp, idp, now)
    ends = root.get("NotOnOrAfter")
    if ends is not None and instant(ends) <= now - header.SKEW:
        raise SamlRefused(Refusal.LOGOUT_EXPIRED)
    name = text_of(only(root, names.SAML, "NameID", Refusal.NAME_ID), Refusal.NAME_ID)
    indexes = (text_of(found, Refusal.NAME_ID) for found in children(root, names.SAMLP, "SessionIndex"))
    return LogoutDemand(name, tuple(indexes), root.get("ID") or "", relay_state)


def build_logout_response(
    sp: ServiceProvider,
    idp: IdentityProvider,
    *,
    in_response_to: str,
    response_id: str,
    now: datetime,
    succeeded: bool = True,
    relay_state: str | None = None,
    posted: bool = False,
) -> OutgoingMessage | None:
    """A signed LogoutResponse to a demand, or None where the provider has nowhere to receive it.

    `posted` tells that the demand came by a form: the answer goes the same way where it can.
    """
    redirect_url = idp.slo_response_url or idp.slo_redirect_url
    post_url = idp.slo_post_response_url or idp.slo_post_url
    if redirect_url is None and post_url is None:
        return None

    def build(destination: str) -> etree._Element:
        message = new_message("LogoutResponse", sp, response_id, now, destination)
        message.set("InResponseTo", in_response_to)
        status = etree.SubElement(message, f"{{{names.SAMLP}}}Status")
        code = etree.SubElement(status, f"{{{names.SAMLP}}}StatusCode")
        code.set("Value", names.STATUS_SUCCESS if succeeded else names.STATUS + "Responder")
        return message

    return send(
        sp,
        "SAMLResponse",
        build,
        redirect_url=redirect_url,
        post_url=post_url,
        prefer_post=posted,
        relay_state=relay_state,
    )


def verify_logout_response(
    query_string: str, pending_request_id: str, *, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> bool:
    """Check a LogoutResponse to the request we sent; True if the provider logged out everywhere it could.

    Raises SamlRefused, also for an answer that nobody asked for.
    """
    root, _relay_state = read_signed_query(query_string, "SAMLResponse", idp.signing_certs)
    return _answered(root, pending_request_id, sp, idp, now)


def verify_posted_logout_response(
    encoded: str, pending_request_id: str, *, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> bool:
    """Check a posted LogoutResponse, signed inside, to the request we sent.

    Raises SamlRefused, also for an answer that nobody asked for.
    """
    root = read_signed_post(encoded, "LogoutResponse", idp.signing_certs)
    return _answered(root, pending_request_id, sp, idp, now)


def _answered(
    root: etree._Element, pending_request_id: str, sp: ServiceProvider, idp: IdentityProvider, now: datetime
) -> bool:
    _check_head(root, "LogoutResponse", sp, idp, now)
    header.check_in_response_to(root, pending_request_id, Refusal.LOGOUT_IN_RESPONSE_TO)
    return header.read_status(root) is None


def _check_head(root: etree._Element, name: str, sp: ServiceProvider, idp: IdentityProvider, now: datetime) -> None:
    envelope.check_message(root, name)
    envelope.check_unique_ids(root)
    header.check_destination(root, sp.slo_url)
    header.check_response_issuer(root, idp.entity_id, Refusal.LOGOUT_ISSUER)
    header.check_issue_instant(root, now, Refusal.LOGOUT_ISSUE_INSTANT)
