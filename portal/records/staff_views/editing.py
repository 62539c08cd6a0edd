"""The text of a version as staff change it: passage by passage, beside what a client has said of it."""

import uuid
from typing import Any

from flask import Response, flash, request, url_for

from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import _, format_moment
from portal.records import queries, service
from portal.records.forms.writing import TextForm
from portal.records.rules.states import VersionState
from portal.records.staff_views.writing import WRITE, log, refuse, said_by_client, to_record
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render
from portal.web.routes import Feature, actor

# One name with the pages of writing: they lead to each other.
feature = Feature("documentation")


@feature.route(
    "/dokumentation/<uuid:record_id>/<uuid:version_id>/skriv",
    access=Staff(WRITE, reads="records"),
    methods=("GET", "POST"),
)
def edit(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Change a version that isn't locked, or begin the next one; ``synpunkt`` is the remark that it is to correct."""
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    log(found.case.person_id, found.id)
    before = found.version
    form = load_form(
        TextForm,
        data={
            "title": before.title,
            "reason": before.reason if before.state is VersionState.WORKING else "",
            "passages": [{"id": str(passage.id), "text": passage.text} for passage in found.passages],
            "seen": _stamp(before),
            "remark": request.args.get("synpunkt", ""),
        },
    )
    if form.validate_on_submit():
        try:
            _save(found, form)
        except InvalidInput as refused:
            refuse(form, refused, form.more)
        except Conflict:
            return _overtaken(record_id, form)
        else:
            flash(_("Sparat som arbetsanteckning. Klienten ser inget."))
            return to_record(record_id)
    return _page(found, form, 422 if form.errors or form.form_errors else 200)


def _stamp(version: queries.WorkVersion) -> str:
    """Return what the form bears of the text that it changes; nothing where it begins a new version."""
    return version.stamp if version.state is VersionState.WORKING else ""


def _save(found: queries.Worked, form: TextForm) -> None:
    """Save what was written.

    :raises InvalidInput: it can't be taken. :raises Conflict: somebody else has changed the text, or begun a version.
    """
    before, corrects = found.version, form.corrects()
    if corrects and corrects not in {row.id for row in found.remarks}:
        raise InvalidInput(_("Ladda om sidan och försök igen."), reason="remark")
    title, passages, reason = form.title.data or "", form.written(), form.reason.data or ""
    if before.state is VersionState.WORKING:
        seen = form.seen.data or ""
        made = service.edit(db(), actor(), before.id, title=title, passages=passages, reason=reason, seen=seen)
    elif not form.seen.data and before.id == _newest_locked(found):
        made = service.revise(db(), actor(), found.id, title=title, passages=passages, reason=reason)
    else:
        raise Conflict(reason="newer")
    if corrects:
        service.correct(db(), actor(), corrects, made.id)


def _newest_locked(found: queries.Worked) -> uuid.UUID:
    return [version.id for version in found.versions if version.state is not VersionState.WORKING][-1]


def _overtaken(record_id: uuid.UUID, form: TextForm) -> Response:
    """Show what was written here beside what somebody else has saved; saving once more is a decision."""
    db().expire_all()
    latest = queries.worked(db(), actor(), record_id)
    log(latest.case.person_id, latest.id)
    form.seen.data = _stamp(latest.version)
    return _page(latest, form, 409, theirs=latest.version)


def _page(found: queries.Worked, form: TextForm, status: int, *, theirs: queries.WorkVersion | None = None) -> Response:
    remark = next((row for row in found.remarks if str(row.id) == form.remark.data), None)
    return render(
        "records/staff/edit.html",
        status,
        form=form,
        found=found,
        action=url_for("documentation.edit", record_id=found.id, version_id=found.version.id),
        revises=found.version.state is not VersionState.WORKING,
        remark=_said(found, form, remark) if remark else None,
        theirs=theirs,
        theirs_at=format_moment(theirs.written_at) if theirs else "",
    )


def _said(found: queries.Worked, form: TextForm, row: queries.RemarkRow) -> dict[str, Any]:
    """Return what a client has said, and the row of the form that it is about (none: the whole, or it is gone)."""
    ids = [each.form.id.data for each in form.passages]
    place = ids.index(str(row.passage_id)) if str(row.passage_id) in ids else None
    return {**said_by_client(row), "place": place}
