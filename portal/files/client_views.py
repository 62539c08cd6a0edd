"""A client's own files, whatever they belong to: the parts of an upload, its state, removing, and saving."""

import uuid

from flask import Response, make_response, request, url_for

from portal.core.errors import InvalidInput
from portal.files import http, queries, service, show
from portal.files.rules import FileState
from portal.web.access import Client
from portal.web.db import db, lasting
from portal.web.errors import safe_path
from portal.web.htmx import wants_fragment
from portal.web.page import render_block, see_other
from portal.web.routes import Feature, actor

feature = Feature("files")


@feature.route("/filer/<uuid:file_id>", access=Client())
def download(file_id: uuid.UUID) -> Response:
    """Give a file to be saved."""
    return http.deliver(service.open_for(db(), actor(), http.vault(), file_id))


@feature.route("/filer/<uuid:file_id>/rad", access=Client())
def status(file_id: uuid.UUID) -> Response:
    """Show the row of a file, for the script and for those who wait for its checks."""
    view = queries.one(db(), actor(), file_id)
    if view.state is FileState.RECEIVING:
        return http.answer(view)
    return render_block(http.TEMPLATE, "rows", rows=[show.row(view)])


@feature.route("/filer/<uuid:file_id>/del", access=Client(), methods=("POST",), body=http.part_limit)
def append(file_id: uuid.UUID) -> Response:
    """Take a part of an upload; one that doesn't follow what has come is answered with where to go on (409)."""
    start, part = http.offset(), request.get_data(cache=False)
    if not part:
        raise InvalidInput(reason="empty_part")
    queries.one(db(), actor(), file_id)
    sealed = http.vault().put(file_id, [part], most=len(part))
    try:
        with lasting() as session:
            service.append(session, actor(), sealed, start=start)
            view = queries.one(session, actor(), file_id)
    except service.OffsetMismatch:
        # What was sealed for nothing has no row, and is taken away as such.
        return http.answer(queries.one(db(), actor(), file_id), 409)
    return http.answer(view)


@feature.route("/filer/<uuid:file_id>/ta-bort", access=Client(), methods=("POST",))
def remove(file_id: uuid.UUID) -> Response:
    """Remove a file; its row goes, or the page is shown anew."""
    service.remove(db(), actor(), file_id)
    if wants_fragment():
        return make_response("")
    back = safe_path(request.form.get("next")) or url_for("site.home")
    return see_other(back)
