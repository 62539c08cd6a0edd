"""Signing in: the chooser, the start, the provider's answer, and our metadata."""

import uuid
from collections.abc import Sequence

import structlog
from flask import Response, g, make_response, request, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import Text, _, lazy
from portal.identity import chooser, cookies, service, step_up, throttle
from portal.identity.federation import origin_of
from portal.identity.forms import ForgetForm, StartForm
from portal.identity.http import behind, federation, posted
from portal.identity.models import SignInRequest
from portal.identity.onward import carry
from portal.identity.rules import LEAST_LEVEL, Purpose, device_label
from portal.identity.saml.errors import SamlRefused, SamlStatus, StatusKind
from portal.identity.saml.metadata_writer import CLIENT_ATTRIBUTES, STAFF_ATTRIBUTES, sp_metadata
from portal.identity.saml.model import IdentityProvider, VerifiedSignIn
from portal.identity.saml.response import verify_response
from portal.identity.signing import http as signing
from portal.web.access import Public
from portal.web.db import close_db, db, sessions
from portal.web.errors import error_page, new_reference, safe_path
from portal.web.headers import allow_form_target
from portal.web.page import render, render_safely, see_other, settings
from portal.web.routes import Feature, actor_or_none

log = structlog.get_logger("portal.identity")

HIGHEST_LEVEL = 4

feature = Feature("identity")

# What a signed refusal of the provider means to the person; everything else is the one plain refusal.
_STATUS_TEXTS: dict[StatusKind, Text] = {
    StatusKind.CANCELLED: lazy("Du avbröt inloggningen. Du kan försöka igen när du vill."),
    StatusKind.NO_AUTHN_CONTEXT: lazy("Den e-legitimation du valde räcker inte här. Välj en annan."),
}
_REFUSED_TEXTS: dict[str, Text] = {
    "unknown_staff": lazy("Du har inget konto i Insyn. Be din chef om ett."),
    "no_role": lazy("Du har ingen roll i Insyn längre. Fråga din chef."),
    "number_conflict": lazy(
        "Vi kan inte se säkert vilka uppgifter som är dina, för du har bytt nummer. Inget har försvunnit. "
        "Ring oss och säg referenskoden, så rättar vi det."
    ),
    "other_signer": lazy("Någon annan än du legitimerade sig. Inget är underskrivet."),
    "document_changed": lazy("Det du skulle skriva under har ändrats. Läs igenom det igen och skriv under på nytt."),
    "already_signed": lazy("Det här är redan underskrivet. Samma person kan inte skriva under två gånger."),
}
_CANCELLED_STEP_UP = lazy("Du avbröt. Du är fortfarande inloggad, men sidan öppnas först när du har legitimerat dig.")
_NOT_SIGNED_IN = lazy("Du är inte inloggad")
_TITLES: dict[Purpose, Text] = {
    Purpose.SIGN_IN: _NOT_SIGNED_IN,
    Purpose.STEP_UP: lazy("Legitimeringen blev inte klar"),
    Purpose.SIGN: lazy("Underskriften blev inte klar"),
}
_PLAIN_TEXTS: dict[Purpose, Text] = {
    Purpose.SIGN_IN: lazy("Inloggningen gick inte att slutföra. Inget har sparats. Försök igen från början."),
    Purpose.STEP_UP: lazy("Det gick inte att legitimera dig. Du är fortfarande inloggad. Försök igen."),
    Purpose.SIGN: lazy("Det gick inte att skriva under. Inget är underskrivet. Försök igen."),
}


_ATTRIBUTES = {Side.CLIENT: CLIENT_ATTRIBUTES, Side.STAFF: STAFF_ATTRIBUTES}


@feature.route("/logga-in", access=Public())
def sign_in() -> Response:
    """Show the ways to sign in; whoever is signed in already goes on, unless a fresh sign-in is asked for."""
    target = safe_path(request.args.get("next"))
    fresh = "fresh" in request.args
    who, level = actor_or_none(), _level()
    if who is not None and not fresh:
        return see_other(target or url_for("site.home"))
    providers = _providers(level)
    if not providers:
        return error_page(403, lazy("Sidan kräver en starkare e-legitimation än de som går att använda här."))
    for idp in providers:
        for origin in filter(None, map(origin_of, (idp.sso_redirect_url, idp.sso_post_url))):
            allow_form_target(origin)
    still = fresh and who is not None
    return render(
        "identity/step_up.html" if still else f"identity/{cookies.side()}/sign_in.html",
        next=target or "",
        ways=chooser.ways(federation(), providers, level),
        phones=_urgent_phones(),
        kept="kept" in request.args,
        ended=target is not None and not fresh,
        fresh=fresh,
        stronger=who is not None and who.level < level,
    )


def _level() -> int:
    """Return the level that the page to go to needs; from the address, so it can ask for more and never for less."""
    asked = request.args.get("level", LEAST_LEVEL, type=int)
    return min(max(asked, LEAST_LEVEL), HIGHEST_LEVEL)


def _providers(level: int) -> list[IdentityProvider]:
    return [idp for idp in federation().providers[cookies.side()] if max(idp.levels.values(), default=0) >= level]


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
    """Start a sign-in with the chosen provider; in a live session it is a step-up of the same person."""
    form = StartForm()
    side, level = cookies.side(), _level()
    idp = federation().provider(side, handle)
    if idp is None or idp not in _providers(level):
        raise NotFound
    found = behind()
    started = service.start_sign_in(
        db(),
        side=side,
        sp=federation().service_providers[side],
        idp=idp,
        return_to=safe_path(form.next.data),
        former=found.row.id if found else None,
        least_level=level,
        step_up=found is not None and found.actor is not None,
    )
    response = carry(started.message)
    if form.remember.data:
        chooser.remember(response, handle)
    cookies.set_login(response, started.cookie)
    return response


@feature.route("/logotyp/<handle>", access=Public())
def logo(handle: str) -> Response:
    """Return the picture of a way to sign in; its address changes with the picture."""
    known = federation()
    idp = known.provider(cookies.side(), handle)
    picture = known.pictures.get(idp.entity_id) if idp else None
    if picture is None:
        raise NotFound
    response = make_response(picture.content)
    response.headers["Content-Type"] = picture.media_type
    response.headers["Cache-Control"] = "private, max-age=604800, immutable"
    return response


@feature.route("/glom-val", access=Public(), methods=("POST",))
def forget_choice() -> Response:
    """Forget on this device which way to sign in was chosen last."""
    target = safe_path(ForgetForm().next.data)
    response = see_other(url_for("identity.sign_in", next=target))
    chooser.forget(response)
    return response


@feature.route("/saml/acs", access=Public(csrf=False), methods=("POST",))
def acs() -> Response:
    """Receive the provider's answer: open a session, or take a signature, or refuse with one plain page."""
    try:
        return _answer()
    except SamlRefused as refused:
        return _refuse(str(refused.reason))
    except service.SignInRefused as refused:
        return _refuse(refused.reason, _REFUSED_TEXTS.get(refused.reason), persons=refused.persons)


def _answer() -> Response:
    side, cookie = cookies.side(), cookies.read("login")
    if not cookie:
        raise service.SignInRefused("no_cookie")
    # Read apart: checking the answer takes a while, and nobody's writing waits for it (SQLite has one writer).
    with sessions()() as session:
        row = service.pending_sign_in(session, cookie, side)
    g.sign_in_purpose, g.sign_in_provider = row.purpose, row.provider
    if (too_many := throttle.refuse_provider(row.provider)) is not None:
        return too_many
    idp = federation().by_entity_id(side, row.provider)
    if idp is None:
        raise service.SignInRefused("provider_removed")
    encoded = posted("SAMLResponse") or ""
    sp = federation().service_providers[side]
    try:
        verified = verify_response(encoded, sp=sp, idp=idp, pending=service.pending_request(row), now=now())
    except SamlStatus as status:
        return _declined(row, status.kind)
    service.consume(db(), row, verified)
    if row.purpose is Purpose.SIGN:
        return signing.finish(row, verified, encoded, idp)
    if row.purpose is Purpose.STEP_UP and not step_up.is_same_person(db(), row, verified):
        return _other_person(row)
    return _open(row, verified)


def _declined(row: SignInRequest, kind: StatusKind) -> Response:
    if kind is StatusKind.CANCELLED and row.purpose is Purpose.SIGN:
        return signing.cancelled(row)
    if kind is StatusKind.CANCELLED and row.purpose is Purpose.STEP_UP:
        return _refuse(f"status_{kind}", _CANCELLED_STEP_UP)
    return _refuse(f"status_{kind}", _STATUS_TEXTS.get(kind))


def _open(row: SignInRequest, verified: VerifiedSignIn) -> Response:
    opened = service.open_session(db(), row, verified, device=device_label(request.headers.get("User-Agent", "")))
    g.session_over = True
    response = see_other(opened.return_to or url_for("site.home"))
    cookies.set_session(response, opened.token)
    cookies.clear(response, "login", "small")
    return response


def _other_person(row: SignInRequest) -> Response:
    reference = new_reference()
    step_up.refuse_other_person(db(), row, reference)
    log.warning("step-up refused", reference=reference, reason="other_person")
    g.session_over = True
    response = error_page(
        403,
        lazy("Någon annan än du som var inloggad legitimerade sig. Därför har vi loggat ut. Logga in igen."),
        title=_NOT_SIGNED_IN,
        reference=reference,
    )
    cookies.clear(response, "session", "login", "small")
    return response


def _refuse(reason: str, text: Text | None = None, *, persons: Sequence[uuid.UUID] = ()) -> Response:
    reference = new_reference()
    purpose: Purpose = g.get("sign_in_purpose", Purpose.SIGN_IN)
    close_db(None)
    audit.record_apart(
        sessions(),
        purpose,
        side=cookies.side(),
        outcome="refused",
        reference=reference,
        detail={"reason": reason, **({"persons": [str(person) for person in persons]} if persons else {})},
    )
    throttle.count_refused(g.get("sign_in_provider", ""), reason)
    log.warning("sign-in refused", reference=reference, reason=reason)
    if reason == "under_15":
        return _too_young(reference)
    return error_page(403, text or _PLAIN_TEXTS[purpose], title=_TITLES[purpose], reference=reference)


def _too_young(reference: str) -> Response:
    return render_safely(
        "identity/client/under_15.html",
        403,
        reference=reference,
        phones=[(_("Fara för liv"), "112", "112"), (_("Bris, för dig under 18 år"), "116 111", "116111")],
    )


@feature.route("/saml/metadata", access=Public())
def metadata() -> Response:
    """Return our metadata, for the providers and the federation operator."""
    response = make_response(
        sp_metadata(federation().service_providers[cookies.side()], attributes=_ATTRIBUTES[cookies.side()])
    )
    response.headers["Content-Type"] = "application/samlmetadata+xml"
    return response
