"""Mina tider: when one can be booked, every week and on single days, and when one is away."""

import uuid
from collections.abc import Sequence

from flask import Response

from portal.core.i18n import STOCKHOLM, _, today
from portal.meetings.forms.hours import CalendarForm
from portal.meetings.models import DayException, WeeklyRule
from portal.meetings.queries import hours as queries
from portal.meetings.queries.hours import UNIT_HOURS, Caseworker, Owner
from portal.meetings.rules.availability import in_force
from portal.meetings.service import hours as service
from portal.meetings.staff_views import hours_kept as kept
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render
from portal.web.routes import Feature, actor

feature = Feature("hours")


@feature.route("/tider", access=Staff("meeting:hours"))
def own() -> Response:
    """Show one's own hours."""
    return _page(queries.caseworker(db(), actor(), actor().id))


@feature.route("/tider/<uuid:staff_id>", access=Staff("meeting:hours"))
def of(staff_id: uuid.UUID) -> Response:
    """Show a colleague's hours to who keeps up the unit's."""
    return _page(queries.caseworker(db(), actor(), staff_id))


@feature.route("/tider/<uuid:staff_id>/bokning", access=Staff("meeting:hours"), methods=("GET", "POST"))
def calendar(staff_id: uuid.UUID) -> Response:
    """Say whether clients may book somebody."""
    owner = queries.caseworker(db(), actor(), staff_id)
    data = {"bookable": owner.bookable, "intake": owner.intake, "calls_from": owner.calls_from}
    form = load_form(CalendarForm, data=data)
    may_intake = UNIT_HOURS in actor().permissions

    def save() -> str:
        service.set_calendar(
            db(),
            actor(),
            staff_id=staff_id,
            bookable=bool(form.bookable.data),
            intake=bool(form.intake.data) if may_intake else owner.intake,
            calls_from=form.calls_from.data or "",
        )
        return _("Sparat.")

    return kept.form_page(owner, form, save, "meetings/staff/calendar_form.html", may_intake=may_intake)


@feature.route("/tider/<uuid:staff_id>/vecka/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_weekly(staff_id: uuid.UUID) -> Response:
    """Add hours of every week."""
    return kept.new_weekly(queries.caseworker(db(), actor(), staff_id))


@feature.route("/tider/vecka/<uuid:rule_id>", access=Staff("meeting:hours"), methods=("GET", "POST"))
def weekly(rule_id: uuid.UUID) -> Response:
    """Change hours of every week."""
    return kept.weekly(*queries.weekly_rule(db(), actor(), rule_id))


@feature.route("/tider/vecka/<uuid:rule_id>/ta-bort", access=Staff("meeting:hours"), methods=("POST",))
def remove_weekly(rule_id: uuid.UUID) -> Response:
    """Take hours of every week away."""
    return kept.remove_weekly(*queries.weekly_rule(db(), actor(), rule_id))


@feature.route("/tider/<uuid:staff_id>/oppet/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_opening(staff_id: uuid.UUID) -> Response:
    """Add a single opening."""
    return kept.new_opening(queries.caseworker(db(), actor(), staff_id))


@feature.route("/tider/<uuid:staff_id>/franvaro/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_absence(staff_id: uuid.UUID) -> Response:
    """Add an absence, and show which booked meetings it meets."""
    return kept.new_absence(queries.caseworker(db(), actor(), staff_id))


@feature.route("/tider/dag/<uuid:exception_id>", access=Staff("meeting:hours"))
def exception(exception_id: uuid.UUID) -> Response:
    """Show a single opening or an absence, also one's unit's, with those of one's booked meetings that it meets."""
    return kept.exception(*queries.exception_for(db(), actor(), exception_id))


@feature.route("/tider/dag/<uuid:exception_id>/ta-bort", access=Staff("meeting:hours"), methods=("POST",))
def remove_exception(exception_id: uuid.UUID) -> Response:
    """Take a single opening or an absence away."""
    return kept.remove_exception(*queries.exception(db(), actor(), exception_id))


def _page(owner: Caseworker) -> Response:
    rules, units_rules = queries.weekly(db(), owner), queries.units_weekly(db(), owner)
    has_own = any(in_force(rule.valid_from, rule.valid_until, today()) for rule in rules)
    exceptions = [*queries.exceptions(db(), owner), *_that_count(rules, queries.units_exceptions(db(), owner))]
    return render(
        "meetings/staff/hours.html",
        owner=owner,
        colleagues=choices(owner),
        weekly=kept.weekly_rows(owner, rules),
        units_weekly=[] if has_own else kept.weekly_rows(owner, units_rules, linked=False),
        units_set_aside=has_own and bool(units_rules),
        exceptions=kept.exception_rows(owner, sorted(exceptions, key=lambda one: one.starts_at)),
        has_kinds=bool(kept.offered(owner)[0]),
        **kept.whose(owner),
    )


def _that_count(rules: Sequence[WeeklyRule], units: Sequence[DayException]) -> list[DayException]:
    """Return what closes the unit, and those of its openings that somebody with these hours of their own has, too."""

    def has_own(one: DayException) -> bool:
        day = one.starts_at.astimezone(STOCKHOLM).date()
        return any(in_force(rule.valid_from, rule.valid_until, day) for rule in rules)

    return [one for one in units if not one.open or not has_own(one)]


def choices(owner: Owner) -> list[dict[str, object]]:
    """Return whose hours the actor can choose among: the own, the unit's, those of each in it; none for one's own."""
    unit = queries.own_unit(db(), actor())
    people = queries.caseworkers(db(), actor()) if unit else []
    found: list[dict[str, object]] = [
        {"url": kept.home(one), "label": _("Mina tider") if one.own else one.name, "current": one.id == owner.id}
        for one in people
    ]
    if unit:
        found.insert(1, {"url": kept.home(unit), "label": _("Enhetens tider"), "current": unit.id == owner.id})
    return found
