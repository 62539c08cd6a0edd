"""The whole application in words, what is left of it, the attestation, signing, and waiting for the other one."""

import uuid
from collections.abc import Iterator
from typing import Any

from flask import Response, url_for

from portal.assistance import after_words, queries, review_words, words
from portal.assistance.after_words import Step
from portal.assistance.client_views.asking import not_here
from portal.assistance.client_views.submitted import writing
from portal.assistance.forms.signing import AttestForm
from portal.assistance.models import Application
from portal.assistance.queries import ApplicationView, Frozen
from portal.assistance.rules import attestation
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import EDITABLE
from portal.assistance.rules.summary import Part
from portal.assistance.service import frozen, signing
from portal.assistance.service.frozen import Signer, Whole
from portal.core.i18n import SOURCE_LOCALE, _, current_locale, today, use_locale
from portal.identity.signing.http import allow_signing, begin
from portal.people.identity_numbers import hyphenated
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan/<uuid:application_id>/granska", access=Client())
def review(application_id: uuid.UUID) -> Response:
    """Show the whole application with what is left, to be signed; who has signed sees who is waited for."""
    view = queries.application(db(), actor(), application_id)
    if view.state not in EDITABLE:
        return see_other(url_for("assistance.application", application_id=application_id))
    version = queries.frozen(db(), view)
    if version is not None and version.signature_of(view.party):
        return _waiting(view, version)
    return _review(view, load_form(AttestForm))


@feature.route("/ansokan/<uuid:application_id>/granska", access=Client(), methods=("POST",))
def sign(application_id: uuid.UUID) -> Response:
    """Freeze the application as it is now and send the person to sign it."""
    view = queries.application(db(), actor(), application_id)
    here = url_for("assistance.review", application_id=application_id)
    if view.state not in EDITABLE:
        return see_other(here)
    form = AttestForm()
    if not form.validate():
        return _review(view, form, 422)
    try:
        document, party = signing.prepare(db(), actor(), application_id)
    except signing.NotReady:
        return _review(view, form, 409)
    return begin(document, object_id=application_id, party=party.value, return_to=here)


def _review(view: ApplicationView, form: AttestForm, status: int = 200) -> Response:
    found = frozen.whole(db(), db().get_one(Application, view.id), brought_up=True)
    codes = signing.obstacles(db(), found, today())
    if review_words.is_not_here(view, codes):
        return not_here(view, _("Du kan inte skriva under här"), status)
    waits = review_words.waits_for_other(view, codes)
    allow_signing()
    return render(
        "assistance/client/review.html",
        status,
        view=view,
        over=words.title(view.kind, view.period),
        left=list(review_words.left(view, found.form, codes)),
        shown=_shown(view, found, waits=waits),
        voided=review_words.voided(view, queries.happenings(db(), view)),
        form=form,
    )


def _shown(view: ApplicationView, found: Whole, *, waits: bool) -> dict[str, Any]:
    """Return the application in words, and what is vouched for: the Swedish words rule, beside those of the page.

    ``waits``: the other one isn't ready, and nothing of theirs is shown before they are. Of somebody who has become
    protected it is never shown, and nobody can tell the one from the other.
    """
    seen = {view.party} if waits else set(view.joined)
    lines = [str(line) for line in attestation.text(attestation.CURRENT)]
    foreign = current_locale() != SOURCE_LOCALE
    with use_locale(SOURCE_LOCALE):
        swedish = [str(line) for line in attestation.text(attestation.CURRENT)] if foreign else []
    version = queries.frozen(db(), view)
    return {
        "people": [_person(signer) for signer in found.signers if signer.party in seen],
        "parts": [_part(view, part) for part in found.parts(today()) if part.party in seen or not part.is_each],
        "files": [one.file.name for one in found.papers if one.party in seen],
        "files_url": url_for("assistance.papers", application_id=view.id),
        "lines": lines,
        "swedish": swedish,
        "text": frozen.document(found, today()).text if foreign and not waits else "",
        "other": words.other_name(view) if view.other else "",
        "other_signed": bool(not waits and version and view.other and version.signature_of(view.other.party)),
    }


def _person(signer: Signer) -> dict[str, str]:
    return {
        "role": str(attestation.PARTY_WORDS[signer.party]),
        "name": f"{signer.given_name} {signer.surname}",
        "number": hyphenated(signer.number) if signer.number else "",
    }


def _part(view: ApplicationView, part: Part) -> dict[str, Any]:
    mine = view.party is (part.party if part.is_each else Party.APPLICANT)
    whose = ""
    if part.is_each and len(view.joined) > 1:
        whose = _("Du") if mine else words.other_name(view)
    return {
        "title": part.section.title,
        "whose": whose,
        "blocks": part.blocks,
        "url": review_words.section_url(view, part.section.key) if mine else "",
    }


def _waiting(view: ApplicationView, version: Frozen) -> Response:
    """Show who has signed, who is waited for, and what happens then."""
    name = words.other_name(view)
    return render(
        "assistance/client/waiting.html",
        view=view,
        over=words.title(view.kind, view.period),
        name=name,
        steps=list(_steps(view, version, name)),
        write=writing(view),
    )


def _steps(view: ApplicationView, version: Frozen, name: str) -> Iterator[Step]:
    mine = version.signature_of(view.party)
    yield Step("check", _("Du har skrivit under"), after_words.moment(mine.signed_at) if mine else "", done=True)
    yield Step("clock", _("%(name)s skriver under", name=name), _("Har inte skrivit under än."), now=True)
    yield Step("send", _("Ansökan skickas till oss"), _("Det händer av sig självt när ni båda har skrivit under."))
