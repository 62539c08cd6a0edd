"""Other calendars of one's own, from which only the busy times are taken."""

import uuid

from flask import Response, flash, url_for
from flask_wtf.file import FileField

from portal.core.i18n import LazyText, _, format_moment, lazy, ngettext
from portal.meetings.forms.busy import BusyForm
from portal.meetings.forms.hours import refuse
from portal.meetings.queries import busy as queries
from portal.meetings.queries import hours as hours_queries
from portal.meetings.queries.hours import Caseworker
from portal.meetings.rules.busy import MAX_BYTES, MOST
from portal.meetings.rules.hours import HoursRefused
from portal.meetings.service import busy as service
from portal.meetings.service.busy import BusyRefused
from portal.meetings.staff_views.hours_kept import whose
from portal.settings import Settings
from portal.web.access import Staff
from portal.web.db import close_db, db, lasting
from portal.web.forms import load_form
from portal.web.page import render, see_other
from portal.web.routes import Feature, actor

feature = Feature("hours")

_ERRORS: dict[str, LazyText] = {
    "bad_address": lazy("Adressen går inte att använda. Den behöver börja med https://."),
    "private_address": lazy("Adressen leder inte till en kalender på internet."),
    "redirected_elsewhere": lazy("Adressen skickar vidare till en annan. Skriv den i stället."),
    "too_large": lazy("Kalendern är för stor. Den får vara högst %(mb)s MB.", mb=MAX_BYTES // 1024**2),
    "too_many": lazy("Kalendern har för många tider. Den får ha högst %(most)s det närmaste halvåret.", most=MOST),
    "too_slow": lazy("Kalendern svarade för långsamt."),
    "took_too_long": lazy("Kalendern tog för lång tid att läsa."),
    "unreadable": lazy("Det gick inte att läsa kalendern. Den behöver vara i formatet iCalendar (.ics)."),
}


def words(code: str) -> str:
    """Return what a person is told of an error's code."""
    return str(_ERRORS.get(code, _("Det gick inte att hämta kalendern.")))


def body_limit(_conf: Settings) -> int:
    """Return how many bytes the form may have: more than a calendar, so that one that is too large is told of it."""
    return 4 * MAX_BYTES


@feature.route(
    "/tider/<uuid:staff_id>/kalender", access=Staff("meeting:hours"), methods=("GET", "POST"), body=body_limit
)
def busy(staff_id: uuid.UUID) -> Response:
    """List the calendars elsewhere, and take in another one."""
    owner = hours_queries.caseworker(db(), actor(), staff_id)
    form = load_form(BusyForm)
    if form.validate_on_submit():
        try:
            done = _add(form, staff_id)
        except HoursRefused as refused:
            refuse(form, refused)
        except BusyRefused as refused:
            form.file.errors = [words(str(refused))]
        else:
            return _back(owner, done)
    return render(
        "meetings/staff/busy.html",
        422 if form.errors else 200,
        form=form,
        sources=[_shown(row) for row in queries.sources(db(), actor(), staff_id)],
        **whose(owner),
    )


@feature.route("/tider/kalender/<uuid:source_id>/ta-bort", access=Staff("meeting:hours"), methods=("POST",))
def remove_busy(source_id: uuid.UUID) -> Response:
    """Forget a calendar elsewhere and its times."""
    owner, _source = queries.source(db(), actor(), source_id)
    service.remove(db(), actor(), source_id=source_id)
    return _back(owner, _("Kalendern är borttagen, och dess tider räknas inte längre."))


def _add(form: BusyForm, staff_id: uuid.UUID) -> str:
    data = _content(form.file)
    close_db(None)  # a file may take seconds to read: nobody is to wait for the database meanwhile
    spans = service.read_busy(data) if data else ()
    with lasting() as session:
        if data:
            service.add_file(session, actor(), staff_id=staff_id, spans=spans)
            return _("Filen är läst. Dess upptagna tider går inte att boka.")
        service.add_address(session, actor(), staff_id=staff_id, url=form.url.data or "")
        return _("Kalendern är tillagd. Den hämtas inom några minuter.")


def _content(field: FileField) -> bytes:
    return field.data.stream.read(MAX_BYTES + 1) if field.data else b""


def _back(owner: Caseworker, confirmation: str) -> Response:
    flash(confirmation)
    return see_other(url_for("hours.busy", staff_id=owner.id))


def _shown(row: queries.SourceRow) -> dict[str, str]:
    count = ngettext("%(num)s upptagen tid", "%(num)s upptagna tider", row.count)
    at = _("hämtad %(at)s", at=format_moment(row.ok_at)) if row.ok_at else _("inte hämtad än")
    return {
        "title": _("Fil") if row.is_file else _("Kalender på en adress"),
        "meta": f"{count}, {at}",
        "error": words(row.error) if row.error else "",
        "remove_url": url_for("hours.remove_busy", source_id=row.id),
    }
