"""What clients have said of their documentation, by last day, and the answers to it."""

import uuid
from typing import Any

from flask import Response, flash, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import _, format_day, format_moment, lazy, today
from portal.files import queries as files
from portal.files.show import size_words
from portal.people import queries as people
from portal.records import queries, service, show, staff_show
from portal.records.forms.answering import HINTS, AnswerForm
from portal.records.queries.remarks import REMARK_FILES
from portal.records.rules.states import Outcome, RemarkState
from portal.records.staff_views.writing import edit_url
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import due_tag

READ, WRITE, ANSWER = "record:read", "record:write", "remark:answer"

feature = Feature(
    "remarks",
    nav=(NavItem("remarks.inbox", lazy("Synpunkter"), "scales", Side.STAFF, 36, new=queries.waiting_count),),
)


@feature.route("/synpunkter", access=Staff(READ))
def inbox() -> Response:
    """List the remarks that wait, the one that is due first at the top, and tell the team leader of late ones."""
    rows = queries.waiting(db(), actor())
    return render(
        "records/staff/remarks.html",
        rows=[_listed(row) for row in rows],
        mine_late=sum(row.mine and row.due_on < today() for row in rows),
        late=[
            (row.receipt_no, row.owner, format_day(row.away_until) if row.away_until else "", due_tag(row.due_on))
            for row in queries.late(db(), actor())
        ],
    )


def _listed(row: queries.WaitingRow) -> dict[str, Any]:
    return {
        "row": row,
        "kind": show.LABELS[row.kind],
        "owner": staff_show.owner(row),
        "due": due_tag(row.due_on),
        "mark": staff_show.STEPS[row.step] if row.step else None,
        "came": format_moment(row.made_at),
        "url": url_for("remarks.remark", remark_id=row.id),
        "client_url": url_for("clients.page", person_id=row.person_id),
    }


@feature.route("/synpunkter/<uuid:remark_id>", access=Staff(READ, reads="records"))
def remark(remark_id: uuid.UUID) -> Response:
    """Show a remark beside its passage, with what was said since; that it was read is logged."""
    found, row = queries.worked_remark(db(), actor(), remark_id)
    return _page(found, row, _form(found, row))


@feature.route("/synpunkter/<uuid:remark_id>", access=Staff(ANSWER, reads="records"), methods=("POST",))
def answer(remark_id: uuid.UUID) -> Response:
    """Answer a remark."""
    found, row = queries.worked_remark(db(), actor(), remark_id)
    form = _form(found, row)
    if not form.validate():
        return _page(found, row, form, status=422)
    outcome = Outcome(form.outcome.data)
    try:
        service.answer(
            db(),
            actor(),
            remark_id,
            outcome=outcome,
            text=form.text.data or "",
            submission=form.submission.data or "",
            version_id=uuid.UUID(form.version.data) if outcome is Outcome.CORRECTED else None,
        )
    except InvalidInput as refused:
        form.version.errors = [str(refused.message)]
        return _page(found, row, form, status=422)
    except Conflict:
        return _page(*queries.worked_remark(db(), actor(), remark_id), form, status=409)
    _log(found, row)
    flash(_("Svaret är skickat. Kvittens %(number)s", number=row.receipt_no))
    return see_other(url_for("remarks.remark", remark_id=remark_id))


def _form(found: queries.Worked, row: queries.RemarkRow) -> AnswerForm:
    corrected = _correction(found, row)
    ready = corrected is not None and _is_readable(corrected)
    form = load_form(
        AnswerForm,
        data={"outcome": Outcome.CORRECTED.value, "version": str(corrected.id)} if corrected and ready else {},
    )
    form.offer(
        {
            str(version.id): _(
                "Version %(number)s, %(at)s", number=version.number, at=format_moment(version.written_at)
            )
            for version in reversed(found.versions)
            if version.number > row.number and _is_readable(version)
        }
    )
    return form


def _is_readable(version: queries.WorkVersion) -> bool:
    return version.visible_from is not None and version.visible_from <= now()


def _correction(found: queries.Worked, row: queries.RemarkRow) -> queries.WorkVersion | None:
    """Return the version that was begun to correct what the remark is about."""
    return next((version for version in found.versions if version.id == row.correction_id), None)


def _onwards(found: queries.Worked, row: queries.RemarkRow) -> dict[str, Any]:
    """Return where the text is corrected: in a version that is begun already, or in one to begin."""
    begun, latest = _correction(found, row), found.versions[-1]
    if begun is not None:
        return {
            "begun": begun.number,
            "ready": _is_readable(begun),
            "begun_url": url_for("documentation.version", record_id=found.id, version_id=begun.id),
        }
    edit = edit_url(found, version_id=latest.id, synpunkt=row.id, _anchor="synpunkt")
    return {"begun": 0, "may_correct": WRITE in actor().permissions, "correct_url": edit}


def _log(found: queries.Worked, row: queries.RemarkRow) -> None:
    audit.record_read(db(), actor(), found.case.person_id, "records", object_id=row.id, reason="remark")


def _page(found: queries.Worked, row: queries.RemarkRow, form: AnswerForm, *, status: int = 200) -> Response:
    _log(found, row)
    person = people.client(db(), actor(), found.case.person_id)
    name = people.shown_name(person.id, person.given_name, person.surname, person.protection)
    ids = [passage.id for passage in found.passages]
    color, icon = show.LOOKS[row.kind]
    return render(
        "records/staff/remark.html",
        status,
        found=found,
        row=row,
        form=form,
        client=name,
        client_url=url_for("clients.page", person_id=person.id),
        author=name if row.person_id == person.id else _("Vårdnadshavare"),
        kind=(color, icon, show.LABELS[row.kind]),
        due=due_tag(row.due_on) if row.due_on else None,
        place=ids.index(row.passage_id) + 1 if row.passage_id in ids else 0,
        made=format_moment(row.made_at),
        day=format_day(found.event_at),
        turns=[_turn(turn, name) for turn in row.turns],
        files=[
            (file.name, size_words(file.size), url_for("files.download_as_staff", file_id=file.id))
            for file in files.listing(db(), actor(), REMARK_FILES, row.id)
        ],
        versions=[
            (version.number, staff_show.VERSION_STATES[version.state], format_moment(version.written_at))
            for version in found.versions
        ],
        hints={outcome.value: hint for outcome, hint in HINTS.items()},
        may_answer=row.state in {RemarkState.OPEN, RemarkState.ANSWERED} and ANSWER in actor().permissions,
        states=RemarkState,
        conflict=status == 409,
        **_onwards(found, row),
    )


def _turn(turn: queries.TurnRow, client: str) -> dict[str, Any]:
    return {
        "me": turn.side is Side.CLIENT,
        "name": client if turn.side is Side.CLIENT else turn.author,
        "at": format_moment(turn.at),
        "outcome": str(staff_show.STAFF_OUTCOMES[turn.outcome]) if turn.outcome else "",
        "number": turn.number,
        "text": turn.text,
    }
