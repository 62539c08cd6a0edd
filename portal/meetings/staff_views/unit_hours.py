"""Enhetens tider: when everybody in a unit without hours of their own can be booked, and when the unit is closed."""

import uuid
from typing import Any

from flask import Response, url_for

from portal.core.i18n import _, ngettext
from portal.meetings.queries import hours as queries
from portal.meetings.queries.hours import HOURS, Member
from portal.meetings.service import hours as service
from portal.meetings.staff_views import hours_kept as kept
from portal.meetings.staff_views.hours import choices
from portal.web.access import Staff
from portal.web.db import db
from portal.web.page import render
from portal.web.routes import Feature, actor

feature = Feature("hours")


@feature.route("/tider/enhet/<uuid:unit_id>", access=Staff("meeting:unit_hours"))
def unit_of(unit_id: uuid.UUID) -> Response:
    """Show a unit's hours, and for whom they are."""
    whole = queries.unit(db(), actor(), unit_id)
    members = queries.members(db(), whole)
    return render(
        "meetings/staff/unit_hours.html",
        unit=whole,
        colleagues=choices(whole) if HOURS in actor().permissions else [],
        weekly=kept.weekly_rows(whole, queries.weekly(db(), whole)),
        exceptions=kept.exception_rows(whole, queries.exceptions(db(), whole)),
        members=[_member(one) for one in members],
        closed=sum(not one.has_calendar for one in members),
        has_kinds=bool(kept.offered(whole)[0]),
        **kept.whose(whole),
    )


@feature.route("/tider/enhet/<uuid:unit_id>/bokning", access=Staff("meeting:unit_hours"), methods=("POST",))
def unit_open_calendars(unit_id: uuid.UUID) -> Response:
    """Let clients book those of the unit who never had a calendar."""
    whole = queries.unit(db(), actor(), unit_id)
    count = service.open_calendars(db(), actor(), unit_id=unit_id)
    return kept.done(whole, ngettext("%(num)s person går nu att boka.", "%(num)s personer går nu att boka.", count))


@feature.route("/tider/enhet/<uuid:unit_id>/vecka/ny", access=Staff("meeting:unit_hours"), methods=("GET", "POST"))
def unit_new_weekly(unit_id: uuid.UUID) -> Response:
    """Add hours of every week."""
    return kept.new_weekly(queries.unit(db(), actor(), unit_id))


@feature.route("/tider/enhet/vecka/<uuid:rule_id>", access=Staff("meeting:unit_hours"), methods=("GET", "POST"))
def unit_weekly(rule_id: uuid.UUID) -> Response:
    """Change hours of every week."""
    return kept.weekly(*queries.weekly_rule(db(), actor(), rule_id))


@feature.route("/tider/enhet/vecka/<uuid:rule_id>/ta-bort", access=Staff("meeting:unit_hours"), methods=("POST",))
def unit_remove_weekly(rule_id: uuid.UUID) -> Response:
    """Take hours of every week away."""
    return kept.remove_weekly(*queries.weekly_rule(db(), actor(), rule_id))


@feature.route("/tider/enhet/<uuid:unit_id>/oppet/ny", access=Staff("meeting:unit_hours"), methods=("GET", "POST"))
def unit_new_opening(unit_id: uuid.UUID) -> Response:
    """Add a single opening."""
    return kept.new_opening(queries.unit(db(), actor(), unit_id))


@feature.route("/tider/enhet/<uuid:unit_id>/stangt/ny", access=Staff("meeting:unit_hours"), methods=("GET", "POST"))
def unit_new_absence(unit_id: uuid.UUID) -> Response:
    """Close the unit for a time, and show which booked meetings that meets."""
    return kept.new_absence(queries.unit(db(), actor(), unit_id))


@feature.route("/tider/enhet/dag/<uuid:exception_id>", access=Staff("meeting:unit_hours"))
def unit_exception(exception_id: uuid.UUID) -> Response:
    """Show a single opening or a closing, with the booked meetings that it meets."""
    return kept.exception(*queries.exception(db(), actor(), exception_id))


@feature.route("/tider/enhet/dag/<uuid:exception_id>/ta-bort", access=Staff("meeting:unit_hours"), methods=("POST",))
def unit_remove_exception(exception_id: uuid.UUID) -> Response:
    """Take a single opening or a closing away."""
    return kept.remove_exception(*queries.exception(db(), actor(), exception_id))


def _member(one: Member) -> dict[str, Any]:
    if not one.has_calendar:
        tag = ("warning", "warning", _("Går inte att boka än"))
    elif not one.bookable:
        tag = ("neutral", "no", _("Klienter kan inte boka"))
    elif one.own_hours:
        tag = ("info", "person", _("Egna veckotider"))
    else:
        tag = ("success", "ok", _("Enhetens tider"))
    url = url_for("hours.of", staff_id=one.id) if HOURS in actor().permissions else ""
    return {"name": one.name, "tag": tag, "url": url}
