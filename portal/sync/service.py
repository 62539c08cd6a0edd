"""The outbox: put in, take out to send, settle, and send again; every step in the caller's transaction."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import insert_into, writing
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.ids import new_id
from portal.core.retry import RetryPolicy, jitter
from portal.sync.contract import Delivered, OutboundMessage, Receipt, Resent, Stuck
from portal.sync.models import UNDELIVERED, OutboxLane, OutboxMessage
from portal.sync.rules import OUTBOX_POLICY, RESEND, MessageState, move


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that one worker holds until its lease runs out; ``attempt`` is counted from 1.

    From the second attempt on the message may have been written, so the back office is asked before it is sent.
    """

    message: OutboundMessage
    attempt: int

    @property
    def ask_first(self) -> bool:
        """Tell whether an earlier attempt was made."""
        return self.attempt > 1


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed: for good, or worth another."""

    code: str
    permanent: bool = False


def enqueue(
    session: Session,
    kind: str,
    lane: uuid.UUID,
    payload: dict[str, Any],
    *,
    message_id: uuid.UUID | None = None,
    files: Sequence[str] = (),
) -> uuid.UUID:
    """Put a message into a person's lane, in the transaction of what it tells, and return its id.

    ``files`` are the checksums of what the payload names: each is put into the back office before the message goes.
    Messages of a lane are numbered in the order of their commits: the lane's row is locked until then.
    """
    session.flush()  # the person may be new in this very transaction
    numbered = insert_into(session, OutboxLane).values(person_id=lane, last_seq=1)
    numbered = numbered.on_conflict_do_update(index_elements=["person_id"], set_={"last_seq": OutboxLane.last_seq + 1})
    seq = session.execute(numbered.returning(OutboxLane.last_seq)).scalar_one()
    found = message_id or new_id()
    held = sorted(set(files)) or None
    session.add(OutboxMessage(id=found, lane_id=lane, seq=seq, kind=str(kind), payload=payload, files=held))
    session.flush()
    return found


def claim(sessions: sessionmaker[Session], worker: str, limit: int, lease: timedelta) -> list[Claim]:
    """Take messages that are due, at most one of each lane: the first that isn't delivered.

    Several workers never take the same one: PostgreSQL skips rows that another has locked, SQLite has one writer.
    A message whose lease has run out, for its worker died, is taken again.
    """
    with sessions() as session:
        # Looking takes no write lock: an idle worker must not hold up those who write.
        if not session.scalars(_due().limit(1)).first():
            return []
    with writing(sessions) as session:
        ids = session.scalars(_due().limit(limit).with_for_update(skip_locked=True)).all()
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id)).all()
        for row in rows:
            row.state = move(row.state, MessageState.SENDING)
            row.attempts += 1
            # Each file may take as long as the message itself.
            row.leased_by, row.leased_until = worker, now() + lease * (1 + len(row.files or ()))
        return [Claim(_message(row), row.attempts) for row in rows]


def _message(row: OutboxMessage) -> OutboundMessage:
    return OutboundMessage(row.id, row.kind, row.lane_id, row.payload, tuple(row.files or ()))


def _due() -> Any:
    earlier = aliased(OutboxMessage)
    # Earlier than all of the lane's undelivered ones; also a stuck one holds the lane.
    blocked = (
        select(earlier.id)
        .where(
            earlier.lane_id == OutboxMessage.lane_id,
            earlier.seq < OutboxMessage.seq,
            earlier.state != MessageState.DELIVERED,
        )
        .exists()
    )
    moment = now()
    return (
        select(OutboxMessage.id)
        .where(
            UNDELIVERED,
            or_(
                (OutboxMessage.state == MessageState.PENDING) & (OutboxMessage.next_attempt_at <= moment),
                (OutboxMessage.state == MessageState.SENDING) & (OutboxMessage.leased_until <= moment),
            ),
            ~blocked,
        )
        .order_by(OutboxMessage.id)
    )


def settle(
    session: Session, held: Claim, result: Receipt | Failure, *, policy: RetryPolicy = OUTBOX_POLICY
) -> MessageState | None:
    """Write what became of an attempt and return the new state, or None when another worker has taken it over.

    Publishes ``Delivered`` or ``Stuck`` in the same transaction.
    """
    row = session.scalars(
        select(OutboxMessage)
        .where(
            OutboxMessage.id == held.message.id,
            OutboxMessage.state == MessageState.SENDING,
            OutboxMessage.attempts == held.attempt,  # a later attempt is another worker's
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    row.leased_by = row.leased_until = None
    if isinstance(result, Receipt):
        _deliver(session, row, result)
    else:
        _fail(session, row, result, policy)
    session.flush()
    return row.state


def _deliver(session: Session, row: OutboxMessage, receipt: Receipt) -> None:
    row.state = move(row.state, MessageState.DELIVERED)
    row.receipt_no, row.delivered_at, row.last_error = receipt.number, receipt.received_at, ""
    session.flush()
    events.publish(session, _delivered(row, receipt))


def _delivered(row: OutboxMessage, receipt: Receipt) -> Delivered:
    return Delivered(row.id, row.kind, row.lane_id, receipt.number, receipt.received_at, tuple(row.files or ()))


def _fail(session: Session, row: OutboxMessage, failure: Failure, policy: RetryPolicy) -> None:
    row.last_error = failure.code
    attempt = row.attempts - row.attempts_before
    if failure.permanent or policy.exhausted(attempt):
        row.state = move(row.state, MessageState.STUCK)
        session.flush()
        events.publish(session, Stuck(row.id, row.kind, row.lane_id, failure.code, now()))
        return
    row.state = move(row.state, MessageState.PENDING)
    row.next_attempt_at = now() + policy.delay(attempt, jitter())


def resend(session: Session, actor: Actor, message_id: uuid.UUID, *, own: bool = False) -> None:
    """Let a stuck message be sent again, by someone with the permission ``delivery:resend``; publishes ``Resent``.

    Whoever works on a case may help its own messages along: the outbox knows no cases, so that the caller has checked
    what it calls the actor's ``own``.

    :raises Forbidden: without the permission. :raises NotFound: for an unknown id.
    :raises Conflict: when the message isn't stuck.
    """
    if not own and RESEND not in actor.permissions:
        raise Forbidden(reason="resend")
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.state is not MessageState.STUCK:
        raise Conflict(reason="not_stuck")
    row.state = move(row.state, MessageState.PENDING)
    row.attempts_before, row.next_attempt_at = row.attempts, now()
    audit.record(session, "outbox.resent", actor=actor, subject_id=row.lane_id, object_id=row.id)
    events.publish(session, Resent(row.id, row.kind))
    session.flush()
