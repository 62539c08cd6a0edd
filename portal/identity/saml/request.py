"""Sign-in requests: own builder, every value escaped by lxml, always signed (SAML.md section 2, AuthnRequest)."""

import secrets
from datetime import datetime

from lxml import etree

from portal.identity.saml import extensions, names
from portal.identity.saml.binding import send
from portal.identity.saml.model import IdentityProvider, OutgoingMessage, ServiceProvider
from portal.identity.saml.xml_reader import write_instant

_NSMAP = {"samlp": names.SAMLP, "saml": names.SAML}


def new_request_id() -> str:
    """A fresh id of 160 random bits, begun with an underscore as xs:ID demands (SAML Core 1.3.4)."""
    return "_" + secrets.token_hex(20)


def build_authn_request(
    sp: ServiceProvider,
    idp: IdentityProvider,
    *,
    request_id: str,
    issued_at: datetime,
    force_authn: bool,
    levels: tuple[str, ...],
    relay_state: str | None,
    user_message: str | None = None,
    language: str = "sv",
    principal: str | None = None,
) -> OutgoingMessage:
    """A signed AuthnRequest: for the redirect, or for a form where the provider wants one or the address gets long.

    `user_message` (plain text in `language`) and `principal` (an identity number) are sent only to providers whose
    metadata ask for them, and the number only in a form: an address stands in histories and logs.
    Raises ValueError where the provider has no address, no level is asked for, or one that it may not assert.
    Source: Deployment Profile 1.8, section 5 (Destination, own ACS, explicit ForceAuthn, Comparison exact).
    """
    _check_levels(idp, levels)
    expected = principal if extensions.wants_principal(idp) and idp.sso_post_url is not None else None

    def build(destination: str) -> etree._Element:
        message = new_message("AuthnRequest", sp, request_id, issued_at, destination)
        message.set("ForceAuthn", "true" if force_authn else "false")
        message.set("AssertionConsumerServiceURL", sp.acs_url)
        message.set("ProtocolBinding", names.BINDING_POST)
        extensions.add(message, idp, user_message=user_message, language=language, principal=expected)
        etree.SubElement(message, f"{{{names.SAMLP}}}NameIDPolicy", AllowCreate="true")
        context = etree.SubElement(message, f"{{{names.SAMLP}}}RequestedAuthnContext", Comparison="exact")
        for level in levels:
            etree.SubElement(context, f"{{{names.SAML}}}AuthnContextClassRef").text = level
        extensions.add_scoping(message, idp.scoping)
        return message

    return send(
        sp,
        "SAMLRequest",
        build,
        redirect_url=idp.sso_redirect_url,
        post_url=idp.sso_post_url,
        prefer_post=idp.prefer_post or expected is not None,
        relay_state=relay_state,
    )


def _check_levels(idp: IdentityProvider, levels: tuple[str, ...]) -> None:
    if not levels or any(level not in idp.levels for level in levels):
        raise ValueError("a level is asked for that this identity provider may not assert")


def new_message(
    name: str, sp: ServiceProvider, message_id: str, issued_at: datetime, destination: str
) -> etree._Element:
    """The head that every message of ours has: ID, version, time, destination, issuer."""
    message = etree.Element(f"{{{names.SAMLP}}}{name}", nsmap=_NSMAP)
    message.set("ID", message_id)
    message.set("Version", "2.0")
    message.set("IssueInstant", write_instant(issued_at))
    message.set("Destination", destination)
    etree.SubElement(message, f"{{{names.SAML}}}Issuer").text = sp.entity_id
    return message
