"""The client's button "Resten stämmer": every passage that nothing was said of is right; and the way back."""

import uuid

from flask import Response, flash, url_for

from portal.core.errors import InvalidInput
from portal.core.i18n import _, ngettext
from portal.records import queries, service
from portal.records.forms.client import RestForm
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import see_other
from portal.web.routes import Feature, actor

feature = Feature("rest")


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/resten", access=Client(), methods=("POST",))
def agree(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Mark the rest of a version's passages as right, and offer to take that back."""
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    submission = _number()
    number = opened.version.number
    said = service.agree_with_rest(db(), actor(), record_id=record_id, number=number, submission=submission)
    flash(ngettext("%(num)s stycke är markerat som rätt.", "%(num)s stycken är markerade som rätt.", len(said)))
    return _back(record_id, number, resten=submission)


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/resten/angra", access=Client(), methods=("POST",))
def undo(record_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """Take back what was said of the rest."""
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    count = service.undo_rest(db(), actor(), record_id=record_id, submission=_number())
    flash(ngettext("Du har tagit tillbaka %(num)s markering.", "Du har tagit tillbaka %(num)s markeringar.", count))
    return _back(record_id, opened.version.number)


def _number() -> str:
    form = RestForm()
    if not form.validate():
        raise InvalidInput(_("Ladda om sidan och försök igen."), reason="submission")
    return form.submission.data or ""


def _back(record_id: uuid.UUID, number: int, resten: str | None = None) -> Response:
    here = url_for("records.record", record_id=record_id, version=number, resten=resten)
    return see_other(here)
