"""Helping along what did not get through to the back office."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, Supplement
from portal.assistance.queries.stuck import helped_by
from portal.core.actor import Actor, Side
from portal.core.errors import Forbidden, NotFound
from portal.people import queries as people
from portal.sync import service as outbox


def resend(session: Session, actor: Actor, *, outbox_id: uuid.UUID) -> str:
    """Put an application, or what was added to one, back into the queue to the back office; return its receipt number.

    :raises NotFound: the actor neither works on the case nor may send others' deliveries again.
    :raises Conflict: it is not stuck any more.
    """
    if actor.side is not Side.STAFF:
        raise Forbidden(reason="side")
    mine = helped_by(actor)
    sent = select(Application.receipt_no).where(Application.outbox_id == outbox_id, mine)
    added = (
        select(Supplement.receipt_no)
        .join(Application, Application.id == Supplement.application_id)
        .where(Supplement.outbox_id == outbox_id, mine)
    )
    number = session.scalars(sent.union_all(added), people.scope(actor)).one_or_none()
    if number is None:
        raise NotFound
    outbox.resend(session, actor, outbox_id, own=True)
    return number
