"""Ending sessions: log-out here and at the provider, leaving the page, and the list of one's own sessions."""

import uuid

import structlog
from flask import Response, flash, g, make_response, request, url_for

from portal.audit import service as audit
from portal.core.errors import InvalidInput
from portal.core.i18n import _, lazy
from portal.identity import cookies, logout, service
from portal.identity.chooser import label_of
from portal.identity.forms import EndForm
from portal.identity.http import FormKeeper, behind, federation, limits, posted
from portal.identity.onward import carry
from portal.identity.queries import own_sessions
from portal.identity.rules import EndReason
from portal.identity.saml.errors import SamlRefused
from portal.web.access import Public, SignedIn
from portal.web.db import close_db, db, sessions
from portal.web.errors import can_be_opened, error_page, new_reference, safe_path
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor

log = structlog.get_logger("portal.identity")

feature = Feature(
    "identity",
    nav=(NavItem("identity.own", lazy("Där jag är inloggad"), "devices", None, 80, menu=True),),
)


@feature.route("/logga-ut", access=Public(), methods=("POST",))
def log_out() -> Response:
    """End the session here, and then at the provider where it offers that.

    Public, so that nobody whose session has timed out is asked to sign in before they may log out.
    """
    found = behind()
    at_provider = None
    if found is not None:
        service.end_session(db(), found.row, EndReason.LOGGED_OUT)
        at_provider = logout.start(db(), federation(), found.row)
    return _signed_out(carry(at_provider) if at_provider else _to(url_for("identity.logged_out")))


@feature.route("/saml/slo", access=Public(), writes=True)
def single_logout() -> Response:
    """Receive the provider's answer to our log-out, or its own wish that sessions end (HTTP-Redirect binding)."""
    query = request.query_string.decode("ascii", "replace")
    received = logout.Received(query, request.args.get("RelayState"), posted=False)
    return _single_logout(received, is_answer="SAMLResponse" in request.args)


@feature.route("/saml/slo", access=Public(csrf=False), methods=("POST",))
def single_logout_posted() -> Response:
    """Receive the same by form (HTTP-POST binding): another site posts it, so the message's signature stands for it."""
    try:
        answer = posted("SAMLResponse")
        message = (posted("SAMLRequest") or "") if answer is None else answer
        received = logout.Received(message, posted("RelayState"), posted=True)
    except SamlRefused as refused:
        return _refuse(str(refused.reason))
    return _single_logout(received, is_answer=answer is not None)


def _single_logout(received: logout.Received, *, is_answer: bool) -> Response:
    try:
        if is_answer:
            logout.finish(db(), federation(), cookies.side(), received)
            return _to(url_for("identity.logged_out"))
        answer = logout.obey(db(), federation(), cookies.side(), received)
    except SamlRefused as refused:
        return _refuse(str(refused.reason))
    return carry(answer) if answer else _to(url_for("identity.logged_out"))


def _refuse(reason: str) -> Response:
    reference = new_reference()
    close_db(None)
    audit.record_apart(
        sessions(),
        "sign_out",
        side=cookies.side(),
        outcome="refused",
        reference=reference,
        detail={"reason": reason},
    )
    log.warning("log-out message refused", reference=reference, reason=reason, side=cookies.side())
    text = lazy("Vi kunde inte se att du loggades ut överallt. Stäng webbläsaren för att vara säker.")
    return error_page(403, text, reference=reference)


def _to(target: str) -> Response:
    return see_other(target)


@feature.route("/utloggad", access=Public())
def logged_out() -> Response:
    """Tell that the person is signed out."""
    return render("identity/logged_out.html")


@feature.route("/lamna", access=Public(), writes=True)
def leave() -> Response:
    """Leave at once (Lämna sidan): end the session, forget the pages, and show a neutral site.

    A plain link, so that it works without JavaScript; ending a session is safe to be done by a GET.
    """
    found = behind()
    if found is not None:
        service.end_session(db(), found.row, EndReason.LEFT)
    response = _signed_out(_to(settings().exit_url))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _signed_out(response: Response) -> Response:
    g.session_over = True
    cookies.clear(response, "session", "login", "small")
    return response


@feature.route("/session/forlang", access=SignedIn(), methods=("POST",))
def extend() -> Response:
    """Stay signed in: the session counts from now again."""
    service.touch(db(), actor().session_id)
    g.session_over = True
    return make_response("", 204)


@feature.route("/session/behall", access=Public(), methods=("POST",))
def keep_typed() -> Response:
    """Keep what is being typed on a page whose time is out, as the page goes away by itself; nothing is sent.

    Public, for the session has ended by then; the form token is still its own.
    """
    path = safe_path(request.args.get("path"))
    if path is None or not can_be_opened(path) or not FormKeeper().keep(path):
        raise InvalidInput
    g.session_over = True
    return make_response("", 204)


@feature.route("/inloggningar", access=SignedIn())
def own() -> Response:
    """Show where the person is signed in."""
    names = {idp.entity_id: label_of(idp) for idp in federation().providers[actor().side]}
    return render("identity/sessions.html", sessions=own_sessions(db(), actor(), limits()), names=names)


@feature.route("/inloggningar/avsluta", access=SignedIn(), methods=("POST",))
def end() -> Response:
    """End one other session of the person, or all others."""
    raw = EndForm().session_id.data
    try:
        chosen = uuid.UUID(raw) if raw else None
    except ValueError:
        raise InvalidInput from None
    count = service.end_other(db(), actor(), chosen)
    flash(_("Utloggad på en annan enhet.") if count == 1 else _("Utloggad på dina andra enheter."))
    return see_other(url_for("identity.own"))
