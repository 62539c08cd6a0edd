"""The staff's proposals: what clients ask for, answered with a time, another time or a no; and invitations."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, request, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.errors import Conflict, DomainError, InvalidInput
from portal.core.i18n import STOCKHOLM, _, format_moment, lazy
from portal.meetings import proposal_words as words
from portal.meetings import queries, show
from portal.meetings.forms.proposals import (
    AcceptForm,
    StaffNoForm,
    TermsForm,
    interpreter_data,
    is_sent,
    next_quarters,
    offer_form,
)
from portal.meetings.models import MeetingType
from portal.meetings.queries import proposals as proposals_of
from portal.meetings.queries.proposals import ProposalRow
from portal.meetings.rules.availability import Span, quanta
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.service import accepting
from portal.meetings.service import proposals as service
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.proposals import Subject
from portal.meetings.words import FORM_NAMES, kind_name
from portal.people import queries as people
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import SubmissionForm, load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor

READ, WRITE = "meeting:read", "meeting:write"

feature = Feature(
    "proposals",
    nav=(NavItem("proposals.inbox", lazy("Förslag"), "clock", Side.STAFF, 34, new=proposals_of.to_answer_count),),
)


@feature.route("/moten/forslag", access=Staff(READ))
def inbox() -> Response:
    """List the proposals that wait: first those for the caseworker to answer, the one that runs out first."""
    rows = proposals_of.waiting(db(), actor())
    names = proposals_of.client_names(db(), {row.person_id for row in rows})
    return render("meetings/staff/proposals.html", rows=[_listed(row, names[row.person_id]) for row in rows])


def _listed(row: ProposalRow, name: str) -> dict[str, Any]:
    return {
        "url": url_for("proposals.proposal", proposal_id=row.id),
        "client": name,
        "times": words.windows(row.latest.windows),
        "ways": words.forms(row.latest.forms),
        "mine": row.waits_for(Side.STAFF),
        "by": show.moment(row.expires_at),
        "state": str(words.STATES[row.state]),
    }


@feature.route("/moten/forslag/<uuid:proposal_id>", access=Staff(READ, reads="meetings"))
def proposal(proposal_id: uuid.UUID) -> Response:
    """Show a proposal, and answer it; that it was read is logged."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    return _page(row, _accept_form(row))


def _page(row: ProposalRow, form: AcceptForm, *, status: int = 200, refused: DomainError | None = None) -> Response:
    audit.record_read(db(), actor(), row.person_id, "meetings", object_id=row.id, reason="proposal")
    name = proposals_of.client_name(db(), row.person_id)
    return render(
        "meetings/staff/proposal.html",
        status,
        row=row,
        client=name,
        client_url=url_for("clients.page", person_id=row.person_id),
        form=form,
        again=SubmissionForm(formdata=None),
        mine=row.waits_for(Side.STAFF) and WRITE in actor().permissions,
        waiting=row.waits_for(Side.CLIENT),
        state=str(words.STATES[row.state]),
        by=show.moment(row.expires_at),
        times=[words.window(span) for span in row.latest.windows],
        facts=words.facts(row.latest, proposals_of.place_name(db(), row.latest.place_id)),
        said=words.said(row, Side.STAFF, name),
        sent=words.delivery(row),
        stuck=show.stuck(row.delivery, Side.STAFF),
        has_time=bool(form.time.choices),
        refused=str(refused.message) if refused else "",
    )


def _accept_form(row: ProposalRow) -> AcceptForm:
    """Return the form of a yes: a time in the client's windows that is free in the caseworker's calendar, and a way."""
    form = load_form(AcceptForm)
    form.offer(
        {at.isoformat(): show.moment(at) for at in _free(row)},
        {one.value: str(FORM_NAMES[one]) for one in row.latest.forms},
        _places(row.case_id),
    )
    return form


def _free(row: ProposalRow) -> list[datetime]:
    kind = db().get_one(MeetingType, row.type_id)
    minutes = queries.meeting_minutes(kind, with_interpreter=bool(row.latest.interpreter))
    wanted = [at for span in row.latest.windows for at in next_quarters(span, minutes)]
    takes = timedelta(minutes=minutes + kind.buffer_minutes)  # what is claimed
    taken = proposals_of.taken(db(), actor().id, [Span(at, at + takes) for at in wanted])
    return [at.astimezone(STOCKHOLM) for at in wanted if taken.isdisjoint(quanta(at, at + takes))]


def _places(case_id: uuid.UUID) -> dict[str, str]:
    """Return the places to choose from, one of ours first; none of them is for what is no visit."""
    return {**proposals_of.places_for(db(), case_id), "": _("Ingen plats hos oss")}


@feature.route("/moten/forslag/<uuid:proposal_id>/ja", access=Staff(WRITE, reads="meetings"), methods=("POST",))
def accept(proposal_id: uuid.UUID) -> Response:
    """Book one of the client's times."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    form = _accept_form(row)
    valid = form.validate()
    if form.time.errors and form.time.data:
        # It was free when the page was shown.
        form.time.errors = ()
        return _page(row, form, status=409, refused=JustTaken(reason="taken"))
    if not valid:
        return _page(row, form, status=422)
    try:
        meeting = accepting.accept(
            db(),
            actor(),
            proposal_id=row.id,
            starts_at=datetime.fromisoformat(form.time.data),
            form=Form(form.how.data),
            place_id=uuid.UUID(form.place.data) if form.place.data else None,
            submission=form.submission.data or "",
        )
    except (Conflict, InvalidInput) as error:
        return _page(proposals_of.proposal(db(), actor(), proposal_id), form, status=409, refused=error)
    audit.record_read(db(), actor(), row.person_id, "meetings", object_id=row.id, reason="proposal")
    flash(_("Bokat. Kvittens %(number)s", number=meeting.receipt_no))
    return _to(row.id)


@feature.route(
    "/moten/forslag/<uuid:proposal_id>/annat", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST")
)
def counter(proposal_id: uuid.UUID) -> Response:
    """Offer other times; the client then says yes to one of them, or proposes anew."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    audit.record_read(db(), actor(), row.person_id, "meetings", object_id=row.id, reason="proposal")
    kind = db().get_one(MeetingType, row.type_id)
    latest = row.latest
    known = interpreter_data(latest.interpreter, latest.interpreter_wish)
    place = {"place": str(latest.place_id)} if latest.place_id else {}
    start = {"how": [one.value for one in latest.forms[:1]], **place, **known}
    form = offer_form(kind, start, FORM_NAMES, _places(row.case_id))
    back = url_for("proposals.proposal", proposal_id=row.id)
    title = _("Föreslå en annan tid")
    if not is_sent(form):
        return _form_page(form, row.person_id, back, title)
    try:
        service.counter(db(), actor(), proposal_id=row.id, terms=form.terms(), submission=form.submission.data or "")
    except (Conflict, InvalidInput) as error:
        return _form_page(form, row.person_id, back, title, refused=error)
    flash(_("Skickat. Klienten får veta det."))
    return _to(row.id)


@feature.route("/moten/bjud-in/<uuid:case_id>", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST"))
def invite(case_id: uuid.UUID) -> Response:
    """Invite a client, with up to three times to choose from."""
    case = people.case(db(), actor(), case_id)
    audit.record_read(db(), actor(), case.person_id, "meetings", object_id=case.id, reason="case")
    kinds = queries.types_for(db(), actor(), case_id)
    kind = _chosen_kind(kinds)
    back = url_for("clients.page", person_id=case.person_id)
    if kind is None:
        return render("meetings/staff/no_kinds.html", back=back)
    form = offer_form(kind, {"how": kind.forms[:1]}, FORM_NAMES, _places(case_id))
    choices = [
        {"url": _address(case_id, one.id), "label": kind_name(one), "current": one.id == kind.id} for one in kinds
    ]
    if not is_sent(form):
        return _form_page(form, case.person_id, back, _("Bjud in till ett möte"), kinds=choices)
    try:
        made = service.begin(
            db(), actor(), Subject(case_id, kind.id), form.terms(), submission=form.submission.data or "", most=0
        )
    except (Conflict, InvalidInput) as error:
        return _form_page(form, case.person_id, back, _("Bjud in till ett möte"), kinds=choices, refused=error)
    flash(_("Skickat. Klienten får veta det."))
    return _to(made.id)


def _address(case_id: uuid.UUID, kind_id: uuid.UUID) -> str:
    return url_for("proposals.invite", case_id=case_id, typ=kind_id)


def _chosen_kind(kinds: Sequence[MeetingType]) -> MeetingType | None:
    wanted = request.args.get("typ", type=uuid.UUID)
    usual = next((one for one in kinds if one.kind is TypeKind.FOLLOW_UP), kinds[0] if kinds else None)
    return next((one for one in kinds if one.id == wanted), usual)


def _form_page(
    form: TermsForm,
    person_id: uuid.UUID,
    back: str,
    title: str,
    *,
    kinds: Sequence[dict[str, Any]] = (),
    refused: DomainError | None = None,
) -> Response:
    is_wrong = bool(form.errors or form.row_errors() or refused)
    return render(
        "meetings/staff/offer.html",
        422 if is_wrong else 200,
        form=form,
        row_errors=form.row_errors(),
        refused=str(refused.message) if refused else "",
        title=title,
        client=proposals_of.client_name(db(), person_id),
        back=back,
        kinds=kinds,
        minutes=form.minutes,
        icons={one.value: icon for one, icon in show.ICONS.items()},
    )


@feature.route("/moten/forslag/<uuid:proposal_id>/nej", access=Staff(WRITE, reads="meetings"), methods=("GET", "POST"))
def decline(proposal_id: uuid.UUID) -> Response:
    """Say no, with a reason that the client reads."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    audit.record_read(db(), actor(), row.person_id, "meetings", object_id=row.id, reason="proposal")
    form = load_form(StaffNoForm)
    if request.method != "POST" or not form.validate():
        back = url_for("proposals.proposal", proposal_id=row.id)
        return render("meetings/staff/decline.html", 422 if form.errors else 200, form=form, back=back)
    try:
        service.decline(
            db(), actor(), proposal_id=row.id, reason=form.reason.data or "", submission=form.submission.data or ""
        )
    except Conflict as error:
        return _page(row, _accept_form(row), status=409, refused=error)
    flash(_("Du har sagt nej. Klienten får läsa varför."))
    return _to(row.id)


@feature.route(
    "/moten/forslag/<uuid:proposal_id>/ta-tillbaka", access=Staff(WRITE, reads="meetings"), methods=("POST",)
)
def withdraw(proposal_id: uuid.UUID) -> Response:
    """Take back what the client hasn't answered yet."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    audit.record_read(db(), actor(), row.person_id, "meetings", object_id=row.id, reason="proposal")
    form = SubmissionForm()
    try:
        service.withdraw(db(), actor(), proposal_id=row.id, submission=form.submission.data or "")
    except Conflict as error:
        return _page(row, _accept_form(row), status=409, refused=error)
    flash(_("Du har tagit tillbaka förslaget. Det skickades %(when)s.", when=format_moment(row.latest.at)))
    return _to(row.id)


def _to(proposal_id: uuid.UUID) -> Response:
    return see_other(url_for("proposals.proposal", proposal_id=proposal_id))
