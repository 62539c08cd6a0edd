"""Signing in: the chooser, the start, the provider's answer, and our metadata."""

from typing import Any

import structlog
from flask import Response, g, make_response, redirect, request, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import Text, _, current_locale, lazy
from portal.identity import cookies, service
from portal.identity.federation import handle_of, origin_of
from portal.identity.forms import StartForm
from portal.identity.http import behind, federation
from portal.identity.rules import device_label
from portal.identity.saml.errors import SamlRefused, SamlStatus, StatusKind
from portal.identity.saml.metadata_writer import CLIENT_ATTRIBUTES, STAFF_ATTRIBUTES, sp_metadata
from portal.identity.saml.model import IdentityProvider, VerifiedSignIn
from portal.identity.saml.response import verify_response
from portal.web.access import Public
from portal.web.db import close_db, db, sessions
from portal.web.errors import error_page, new_reference, safe_path
from portal.web.headers import allow_form_target
from portal.web.page import render, settings
from portal.web.routes import Feature, actor_or_none

log = structlog.get_logger("portal.identity")

feature = Feature("identity")

# What a signed refusal of the provider means to the person; everything else is the one plain refusal.
_STATUS_TEXTS: dict[StatusKind, Text] = {
    StatusKind.CANCELLED: lazy("Du avbröt inloggningen. Du kan försöka igen när du vill."),
    StatusKind.NO_AUTHN_CONTEXT: lazy("Den e-legitimation du valde räcker inte här. Välj en annan."),
}


_ATTRIBUTES = {Side.CLIENT: CLIENT_ATTRIBUTES, Side.STAFF: STAFF_ATTRIBUTES}


@feature.route("/logga-in", access=Public())
def sign_in() -> Response:
    """Show the ways to sign in; whoever is signed in already goes on, unless a fresh sign-in is asked for."""
    target = safe_path(request.args.get("next"))
    fresh = "fresh" in request.args
    if actor_or_none() is not None and not fresh:
        return redirect(target or url_for("site.home"), 303)  # type: ignore[return-value]
    providers = federation().providers[cookies.side()]
    for idp in providers:
        if origin := origin_of(idp.sso_redirect_url):
            allow_form_target(origin)
    return render(
        f"identity/{cookies.side()}/sign_in.html",
        next=target or "",
        providers=[_choice(idp) for idp in providers],
        phones=_urgent_phones(),
        kept="kept" in request.args,
        ended=target is not None and not fresh,
        fresh=fresh,
    )


def _choice(idp: IdentityProvider) -> dict[str, str]:
    names = idp.display_names
    label = names.get(current_locale()) or names.get("sv") or idp.entity_id
    return {"url": url_for("identity.start", handle=handle_of(idp)), "label": label, "mark": label[:1].upper()}


def _urgent_phones() -> list[tuple[str, str, str]]:
    own = settings().emergency_phone
    listed = [
        (_("Fara för liv"), "112"),
        (_("Socialjouren, kvällar och helger"), own),
        (_("Kvinnofridslinjen, dygnet runt. Syns inte på telefonräkningen."), "020-50 50 50"),
    ]
    return [(text, shown, shown.replace(" ", "").replace("-", "")) for text, shown in listed if shown]


@feature.route("/logga-in/<handle>", access=Public(), methods=("POST",))
def start(handle: str) -> Response:
    """Start a sign-in with the chosen provider."""
    form = StartForm()
    side = cookies.side()
    idp = federation().provider(side, handle)
    if idp is None:
        raise NotFound
    found = behind()
    started = service.start_sign_in(
        db(),
        side=side,
        sp=federation().service_providers[side],
        idp=idp,
        return_to=safe_path(form.next.data),
        former=found.row.id if found else None,
    )
    response: Response = redirect(started.url, 303)  # type: ignore[assignment]
    cookies.set_login(response, started.cookie)
    return response


@feature.route("/saml/acs", access=Public(csrf=False), methods=("POST",))
def acs() -> Response:
    """Receive the provider's answer and open a session, or refuse with one plain page."""
    try:
        return _answer()
    except SamlStatus as status:
        return _refuse(f"status_{status.kind}", _STATUS_TEXTS.get(status.kind))
    except SamlRefused as refused:
        return _refuse(str(refused.reason))
    except service.SignInRefused as refused:
        text = lazy("Du har inget konto i Insyn. Be din chef om ett.") if refused.reason == "unknown_staff" else None
        return _refuse(refused.reason, text)


def _answer() -> Response:
    side, cookie = cookies.side(), cookies.read("login")
    if not cookie:
        raise service.SignInRefused("no_cookie")
    row = service.pending_sign_in(db(), cookie, side)
    idp = federation().by_entity_id(side, row.provider)
    if idp is None:
        raise service.SignInRefused("provider_removed")
    verified = verify_response(
        request.form.get("SAMLResponse", ""),
        sp=federation().service_providers[side],
        idp=idp,
        pending=service.pending_request(row),
        now=now(),
    )
    return _open(row, verified)


def _open(row: Any, verified: VerifiedSignIn) -> Response:
    service.consume(db(), row, verified)
    opened = service.open_session(db(), row, verified, device=device_label(request.headers.get("User-Agent", "")))
    g.session_over = True
    response: Response = redirect(opened.return_to or url_for("site.home"), 303)  # type: ignore[assignment]
    cookies.set_session(response, opened.token)
    cookies.clear(response, "login", "small")
    return response


def _refuse(reason: str, text: Text | None = None) -> Response:
    reference = new_reference()
    close_db(None)
    audit.record_apart(
        sessions(),
        "sign_in",
        side=cookies.side(),
        outcome="refused",
        reference=reference,
        detail={"reason": reason},
    )
    log.warning("sign-in refused", reference=reference, reason=reason)
    return error_page(
        403,
        text or lazy("Inloggningen gick inte att slutföra. Inget har sparats. Försök igen från början."),
        title=lazy("Du är inte inloggad"),
        reference=reference,
    )


@feature.route("/saml/metadata", access=Public())
def metadata() -> Response:
    """Return our metadata, for the providers and the federation operator."""
    response = make_response(
        sp_metadata(federation().service_providers[cookies.side()], attributes=_ATTRIBUTES[cookies.side()])
    )
    response.headers["Content-Type"] = "application/samlmetadata+xml"
    return response
