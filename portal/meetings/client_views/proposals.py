"""The client's proposals: to propose times and ways, to answer what the caseworker proposes, and to take it back."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, request, url_for

from portal.core.actor import Side
from portal.core.errors import Conflict, DomainError, InvalidInput, NotFound
from portal.core.i18n import _, day_number, format_day, format_short_month, ngettext
from portal.meetings import proposal_words as words
from portal.meetings import queries, show
from portal.meetings.forms.proposals import NoForm, TermsForm, interpreter_data, is_sent, terms_form
from portal.meetings.models import MeetingType
from portal.meetings.queries import proposals as proposals_of
from portal.meetings.queries.proposals import ProposalRow
from portal.meetings.rules.states import Form, ProposalState, TypeKind
from portal.meetings.service import accepting
from portal.meetings.service import proposals as service
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.proposals import Subject
from portal.meetings.words import FORM_WORDS
from portal.people import queries as people
from portal.web.access import Client
from portal.web.db import db
from portal.web.forms import SubmissionForm, load_form
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, actor
from portal.web.words import capital, first_name

feature = Feature("meetings")

FORM_PAGE = "meetings/client/propose.html"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a new proposal is about, from the address; ids only."""

    case: people.CaseView
    kind: MeetingType
    moves_id: uuid.UUID | None


@feature.route("/moten/foresla", access=Client(), methods=("GET", "POST"))
def propose() -> Response:
    """Propose times and ways to meet of one's own."""
    asked = _asked()
    if asked is None:
        return render("meetings/client/propose_whom.html", choices=_choices())
    form = terms_form(asked.kind, _usual(asked), FORM_WORDS)
    if not is_sent(form):
        return _form_page(form, asked.case, url_for("meetings.overview"), _("Möten"))
    subject = Subject(asked.case.id, asked.kind.id, asked.moves_id)
    most = settings().proposals_waiting
    try:
        made = service.begin(db(), actor(), subject, form.terms(), submission=form.submission.data or "", most=most)
    except (Conflict, InvalidInput) as error:
        return _form_page(form, asked.case, url_for("meetings.overview"), _("Möten"), refused=error)
    flash(_("Skickat. Kvittens %(number)s", number=made.receipt_no))
    return _to(made.id)


def _asked() -> Asked | None:
    """Return what is proposed, or None where it must be chosen first.

    :raises NotFound: nobody can be asked, or an id isn't the client's.
    """
    cases = [case for case in people.cases(db(), actor()) if case.caseworker_id]
    moves_id = request.args.get("flytta", type=uuid.UUID)
    wanted = request.args.get("arende", type=uuid.UUID)
    moved = queries.meeting(db(), actor(), moves_id) if moves_id else None
    if moved is not None:
        wanted = moved.case_id
    found = [case for case in cases if case.id == wanted] if wanted else cases
    if not found:
        raise NotFound
    if len(found) > 1:
        return None
    kinds = queries.types_for(db(), actor(), found[0].id)
    kind_id = moved.type_id if moved else request.args.get("typ", type=uuid.UUID)
    kind = next((one for one in kinds if one.id == kind_id), None) or _usual_kind(kinds)
    return Asked(found[0], kind, moves_id)


def _usual_kind(kinds: list[MeetingType]) -> MeetingType:
    if not kinds:
        raise NotFound
    return next((one for one in kinds if one.kind is TypeKind.FOLLOW_UP), kinds[0])


def _choices() -> list[dict[str, str]]:
    return [
        {
            "url": url_for("meetings.propose", arende=case.id),
            "name": case.caseworker,
            "title": case.title,
        }
        for case in people.cases(db(), actor())
        if case.caseworker_id
    ]


def _usual(asked: Asked) -> dict[str, Any]:
    """Return what the form is filled in with: as the meeting is that would be moved, else as the last one was."""
    last = queries.meeting(db(), actor(), asked.moves_id) if asked.moves_id else queries.latest(db(), actor())
    if last is None:
        return {"how": [asked.kind.forms[0]] if asked.kind.forms else []}
    return {
        "how": [last.form.value],
        **interpreter_data(last.wanted.interpreter, last.wanted.interpreter_wish),
    }


def _form_page(
    form: TermsForm,
    case: people.CaseView,
    back: str,
    back_text: str,
    *,
    refused: DomainError | None = None,
    title: str = "",
) -> Response:
    is_wrong = bool(form.errors or form.row_errors() or refused)
    return render(
        FORM_PAGE,
        422 if is_wrong else 200,
        form=form,
        row_errors=form.row_errors(),
        refused=str(refused.message) if refused else "",
        title=title or _("Föreslå egna tider"),
        promise=_promise(case.caseworker),
        back=back,
        back_text=back_text,
        icons={form.value: icon for form, icon in show.ICONS.items()},
        hints={Form.HOME.value: show.HINTS[Form.HOME]},
    )


def _promise(caseworker: str) -> str:
    name, days = first_name(caseworker), settings().answer_days
    return ngettext(
        "%(name)s svarar inom %(num)s arbetsdag.", "%(name)s svarar inom %(num)s arbetsdagar.", days, name=name
    )


@feature.route("/moten/forslag/<uuid:proposal_id>", access=Client())
def proposal(proposal_id: uuid.UUID) -> Response:
    """Show a proposal and what was said of it, and let the client answer when it is their turn."""
    return _page(proposals_of.proposal(db(), actor(), proposal_id))


def _page(row: ProposalRow, *, status: int = 200, refused: str = "", taken: str = "") -> Response:
    place = proposals_of.place_name(db(), row.latest.place_id)
    return render(
        "meetings/client/proposal.html",
        status,
        row=row,
        mine=row.waits_for(Side.CLIENT),
        waiting=row.waits_for(Side.STAFF),
        name=first_name(row.staff),
        title=_title(row),
        by=words.answer_by(row.expires_at),
        offers=_offers(row) if row.waits_for(Side.CLIENT) else [],
        facts=[
            *words.facts(row.latest, place),
            *([(_("Ändrat"), words.asked_for(row))] if words.asked_for(row) else []),
        ],
        said=words.said(row, Side.CLIENT),
        sent=words.delivery(row),
        stuck=show.stuck(row.delivery, Side.CLIENT),
        home_visit=Form.HOME in row.latest.forms,
        form=SubmissionForm(formdata=None),
        refused=refused,
        taken=taken,
    )


def _title(row: ProposalRow) -> str:
    name = first_name(row.staff)
    if row.has_run_out:
        return _("Tiden för att svara gick ut")
    if row.state is ProposalState.WITH_CLIENT:
        changed = any(turn.side is Side.CLIENT for turn in row.turns)
        return _("%(name)s föreslår en annan tid", name=name) if changed else _("%(name)s vill träffa dig", name=name)
    return {
        ProposalState.WITH_STAFF: _("Ditt förslag är skickat"),
        ProposalState.ACCEPTED: _("Mötet är bokat"),
        ProposalState.DECLINED: _("Det blev inget möte"),
        ProposalState.WITHDRAWN: _("Förslaget är tillbakadraget"),
        ProposalState.EXPIRED: _("Tiden för att svara gick ut"),
    }[row.state]


def _offers(row: ProposalRow) -> list[dict[str, Any]]:
    """Return each time with each way to meet that one can say yes to."""
    return [
        {
            "day": day_number(span.start),
            "month": format_short_month(span.start),
            "date": capital(format_day(span.start)),
            "hours": show.hours(span.start, span.end),
            "value": span.start.isoformat(),
            "ways": [(form.value, str(FORM_WORDS[form])) for form in row.latest.forms],
        }
        for span in row.latest.windows
    ]


@feature.route("/moten/forslag/<uuid:proposal_id>/ja", access=Client(), methods=("POST",))
def accept(proposal_id: uuid.UUID) -> Response:
    """Say yes to a time: the meeting is booked at once."""
    form = SubmissionForm()
    row = proposals_of.proposal(db(), actor(), proposal_id)
    if not form.validate():
        return _page(row, status=422, refused=_("Ladda om sidan och försök igen."))
    try:
        starts_at, how = datetime.fromisoformat(request.form.get("tid", "")), Form(request.form.get("how", ""))
        if starts_at.tzinfo is None:
            raise ValueError("a time without a zone")
    except ValueError:
        return _page(row, status=422, refused=_("Välj en tid som finns i förslaget."))
    try:
        meeting = accepting.accept(
            db(),
            actor(),
            proposal_id=proposal_id,
            starts_at=starts_at,
            form=how,
            submission=form.submission.data or "",
        )
    except JustTaken as error:
        return _page(row, status=409, refused=str(error.message), taken=request.form["tid"])
    except (Conflict, InvalidInput) as error:
        return _page(row, status=409, refused=str(error.message))
    flash(_("Bokat. Kvittens %(number)s", number=meeting.receipt_no))
    return see_other(url_for("meetings.meeting", meeting_id=meeting.id))


@feature.route("/moten/forslag/<uuid:proposal_id>/annat", access=Client(), methods=("GET", "POST"))
def counter(proposal_id: uuid.UUID) -> Response:
    """Propose something else than what the caseworker did."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    kind = db().get_one(MeetingType, row.type_id)
    latest = row.latest
    known = interpreter_data(latest.interpreter, latest.interpreter_wish)
    form = terms_form(kind, {"how": [one.value for one in latest.forms], **known}, FORM_WORDS)
    case = people.case(db(), actor(), row.case_id)
    back = url_for("meetings.proposal", proposal_id=row.id)
    if not is_sent(form):
        return _form_page(form, case, back, _("Förslaget"), title=_("Föreslå en annan tid"))
    try:
        service.counter(db(), actor(), proposal_id=row.id, terms=form.terms(), submission=form.submission.data or "")
    except (Conflict, InvalidInput) as error:
        return _form_page(form, case, back, _("Förslaget"), refused=error, title=_("Föreslå en annan tid"))
    flash(_("Skickat. Kvittens %(number)s", number=row.receipt_no))
    return _to(row.id)


@feature.route("/moten/forslag/<uuid:proposal_id>/nej", access=Client(), methods=("GET", "POST"))
def decline(proposal_id: uuid.UUID) -> Response:
    """Say no; without a reason, if the client likes."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    form = load_form(NoForm)
    if request.method != "POST" or not form.validate():
        return render(
            "meetings/client/decline.html",
            422 if form.errors else 200,
            form=form,
            back=url_for("meetings.proposal", proposal_id=row.id),
            other=url_for("meetings.counter", proposal_id=row.id),
            name=first_name(row.staff),
            home_visit=Form.HOME in row.latest.forms,
        )
    try:
        service.decline(
            db(), actor(), proposal_id=row.id, reason=form.reason.data or "", submission=form.submission.data or ""
        )
    except Conflict as error:
        return _page(proposals_of.proposal(db(), actor(), proposal_id), status=409, refused=str(error.message))
    flash(_("Du har sagt nej. %(name)s får veta det.", name=first_name(row.staff)))
    return _to(row.id)


@feature.route("/moten/forslag/<uuid:proposal_id>/ta-tillbaka", access=Client(), methods=("POST",))
def withdraw(proposal_id: uuid.UUID) -> Response:
    """Take one's own proposal back."""
    row = proposals_of.proposal(db(), actor(), proposal_id)
    form = SubmissionForm()
    if not form.validate():
        return _page(row, status=422, refused=_("Ladda om sidan och försök igen."))
    try:
        service.withdraw(db(), actor(), proposal_id=row.id, submission=form.submission.data or "")
    except Conflict as error:
        return _page(row, status=409, refused=str(error.message))
    flash(_("Du har tagit tillbaka ditt förslag."))
    return _to(row.id)


def _to(proposal_id: uuid.UUID) -> Response:
    return see_other(url_for("meetings.proposal", proposal_id=proposal_id))
