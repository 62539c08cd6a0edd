"""The list of a client's meetings, one meeting, and what can be done with it: move, hold otherwise, change, cancel."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from flask import Response, flash, request, url_for

from portal.core.actor import Side
from portal.core.i18n import _, format_day
from portal.meetings import proposal_words, queries, show
from portal.meetings.client_views import choosing, times
from portal.meetings.forms.client import NO, YES, CancelForm, DetailsForm
from portal.meetings.models import BookingDraft
from portal.meetings.queries import MeetingRow, proposals
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.video import may_join
from portal.meetings.service import changing, drafts
from portal.meetings.service.changing import DoesNotFit, Over
from portal.people import queries as people
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, actor
from portal.web.words import capital, first_name

feature = Feature("meetings")


@feature.route("/moten", access=Client())
def overview() -> Response:
    """Show what waits for an answer, what is booked, and what has been."""
    coming = queries.upcoming(db(), actor())
    page = queries.earlier(db(), actor(), before=_instant(request.args.get("fore", "")))
    return render(
        "meetings/client/overview.html",
        waiting=[proposal_words.line(row) for row in proposals.waiting(db(), actor())],
        coming=[show.line(row) for row in coming],
        earlier=[show.line(row) for row in page.rows],
        older_url=url_for("meetings.overview", fore=page.older.isoformat()) if page.older else "",
        is_older="fore" in request.args,
        may_propose=any(case.caseworker_id for case in people.cases(db(), actor())),
    )


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


@feature.route("/moten/<uuid:meeting_id>", access=Client())
def meeting(meeting_id: uuid.UUID) -> Response:
    """Show a meeting with all that one needs to know, and its history."""
    row = queries.meeting(db(), actor(), meeting_id)
    return render(
        "meetings/client/meeting.html",
        row=row,
        over=show.with_whom(row.form, row.staff),
        heading=_heading(row),
        state=show.state(row),
        facts=list(show.facts(row)),
        history=show.happenings(queries.history(db(), actor(), meeting_id), Side.CLIENT),
        stuck=show.stuck(row.delivery, Side.CLIENT),
        late=show.late(row) if row.is_open else "",
        left=_left(row),
        join=url_for("video.join", meeting_id=row.id) if settings().video_url and may_join(row) else "",
    )


class Heading(NamedTuple):
    """When a meeting is, in two parts that are each kept on one line."""

    day: str
    hours: str


def _heading(row: MeetingRow) -> Heading:
    return Heading(capital(format_day(row.starts_at)), show.hours(row.starts_at, row.ends_at))


def _left(row: MeetingRow) -> str:
    """Return what to say of a meeting with somebody who doesn't work with the client any more, or nothing."""
    if not row.is_open or not queries.has_left(db(), row.staff_id, row.case_id):
        return ""
    return _(
        "%(name)s arbetar inte längre med ditt ärende. Flytta mötet till någon annan, eller vänta tills vi hör av oss.",
        name=first_name(row.staff),
    )


@feature.route("/moten/<uuid:meeting_id>/flytta", access=Client())
def other_times(meeting_id: uuid.UUID) -> Response:
    """Show the times that a meeting can be moved to."""
    return _times(drafts.to_move(db(), actor(), meeting_id), meeting_id)


@feature.route("/moten/<uuid:meeting_id>/flytta", access=Client(), methods=("POST",))
def hold_other(meeting_id: uuid.UUID) -> Response:
    """Hold the new time; the old one stays until the move is confirmed."""
    draft = drafts.to_move(db(), actor(), meeting_id)
    try:
        drafts.keep_held(db(), actor(), draft, starts_at=times.chosen())
    except times.REFUSALS as error:
        return _times(drafts.to_move(db(), actor(), meeting_id), meeting_id, refused=error)
    return see_other(url_for("meetings.confirm", draft_id=draft.id))


def _times(draft: BookingDraft, meeting_id: uuid.UUID, *, refused: times.Refused | None = None) -> Response:
    back = (url_for("meetings.meeting", meeting_id=meeting_id), _("Mötet"))
    change_url = url_for("meetings.other_way", meeting_id=meeting_id)
    return times.page(draft, url_for("meetings.hold_other", meeting_id=meeting_id), back, change_url, refused=refused)


@feature.route("/moten/<uuid:meeting_id>/byt", access=Client())
def other_way(meeting_id: uuid.UUID) -> Response:
    """Ask how to meet instead."""
    return choosing.page(choosing.other_way(meeting_id, drafts.to_move(db(), actor(), meeting_id)))


@feature.route("/moten/<uuid:meeting_id>/byt", access=Client(), methods=("POST",))
def move_other_way(meeting_id: uuid.UUID) -> Response:
    """Go on to the times at which the meeting can be held so."""
    draft = drafts.to_move(db(), actor(), meeting_id)
    asked = choosing.other_way(meeting_id, draft)
    picked = asked.picked()
    if picked is None:
        return choosing.page(asked, 422)
    kept = drafts.keep(db(), draft)
    drafts.change(db(), actor(), draft_id=kept.id, **picked)
    return see_other(url_for("meetings.free", draft_id=kept.id))


@feature.route("/moten/<uuid:meeting_id>/avboka", access=Client())
def ask_to_cancel(meeting_id: uuid.UUID) -> Response:
    """Ask whether to cancel; nothing is done by a link."""
    return _cancellation(queries.meeting(db(), actor(), meeting_id), load_form(CancelForm))


@feature.route("/moten/<uuid:meeting_id>/avboka", access=Client(), methods=("POST",))
def cancel(meeting_id: uuid.UUID) -> Response:
    """Cancel, up to the start."""
    form = CancelForm()
    row = queries.meeting(db(), actor(), meeting_id)
    if not form.validate():
        return _cancellation(row, form, 422)
    changing.cancel(db(), actor(), meeting_id=meeting_id, reason=form.reason.data or "")
    flash(_("Avbokat. Kvittens %(number)s", number=row.receipt_no))
    return _back(meeting_id)


def _cancellation(row: MeetingRow, form: CancelForm, status: int = 200) -> Response:
    if not row.is_open:
        raise Over(reason="over")
    return render(
        "meetings/client/cancel.html",
        status,
        form=form,
        row=row,
        heading=_heading(row),
        over=show.with_whom(row.form, row.staff),
        late=show.late(row),
        action=url_for("meetings.cancel", meeting_id=row.id),
    )


@feature.route("/moten/<uuid:meeting_id>/andra", access=Client())
def details(meeting_id: uuid.UUID) -> Response:
    """Ask for what is to be otherwise, time and form apart."""
    row = queries.meeting(db(), actor(), meeting_id)
    return _details(row, load_form(DetailsForm, data=_filled(row.wanted)))


@feature.route("/moten/<uuid:meeting_id>/andra", access=Client(), methods=("POST",))
def change(meeting_id: uuid.UUID) -> Response:
    """Change it; where an interpreter makes it too long for its time, other times are shown."""
    form = DetailsForm()
    row = queries.meeting(db(), actor(), meeting_id)
    if not form.validate():
        return _details(row, form, 422)
    language, wish = form.wanted_interpreter()
    wanted = replace(row.wanted, interpreter=language, interpreter_wish=wish, **form.said())
    try:
        changing.change(db(), actor(), meeting_id=meeting_id, wanted=wanted)
    except DoesNotFit as error:
        draft = drafts.to_move(db(), actor(), meeting_id)
        wanted.onto(draft)
        flash(str(error.message))
        url = url_for("meetings.free", draft_id=drafts.keep(db(), draft).id)
        return see_other(url)
    flash(_("Sparat."))
    return _back(meeting_id)


def _filled(wanted: Arrangement) -> dict[str, str]:
    return {
        "interpreter": YES if wanted.interpreter else NO,
        "language": wanted.interpreter,
        "interpreter_wish": wanted.interpreter_wish,
        "place_text": wanted.place_text,
        "agenda": wanted.agenda,
        "support": wanted.support,
        "needs": wanted.needs,
    }


def _details(row: MeetingRow, form: DetailsForm, status: int = 200) -> Response:
    if not row.is_open:
        raise Over(reason="over")
    return render(
        "meetings/client/details.html",
        status,
        form=form,
        row=row,
        where=show.WHERE.get(row.form),
        action=url_for("meetings.change", meeting_id=row.id),
    )


def _back(meeting_id: uuid.UUID) -> Response:
    return see_other(url_for("meetings.meeting", meeting_id=meeting_id))
