"""What of applications did not get through to the back office, for whoever can send it again."""

from sqlalchemy import ColumnElement, and_, literal, or_, select, true
from sqlalchemy.orm import Session

from portal.assistance.models import Application, Supplement
from portal.core.actor import Actor, Side
from portal.people import queries as people
from portal.people.models import Case
from portal.sync.contract import Kind
from portal.sync.queries import StuckDelivery
from portal.sync.rules import RESEND, Delivery


def helped_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Application`` that holds for those an actor may send again.

    All of them with the permission ``delivery:resend``; else those of the actor's own cases, and where no case is known
    yet those of the actor's own clients. Executed with ``people.scope``.
    """
    if RESEND in actor.permissions:
        return true()
    mine = people.reachable(Side.STAFF)
    no_case = and_(Application.case_id.is_(None), Application.person_id.in_(select(Case.person_id).where(mine)))
    return or_(Application.case_id.in_(select(Case.id).where(mine)), no_case)


def stuck(session: Session, actor: Actor) -> list[StuckDelivery]:
    """Return what did not get through, the oldest first; to a client nothing."""
    if actor.side is not Side.STAFF:
        return []
    mine = helped_by(actor)
    application, supplement = literal(Kind.APPLICATION.value), literal(Kind.APPLICATION_SUPPLEMENT.value)
    sent = select(Application.outbox_id, application, Application.submitted_at, Application.receipt_no)
    added = select(Supplement.outbox_id, supplement, Supplement.sent_at, Supplement.receipt_no)
    both = sent.where(Application.delivery == Delivery.STUCK, mine).union_all(
        added.join(Application, Application.id == Supplement.application_id).where(
            Supplement.delivery == Delivery.STUCK, mine
        )
    )
    rows = [
        StuckDelivery(outbox_id, Kind(kind), at, receipt_no)
        for outbox_id, kind, at, receipt_no in session.execute(both, people.scope(actor))
        if outbox_id is not None and at is not None
    ]
    return sorted(rows, key=lambda row: row.since)
