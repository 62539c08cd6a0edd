"""An application: while it is a draft its parts, afterwards where it is."""

import uuid

from flask import Response, redirect, url_for

from portal.assistance import queries
from portal.assistance.client_views import submitted
from portal.assistance.rules.states import EDITABLE
from portal.web.access import Client
from portal.web.db import db
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan/<uuid:application_id>", access=Client())
def application(application_id: uuid.UUID) -> Response:
    """Show where an application is; a draft is shown whole, with what is left of it."""
    view = queries.application(db(), actor(), application_id)
    if view.state in EDITABLE:
        return redirect(url_for("assistance.review", application_id=application_id), 303)  # type: ignore[return-value]
    return submitted.page(view)
