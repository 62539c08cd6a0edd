"""Booking step by step: whom and how, which time, what to say, booked."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from flask import Response, flash, request, url_for

from portal.core.errors import Conflict, NotFound
from portal.core.i18n import _, format_day
from portal.meetings import queries, show
from portal.meetings.client_views import choosing, times
from portal.meetings.forms.client import ConfirmForm, PlaceForm
from portal.meetings.models import BookingDraft, Place
from portal.meetings.rules.arrangement import arrangement_of
from portal.meetings.rules.states import EventKind, Form
from portal.meetings.rules.times import PastTime
from portal.meetings.service import booking, drafts
from portal.meetings.service.booking import TooMany
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.drafts import CaseworkerLeft
from portal.people.models import StaffMember
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, actor
from portal.web.words import capital

feature = Feature("meetings")


def _or_booked(view: Callable[[uuid.UUID], Response]) -> Callable[[uuid.UUID], Response]:
    """Lead who goes back to the pages of a booking that is made to the meeting that it has become."""

    @wraps(view)
    def led(draft_id: uuid.UUID) -> Response:
        try:
            return view(draft_id)
        except NotFound:
            found = queries.came_of(db(), actor(), draft_id)
            if found is None:
                raise
        meeting_id, how = found
        flash(
            _("Du har redan flyttat mötet hit.") if how is EventKind.MOVED else _("Du har redan bokat det här mötet.")
        )
        return _booked(meeting_id)

    return led


@feature.route("/moten/boka", access=Client())
def choose() -> Response:
    """Ask whom to meet and how; filled in as the last meeting was."""
    return choosing.page(choosing.begin())


@feature.route("/moten/boka", access=Client(), methods=("POST",))
def begin() -> Response:
    """Begin to book, and go on to the free times."""
    asked = choosing.begin()
    picked = asked.picked()
    if picked is None:
        return choosing.page(asked, 422)
    draft = drafts.begin(db(), actor(), **picked)
    return _to_times(draft)


@feature.route("/moten/boka/<uuid:draft_id>/andra", access=Client())
@_or_booked
def choose_again(draft_id: uuid.UUID) -> Response:
    """Ask once more whom to meet and how, filled in as it was chosen."""
    return choosing.page(choosing.again(drafts.own(db(), actor(), draft_id)))


@feature.route("/moten/boka/<uuid:draft_id>/andra", access=Client(), methods=("POST",))
@_or_booked
def begin_again(draft_id: uuid.UUID) -> Response:
    """Change whom to meet and how, and go on to the times that there are then."""
    asked = choosing.again(drafts.own(db(), actor(), draft_id))
    picked = asked.picked()
    if picked is None:
        return choosing.page(asked, 422)
    return _to_times(drafts.change(db(), actor(), draft_id=draft_id, **picked))


@feature.route("/moten/boka/<uuid:draft_id>/tider", access=Client())
@_or_booked
def free(draft_id: uuid.UUID) -> Response:
    """Show the free times."""
    return _times(drafts.own(db(), actor(), draft_id))


@feature.route("/moten/boka/<uuid:draft_id>/tider", access=Client(), methods=("POST",))
@_or_booked
def hold(draft_id: uuid.UUID) -> Response:
    """Hold the chosen time, and go on to what to say; a time that can't be had is answered with others."""
    draft = drafts.own(db(), actor(), draft_id, lock=True)
    try:
        drafts.hold(db(), actor(), draft, starts_at=times.chosen())
    except times.REFUSALS as error:
        return _times(draft, refused=error)
    return see_other(url_for("meetings.confirm", draft_id=draft.id))


@feature.route("/moten/boka/<uuid:draft_id>", access=Client())
@_or_booked
def confirm(draft_id: uuid.UUID) -> Response:
    """Show what will be booked, and ask for what one wants to say; without a time, for the time first."""
    draft = drafts.own(db(), actor(), draft_id)
    if draft.held_from is None:
        return _to_times(draft)
    return _confirmation(draft, load_form(_form_of(draft), data=_written(draft)))


@feature.route("/moten/boka/<uuid:draft_id>", access=Client(), methods=("POST",))
@_or_booked
def book(draft_id: uuid.UUID) -> Response:
    """Book, or move; the same button pressed twice leads to the same meeting."""
    number = request.form.get("submission", "")
    earlier = booking.booked_by(db(), actor().subject_id, number)
    if earlier is not None:
        return _booked(earlier.id)
    draft = drafts.own(db(), actor(), draft_id)
    form = _form_of(draft)()
    if not form.validate():
        return _confirmation(draft, form, 422)
    wanted = replace(arrangement_of(draft), **form.said())
    try:
        most = settings().meetings_ahead
        meeting = booking.book(db(), actor(), draft_id=draft_id, wanted=wanted, submission=number, most=most)
    except (JustTaken, CaseworkerLeft, PastTime) as error:
        return _times(draft, refused=error)
    except TooMany as error:
        return _confirmation(draft, form, 409, refused=error)
    moved = draft.moves_id is not None
    flash(_text(moved=moved) % {"number": meeting.receipt_no})
    return _booked(meeting.id)


def _text(*, moved: bool) -> str:
    return _("Flyttat. Kvittens %(number)s") if moved else _("Bokat. Kvittens %(number)s")


def _booked(meeting_id: uuid.UUID) -> Response:
    return see_other(url_for("meetings.meeting", meeting_id=meeting_id))


def _to_times(draft: BookingDraft) -> Response:
    return see_other(url_for("meetings.free", draft_id=draft.id))


def _times(draft: BookingDraft, *, refused: times.Refused | None = None) -> Response:
    change_url = url_for("meetings.choose_again", draft_id=draft.id)
    back = (change_url, _("Tillbaka"))
    return times.page(draft, url_for("meetings.free", draft_id=draft.id), back, change_url, refused=refused)


def _form_of(draft: BookingDraft) -> type[ConfirmForm]:
    return PlaceForm if draft.form is Form.OTHER else ConfirmForm


def _written(draft: BookingDraft) -> dict[str, str]:
    """Return what the form is filled in with: of a meeting that is moved its own, else what was needed last time."""
    if draft.moves_id is not None:
        return {name: getattr(draft, name) for name in ("place_text", "agenda", "support", "needs")}
    last = queries.latest(db(), actor())
    if last is None:
        return {}
    same = last.form is draft.form
    return {"needs": last.wanted.needs, "place_text": last.wanted.place_text if same else ""}


def _confirmation(
    draft: BookingDraft, form: ConfirmForm, status: int = 200, *, refused: Conflict | None = None
) -> Response:
    if draft.held_from is None or draft.held_to is None or draft.held_staff_id is None:
        return _to_times(draft)
    until = drafts.held_until(db(), draft)
    name = db().get_one(StaffMember, draft.held_staff_id).name
    return render(
        "meetings/client/confirm.html",
        status,
        form=form,
        action=url_for("meetings.book", draft_id=draft.id),
        times_url=url_for("meetings.free", draft_id=draft.id),
        heading=capital(format_day(draft.held_from)),
        hours=show.hours(draft.held_from, draft.held_to),
        how=show.with_whom(draft.form, name),
        icon=show.ICONS[draft.form],
        facts=list(_facts(draft)),
        where=show.WHERE.get(draft.form),
        remaining=show.remaining(until) if until else "",
        lapsed=_("Tiden är inte längre reserverad åt dig. Boka nu, så försöker vi ta den igen.") if not until else "",
        is_move=draft.moves_id is not None,
        refused=str(refused.message) if refused else "",
    )


def _facts(draft: BookingDraft) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = db().get(Place, draft.place_id) if draft.place_id and draft.form is Form.VISIT else None
    if place is not None:
        found.append((_("Plats"), show.swedish(f"{place.name}, {place.address}")))
        if place.access_note:
            found.append((_("Anmäl dig"), show.swedish(place.access_note)))
    if draft.form is Form.HOME:
        found.append((_("Hembesök"), _("Du får alltid säga nej till hembesök.")))
    if draft.interpreter:
        found.append((_("Tolk"), show.language(arrangement_of(draft))))
    return found
