"""Files of a remark while it is written: a page of its own, which works without a script."""

import uuid

from flask import Response, make_response, url_for

from portal.core.errors import NotFound
from portal.files import http
from portal.files import show as files
from portal.files.service import Place
from portal.records import drafting, queries, service
from portal.records.forms.client import DraftForm
from portal.records.queries.remarks import REMARK_FILES
from portal.web.access import Client
from portal.web.db import db
from portal.web.htmx import wants_fragment
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor

feature = Feature("attaching")


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/filer/ny", access=Client(), methods=("POST",))
def begin(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Keep what is written so far, and go on to its files."""
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    drafting.keep(opened, spot, DraftForm(), files_follow=True)
    there = url_for("attaching.page", record_id=record_id, version_id=version_id, spot=spot)
    if wants_fragment():
        answer = make_response("")
        answer.headers["HX-Redirect"] = there
        return answer
    return see_other(there)


def _draft(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> tuple[queries.Opened, queries.DraftRow]:
    opened = queries.record(db(), actor(), record_id, version_id=version_id)
    draft = opened.drafts.get(spot)
    if draft is None:
        raise NotFound
    return opened, draft


@feature.route("/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/filer", access=Client())
def page(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Show the files of a draft, each with its state, and let more in."""
    opened, draft = _draft(record_id, version_id, spot)
    place = next((place for place, shown in enumerate(opened.passages, 1) if shown.id == spot), 0)
    return render(
        "records/client/files.html",
        opened=opened,
        spot=spot,
        rows=files.rows(opened.files.get(draft.id, ())),
        accept=files.kinds(),
        back_url=url_for("records.record", record_id=record_id, version=opened.version.number, _anchor=f"s{place}"),
    )


@feature.route(
    "/journal/<uuid:record_id>/<uuid:version_id>/<uuid:spot>/filer",
    access=Client(),
    methods=("POST",),
    body=http.body_limit,
)
def upload(record_id: uuid.UUID, version_id: uuid.UUID, spot: uuid.UUID) -> Response:
    """Take in files for a draft."""
    opened, draft = _draft(record_id, version_id, spot)
    here = url_for("attaching.page", record_id=record_id, version_id=version_id, spot=spot)
    place = Place(REMARK_FILES, draft.id, actor().subject_id, opened.case.id)
    return http.accept(
        place, back=here, still=lambda session: service.hold_draft(session, actor(), record_id, draft.id)
    )
