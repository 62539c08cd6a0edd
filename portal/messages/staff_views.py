"""The staff's pages of messages: only of the cases they work on, and every reading is logged."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response, flash, request, url_for

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.i18n import _, format_moment, lazy
from portal.messages import fragments, queries, service, show
from portal.messages.forms import AnswerForm, empty_form
from portal.messages.rules import answer_due
from portal.web.access import Staff
from portal.web.db import db
from portal.web.forms import load_form
from portal.web.htmx import wants_fragment
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import capital, due_tag

TEMPLATE = "messages/staff/thread.html"

feature = Feature(
    "messages",
    nav=(NavItem("messages.staff_inbox", lazy("Meddelanden"), "message", Side.STAFF, 40, new=queries.unread_count),),
)


@feature.route("/meddelanden", access=Staff("message:read"))
def staff_inbox() -> Response:
    """Show the threads of the actor's cases, the unanswered first."""
    days = settings().answer_days
    rows = [
        {
            "url": url_for("messages.staff_conversation", case_id=row.case_id),
            "row": row,
            "latest": capital(format_moment(row.last_at)) if row.last_at else _("Inget skrivet än"),
            "due": due_tag(answer_due(row.unanswered_since, days)) if row.unanswered_since else None,
        }
        for row in queries.threads(db(), actor())
    ]
    return render("messages/staff/inbox.html", rows=rows)


@feature.route("/meddelanden/<uuid:case_id>", access=Staff("message:read", reads="messages"))
def staff_conversation(case_id: uuid.UUID) -> Response:
    """Show a thread, log that it was read, and note it for the client."""
    before = request.args.get("fore", type=uuid.UUID)
    found = queries.conversation(db(), actor(), case_id)
    page = queries.messages(db(), actor(), found.thread_id, before=before)
    _log_read(found)
    if before is not None and wants_fragment():
        return fragments.older(TEMPLATE, **_shown(found, page))
    theirs = [row.sent_at for row in page.rows if row.side is Side.CLIENT]
    if theirs and not (found.staff_read_at and found.staff_read_at >= theirs[-1]):
        service.mark_read(db(), actor(), case_id, until=theirs[-1])
    form = load_form(AnswerForm)
    return render(TEMPLATE, form=form, is_older=before is not None, **_shown(found, page))


@feature.route("/meddelanden/<uuid:case_id>", access=Staff("message:write"), methods=("POST",))
def answer(case_id: uuid.UUID) -> Response:
    """Send an answer to the client."""
    form = AnswerForm()
    found = queries.conversation(db(), actor(), case_id)
    if not form.validate():
        return _again(found, form)
    message = service.answer(
        db(), actor(), case_id=case_id, text=form.text.data or "", submission=form.submission.data or ""
    )
    confirmation = _("Skickat. Kvittens %(number)s", number=message.receipt_no)
    if not wants_fragment():
        flash(confirmation)
        here = url_for("messages.staff_conversation", case_id=case_id, _anchor="svara")
        return see_other(here)
    page = queries.MessagePage((show.row_of(message, actor().name),), None)
    return fragments.sent(TEMPLATE, confirmation, form=empty_form(AnswerForm), **_shown(found, page, found.last_at))


def _again(found: queries.Conversation, form: AnswerForm) -> Response:
    if wants_fragment():
        return fragments.refused(TEMPLATE, form=form, **_shown(found, queries.MessagePage((), None)))
    _log_read(found)
    page = queries.messages(db(), actor(), found.thread_id)
    return render(TEMPLATE, 422, form=form, **_shown(found, page))


def _log_read(found: queries.Conversation) -> None:
    audit.record_read(db(), actor(), found.case.person_id, "messages", object_id=found.case.id, reason="message")


def _shown(found: queries.Conversation, page: queries.MessagePage, after: datetime | None = None) -> dict[str, Any]:
    client = queries.client_name(db(), actor(), found.case.person_id)
    since = found.unanswered_since
    case_id = found.case.id
    return {
        "case": found.case,
        "client": client,
        "action": url_for("messages.answer", case_id=case_id),
        "bubbles": list(show.bubbles(actor(), found, page.rows, client_name=client.shown, after=after)),
        "older_url": url_for("messages.staff_conversation", case_id=case_id, fore=page.older) if page.older else "",
        "latest_url": url_for("messages.staff_conversation", case_id=case_id),
        "due": due_tag(answer_due(since, settings().answer_days)) if since else None,
        "may_write": "message:write" in actor().permissions,
    }
