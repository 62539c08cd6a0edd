"""Showing a record to its client after the secrecy check, and taking it away."""

import uuid

from flask import Response, flash, request, url_for

from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import _, format_day, format_moment, today
from portal.records import queries, service, staff_show
from portal.records.forms.writing import ReleaseForm
from portal.records.rules import secrecy
from portal.records.service import Check
from portal.records.staff_views.writing import about_client, log, refuse, to_record
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import ButtonForm, load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor

RELEASE = "record:release"
# What a button of the check says that it wants.
PREVIEW, GIVE = "titta", "visa"

# One name with the pages of writing: they lead to each other.
feature = Feature("documentation")


@feature.route(
    "/dokumentation/<uuid:record_id>/<uuid:version_id>/visa",
    access=Staff(RELEASE, reads="records"),
    methods=("GET", "POST"),
)
def release(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Check a locked version for what may not be shown, look at it as the client will, and show it."""
    found = queries.worked(db(), actor(), record_id, version_id=version_id)
    log(found.case.person_id, found.id)
    form = load_form(ReleaseForm)
    form.offer(found.passages, found.masks, today())
    wanted = request.form.get("do", "")
    if wanted in {PREVIEW, GIVE} and form.validate():
        try:
            check = form.check_of()
            if wanted == PREVIEW:
                return _preview(found, check)
            made = service.release(db(), actor(), found.version.id, check)
        except (InvalidInput, Conflict) as refused:
            refuse(form, refused, form.summary)
        else:
            later = check.visible_from is not None
            flash(
                _("Klienten får läsa från %(at)s.", at=format_moment(made.visible_from))
                if later
                else _("Klienten kan läsa nu.")
            )
            return to_record(record_id) if later else _onwards(found)
    rows = list(zip(form.masks, _texts(found, form), strict=True))
    failed = bool(form.errors or form.form_errors) or any(row.form.errors for row in form.masks)
    return render(
        "records/staff/release.html",
        422 if failed else 200,
        form=form,
        found=found,
        rows=rows,
        failed=failed,
        **about_client(found.case),
    )


def _onwards(found: queries.Worked) -> Response:
    """Lead to the answer of what the version corrects, if it corrects anything, else to the record."""
    if not found.to_answer:
        return to_record(found.id)
    return see_other(url_for("remarks.remark", remark_id=found.to_answer[0].id))


def _texts(found: queries.Worked, form: ReleaseForm) -> list[str]:
    """Return the text of each row; an id that isn't the version's shows none."""
    known = {str(passage.id): passage.text for passage in found.passages}
    return [known.get(row.form.id.data or "", "") for row in form.masks]


def _preview(found: queries.Worked, check: Check) -> Response:
    masks = {each.passage_id: each.ground for each in check.hidden}
    here = [passage.id for passage in found.passages]
    shown = secrecy.show(found.passages, masks, newest=here, newest_masks=masks)
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in {"csrf_token", "do"}]
    return render(
        "records/staff/preview.html",
        found=found,
        day=format_day(found.event_at),
        written=format_moment(found.version.written_at),
        cards=staff_show.preview(shown),
        summary=check.summary,
        typed=typed,
        form=ButtonForm(formdata=None),
        from_when=format_moment(check.visible_from) if check.visible_from else "",
    )


@feature.route(
    "/dokumentation/<uuid:record_id>/ta-bort", access=Staff(RELEASE, reads="records"), methods=("GET", "POST")
)
def withdraw(record_id: uuid.UUID) -> Response:
    """Take a record away from the client, after a question."""
    found = queries.worked(db(), actor(), record_id)
    log(found.case.person_id, found.id)
    form = load_form(ButtonForm)
    if form.validate_on_submit():
        service.withdraw(db(), actor(), record_id)
        flash(_("Klienten ser inte texten längre. Det klienten har sagt finns kvar."))
        return to_record(record_id)
    return render("records/staff/withdraw.html", form=form, found=found)
