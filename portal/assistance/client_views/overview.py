"""The first page of applications: what can be applied for, what is begun, and what is handed in."""

from flask import Response

from portal.assistance import queries
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import render
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan", access=Client())
def overview() -> Response:
    """List the client's applications, newest first."""
    return render("assistance/client/overview.html", applications=queries.applications(db(), actor()))
