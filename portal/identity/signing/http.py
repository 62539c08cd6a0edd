"""What connects signing to requests: a feature's view sends the browser off, the provider's answer brings it back.

A page with a button to sign calls ``allow_signing()``; the view that the button posts to returns ``begin(…)``.
"""

import uuid

from flask import Response, flash, url_for

from portal.core.errors import InvalidInput
from portal.core.i18n import _
from portal.identity import cookies
from portal.identity.federation import origin_of
from portal.identity.http import behind, federation
from portal.identity.models import SignInRequest
from portal.identity.onward import carry
from portal.identity.saml.model import IdentityProvider, VerifiedSignIn
from portal.identity.signing import service
from portal.identity.signing.rules import FrozenDocument
from portal.web.db import db
from portal.web.headers import allow_form_target
from portal.web.page import see_other
from portal.web.routes import actor


def _provider() -> IdentityProvider | None:
    """Return the provider that the person signed in with: the one they can be expected to sign with."""
    found = behind()
    return federation().by_entity_id(found.row.side, found.row.provider) if found else None


def allow_signing() -> None:
    """Name the provider in this page's policy: browsers hold the redirects of a form, too, against form-action."""
    idp = _provider()
    if idp is None:
        return
    for address in (idp.sso_redirect_url, idp.sso_post_url):
        if origin := origin_of(address):
            allow_form_target(origin)


def begin(document: FrozenDocument, *, object_id: uuid.UUID, party: str, return_to: str) -> Response:
    """Send the person to sign a document; ``return_to`` is the page of ours that shows whether it is signed.

    :raises AlreadySigned: by this party, or by this person as another one.
    :raises InvalidInput: the provider of the session is no longer trusted.
    """
    idp = _provider()
    if idp is None:
        raise InvalidInput
    started = service.start_signing(
        db(),
        actor(),
        document,
        object_id=object_id,
        party=party,
        sp=federation().service_providers[cookies.side()],
        idp=idp,
        return_to=return_to,
    )
    response = carry(started.message)
    cookies.set_login(response, started.cookie)
    return response


def finish(row: SignInRequest, verified: VerifiedSignIn, encoded: str, idp: IdentityProvider) -> Response:
    """Take a verified answer as a signature and go back to the document; the browser's session stays as it is.

    :raises SignInRefused: it isn't one.
    """
    service.finish_signing(db(), row, verified, encoded, sp=federation().service_providers[row.side], idp=idp)
    return _back(row)


def cancelled(row: SignInRequest) -> Response:
    """Go back to a document that the person chose not to sign, with a plain word."""
    service.cancel_signing(db(), row)
    flash(_("Du avbröt. Inget är underskrivet."))
    return _back(row)


def _back(row: SignInRequest) -> Response:
    response = see_other(row.return_to or url_for("site.home"))
    cookies.clear(response, "login")
    return response
