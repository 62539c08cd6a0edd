"""The health page: what a system manager must know today, and can mend with a button."""

import uuid
from dataclasses import replace
from typing import Any

from flask import Response, flash, url_for

from portal.admin import queries
from portal.admin.rules import CONFLICT_DAYS, queue_is_well, worker_is_well
from portal.assistance import queries as applications
from portal.core.actor import Side
from portal.core.i18n import _, current_locale, format_moment, lazy, ngettext
from portal.identity.http import federation
from portal.messages import queries as messages
from portal.sync import queries as sync
from portal.sync import service as outbox
from portal.sync.show import sent_again, stuck_lists
from portal.web.access import Staff
from portal.web.db import db
from portal.web.page import render, see_other
from portal.web.routes import Feature, NavItem, actor

health = Feature("health", nav=(NavItem("health.overview", lazy("Drift"), "ok", Side.STAFF, 50),))

_SIDES = {Side.CLIENT: lazy("Klienter"), Side.STAFF: lazy("Personal")}


@health.route("/drift", access=Staff("health:view"))
def overview() -> Response:
    """Show how deliveries, the back office, the worker and sign-in are."""
    return render(
        "admin/staff/health.html",
        checks=[_deliveries(), _worker(), _back_office()],
        stuck=stuck_lists(_stuck(), lambda outbox_id: url_for("health.resend", outbox_id=outbox_id)),
        conflicts=[
            _("%(at)s, referens %(reference)s", at=format_moment(row.at), reference=row.reference)
            for row in queries.number_conflicts(db(), actor(), within_days=CONFLICT_DAYS)
        ],
        providers=_providers(),
    )


@health.route("/drift/skicka-igen/<uuid:outbox_id>", access=Staff("delivery:resend"), methods=("POST",))
def resend(outbox_id: uuid.UUID) -> Response:
    """Put something that got stuck back into the queue."""
    number = next((one.receipt_no for one in _stuck() if one.id == outbox_id), None)
    outbox.resend(db(), actor(), outbox_id)
    flash(sent_again(number))
    return see_other(url_for("health.overview"))


def _stuck() -> list[sync.StuckDelivery]:
    """Return all that the outbox says is stuck, with the numbers of what bears one.

    Not what the features say: an older version of something may be stuck, too, and it holds up what comes after it.
    """
    numbered = (*messages.stuck(db(), actor()), *applications.stuck(db(), actor()))
    numbers = {one.id: one.receipt_no for one in numbered}
    return [replace(one, receipt_no=numbers.get(one.id)) for one in sync.stuck(db(), actor())]


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
