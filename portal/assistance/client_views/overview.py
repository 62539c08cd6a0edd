"""The first page of applications: what can be applied for, what is begun, and what is handed in."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from flask import Response, request, url_for

from portal.assistance import queries, words
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Kind, slot
from portal.assistance.rules.routing import Offer, offer
from portal.assistance.rules.states import EDITABLE
from portal.core.i18n import _, format_day, today
from portal.web.access import Client
from portal.web.db import db
from portal.web.page import render, settings
from portal.web.routes import Feature, actor
from portal.web.words import capital

feature = Feature("assistance")


@feature.route("/ansokan", access=Client())
def overview() -> Response:
    """Show what can be applied for, what is begun, and what is handed in, the newest first."""
    mine = queries.applications(db(), actor())
    facts = queries.facts(
        db(),
        actor(),
        today=today(),
        months_until_new=settings().assistance_months_until_new,
        household_changed="ny" in request.args,
        among=mine,
    )
    begun = [one for one in mine if one.state in EDITABLE]
    invited = [_invitation(one) for one in queries.invitations(db(), actor())]
    asked = any(one.asks_for_more for one in mine)
    offers = () if facts.protected else offer(facts)
    return render(
        "assistance/client/overview.html",
        protected=facts.protected,
        # Another month is what most come for; more for the same month stands last.
        offers=_offers((one for one in offers if one.kind is not Kind.SUPPLEMENTARY), begun),
        more=_offers(
            sorted((one for one in offers if one.kind is Kind.SUPPLEMENTARY), key=attrgetter("period")), begun
        ),
        changed="ny" in request.args,
        may_change=bool(offers) and facts.last is not None and not facts.household_changed,
        asked=asked,
        begun=[_row(one) for one in begun],
        sent=[_row(one) for one in mine if one.state not in EDITABLE],
        invited=invited,
        # One filled button: where something else waits it isn't that of an offer.
        waits=bool(begun or invited or asked),
    )


def _offers(offers: Iterable[Offer], begun: list[ApplicationView]) -> list[dict[str, Any]]:
    known = {slot(one.kind, one.period) for one in begun}  # what is begun is opened, not begun once more
    return [
        {
            "title": words.title(one.kind, one.period),
            "reason": one.reason,
            "kind": one.kind.value,
            "period": str(one.period),
        }
        for one in offers
        if slot(one.kind, one.period) not in known
    ]


def _row(view: ApplicationView) -> dict[str, Any]:
    day = view.submitted_at or view.changed_at
    said = _("Skickad %(day)s") if view.submitted_at else _("Ändrad %(day)s")
    return {
        "title": words.title(view.kind, view.period),
        "url": url_for("assistance.application", application_id=view.id),
        "look": words.look(view),
        "meta": capital(said % {"day": format_day(day)}),
    }


def _invitation(found: queries.Invitation) -> dict[str, Any]:
    return {"title": words.title(found.kind, found.period), "name": found.name, "id": found.application_id}
