"""Mina tider: when one can be booked, every week and on single days, and when one is away."""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from flask import Response, flash, redirect, url_for

from portal.core.actor import Side
from portal.core.i18n import _, format_day, format_time, lazy, ngettext, same_day
from portal.meetings.forms.hours import (
    AbsenceForm,
    CalendarForm,
    NewWeeklyForm,
    OpeningForm,
    WeeklyForm,
    fresh,
    refuse,
    shown,
)
from portal.meetings.models import DayException, MeetingType, Place, WeeklyRule
from portal.meetings.queries import hours as queries
from portal.meetings.queries.free import types_of_unit
from portal.meetings.queries.hours import UNIT_HOURS, Collision, Owner
from portal.meetings.rules.hours import HoursRefused, midnight
from portal.meetings.rules.states import Form
from portal.meetings.service import hours as service
from portal.meetings.words import FORM_NAMES, WEEKDAYS, clock, kind_name
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import Form as WebForm
from portal.web.forms import load_form
from portal.web.page import render
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import capital

feature = Feature("hours", nav=(NavItem("hours.own", lazy("Mina tider"), "clock", Side.STAFF, 32),))

_FORM_PAGE = "meetings/staff/hours_form.html"


@feature.route("/tider", access=Staff("meeting:hours"))
def own() -> Response:
    """Show one's own hours."""
    return _page(queries.owner(db(), actor(), actor().id))


@feature.route("/tider/<uuid:staff_id>", access=Staff("meeting:hours"))
def of(staff_id: uuid.UUID) -> Response:
    """Show a colleague's hours to who keeps up the unit's."""
    return _page(queries.owner(db(), actor(), staff_id))


@feature.route("/tider/<uuid:staff_id>/bokning", access=Staff("meeting:hours"), methods=("GET", "POST"))
def calendar(staff_id: uuid.UUID) -> Response:
    """Say whether clients may book somebody."""
    owner = queries.owner(db(), actor(), staff_id)
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

    return _form_page(owner, form, save, "meetings/staff/calendar_form.html", may_intake=may_intake)


@feature.route("/tider/<uuid:staff_id>/vecka/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_weekly(staff_id: uuid.UUID) -> Response:
    """Add hours of every week."""
    owner = queries.owner(db(), actor(), staff_id)
    kinds, places = _offered(owner)
    form = load_form(NewWeeklyForm, kinds=kinds, places=places, data=fresh(kinds, places))

    def save() -> str:
        days = [int(day) for day in form.weekdays.data or ()]
        rules = service.add_weekly(db(), actor(), staff_id=staff_id, weekdays=days, hours=form.hours)
        return ngettext("Tiden är tillagd.", "Tiderna är tillagda på %(num)s dagar.", len(rules))

    return _form_page(owner, form, save, _FORM_PAGE, title=_("Ny veckotid"))


@feature.route("/tider/vecka/<uuid:rule_id>", access=Staff("meeting:hours"), methods=("GET", "POST"))
def weekly(rule_id: uuid.UUID) -> Response:
    """Change hours of every week."""
    owner, rule = queries.weekly_rule(db(), actor(), rule_id)
    kinds, places = _offered(owner)
    form = load_form(WeeklyForm, kinds=kinds, places=places, data=shown(rule, kinds))

    def save() -> str:
        service.change_weekly(db(), actor(), rule_id=rule_id, hours=form.hours)
        return _("Tiden är ändrad. Det som redan är bokat står kvar.")

    remove = url_for("hours.remove_weekly", rule_id=rule_id)
    return _form_page(owner, form, save, _FORM_PAGE, title=str(WEEKDAYS[rule.weekday]), remove_url=remove)


@feature.route("/tider/vecka/<uuid:rule_id>/ta-bort", access=Staff("meeting:hours"), methods=("POST",))
def remove_weekly(rule_id: uuid.UUID) -> Response:
    """Take hours of every week away."""
    owner, _rule = queries.weekly_rule(db(), actor(), rule_id)
    service.remove_weekly(db(), actor(), rule_id=rule_id)
    return _done(owner, _("Tiden är borttagen. Det som redan är bokat står kvar."))


@feature.route("/tider/<uuid:staff_id>/oppet/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_opening(staff_id: uuid.UUID) -> Response:
    """Add a single opening."""
    owner = queries.owner(db(), actor(), staff_id)
    kinds, places = _offered(owner)
    form = load_form(OpeningForm, kinds=kinds, places=places, data=fresh(kinds, places))

    def save() -> str:
        start, end = form.span()
        service.add_opening(
            db(), actor(), staff_id=staff_id, start=start, end=end, step_minutes=form.step_minutes, kinds=form.kinds
        )
        return _("Den enstaka tiden är tillagd.")

    return _form_page(owner, form, save, _FORM_PAGE, title=_("Ny enstaka tid"))


@feature.route("/tider/<uuid:staff_id>/franvaro/ny", access=Staff("meeting:hours"), methods=("GET", "POST"))
def new_absence(staff_id: uuid.UUID) -> Response:
    """Add an absence, and show which booked meetings it meets."""
    owner = queries.owner(db(), actor(), staff_id)
    form = load_form(AbsenceForm)
    if form.validate_on_submit():
        try:
            start, end = form.span()
            made = service.add_absence(
                db(), actor(), staff_id=staff_id, start=start, end=end, note=form.note.data or ""
            )
        except HoursRefused as refused:
            refuse(form, refused)
        else:
            flash(_("Frånvaron är sparad."))
            return redirect(url_for("hours.exception", exception_id=made.id), 303)  # type: ignore[return-value]
    return _render_form(owner, form, "meetings/staff/absence_form.html")


@feature.route("/tider/dag/<uuid:exception_id>", access=Staff("meeting:hours"))
def exception(exception_id: uuid.UUID) -> Response:
    """Show a single opening or an absence, with the booked meetings that it meets."""
    owner, found = queries.exception(db(), actor(), exception_id)
    kinds, places = _offered(owner)
    met = queries.collisions(db(), actor(), owner.id).get(found.id, [])
    return render(
        "meetings/staff/exception.html",
        title=_("Enstaka tid") if found.open else _("Frånvaro"),
        when=_when(found),
        meta=_for_what(found, kinds, places) if found.open else "",
        note=found.note,
        collisions=[_collision(one, linked=owner.own) for one in met],
        remove_url=url_for("hours.remove_exception", exception_id=found.id),
        **whose(owner),
    )


@feature.route("/tider/dag/<uuid:exception_id>/ta-bort", access=Staff("meeting:hours"), methods=("POST",))
def remove_exception(exception_id: uuid.UUID) -> Response:
    """Take a single opening or an absence away."""
    owner, found = queries.exception(db(), actor(), exception_id)
    service.remove_exception(db(), actor(), exception_id=exception_id)
    return _done(owner, _("Den enstaka tiden är borttagen.") if found.open else _("Frånvaron är borttagen."))


def _page(owner: Owner) -> Response:
    kinds, places = _offered(owner)
    met = queries.collisions(db(), actor(), owner.id)
    everybody = queries.owners(db(), actor())
    return render(
        "meetings/staff/hours.html",
        owner=owner,
        colleagues=[
            {"url": _home(one), "label": _("Mina tider") if one.own else one.name, "current": one.id == owner.id}
            for one in everybody
        ]
        if len(everybody) > 1
        else [],
        weekly=[
            {
                "url": url_for("hours.weekly", rule_id=rule.id),
                "title": _hours(rule),
                "meta": _for_what(rule, kinds, places),
            }
            for rule in queries.weekly(db(), actor(), owner.id)
        ],
        exceptions=[
            {
                "url": url_for("hours.exception", exception_id=one.id),
                "title": _when(one),
                "open": one.open,
                "meta": _for_what(one, kinds, places) if one.open else "",
                "warning": _met(len(met.get(one.id, ()))),
            }
            for one in queries.exceptions(db(), actor(), owner.id)
        ],
        has_kinds=bool(kinds),
        **whose(owner),
    )


def whose(owner: Owner) -> dict[str, Any]:
    """Return what every page of somebody's hours says of whose they are, and where they are."""
    return {"whose": "" if owner.own else owner.name, "home_url": _home(owner)}


def _home(owner: Owner) -> str:
    return url_for("hours.own") if owner.own else url_for("hours.of", staff_id=owner.id)


def _offered(owner: Owner) -> tuple[Sequence[MeetingType], Sequence[Place]]:
    return types_of_unit(db(), owner.unit_id), queries.places(db(), owner.unit_id)


def _form_page(owner: Owner, form: WebForm, save: Callable[[], str], template: str, **context: Any) -> Response:
    """Save a form that can be, and go back to the hours; else show it, with what is wrong beside its fields."""
    if form.validate_on_submit():
        try:
            return _done(owner, save())
        except HoursRefused as refused:
            refuse(form, refused)
    return _render_form(owner, form, template, **context)


def _render_form(owner: Owner, form: WebForm, template: str, **context: Any) -> Response:
    return render(template, 422 if form.errors else 200, form=form, **whose(owner), **context)


def _done(owner: Owner, confirmation: str) -> Response:
    flash(confirmation)
    return redirect(_home(owner), 303)  # type: ignore[return-value]


def _hours(rule: WeeklyRule) -> str:
    return _(
        "%(day)s %(start)s–%(end)s",
        day=WEEKDAYS[rule.weekday],
        start=clock(rule.from_minute),
        end=clock(rule.to_minute),
    )


def _when(found: DayException) -> str:
    start, end = found.starts_at, found.ends_at
    last = end - timedelta(minutes=1)
    if start == midnight(start) and end == midnight(end):
        if same_day(start, last):
            return _("%(day)s, hela dagen", day=capital(format_day(start)))
        return _("%(first)s till och med %(last)s", first=capital(format_day(start)), last=format_day(last))
    if same_day(start, last):
        day = capital(format_day(start))
        return _("%(day)s %(start)s–%(end)s", day=day, start=format_time(start), end=format_time(end))
    return _(
        "%(first)s %(start)s till %(last)s %(end)s",
        first=capital(format_day(start)),
        start=format_time(start),
        last=format_day(end),
        end=format_time(end),
    )


def _for_what(hours: WeeklyRule | DayException, kinds: Sequence[MeetingType], places: Sequence[Place]) -> str:
    forms = [str(FORM_NAMES[Form(form)]) for form in hours.forms] or [_("Alla sätt att ses")]
    names = {str(kind.id): kind_name(kind) for kind in kinds}
    types = [names[id_] for id_ in hours.type_ids if id_ in names]
    place = next((one.name for one in places if one.id == hours.place_id), "")
    step = ngettext("var %(num)s:e minut", "var %(num)s:e minut", hours.step_minutes)
    return " · ".join(filter(None, (", ".join(forms), ", ".join(types), place, step, _until(hours))))


def _until(hours: WeeklyRule | DayException) -> str:
    if isinstance(hours, WeeklyRule) and hours.valid_until:
        return _("till och med %(day)s", day=format_day(hours.valid_until))
    return ""


def _met(count: int) -> str:
    return ngettext("%(num)s bokat möte", "%(num)s bokade möten", count) if count else ""


def _collision(found: Collision, *, linked: bool) -> dict[str, str]:
    start, end = format_time(found.starts_at), format_time(found.ends_at)
    day = capital(format_day(found.starts_at))
    return {
        "title": _("%(day)s %(start)s–%(end)s", day=day, start=start, end=end),
        "meta": kind_name(found.kind),
        "url": url_for("clients.page", person_id=found.person_id) if linked else "",
    }
