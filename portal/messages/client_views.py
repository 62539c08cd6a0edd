"""The client's pages of messages."""

import uuid
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, request, url_for

from portal.core.actor import Side
from portal.core.i18n import _, format_moment, lazy
from portal.messages import fragments, queries, service, show
from portal.messages.forms import MessageForm, empty_form
from portal.people import queries as people
from portal.web.access import Client
from portal.web.db import aside, close_db, db
from portal.web.forms import load_form
from portal.web.htmx import wants_fragment
from portal.web.page import render, see_other, settings
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import capital, first_name

TEMPLATE = "messages/client/thread.html"

feature = Feature(
    "messages",
    nav=(NavItem("messages.inbox", lazy("Meddelanden"), "message", Side.CLIENT, 50, new=queries.unread_count),),
)


@feature.route("/meddelanden", access=Client())
def inbox() -> Response:
    """Show the client's threads; with one case, its thread at once."""
    rows = queries.threads(db(), actor())
    if len(rows) == 1:
        only = url_for("messages.conversation", case_id=rows[0].case_id)
        return redirect(only)  # type: ignore[return-value]  # werkzeug's Response, made ours by Flask
    latest = {
        row.case_id: capital(format_moment(row.last_at)) if row.last_at else _("Inget skrivet än") for row in rows
    }
    return render("messages/client/inbox.html", rows=rows, latest=latest)


@feature.route("/meddelanden/<uuid:case_id>", access=Client())
def conversation(case_id: uuid.UUID) -> Response:
    """Show the thread of a case, its latest messages or those before one of them, and note that it was read."""
    before = request.args.get("fore", type=uuid.UUID)
    found = queries.conversation(db(), actor(), case_id)
    page = queries.messages(db(), actor(), found.thread_id, before=before)
    if before is not None and wants_fragment():
        return fragments.older(TEMPLATE, **_shown(found, page))
    others = _others(case_id)
    _mark_read(found, page)
    form = load_form(MessageForm)
    return render(TEMPLATE, form=form, others=others, is_older=before is not None, **_shown(found, page))


@feature.route("/meddelanden/<uuid:case_id>", access=Client(), methods=("POST",))
def send(case_id: uuid.UUID) -> Response:
    """Send a message; without htmx the page is shown anew, with it only what changed."""
    form = MessageForm()
    found = queries.conversation(db(), actor(), case_id)
    if not form.validate():
        return _again(found, form)
    message = service.write(
        db(), actor(), case_id=case_id, text=form.text.data or "", submission=form.submission.data or ""
    )
    confirmation = _("Skickat. Kvittens %(number)s", number=message.receipt_no)
    if not wants_fragment():
        flash(confirmation)
        here = url_for("messages.conversation", case_id=case_id, _anchor="svara")
        return see_other(here)
    page = queries.MessagePage((show.row_of(message, ""),), None)
    return fragments.sent(TEMPLATE, confirmation, form=empty_form(MessageForm), **_shown(found, page, found.last_at))


def _again(found: queries.Conversation, form: MessageForm) -> Response:
    if wants_fragment():
        return fragments.refused(TEMPLATE, form=form, **_shown(found, queries.MessagePage((), None)))
    page = queries.messages(db(), actor(), found.thread_id)
    others = _others(found.case.id)
    return render(TEMPLATE, 422, form=form, others=others, **_shown(found, page))


def _others(case_id: uuid.UUID) -> list[people.CaseView]:
    return [case for case in people.cases(db(), actor()) if case.id != case_id]


def _shown(found: queries.Conversation, page: queries.MessagePage, after: datetime | None = None) -> dict[str, Any]:
    name = found.case.caseworker
    return {
        "case": found.case,
        "action": url_for("messages.send", case_id=found.case.id),
        "name": first_name(name),
        "bubbles": list(show.bubbles(actor(), found, page.rows, after=after)),
        "older_url": url_for("messages.conversation", case_id=found.case.id, fore=page.older) if page.older else "",
        "latest_url": url_for("messages.conversation", case_id=found.case.id),
        "answer_days": settings().answer_days,
    }


def _mark_read(found: queries.Conversation, page: queries.MessagePage) -> None:
    """Note what was read, beside the page; its own view of the database ends here, so that the menu is up to date."""
    theirs = [row.sent_at for row in page.rows if row.side is Side.STAFF]
    if not theirs or (found.client_read_at and found.client_read_at >= theirs[-1]):
        return
    close_db(None)
    with aside() as session:
        service.mark_read(session, actor(), found.case.id, until=theirs[-1])
