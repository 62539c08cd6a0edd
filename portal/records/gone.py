"""What a client gets who says something of a text that was taken away while they wrote: their own words, not lost."""

import uuid

from flask import Response, make_response, render_template

from portal.core.errors import NotFound
from portal.records import queries
from portal.web.db import db
from portal.web.htmx import wants_fragment
from portal.web.page import render
from portal.web.routes import actor


def taken_away(version_id: uuid.UUID, text: str) -> Response:
    """Answer with the words that were typed, to somebody who has read the version.

    :raises NotFound: for everybody else, who is told nothing of there having been one.
    """
    if not queries.has_read(db(), actor(), version_id):
        raise NotFound
    if wants_fragment():
        return make_response(render_template("records/client/gone_place.html", text=text), 422)
    return render("records/client/gone.html", 409, text=text)
