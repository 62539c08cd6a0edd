"""Helping along what did not get through to the back office."""

import uuid
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, Supplement
from portal.assistance.queries.stuck import helped_by
from portal.core.actor import Actor, Side
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.people import queries as people
from portal.sync import service as outbox
from portal.sync.rules import Delivery


def resend(session: Session, actor: Actor, *, outbox_id: uuid.UUID) -> str:
    """Put an application, or what was added to one, back into the queue to the back office; return its receipt number.

    :raises NotFound: the actor neither works on the case nor may send others' deliveries again.
    :raises Conflict: it is not stuck any more.
    """
    if actor.side is not Side.STAFF:
        raise Forbidden(reason="side")
    row = _held(session, actor, outbox_id)
    if row.delivery is not Delivery.STUCK or row.receipt_no is None:
        raise Conflict(reason="not_stuck")
    # Whoever works on the case may help its own deliveries along; the outbox itself knows no cases.
    helper = replace(actor, permissions=actor.permissions | {outbox.RESEND})
    outbox.resend(session, helper, outbox_id)
    return row.receipt_no


def _held(session: Session, actor: Actor, outbox_id: uuid.UUID) -> Application | Supplement:
    mine, scope = helped_by(actor), people.scope(actor)
    sent = select(Application).where(Application.outbox_id == outbox_id, mine).with_for_update()
    added = (
        select(Supplement)
        .join(Application, Application.id == Supplement.application_id)
        .where(Supplement.outbox_id == outbox_id, mine)
        .with_for_update(of=Supplement)
    )
    found = session.scalars(sent, scope).one_or_none() or session.scalars(added, scope).one_or_none()
    if found is None:
        raise NotFound
    return found
