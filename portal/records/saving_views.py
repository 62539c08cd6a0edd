"""Saving what may be read: a record as an accessible PDF, and a document as it came."""

import uuid

from flask import Response, request

from portal.core import pdf
from portal.core.errors import NotFound
from portal.core.i18n import _, current_locale
from portal.files.http import give_pdf, vault
from portal.records import printed, queries, service
from portal.records.queries.documents import content_of
from portal.web.access import Client
from portal.web.db import aside, close_db, db
from portal.web.page import settings
from portal.web.routes import Feature, actor

feature = Feature("saving")


@feature.route("/journal/<uuid:record_id>/fil", access=Client())
def save(record_id: uuid.UUID) -> Response:
    """Give a version of a record as a PDF to keep, with what was said of it; note and log that it was read.

    The file is made without a transaction open, and is stored nowhere.
    """
    opened = queries.record(db(), actor(), record_id, number=request.args.get("version", type=int))
    document = printed.document(opened, municipality=settings().municipality)
    close_db(None)
    # Neutral, for it stands in the window of whatever opens the file.
    content = pdf.render(document, title=_("Journal"), lang=current_locale())
    with aside() as session:
        service.mark_read(session, actor(), record_id=record_id, version_id=opened.version.id, saved=True)
    return give_pdf(content)


@feature.route("/journal/<uuid:record_id>/dokument", access=Client())
def document(record_id: uuid.UUID) -> Response:
    """Give a document that is released; note and log that it was read."""
    opened = queries.record(db(), actor(), record_id, number=request.args.get("version", type=int))
    if opened.document is None:
        raise NotFound
    content = content_of(db(), vault(), opened.document)
    close_db(None)
    with aside() as session:
        service.mark_read(session, actor(), record_id=record_id, version_id=opened.version.id, saved=True)
    return give_pdf(content)
