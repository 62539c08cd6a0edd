"""Sending the browser to an identity provider with a message: by a redirect, or by a page whose form posts itself."""

from flask import Response

from portal.identity.federation import origin_of
from portal.identity.saml.model import OutgoingMessage, PostRequest
from portal.web.headers import allow_form_target
from portal.web.page import render, see_other


def carry(message: OutgoingMessage) -> Response:
    """Return the answer that makes the browser carry a message to its address.

    The page for forms works without JavaScript: it has a button (SAML Bindings 3.5).
    """
    if not isinstance(message, PostRequest):
        return see_other(message.url)
    if origin := origin_of(message.url):
        allow_form_target(origin)
    return render("identity/onward.html", url=message.url, fields=message.fields)
