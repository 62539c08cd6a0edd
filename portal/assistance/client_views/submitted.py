"""A handed-in application: its receipt, where it is, what has happened, and what can still be done."""

from typing import Any

from flask import Response, url_for

from portal.assistance import after_words, queries, words
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, Handling
from portal.assistance.service.supplements import ADDED
from portal.core.i18n import _, format_day, format_time
from portal.files import queries as files
from portal.files.show import FileRow
from portal.files.show import rows as file_rows
from portal.people import queries as people
from portal.sync.rules import Delivery
from portal.web.db import db
from portal.web.page import render
from portal.web.routes import Feature, actor
from portal.web.words import capital, first_name

feature = Feature("assistance")


def page(view: ApplicationView) -> Response:
    """Show a handed-in application as one of its parties sees it."""
    found = queries.frozen(db(), view)
    happened = queries.happenings(db(), view)
    submitted = view.state is ApplicationState.SUBMITTED
    return render(
        "assistance/client/submitted.html",
        view=view,
        over=words.title(view.kind, view.period),
        heading=after_words.heading(view),
        outcome=after_words.outcome(view),
        sent_at=_sent_at(view),
        is_new=submitted and view.handling in {Handling.NONE, Handling.RECEIVED},
        taken_back="" if submitted else after_words.taken_back(view),
        files=found.files if found else 0,
        steps=list(after_words.track(view)) if submitted else [],
        asked=after_words.asked(view, happened),
        reasons=after_words.reasons(view, happened),
        history=after_words.timeline(view, happened),
        added=_added(view),
        write=writing(view),
        may_withdraw=submitted and view.party is Party.APPLICANT and view.handling is not Handling.DECIDED,
        may_add=submitted,
        may_save=found is not None,
    )


def _sent_at(view: ApplicationView) -> str:
    if view.submitted_at is None:
        return ""
    # Translators: a day and a time of day, for example "Torsdag 19 november 2026 kl. 11.48"
    return _("%(day)s kl. %(time)s", day=capital(format_day(view.submitted_at)), time=format_time(view.submitted_at))


def _added(view: ApplicationView) -> list[dict[str, Any]]:
    rows = queries.added(db(), actor(), view.id)
    sent = files.of_objects(db(), actor(), ADDED, [row.id for row in rows])
    return [_sent(row, file_rows(sent.get(row.id, ()))) for row in rows]


def _sent(row: queries.Added, sent: list[FileRow]) -> dict[str, Any]:
    return {
        "receipt": row.receipt_no,
        "at": after_words.moment(row.sent_at),
        "text": row.text,
        "files": sent,
        "state": {
            Delivery.PENDING: _("På väg till handläggarna"),
            Delivery.DELIVERED: _("Framme hos handläggarna"),
            Delivery.STUCK: _("Har fastnat på vägen. Vi ser det och hjälper till."),
        }[row.delivery],
    }


def writing(view: ApplicationView) -> dict[str, str]:
    """Return where to write to us and on what the button says: to the caseworker where it is clear who that is."""
    cases = people.cases(db(), actor())
    found = [case for case in cases if case.id == view.case_id] or (cases if len(cases) == 1 else [])
    if not found:
        return {"url": url_for("messages.overview"), "text": _("Skriv till oss")} if cases else {}
    name = first_name(found[0].caseworker)
    text = _("Skriv till %(name)s", name=name) if name else _("Skriv till oss")
    return {"url": url_for("messages.conversation", case_id=found[0].id), "text": text}
