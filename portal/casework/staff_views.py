"""The staff's pages: the work queue, the list of clients, and a client's page."""

import uuid
from typing import Any

from flask import Response, flash, url_for

from portal.assistance import queries as applications
from portal.assistance.service import resending
from portal.audit import service as audit
from portal.casework import queries
from portal.casework.rules import is_silent, written_number
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import STOCKHOLM, _, format_day, format_moment, lazy, ngettext, today
from portal.meetings.queries import agenda, proposals
from portal.messages import queries as messages
from portal.messages import service as message_service
from portal.people import queries as people
from portal.people.rules import Protection
from portal.records import queries as records
from portal.records.staff_show import STEPS
from portal.sync import queries as sync
from portal.sync.contract import Kind
from portal.sync.show import StuckList, sent_again, stuck_lists
from portal.web.access import Staff
from portal.web.db import db
from portal.web.page import new_count, render, see_other, settings
from portal.web.routes import Feature, NavItem, actor
from portal.web.words import capital, due_tag

# Two names below one package: the menu marks the entry whose name the page has.
queue = Feature(
    "casework",
    nav=(NavItem("casework.work", lazy("Arbetskö"), "queue", Side.STAFF, 10, new=messages.unanswered_count),),
)
clients = Feature("clients", nav=(NavItem("clients.mine", lazy("Mina klienter"), "people", Side.STAFF, 20),))

_SENDERS = {
    Kind.CASE_MESSAGE: message_service.resend,
    Kind.APPLICATION: resending.resend,
    Kind.APPLICATION_SUPPLEMENT: resending.resend,
}


@queue.route("/arbetsko", access=Staff("queue:view"))
def work() -> Response:
    """Show what waits for the actor, the one that is due first at the top, and what did not get through."""
    rows = [_queue_row(row) for row in messages.unanswered(db(), actor(), answer_days=settings().answer_days)]
    rows += _proposed()
    rows += _remarked()
    return render(
        "casework/staff/queue.html",
        day=capital(format_day(today())),
        rows=sorted(rows, key=lambda row: row["sort"]),
        conflicts=new_count(agenda.conflict_count),
        stuck=_stuck(),
        fresh=_fresh(sync.freshness(db())),
    )


def _fresh(found: sync.Freshness) -> dict[str, str]:
    """Return how fresh the queue is, with a warning when the back office is silent or holds something up."""
    last = found.last_ok_at
    at = _("Uppdaterat %(at)s.", at=format_moment(last)) if last else _("Inte uppdaterat än.")
    if is_silent(last, now()):
        return {
            "text": at,
            "warning": _("Verksamhetssystemet svarar inte. Det som skickas sparas och går iväg senare."),
        }
    stopped = found.failed + found.waiting
    if stopped:
        warning = ngettext(
            "%(num)s ändring från verksamhetssystemet kunde inte läsas in. Förvaltningen ser den.",
            "%(num)s ändringar från verksamhetssystemet kunde inte läsas in. Förvaltningen ser dem.",
            stopped,
        )
        return {"text": at, "warning": warning}
    return {"text": _("%(at)s Verksamhetssystemet svarar.", at=at), "warning": ""}


def _queue_row(row: messages.UnansweredRow) -> dict[str, Any]:
    return {
        "sort": row.due,
        "what": _("Meddelande"),
        "due": due_tag(row.due),
        "client": row.client,
        "came": format_moment(row.since),
        "url": url_for("messages.staff_conversation", case_id=row.case_id),
        "client_url": url_for("clients.page", person_id=row.client.person_id),
    }


def _proposed() -> list[dict[str, Any]]:
    """Return the proposals of meetings that wait for the actor."""
    rows = [row for row in proposals.waiting(db(), actor()) if row.waits_for(Side.STAFF)]
    names = messages.client_names(db(), actor())
    return [
        {
            "sort": row.expires_at.astimezone(STOCKHOLM).date(),
            "what": _("Förslag på möte"),
            "due": due_tag(row.expires_at.astimezone(STOCKHOLM).date()),
            "client": names[row.person_id],
            "came": format_moment(row.latest.at),
            "url": url_for("proposals.proposal", proposal_id=row.id),
            "client_url": url_for("clients.page", person_id=row.person_id),
        }
        for row in rows
        if row.person_id in names
    ]


def _remarked() -> list[dict[str, Any]]:
    """Return what clients have said of their documentation and nobody has answered."""
    return [
        {
            "sort": row.due_on,
            # Translators: something that a client has said of what is written in their file
            "what": _("Synpunkt"),
            "due": due_tag(row.due_on),
            "mark": STEPS[row.step] if row.step else None,
            "client": messages.ClientName(row.person_id, row.client, row.protected),
            "came": format_moment(row.made_at),
            "url": url_for("remarks.remark", remark_id=row.id),
            "client_url": url_for("clients.page", person_id=row.person_id),
        }
        for row in records.waiting(db(), actor())
    ]


def _stuck() -> list[StuckList]:
    found = (*messages.stuck(db(), actor()), *applications.stuck(db(), actor()))
    return stuck_lists(found, lambda outbox_id: url_for("casework.resend", outbox_id=outbox_id))


@queue.route("/arbetsko/skicka-igen/<uuid:outbox_id>", access=Staff("queue:view"), methods=("POST",))
def resend(outbox_id: uuid.UUID) -> Response:
    """Put something that got stuck back into the queue; the feature that has sent it decides whose it may be."""
    kind = sync.kind_of(db(), outbox_id)
    if kind is None or kind not in _SENDERS:
        raise NotFound
    flash(sent_again(_SENDERS[kind](db(), actor(), outbox_id=outbox_id)))
    return see_other(url_for("casework.work"))


@clients.route("/klienter", access=Staff("client:view"))
def mine() -> Response:
    """List the clients whose cases the actor works on."""
    return render("casework/staff/clients.html", rows=queries.clients(db(), actor()))


@clients.route("/klienter/<uuid:person_id>", access=Staff("client:view", reads="client"))
def page(person_id: uuid.UUID) -> Response:
    """Show a client's page and log that it was opened."""
    person = people.client(db(), actor(), person_id)
    cases = queries.cases_of(db(), actor(), person_id)
    audit.record_read(db(), actor(), person_id, "client", object_id=cases[0].id, reason="case")
    protected = person.protection is not Protection.NONE
    days = settings().answer_days
    waiting = [row for row in messages.unanswered(db(), actor(), answer_days=days) if row.client.person_id == person_id]
    return render(
        "casework/staff/client.html",
        name=people.shown_name(person.id, person.given_name, person.surname, person.protection),
        number="" if protected else written_number(person.identity_number),
        protected=protected,
        cases=cases,
        waiting=[_queue_row(row) for row in waiting],
        remarked=[row for row in _remarked() if row["client"].person_id == person_id],
        written=[(url_for("documentation.case", case_id=case.id), case.title) for case in cases],
        invites=[(url_for("proposals.invite", case_id=case.id), case.title) for case in cases],
    )
