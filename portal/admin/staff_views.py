"""The pages of staff accounts."""

import uuid
from typing import Any

from flask import Response, flash, url_for

from portal.admin import queries, service
from portal.admin.forms import ROLE_HINTS, ROLE_NAMES, AccountForm, ConfirmForm, NewAccountForm
from portal.core.actor import Side
from portal.core.errors import InvalidInput
from portal.core.i18n import _, format_moment, lazy
from portal.people.rules import AssignedBy, Role
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor

accounts = Feature("staffing", nav=(NavItem("staffing.listed", lazy("Personal"), "people", Side.STAFF, 60),))

_SOURCES = {
    AssignedBy.BACK_OFFICE: lazy("Roll och enhet kommer från verksamhetssystemet."),
    AssignedBy.PROVIDER: lazy("Roll och enhet kommer från inloggningstjänsten."),
    AssignedBy.ADMIN: lazy("Roll och enhet är bestämda här och ändras inte av andra system."),
}


@accounts.route("/personal", access=Staff("staff:manage"))
def listed() -> Response:
    """List every staff account."""
    rows = [_shown(row) for row in queries.staff(db(), actor())]
    return render("admin/staff/accounts.html", rows=rows)


@accounts.route("/personal/ny", access=Staff("staff:manage"), methods=("GET", "POST"))
def new() -> Response:
    """Add an account."""
    form = load_form(NewAccountForm, units=_units())
    if not form.validate_on_submit():
        return _form_page(form, "admin/staff/new_account.html")
    try:
        service.add(
            db(),
            actor(),
            subject=form.subject.data or "",
            name=form.name.data or "",
            role=Role(form.role.data),
            unit_id=_unit(form),
        )
    except service.SubjectTaken as taken:
        form.subject.errors = [str(taken.message)]
        return _form_page(form, "admin/staff/new_account.html")
    flash(_("Kontot är skapat. %(name)s kan logga in.", name=form.name.data))
    return _to_list()


@accounts.route("/personal/<uuid:staff_id>", access=Staff("staff:manage"), methods=("GET", "POST"))
def account(staff_id: uuid.UUID) -> Response:
    """Show an account, and change its role and unit."""
    found = queries.staff_member(db(), actor(), staff_id)
    form = load_form(AccountForm, units=_units(), data={"role": found.role.value, "unit": str(found.unit_id or "")})
    if not form.validate_on_submit():
        return _form_page(
            form,
            "admin/staff/account.html",
            account=_shown(found),
            own=found.id == actor().staff_id,
            source=str(_SOURCES[found.assigned_by]),
        )
    service.assign(db(), actor(), staff_id=staff_id, role=Role(form.role.data), unit_id=_unit(form))
    flash(_("Ändringen är sparad. Den gäller från nästa sida som %(name)s öppnar.", name=found.name))
    return _to_list()


@accounts.route("/personal/<uuid:staff_id>/stang", access=Staff("staff:manage"), methods=("GET", "POST"))
def close(staff_id: uuid.UUID) -> Response:
    """Ask whether an account is to be closed, and close it."""
    found = queries.staff_member(db(), actor(), staff_id)
    form = load_form(ConfirmForm)
    if not form.validate_on_submit():
        return render("admin/staff/close_account.html", account=_shown(found))
    service.close(db(), actor(), staff_id=staff_id)
    flash(_("Kontot är stängt. %(name)s är utloggad.", name=found.name))
    return _to_list()


@accounts.route("/personal/<uuid:staff_id>/oppna", access=Staff("staff:manage"), methods=("POST",))
def reopen(staff_id: uuid.UUID) -> Response:
    """Open a closed account again."""
    found = queries.staff_member(db(), actor(), staff_id)
    service.reopen(db(), actor(), staff_id=staff_id)
    flash(_("Kontot är öppet igen. %(name)s kan logga in.", name=found.name))
    return _to_list()


def _to_list() -> Response:
    return see_other(url_for("staffing.listed"))


def _units() -> dict[str, str]:
    return {"": _("Ingen enhet"), **{str(id_): name for id_, name in queries.units(db(), actor())}}


def _unit(form: AccountForm) -> uuid.UUID | None:
    try:
        return uuid.UUID(form.unit.data) if form.unit.data else None
    except ValueError:
        raise InvalidInput from None


def _form_page(form: AccountForm, template: str, **context: Any) -> Response:
    hints = {role.value: str(hint) for role, hint in ROLE_HINTS.items()}
    return render(template, 422 if form.errors else 200, form=form, hints=hints, **context)


def _shown(row: queries.StaffRow) -> dict[str, Any]:
    last = row.last_sign_in_at
    return {
        "name": row.name,
        "subject": row.subject,
        "role": str(ROLE_NAMES[row.role]),
        "unit": row.unit,
        "active": row.active,
        "last": format_moment(last) if last else _("Har inte loggat in"),
        "url": url_for("staffing.account", staff_id=row.id),
        "close_url": url_for("staffing.close", staff_id=row.id),
        "reopen_url": url_for("staffing.reopen", staff_id=row.id),
    }
