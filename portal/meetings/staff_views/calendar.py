"""The staff's calendar: a week or a day, one's own or a colleague's, and a meeting with what can be done about it."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, flash, request, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.errors import Conflict, DomainError, InvalidInput
from portal.core.i18n import STOCKHOLM, _, format_day, lazy, today
from portal.meetings import agenda_words as words
from portal.meetings import queries, show
from portal.meetings.forms.staff import CancelForm, CoverForm, MoveForm
from portal.meetings.models import Meeting
from portal.meetings.queries import MeetingRow, agenda
from portal.meetings.queries import proposals as proposals_of
from portal.meetings.queries.agenda import Colleague, Entry
from portal.meetings.queries.openings import openings
from portal.meetings.rules import week as weeks
from portal.meetings.rules.states import MeetingState
from portal.meetings.rules.times import Settled
from portal.meetings.rules.video import may_join
from portal.meetings.service import changing, elsewhere, held
from portal.meetings.words import FORM_NAMES
from portal.sync.contract import MeetingRecord
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import SubmissionForm, load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import capital, first_name

READ, WRITE = "meeting:read", "meeting:write"

feature = Feature(
    "agenda",
    nav=(NavItem("agenda.week", lazy("Kalender"), "calendar", Side.STAFF, 30, new=agenda.conflict_count),),
)


@feature.route("/kalender", access=Staff(READ))
def week() -> Response:
    """Show a week: a table where there is room, a list of days on a phone."""
    day = weeks.monday_of(_day(request.args.get("dag", "")))
    colleague, others = _whose()
    start, end = weeks.bounds(day, 7)
    entries = _entries(colleague.id, start, end)
    shown = [day + timedelta(days=number) for number in range(words.last_day(entries, day))]
    table = weeks.table(entries, day, len(shown))
    return render(
        "meetings/staff/week.html",
        title=_("Vecka %(number)s", number=day.isocalendar().week),
        span=_("%(first)s till %(last)s", first=capital(format_day(day)), last=format_day(shown[-1])),
        heads=[words.head(each) for each in shown],
        times=[f"{at:%H.%M}" for at in table.times],
        rows=[[words.cell(cell, each) for cell, each in zip(row, shown, strict=True)] for row in table.rows],
        days=[words.listed(entries, each) for each in shown],
        links=_links(day, colleague),
        colleague=colleague,
        own=colleague.id == actor().id,
        others=[(url_for("agenda.week", vem=one.id, dag=day.isoformat()), one.name) for one in others],
        conflicts=[words.link(one) for one in agenda.conflicts(db(), actor())],
        stuck=[words.link(one) for one in agenda.stuck(db(), actor())],
    )


def _entries(staff_id: uuid.UUID, start: datetime, end: datetime) -> list[Entry]:
    """Return what stands in a calendar, and what is free between it, in order."""
    found = agenda.agenda(db(), actor(), staff_id, start, end)
    found += openings(db(), actor(), staff_id, start, end, found)
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today()


def _whose() -> tuple[Colleague, list[Colleague]]:
    """Return whose calendar is asked for, one's own unless it is a colleague's, and all the others."""
    known = agenda.colleagues(db(), actor())
    wanted = request.args.get("vem", type=uuid.UUID)
    found = next((one for one in known if one.id == wanted), known[0])
    return found, [one for one in known if one.id != found.id]


def _links(day: date, colleague: Colleague) -> dict[str, str]:
    whose: dict[str, Any] = {} if colleague.id == actor().id else {"vem": colleague.id}
    return {
        "before": url_for("agenda.week", dag=(day - timedelta(days=7)).isoformat(), **whose),
        "now": url_for("agenda.week", **whose),
        "after": url_for("agenda.week", dag=(day + timedelta(days=7)).isoformat(), **whose),
    }


@feature.route("/kalender/i-dag", access=Staff(READ))
def day() -> Response:
    """Show one day as a list, with what has to be marked."""
    wanted = _day(request.args.get("dag", ""))
    start, end = weeks.bounds(wanted, 1)
    entries = _entries(actor().id, start, end)
    return render(
        "meetings/staff/day.html",
        title=capital(format_day(wanted)),
        entries=words.listed(entries, wanted)["entries"],
        before=url_for("agenda.day", dag=(wanted - timedelta(days=1)).isoformat()),
        after=url_for("agenda.day", dag=(wanted + timedelta(days=1)).isoformat()),
    )


@feature.route("/moten/<uuid:meeting_id>", access=Staff(READ, reads="meetings"))
def meeting(meeting_id: uuid.UUID) -> Response:
    """Show a meeting with all that was agreed, its history, and what can be done; that it was read is logged."""
    return _page(queries.meeting(db(), actor(), meeting_id))


def _page(row: MeetingRow, *, status: int = 200, form: Any = None, refused: DomainError | None = None) -> Response:
    person_id, other = _read(row.id)
    may_write = WRITE in actor().permissions
    has_begun = not row.is_open and row.state is not MeetingState.CANCELLED
    client = proposals_of.client_name(db(), person_id)
    return render(
        "meetings/staff/meeting.html",
        status,
        row=row,
        client=client,
        client_url=url_for("clients.page", person_id=person_id),
        when=capital(words.when(row.starts_at, row.ends_at)),
        how=str(FORM_NAMES[row.form]),
        facts=words.facts(row),
        state=words.state(row),
        stuck=show.stuck(row.delivery, Side.STAFF),
        history=show.happenings(queries.history(db(), actor(), row.id), Side.STAFF, client),
        form=form or SubmissionForm(formdata=None),
        may_change=may_write and row.is_open,
        may_mark=may_write and has_begun,
        others=any(one.id != row.staff_id for one in agenda.with_calendar(db(), actor())),
        join=url_for("video.staff_join", meeting_id=row.id) if settings().video_url and may_join(row) else "",
        conflict=_conflict(row, other) if other is not None and may_write else None,
        refused=str(refused.message) if refused else "",
    )


def _read(meeting_id: uuid.UUID) -> tuple[uuid.UUID, MeetingRecord | None]:
    """Log that a meeting was read, and return whose it is and the back office's version, if there is another."""
    found = db().get_one(Meeting, meeting_id)
    audit.record_read(db(), actor(), found.person_id, "meetings", object_id=meeting_id, reason="meeting")
    return found.person_id, MeetingRecord.from_payload(found.conflict) if found.conflict else None


def _conflict(row: MeetingRow, other: MeetingRecord) -> dict[str, Any]:
    """Return both versions, or where they are the same the meetings that had the time before."""
    if not words.is_same_time(row, other):
        return {"versions": words.versions(row, other)}
    if row.staff_id not in {one.id for one in agenda.colleagues(db(), actor())}:
        return {"others": []}
    entries = agenda.agenda(db(), actor(), row.staff_id, row.starts_at, row.ends_at)
    return {"others": [words.link(one) for one in entries if one.kind == "meeting" and one.id != row.id]}


@feature.route("/moten/<uuid:meeting_id>/utfall", access=Staff(WRITE, reads="meetings"), methods=("POST",))
def mark(meeting_id: uuid.UUID) -> Response:
    """Say whether the meeting took place."""
    row = queries.meeting(db(), actor(), meeting_id)
    took_place = request.form.get("utfall") == "ja"
    state = MeetingState.ATTENDED if took_place else MeetingState.NO_SHOW
    try:
        held.mark(db(), actor(), meeting_id=meeting_id, state=state)
    except Conflict as error:
        return _page(row, status=409, refused=error)
    return _done(meeting_id, _("Sparat: ni träffades.") if took_place else _("Sparat: mötet blev inte av."))


@feature.route("/moten/<uuid:meeting_id>/avboka", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST"))
def cancel(meeting_id: uuid.UUID) -> Response:
    """Cancel a meeting, with a reason that the client reads."""
    row = queries.meeting(db(), actor(), meeting_id)
    form = load_form(CancelForm)
    if request.method != "POST" or not form.validate():
        return _form_page(row, form, _("Avboka mötet"), _("Avboka"))
    try:
        changing.cancel(db(), actor(), meeting_id=meeting_id, reason=form.reason.data or "")
    except (Conflict, InvalidInput) as error:
        return _page(row, status=409, refused=error)
    return _done(meeting_id, _("Avbokat. Klienten får veta det."))


@feature.route("/moten/<uuid:meeting_id>/flytta", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST"))
def move(meeting_id: uuid.UUID) -> Response:
    """Move a meeting, with a reason that the client reads."""
    row = queries.meeting(db(), actor(), meeting_id)
    start = row.starts_at.astimezone(STOCKHOLM)
    form = load_form(MoveForm, data={"day": start.date(), "start": start.time()})
    sent = request.method == "POST" and form.validate()
    if not sent or form.day.data is None or form.start.data is None:
        return _form_page(row, form, _("Flytta mötet"), _("Flytta"))
    minutes = (row.ends_at - row.starts_at) // timedelta(minutes=1)
    starts_at = datetime.combine(form.day.data, form.start.data, STOCKHOLM)
    settled = Settled(row.staff_id, starts_at, minutes, form.submission.data or "")
    try:
        changing.move(db(), actor(), meeting_id=meeting_id, settled=settled, reason=form.reason.data or "")
    except (Conflict, InvalidInput) as error:
        form.day.errors = [str(error.message)]
        return _form_page(row, form, _("Flytta mötet"), _("Flytta"))
    return _done(meeting_id, _("Flyttat. Klienten får veta det."))


@feature.route("/moten/<uuid:meeting_id>/kollega", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST"))
def cover(meeting_id: uuid.UUID) -> Response:
    """Let a colleague hold the meeting."""
    row = queries.meeting(db(), actor(), meeting_id)
    form = load_form(CoverForm)
    names = {str(one.id): one.name for one in agenda.with_calendar(db(), actor()) if one.id != row.staff_id}
    form.offer(names)
    if request.method != "POST" or not form.validate():
        return _form_page(row, form, _("Låt en kollega ta mötet"), _("Spara"))
    try:
        held.cover(db(), actor(), meeting_id=meeting_id, staff_id=uuid.UUID(form.colleague.data))
    except Conflict as error:
        form.colleague.errors = [str(error.message)]
        return _form_page(row, form, _("Låt en kollega ta mötet"), _("Spara"))
    _read(meeting_id)
    flash(_("%(name)s tar mötet. Klienten får veta det.", name=first_name(names[form.colleague.data])))
    return see_other(url_for("agenda.week"))


@feature.route("/moten/<uuid:meeting_id>/version", access=Staff(WRITE, reads="meetings"), methods=("POST",))
def choose(meeting_id: uuid.UUID) -> Response:
    """Choose which version of a meeting stands, where both sides have done something."""
    row = queries.meeting(db(), actor(), meeting_id)
    theirs = request.form.get("version") == "deras"
    try:
        (elsewhere.take_theirs if theirs else elsewhere.keep_ours)(db(), actor(), meeting_id=meeting_id)
    except Conflict as error:
        return _page(row, status=409, refused=error)
    return _done(meeting_id, _("Sparat. Det andra systemet får samma uppgifter."))


def _form_page(row: MeetingRow, form: Any, title: str, button: str) -> Response:
    person_id, _other = _read(row.id)
    return render(
        "meetings/staff/meeting_form.html",
        422 if form.errors else 200,
        form=form,
        title=title,
        button_text=button,
        client=proposals_of.client_name(db(), person_id),
        when=f"{format_day(row.starts_at)} {show.hours(row.starts_at, row.ends_at)}",
        back=url_for("agenda.meeting", meeting_id=row.id),
    )


def _done(meeting_id: uuid.UUID, text: str) -> Response:
    _read(meeting_id)
    flash(text)
    return see_other(url_for("agenda.meeting", meeting_id=meeting_id))
