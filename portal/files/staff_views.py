"""A client's files that staff may see."""

import uuid

from flask import Response

from portal.files import http, service
from portal.web.access import Staff
from portal.web.db import db
from portal.web.routes import Feature, actor

feature = Feature("files")


@feature.route("/filer/<uuid:file_id>", access=Staff("client:view", reads="file"))
def download_as_staff(file_id: uuid.UUID) -> Response:
    """Give a file to be saved; the reading is logged."""
    return http.deliver(service.open_for(db(), actor(), http.vault(), file_id))
