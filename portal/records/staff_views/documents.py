"""Documents that staff upload to a case: a new one, another file or title, and whether the checks are done."""

import uuid

from flask import Response, flash, make_response, request, url_for

from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import _
from portal.files.http import one_file_limit, vault
from portal.people import queries as people
from portal.records import queries, service
from portal.records.forms.writing import DocumentForm, NewFileForm
from portal.records.rules.states import NoteType, VersionState
from portal.records.staff_views.writing import WRITE, about_client, log, said_by_client, to_record
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import Form, load_form
from portal.web.page import render
from portal.web.routes import Feature, actor

feature = Feature("documents")


@feature.route(
    "/dokumentation/arende/<uuid:case_id>/dokument",
    access=Staff(WRITE, reads="records"),
    methods=("GET", "POST"),
    body=one_file_limit,
)
def add(case_id: uuid.UUID) -> Response:
    """Begin a record that is a document."""
    form = load_form(DocumentForm)  # the whole body has come before the database is asked
    found = people.case(db(), actor(), case_id)
    log(found.person_id, case_id)
    if form.validate_on_submit():
        try:
            made = service.write_document(
                db(),
                actor(),
                vault(),
                case_id=case_id,
                about=form.about(NoteType.DOCUMENT),
                submission=form.submission.data or "",
                upload=form.upload(),
            )
        except InvalidInput as refused:
            form.file.errors = [str(refused.message)]
        else:
            flash(_("Sparat. Filen kontrolleras nu. Klienten ser inget."))
            return to_record(made.record_id)
    return render("records/staff/document_new.html", _status(form), form=form, **about_client(found))


def _status(form: Form) -> int:
    return 422 if form.errors or form.form_errors else 200


@feature.route(
    "/dokumentation/<uuid:record_id>/<uuid:version_id>/dokument",
    access=Staff(WRITE, reads="records"),
    methods=("GET", "POST"),
    body=one_file_limit,
)
def change(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Change a document that isn't locked, or begin its next version; ``synpunkt`` is the remark to be corrected."""
    _posted = request.files  # the whole body has come before the database is asked
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    log(found.case.person_id, found.id)
    before = found.version
    working = before.state is VersionState.WORKING
    if found.document is None:
        raise NotFound
    form = load_form(
        NewFileForm,
        data={
            "title": before.title,
            "reason": before.reason if working else "",
            "seen": before.stamp if working else "",
            "remark": request.args.get("synpunkt", ""),
        },
    )
    if form.validate_on_submit():
        try:
            _save(found, form)
        except InvalidInput as refused:
            form.file.errors = [str(refused.message)]
        except Conflict:
            form.form_errors.append(_("Någon annan har ändrat dokumentet. Läs det och försök igen."))
        else:
            flash(_("Sparat. Klienten ser inget."))
            return to_record(record_id)
    remark = next((row for row in found.remarks if str(row.id) == form.remark.data), None)
    return render(
        "records/staff/document_change.html",
        _status(form),
        form=form,
        found=found,
        revises=not working,
        remark=said_by_client(remark) if remark else None,
    )


def _save(found: queries.Worked, form: NewFileForm) -> None:
    """Save what was changed.

    :raises InvalidInput: it can't be taken. :raises Conflict: somebody else has changed it, or begun a version.
    """
    corrects, upload = form.corrects(), form.upload()
    if corrects and corrects not in {row.id for row in found.remarks}:
        raise InvalidInput(_("Ladda om sidan och försök igen."), reason="remark")
    title, reason, before = form.title.data or "", form.reason.data or "", found.version
    if before.state is VersionState.WORKING:
        seen = form.seen.data or ""
        made = service.edit_document(
            db(), actor(), vault(), before.id, title=title, reason=reason, seen=seen, upload=upload
        )
    elif upload is None:
        raise InvalidInput(_("Välj en pdf."), reason="kind")
    else:
        made = service.revise_document(db(), actor(), vault(), found.id, title=title, reason=reason, upload=upload)
    if corrects:
        service.correct(db(), actor(), corrects, made.id)


@feature.route("/dokumentation/<uuid:record_id>/<uuid:version_id>/kontroll", access=Staff(WRITE))
def checked(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Tell the script of the record's page whether to show it anew, for the checks of its file are done."""
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    if found.document is None:
        raise NotFound
    if found.document.under_way:
        return make_response("", 204)
    answer = make_response("")
    answer.headers["HX-Redirect"] = url_for("documentation.record", record_id=record_id)
    return answer
