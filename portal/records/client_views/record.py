"""A record of the client's journal with what is said of it, and what changed."""

import secrets
import uuid
from typing import Any

from flask import Response, flash, make_response, render_template, request, url_for

from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import _, format_day, format_moment, format_time
from portal.records import device, drafting, queries, service, show
from portal.records.forms.client import KINDS, DraftForm, RemarkForm, ReplyForm, RestForm
from portal.records.gone import taken_away
from portal.records.rules.states import MAX_SUBMISSION, RemarkKind, RemarkState
from portal.web.access import Client
from portal.web.db import aside, close_db, db
from portal.web.forms import ButtonForm, Form, load_form
from portal.web.htmx import wants_fragment
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, actor

feature = Feature("records")


@feature.route("/journal/<uuid:record_id>", access=Client())
def record(record_id: uuid.UUID) -> Response:
    """Show a record, note that it was read, and log it."""
    opened = queries.record(db(), actor(), record_id, number=request.args.get("version", type=int))
    context = _shown(opened)
    close_db(None)
    with aside() as session:
        service.mark_read(session, actor(), record_id=record_id, version_id=opened.version.id)
    return render("records/client/record.html", **context)


def _shown(opened: queries.Opened) -> dict[str, Any]:
    place = {version.number: version for version in opened.versions}
    return {
        "opened": opened,
        "day": format_day(opened.event_at),
        "written": format_moment(opened.version.written_at),
        "changed": format_day(opened.version.written_at) if opened.version.number > min(place) else "",
        "cards": show.passages(opened),
        "whole": show.passage(opened, 0),
        "removed": show.removed(opened),
        "name": show.answerer(opened),
        "away": show.away(opened),
        "kinds": [(kind.value, label, *show.LOOKS[kind]) for kind, label in KINDS],
        "token": secrets.token_urlsafe(18),
        "form": ButtonForm(formdata=None),
        "reply_form": ReplyForm(formdata=None),
        "rest_form": RestForm(formdata=None),
        "undo_form": _undo_form(opened),
        "remark_days": settings().remark_days,
        "hidden": device.hidden(actor().id).holds(opened.id, opened.event_at),
        "document": show.document(opened.document) if opened.document else None,
    }


def _undo_form(opened: queries.Opened) -> RestForm | None:
    """Return the form that takes back what was just said of the rest, which the address tells."""
    said = request.args.get("resten", "")
    if not said or not any(row.state is RemarkState.AGREED for row in opened.remarks):
        return None
    return RestForm(formdata=None, data={"submission": said[:MAX_SUBMISSION]})


def _typed(opened: queries.Opened, place: int, form: RemarkForm, error: str) -> dict[str, Any]:
    """Return the card of a place as it was typed, in its own place among the others."""
    card = show.passage(
        opened,
        place,
        kind=form.kind.data or "",
        draft=form.text.data or "",
        error=error,
        seen=form.seen.data or "",
    )
    if place == 0:
        return {"whole": card}
    return {"cards": [card if each.place == place else each for each in show.passages(opened)]}


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/utkast", access=Client())
@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>", access=Client())
def place(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Show the record with what was typed at one place, kept from before a sign-in."""
    form = load_form(RemarkForm)
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    context = _shown(opened) | _typed(opened, _place(opened, spot), form, "")
    return render("records/client/record.html", **context)


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>", access=Client(), methods=("POST",))
def say(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Store what the client says of a passage of a version, or of the whole, whose spot is the record's own id.

    With htmx only that place is shown again.
    """
    form = RemarkForm()
    try:
        opened = queries.record(db(), actor(), record_id, version_id=version_id)
    except NotFound:
        return taken_away(version_id, form.text.data or "")
    at = _place(opened, spot)
    error = "" if form.validate() else _first_error(form)
    if not error:
        try:
            made = service.remark(
                db(),
                actor(),
                record_id=record_id,
                number=opened.version.number,
                passage_id=spot if at else None,
                kind=RemarkKind(form.kind.data),
                text=form.text.data or "",
                submission=form.submission.data or "",
                answer_days=settings().remark_days,
                seen=form.seen.data or "",
            )
        except InvalidInput as refused:
            error = str(refused.message)
    if error:
        return _again(opened, at, form, error)
    confirmation = _("Sparat. Kvittens %(number)s", number=made.receipt_no)
    return _done(opened, at, confirmation)


def _place(opened: queries.Opened, spot: uuid.UUID) -> int:
    """Return a spot's place, counted from 1; 0 is the whole."""
    places = {shown.id: place for place, shown in enumerate(opened.passages, 1)} | {opened.id: 0}
    if spot not in places:
        raise NotFound
    return places[spot]


def _first_error(form: Form) -> str:
    return next(str(errors[0]) for errors in form.errors.values())


def _again(opened: queries.Opened, place: int, form: RemarkForm, error: str) -> Response:
    context = _shown(opened) | _typed(opened, place, form, error)
    if wants_fragment():
        card = context["whole"] if place == 0 else context["cards"][place - 1]
        return make_response(render_template("records/client/place.html", card=card, confirmation="", **context), 422)
    return render("records/client/record.html", 422, error=error, error_place=place, **context)


def _done(before: queries.Opened, place: int, confirmation: str) -> Response:
    number = before.version.number
    if not wants_fragment():
        flash(confirmation)
        here = url_for("records.record", record_id=before.id, version=number, _anchor=f"s{place}")
        return see_other(here)
    context = _shown(queries.record(db(), actor(), before.id, number=number))
    card = context["whole"] if place == 0 else context["cards"][place - 1]
    return make_response(render_template("records/client/place.html", card=card, confirmation=confirmation, **context))


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/utkast", access=Client(), methods=("POST",))
def save(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Save a remark while it is written, for the script alone: without one a text is kept when it is sent or refused.

    The answer is the status beside the button. What can't be saved stays in the form, and the status says why.
    """
    form = DraftForm()
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    at = _place(opened, spot)
    seen, said = form.seen.data or "", ""
    try:
        kept = drafting.keep(opened, spot, form)
        seen = kept.stamp if kept else ""
        said = _("Sparat %(time)s", time=format_time(kept.saved_at)) if kept else ""
    except (Conflict, InvalidInput) as refused:
        said = _("Inte sparat. %(why)s", why=refused.message)
    card = show.passage(opened, at, seen=seen)
    return make_response(render_template("records/client/saved.html", card=card, seen=seen, said=said, opened=opened))


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/slang", access=Client(), methods=("POST",))
def discard(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Throw away what was written and not sent."""
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    at = _place(opened, spot)
    service.discard_draft(db(), actor(), record_id=record_id, passage_id=spot if at else None)
    return _done(opened, at, _("Det du hade skrivit är borta."))


@feature.route("/journal/sagt/<uuid:remark_id>/ta-tillbaka", access=Client(), methods=("POST",))
def take_back(remark_id: uuid.UUID) -> Response:
    """Take back what the client has said; it stays, and shows as taken back."""
    found = service.withdraw_remark(db(), actor(), remark_id)
    flash(_("Du har tagit tillbaka det du sa."))
    return see_other(url_for("records.record", record_id=found.record_id))


@feature.route("/journal/sagt/<uuid:remark_id>/svara", access=Client(), methods=("POST",))
def reply(remark_id: uuid.UUID) -> Response:
    """Store the client's reply to an answer."""
    form = ReplyForm()
    if not form.validate():
        raise InvalidInput(_first_error(form), reason="reply")
    service.reply(
        db(),
        actor(),
        remark_id,
        text=form.text.data or "",
        submission=form.submission.data or "",
        answer_days=settings().remark_days,
    )
    record_id = queries.own_remark(db(), actor(), remark_id)
    flash(_("Ditt svar är sparat."))
    return see_other(url_for("records.record", record_id=record_id))


@feature.route("/journal/<uuid:record_id>/andrat", access=Client())
def changed(record_id: uuid.UUID) -> Response:
    """Show what changed between a version and the one before it."""
    before, after, found = queries.changes(db(), actor(), record_id, number=request.args.get("version", type=int))
    opened = queries.record(db(), actor(), record_id, number=after.number)
    if opened.document:
        raise NotFound
    return render(
        "records/client/changed.html",
        opened=opened,
        before=before,
        after=after,
        day=format_day(after.written_at),
        written=format_moment(after.written_at),
        changes=[each for each in found if each.fate != "same"],
        versions=[(row, format_moment(row.written_at)) for row in reversed(opened.versions)],
    )
