"""What staff write of a case: its records, their versions, and the locking."""

import uuid
from typing import Any

from flask import Response, flash, url_for

from portal.audit import service as audit
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import _, format_day, format_moment
from portal.files.http import give_pdf, vault
from portal.people import queries as people
from portal.records import queries, service, show, staff_show
from portal.records.forms.writing import NOTE_TYPES, LockForm, WriteForm
from portal.records.queries.documents import content_of
from portal.records.rules.states import NoteType, VersionState
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import Form, load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor
from portal.web.words import capital

READ, WRITE = "record:read", "record:write"

feature = Feature("documentation")


@feature.route("/dokumentation/arende/<uuid:case_id>", access=Staff(READ, reads="records"))
def case(case_id: uuid.UUID) -> Response:
    """List what is written in a case, the newest first; that it was read is logged."""
    found = people.case(db(), actor(), case_id)
    log(found.person_id, case_id)
    rows = queries.case_records(db(), actor(), case_id)
    return render("records/staff/case.html", **about_client(found), rows=[_listed(row) for row in rows])


def log(person_id: uuid.UUID, object_id: uuid.UUID) -> None:
    """Log that documentation is read, or is about to be written beside what is read."""
    audit.record_read(db(), actor(), person_id, "records", object_id=object_id, reason="case")


def about_client(case: people.CaseView) -> dict[str, Any]:
    """Return whom a page is about."""
    person = people.client(db(), actor(), case.person_id)
    return {
        "case": case,
        "client": people.shown_name(person.id, person.given_name, person.surname, person.protection),
        "client_url": url_for("clients.page", person_id=person.id),
    }


def _listed(row: queries.WorkRow) -> dict[str, Any]:
    return {
        "row": row,
        "url": url_for("documentation.record", record_id=row.id),
        "day": capital(format_day(row.event_at)),
        "type": NOTE_TYPES[row.type],
        "state": (*staff_show.STATE_LOOKS[row.state], staff_show.VERSION_STATES[row.state]),
    }


@feature.route("/dokumentation/arende/<uuid:case_id>/ny", access=Staff(WRITE, reads="records"), methods=("GET", "POST"))
def write(case_id: uuid.UUID) -> Response:
    """Begin a record."""
    found = people.case(db(), actor(), case_id)
    log(found.person_id, case_id)
    form = load_form(WriteForm)
    if form.validate_on_submit():
        try:
            made = service.write(
                db(),
                actor(),
                case_id=case_id,
                about=form.about(NoteType(form.type.data)),
                text=form.text.data or "",
                submission=form.submission.data or "",
            )
        except InvalidInput as refused:
            form.text.errors = [str(refused.message)]
        else:
            flash(_("Sparat som arbetsanteckning. Klienten ser inget."))
            return to_record(made.record_id)
    return render("records/staff/write.html", 422 if form.errors else 200, form=form, **about_client(found))


def to_record(record_id: uuid.UUID) -> Response:
    """Lead to a record's page."""
    return see_other(url_for("documentation.record", record_id=record_id))


@feature.route("/dokumentation/<uuid:record_id>", access=Staff(READ, reads="records"))
def record(record_id: uuid.UUID) -> Response:
    """Show a record in its latest version, with what is hidden and what was said of it; the reading is logged."""
    return _record(queries.worked(db(), actor(), record_id))


@feature.route("/dokumentation/<uuid:record_id>/<uuid:version_id>", access=Staff(READ, reads="records"))
def version(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Show another version of a record; the reading is logged."""
    return _record(queries.worked(db(), actor(), record_id, version_id=version_id))


def _record(found: queries.Worked) -> Response:
    log(found.case.person_id, found.id)
    latest = found.version.number == found.versions[-1].number
    states = {version.state for version in found.versions}
    may = actor().permissions
    working = found.version.state is VersionState.WORKING
    return render(
        "records/staff/record.html",
        found=found,
        **about_client(found.case),
        day=format_day(found.event_at),
        type=NOTE_TYPES[found.type],
        state=_state(found.version),
        written=format_moment(found.version.written_at),
        passages=[_passage(found, place) for place in range(1, len(found.passages) + 1)],
        rest=[staff_show.remark(row) for row in _elsewhere(found)],
        versions=[
            (version.id, version.number, format_moment(version.written_at), _state(version), _read(version))
            for version in found.versions
        ],
        form=LockForm(formdata=None, data={"seen": found.version.stamp}),
        to_answer=[staff_show.remark(row) for row in found.to_answer],
        document=show.document(found.document) if found.document else None,
        may_edit=latest and working and WRITE in may,
        may_revise=latest and not working and WRITE in may,
        may_lock=found.document is None or found.document.ready,
        edit_url=edit_url(found),
        waits=found.document is not None and found.document.uploaded and found.document.under_way,
        may_release=found.version.state in {VersionState.LOCKED, VersionState.WITHDRAWN} and "record:release" in may,
        may_withdraw=VersionState.RELEASED in states and "record:release" in may,
    )


@feature.route("/dokumentation/<uuid:record_id>/<uuid:version_id>/fil", access=Staff(READ, reads="records"))
def file(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Give a version that is a file, released or not; the reading is logged."""
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    if found.document is None:
        raise NotFound
    log(found.case.person_id, found.id)
    return give_pdf(content_of(db(), vault(), found.document))


def said_by_client(row: queries.RemarkRow) -> dict[str, Any]:
    """Return what a client has said, for the page where it is corrected."""
    return {
        "tag": staff_show.remark(row)[1:],
        "text": row.text,
        "url": url_for("remarks.remark", remark_id=row.id),
    }


def edit_url(found: queries.Worked, **more: Any) -> str:
    """Return where a version (the one that is shown, or another) is changed: a text, or the file of a document."""
    page = "documents.change" if found.document else "documentation.edit"
    return url_for(page, **{"record_id": found.id, "version_id": found.version.id, **more})


def _state(version: queries.WorkVersion) -> tuple[str, str, str]:
    return (*staff_show.STATE_LOOKS[version.state], str(staff_show.VERSION_STATES[version.state]))


def _read(version: queries.WorkVersion) -> str:
    """Return when a version was first read on the client's side, which staff see while it is shown."""
    if version.state is not VersionState.RELEASED:
        return ""
    return _("Läst första gången %(at)s", at=format_moment(version.read_at)) if version.read_at else _("Inte läst än")


def _passage(found: queries.Worked, place: int) -> dict[str, Any]:
    passage = found.passages[place - 1]
    ground = found.masks.get(passage.id)
    return {
        "text": passage.text,
        "hidden": staff_show.ground_label(ground) if ground else "",
        "remarks": [staff_show.remark(row) for row in found.remarks if row.passage_id == passage.id],
    }


def _elsewhere(found: queries.Worked) -> list[queries.RemarkRow]:
    here = {passage.id for passage in found.passages}
    return [row for row in found.remarks if row.passage_id not in here]


def refuse(form: Form, refused: InvalidInput | Conflict, field: Any) -> None:
    """Say beside a field, or above the form, why something can't be done."""
    if isinstance(refused, InvalidInput) and refused.reason in {"empty", "too_long"}:
        field.errors = [str(refused.message)]
    elif isinstance(refused, InvalidInput):
        form.form_errors.append(str(refused.message))
    else:
        form.form_errors.append(_("Någon annan har ändrat texten. Läs den och försök igen."))


@feature.route(
    "/dokumentation/<uuid:record_id>/<uuid:version_id>/las", access=Staff(WRITE, reads="records"), methods=("POST",)
)
def lock(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Lock a version for ever."""
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    log(found.case.person_id, found.id)
    form = LockForm()
    service.lock(db(), actor(), found.version.id, seen=form.seen.data or "")
    flash(_("Låst. Texten kan inte ändras längre."))
    return to_record(record_id)
