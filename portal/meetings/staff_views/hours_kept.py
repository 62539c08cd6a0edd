"""What is done with hours, the same for a caseworker's and for a whole unit's: the routes say whose they are."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, flash, url_for

from portal.core.i18n import _, format_day, format_time, ngettext
from portal.meetings.forms.hours import (
    AbsenceForm,
    ClosingForm,
    NewWeeklyForm,
    OpeningForm,
    WeeklyForm,
    fresh,
    refuse,
    shown,
)
from portal.meetings.models import DayException, MeetingType, Place, WeeklyRule
from portal.meetings.queries import collisions as colliding
from portal.meetings.queries import hours as queries
from portal.meetings.queries.collisions import Collision
from portal.meetings.queries.free import types_of_unit
from portal.meetings.queries.hours import Caseworker, Owner, WholeUnit
from portal.meetings.rules.hours import HoursRefused
from portal.meetings.service import hours as service
from portal.meetings.staff_views import hour_words as words
from portal.meetings.words import WEEKDAYS, kind_name
from portal.web.db import db
from portal.web.forms import Form as WebForm
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import actor
from portal.web.words import capital

_FORM_PAGE = "meetings/staff/hours_form.html"


def address(owner: Owner, page: str, **ids: Any) -> str:
    """Return the address of a page of hours; a unit's are called the same, with ``unit_`` before."""
    if isinstance(owner, WholeUnit):
        return url_for(f"hours.unit_{page}", **(ids or {"unit_id": owner.id}))
    return url_for(f"hours.{page}", **(ids or {"staff_id": owner.id}))


def home(owner: Owner) -> str:
    """Return the address of the page with all hours of somebody, or of a unit."""
    if isinstance(owner, WholeUnit):
        return url_for("hours.unit_of", unit_id=owner.id)
    return url_for("hours.own") if owner.own else url_for("hours.of", staff_id=owner.id)


def whose(owner: Owner) -> dict[str, Any]:
    """Return what every page of somebody's hours says of whose they are, and where they are."""
    own = isinstance(owner, Caseworker) and owner.own
    return {"whose": "" if own else owner.name, "home_url": home(owner)}


def new_weekly(owner: Owner) -> Response:
    """Add hours of every week."""
    kinds, places = offered(owner)
    form = load_form(NewWeeklyForm, kinds=kinds, places=places, data=fresh(kinds, places))

    def save() -> str:
        days = [int(day) for day in form.weekdays.data or ()]
        rules = service.add_weekly(db(), actor(), owner_id=owner.id, weekdays=days, hours=form.hours)
        return ngettext("Tiden är tillagd.", "Tiderna är tillagda på %(num)s dagar.", len(rules))

    return form_page(owner, form, save, _FORM_PAGE, title=_("Ny veckotid"))


def weekly(owner: Owner, rule: WeeklyRule) -> Response:
    """Change hours of every week."""
    kinds, places = offered(owner)
    form = load_form(WeeklyForm, kinds=kinds, places=places, data=shown(rule, kinds))

    def save() -> str:
        service.change_weekly(db(), actor(), rule_id=rule.id, hours=form.hours)
        return _("Tiden är ändrad. Det som redan är bokat står kvar.")

    remove = address(owner, "remove_weekly", rule_id=rule.id)
    return form_page(owner, form, save, _FORM_PAGE, title=str(WEEKDAYS[rule.weekday]), remove_url=remove)


def remove_weekly(owner: Owner, rule: WeeklyRule) -> Response:
    """Take hours of every week away."""
    service.remove_weekly(db(), actor(), rule_id=rule.id)
    return done(owner, _("Tiden är borttagen. Det som redan är bokat står kvar."))


def new_opening(owner: Owner) -> Response:
    """Add a single opening."""
    kinds, places = offered(owner)
    form = load_form(OpeningForm, kinds=kinds, places=places, data=fresh(kinds, places))

    def save() -> str:
        start, end = form.span()
        service.add_opening(
            db(), actor(), owner_id=owner.id, start=start, end=end, step_minutes=form.step_minutes, kinds=form.kinds
        )
        return _("Den enstaka tiden är tillagd.")

    return form_page(owner, form, save, _FORM_PAGE, title=_("Ny enstaka tid"))


def new_absence(owner: Owner) -> Response:
    """Add an absence, or a time in which the unit is closed, and show which booked meetings it meets."""
    of_unit = isinstance(owner, WholeUnit)
    form = load_form(ClosingForm if of_unit else AbsenceForm)
    if form.validate_on_submit():
        try:
            start, end = form.span()
            made = service.add_absence(
                db(), actor(), owner_id=owner.id, start=start, end=end, note=form.note.data or ""
            )
        except HoursRefused as refused:
            refuse(form, refused)
        else:
            flash(_("Stängningen är sparad.") if of_unit else _("Frånvaron är sparad."))
            return see_other(address(owner, "exception", exception_id=made.id))
    return _render_form(owner, form, "meetings/staff/absence_form.html", of_unit=of_unit)


def exception(owner: Owner, found: DayException) -> Response:
    """Show a single opening or an absence, with the booked meetings that it meets; who keeps it up may take it away."""
    kinds, places = offered(owner)
    met = colliding.collisions(db(), actor(), owner, found.id)
    may_remove = found.unit_id is None or isinstance(owner, WholeUnit)
    return render(
        "meetings/staff/exception.html",
        title=words.name(found),
        when=words.when(found),
        meta=words.for_what(found, kinds, places) if found.open else "",
        note=found.note,
        collisions=[_collision(one, owner) for one in met],
        count=colliding.met(db(), owner).get(found.id, 0),
        remove_url=address(owner, "remove_exception", exception_id=found.id) if may_remove else "",
        **whose(owner),
    )


def remove_exception(owner: Owner, found: DayException) -> Response:
    """Take a single opening or an absence away."""
    text = words.removed(found)
    service.remove_exception(db(), actor(), exception_id=found.id)
    return done(owner, text)


def offered(owner: Owner) -> tuple[Sequence[MeetingType], Sequence[Place]]:
    """Return the kinds of meetings and the places that hours can be for."""
    return types_of_unit(db(), owner.unit_id), queries.places(db(), owner.unit_id)


def weekly_rows(owner: Owner, rules: Sequence[WeeklyRule], *, linked: bool = True) -> list[dict[str, str]]:
    """Return weekly hours as rows of a list."""
    kinds, places = offered(owner)
    return [
        {
            "url": address(owner, "weekly", rule_id=rule.id) if linked else "",
            "title": words.hours(rule),
            "meta": words.for_what(rule, kinds, places),
        }
        for rule in rules
    ]


def exception_rows(owner: Owner, found: Sequence[DayException]) -> list[dict[str, Any]]:
    """Return single openings and absences as rows of a list."""
    kinds, places = offered(owner)
    met = colliding.met(db(), owner)
    return [
        {
            "url": address(owner, "exception", exception_id=one.id),
            "title": words.when(one),
            "open": one.open,
            "mark": words.name(one),
            "meta": words.for_what(one, kinds, places) if one.open else "",
            "warning": words.met(met.get(one.id, 0)),
        }
        for one in found
    ]


def form_page(owner: Owner, form: WebForm, save: Callable[[], str], template: str, **context: Any) -> Response:
    """Save a form that can be, and go back to the hours; else show it, with what is wrong beside its fields."""
    if form.validate_on_submit():
        try:
            return done(owner, save())
        except HoursRefused as refused:
            refuse(form, refused)
    return _render_form(owner, form, template, **context)


def done(owner: Owner, confirmation: str) -> Response:
    """Go back to the hours and tell what was done."""
    flash(confirmation)
    return see_other(home(owner))


def _render_form(owner: Owner, form: WebForm, template: str, **context: Any) -> Response:
    return render(template, 422 if form.errors else 200, form=form, **whose(owner), **context)


def _collision(found: Collision, owner: Owner) -> dict[str, str]:
    start, end = format_time(found.starts_at), format_time(found.ends_at)
    day = capital(format_day(found.starts_at))
    staff = [found.staff_name] if isinstance(owner, WholeUnit) else []
    return {
        "title": _("%(day)s %(start)s–%(end)s", day=day, start=start, end=end),
        "meta": " · ".join([kind_name(found.kind), *staff]),
        "url": url_for("agenda.meeting", meeting_id=found.meeting_id) if found.meeting_id else "",
    }
