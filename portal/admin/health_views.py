"""The health page: what a system manager must know today, and can mend with a button."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response, flash, url_for

from portal.admin import queries
from portal.admin.rules import CONFLICT_DAYS, queue_is_well, worker_is_well
from portal.assistance import queries as applications
from portal.assistance.service import resending
from portal.core.actor import Side
from portal.core.i18n import _, current_locale, format_moment, lazy, ngettext
from portal.identity.http import federation
from portal.messages import queries as messages
from portal.messages import service as message_service
from portal.sync import queries as sync
from portal.sync import service as outbox
from portal.sync.contract import Kind
from portal.web.access import Staff
from portal.web.db import db
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor

health = Feature("health", nav=(NavItem("health.overview", lazy("Drift"), "ok", Side.STAFF, 50),))

# What has no list of its own: messages and applications have.
_OTHERS = {
    Kind.MEETING: lazy("Ett möte"),
    Kind.MEETING_PROPOSAL: lazy("Ett förslag om ett möte"),
    # Translators: something that is written about a client
    Kind.NOTE: lazy("En anteckning"),
    # Translators: what a client has said about something written, with its answers
    Kind.REMARK: lazy("En synpunkt"),
}
_SIDES = {Side.CLIENT: lazy("Klienter"), Side.STAFF: lazy("Personal")}


@health.route("/drift", access=Staff("health:view"))
def overview() -> Response:
    """Show how deliveries, the back office, the worker and sign-in are."""
    return render(
        "admin/staff/health.html",
        checks=[_deliveries(), _worker(), _back_office()],
        stuck=[
            _stuck(row.receipt_no, row.sent_at, url_for("health.resend", message_id=row.message_id))
            for row in messages.stuck(db(), actor())
        ],
        stuck_applications=[
            _stuck(row.receipt_no, row.sent_at, url_for("health.resend_application", outbox_id=row.outbox_id))
            for row in applications.stuck(db(), actor())
        ],
        stuck_others=[
            {
                "text": _("%(what)s, skickat %(at)s.", what=_OTHERS[row.kind], at=format_moment(row.since)),
                "number": f"{_OTHERS[row.kind]}, {format_moment(row.since)}",
                "url": url_for("health.resend_other", outbox_id=row.id),
            }
            for row in sync.stuck(db(), _OTHERS)
        ],
        conflicts=[
            _("%(at)s, referens %(reference)s", at=format_moment(row.at), reference=row.reference)
            for row in queries.number_conflicts(db(), actor(), within_days=CONFLICT_DAYS)
        ],
        providers=_providers(),
    )


@health.route("/drift/skicka-igen/<uuid:message_id>", access=Staff("delivery:resend"), methods=("POST",))
def resend(message_id: uuid.UUID) -> Response:
    """Put a message that got stuck back into the queue."""
    message = message_service.resend(db(), actor(), message_id=message_id)
    flash(_("Skickas igen. Kvittens %(number)s", number=message.receipt_no))
    return see_other(url_for("health.overview"))


@health.route("/drift/skicka-igen/ansokan/<uuid:outbox_id>", access=Staff("delivery:resend"), methods=("POST",))
def resend_application(outbox_id: uuid.UUID) -> Response:
    """Put an application that got stuck back into the queue."""
    number = resending.resend(db(), actor(), outbox_id=outbox_id)
    flash(_("Skickas igen. Kvittens %(number)s", number=number))
    return see_other(url_for("health.overview"))


@health.route("/drift/skicka-igen/annat/<uuid:outbox_id>", access=Staff("delivery:resend"), methods=("POST",))
def resend_other(outbox_id: uuid.UUID) -> Response:
    """Put anything else that got stuck back into the queue."""
    outbox.resend(db(), actor(), outbox_id)
    flash(_("Skickas igen."))
    return see_other(url_for("health.overview"))


def _check(name: str, well: bool, text: str) -> dict[str, Any]:
    return {"name": name, "well": well, "text": text}


def _deliveries() -> dict[str, Any]:
    state = sync.queue_state(db())
    waiting = ngettext("%(num)s väntar", "%(num)s väntar", state.pending)
    stuck = ngettext("%(num)s har fastnat", "%(num)s har fastnat", state.stuck)
    text = _("%(waiting)s, %(stuck)s.", waiting=waiting, stuck=stuck)
    if state.oldest_age_seconds >= 60:
        minutes = int(state.oldest_age_seconds // 60)
        oldest = ngettext("Det äldsta har väntat i %(num)s minut.", "Det äldsta har väntat i %(num)s minuter.", minutes)
        text = f"{text} {oldest}"
    return _check(_("Leveranser"), queue_is_well(state.stuck, state.oldest_age_seconds), text)


def _worker() -> dict[str, Any]:
    seen = sync.worker_seen_seconds(db())
    if seen is None:
        text = _("Har aldrig kört. Starta den med kommandot portal worker.")
    else:
        text = ngettext("Sågs för %(num)s sekund sedan.", "Sågs för %(num)s sekunder sedan.", int(seen))
    return _check(_("Bakgrundsprocessen"), worker_is_well(seen), text)


def _back_office() -> dict[str, Any]:
    found = sync.freshness(db())
    last = found.last_ok_at
    text = _("Hämtat %(at)s.", at=format_moment(last)) if last else _("Har aldrig hämtats.")
    stopped = found.failed + found.waiting
    if stopped:
        held = ngettext("%(num)s ändring kunde inte läsas in.", "%(num)s ändringar kunde inte läsas in.", stopped)
        text = f"{text} {held}"
    if found.last_error:
        text = _("%(text)s Senaste försöket misslyckades: %(code)s.", text=text, code=found.last_error)
    return _check(_("Verksamhetssystemet"), found.well, text)


def _stuck(number: str, sent_at: datetime, url: str) -> dict[str, str]:
    text = _("Kvittens %(number)s, skickat %(at)s.", number=number, at=format_moment(sent_at))
    return {"text": text, "number": number, "url": url}


def _providers() -> list[tuple[str, list[str]]]:
    locale = current_locale()
    return [
        (
            str(label),
            [
                idp.display_names.get(locale) or idp.display_names.get("sv") or idp.entity_id
                for idp in federation().providers[side]
            ],
        )
        for side, label in _SIDES.items()
    ]
