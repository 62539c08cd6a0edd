"""An application is begun, or removed before it is handed in."""

import uuid

from flask import Response, flash, url_for

from portal.assistance import queries
from portal.assistance.client_views.asking import ask
from portal.assistance.forms.starting import StartForm
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import EDITABLE
from portal.assistance.service import drafts, starting
from portal.core.errors import NotFound
from portal.core.i18n import _
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import see_other, settings
from portal.web.routes import Feature, actor

feature = Feature("assistance")


@feature.route("/ansokan", access=Client(), methods=("POST",))
def start() -> Response:
    """Begin what was offered, or open it where it is begun already."""
    form = StartForm()
    kind, period = form.wanted()
    made = starting.begin(
        db(),
        actor(),
        kind=kind,
        period=period,
        months_until_new=settings().assistance_months_until_new,
        household_changed=bool(form.changed.data),
    )
    return see_other(url_for("assistance.application", application_id=made))


@feature.route("/ansokan/<uuid:application_id>/ta-bort", access=Client())
def ask_to_discard(application_id: uuid.UUID) -> Response:
    """Ask before a draft is removed."""
    view = queries.application(db(), actor(), application_id)
    if view.state not in EDITABLE or view.party is not Party.APPLICANT:
        raise NotFound
    return ask(
        view,
        _("Vill du ta bort ansökan?"),
        [_("Allt du har skrivit och alla filer tas bort. Det går inte att ångra.")],
        yes=_("Ta bort ansökan"),
        no=_("Behåll den"),
        action=url_for("assistance.discard", application_id=application_id),
        back=(url_for("assistance.application", application_id=application_id), _("Alla delar")),
    )


@feature.route("/ansokan/<uuid:application_id>/ta-bort", access=Client(), methods=("POST",))
def discard(application_id: uuid.UUID) -> Response:
    """Remove a draft with all that was typed and put in."""
    drafts.discard(db(), actor(), application_id)
    flash(_("Ansökan är borttagen."))
    return see_other(url_for("assistance.overview"))
