"""Möten och platser: what a system manager sets of kinds of meetings, and where they are held."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Response, flash, url_for

from portal.core.actor import Side
from portal.core.i18n import _, lazy, ngettext
from portal.meetings.forms.hours import refuse
from portal.meetings.forms.kinds import KindForm, PlaceForm, shown_kind, shown_place
from portal.meetings.models import MeetingType
from portal.meetings.queries import kinds as queries
from portal.meetings.rules.hours import HoursRefused
from portal.meetings.rules.kinds import KindSettings
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.service import kinds as service
from portal.meetings.words import FORM_NAMES, kind_name
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import Form as WebForm
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor

feature = Feature("meeting_kinds", nav=(NavItem("meeting_kinds.listed", lazy("Möten"), "calendar", Side.STAFF, 55),))

# What a new kind begins with; changed before it is saved.
_NEW = KindSettings(TypeKind.OTHER, 45, (Form.VISIT, Form.PHONE, Form.VIDEO))


@feature.route("/motessorter", access=Staff("meeting:manage"))
def listed() -> Response:
    """List kinds of meetings and places."""
    units = queries.units(db(), actor())
    return render(
        "meetings/staff/kinds.html",
        kinds=[
            {
                "url": url_for("meeting_kinds.kind", kind_id=one.id),
                "name": kind_name(one),
                "meta": _meta(one, units),
                "active": one.active,
                "bookable": one.client_bookable,
                "hidden": one.hidden_from_guardians,
            }
            for one in queries.kinds(db(), actor())
        ],
        places=[
            {
                "url": url_for("meeting_kinds.place", place_id=one.id),
                "name": one.name,
                "meta": " · ".join((one.address, units.get(one.unit_id, "") if one.unit_id else _("Alla enheter"))),
                "active": one.active,
            }
            for one in queries.places(db(), actor())
        ],
        units=[{"url": url_for("hours.unit_of", unit_id=unit_id), "name": name} for unit_id, name in units.items()],
    )


@feature.route("/motessorter/forslag", access=Staff("meeting:manage"), methods=("POST",))
def defaults() -> Response:
    """Add the kinds that are suggested for a new installation."""
    queries.require(actor())
    count = service.add_defaults(db())
    flash(ngettext("%(num)s sorts möte är tillagd.", "%(num)s sorters möten är tillagda.", count))
    return see_other(url_for("meeting_kinds.listed"))


@feature.route("/motessorter/ny", access=Staff("meeting:manage"), methods=("GET", "POST"))
def new_kind() -> Response:
    """Add a kind of meeting."""
    form = load_form(KindForm, units=queries.units(db(), actor()), data=shown_kind(_NEW))
    return _kind_page(form, None, _("Ny sorts möte"))


@feature.route("/motessorter/<uuid:kind_id>", access=Staff("meeting:manage"), methods=("GET", "POST"))
def kind(kind_id: uuid.UUID) -> Response:
    """Change a kind of meeting."""
    found = queries.kind(db(), actor(), kind_id)
    data = {**shown_kind(found), "unit": str(found.unit_id or ""), "active": found.active}
    form = load_form(KindForm, units=queries.units(db(), actor()), data=data)
    return _kind_page(form, found, kind_name(found))


@feature.route("/platser/ny", access=Staff("meeting:manage"), methods=("GET", "POST"))
def new_place() -> Response:
    """Add a place."""
    form = load_form(PlaceForm, units=queries.units(db(), actor()))
    return _place_page(form, None, _("Ny plats"))


@feature.route("/platser/<uuid:place_id>", access=Staff("meeting:manage"), methods=("GET", "POST"))
def place(place_id: uuid.UUID) -> Response:
    """Change a place."""
    found = queries.place(db(), actor(), place_id)
    data = {**shown_place(found), "unit": str(found.unit_id or ""), "active": found.active}
    return _place_page(load_form(PlaceForm, units=queries.units(db(), actor()), data=data), found.id, found.name)


def _kind_page(form: KindForm, before: MeetingType | None, title: str) -> Response:
    def save() -> str:
        service.save_kind(
            db(),
            actor(),
            kind_id=before.id if before else None,
            settings=form.settings(before),
            unit_id=form.unit_id,
            active=bool(form.active.data),
        )
        return _("Sparat. Det som redan är bokat behåller sin tid.")

    return _form_page(form, save, "meetings/staff/kind_form.html", title=title)


def _place_page(form: PlaceForm, place_id: uuid.UUID | None, title: str) -> Response:
    def save() -> str:
        service.save_place(
            db(),
            actor(),
            place_id=place_id,
            settings=form.settings,
            unit_id=form.unit_id,
            active=bool(form.active.data),
        )
        return _("Sparat.")

    return _form_page(form, save, "meetings/staff/place_form.html", title=title)


def _form_page(form: WebForm, save: Callable[[], str], template: str, **context: Any) -> Response:
    if form.validate_on_submit():
        try:
            flash(save())
            return see_other(url_for("meeting_kinds.listed"))
        except HoursRefused as refused:
            refuse(form, refused)
    return render(template, 422 if form.errors else 200, form=form, **context)


def _meta(found: MeetingType, units: dict[uuid.UUID, str]) -> str:
    minutes = ngettext("%(num)s minut", "%(num)s minuter", found.minutes)
    forms = ", ".join(str(FORM_NAMES[Form(form)]) for form in found.forms)
    return " · ".join((minutes, forms, units.get(found.unit_id, "") if found.unit_id else _("Alla enheter")))
