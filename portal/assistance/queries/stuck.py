"""What of applications did not get through to the back office, for whoever can send it again."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from portal.assistance.models import Application, Supplement
from portal.core.actor import Actor, Side
from portal.people import queries as people
from portal.people.models import Case
from portal.sync import service as outbox
from portal.sync.rules import Delivery


@dataclass(frozen=True, slots=True)
class StuckRow:
    """An application, or what was added to one, that did not get through; names nobody."""

    outbox_id: uuid.UUID
    receipt_no: str
    sent_at: datetime


def helped_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Application`` that holds for those an actor may send again.

    All of them with the permission ``delivery:resend``; else those of the actor's own cases, and where no case is known
    yet those of the actor's own clients. Executed with ``people.scope``.
    """
    if outbox.RESEND in actor.permissions:
        return true()
    mine = people.reachable(Side.STAFF)
    no_case = and_(Application.case_id.is_(None), Application.person_id.in_(select(Case.person_id).where(mine)))
    return or_(Application.case_id.in_(select(Case.id).where(mine)), no_case)


def stuck(session: Session, actor: Actor) -> list[StuckRow]:
    """Return what did not get through, the oldest first; to a client nothing."""
    if actor.side is not Side.STAFF:
        return []
    mine = helped_by(actor)
    sent = select(Application.outbox_id, Application.receipt_no, Application.submitted_at)
    added = select(Supplement.outbox_id, Supplement.receipt_no, Supplement.sent_at)
    both = sent.where(Application.delivery == Delivery.STUCK, mine).union_all(
        added.join(Application, Application.id == Supplement.application_id).where(
            Supplement.delivery == Delivery.STUCK, mine
        )
    )
    rows = [
        StuckRow(outbox_id, receipt_no, sent_at)
        for outbox_id, receipt_no, sent_at in session.execute(both, people.scope(actor))
        if outbox_id is not None and receipt_no is not None and sent_at is not None
    ]
    return sorted(rows, key=lambda row: row.sent_at)
