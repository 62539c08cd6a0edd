"""How the synchronisation is: what waits, what is stuck, how fresh the inbox is, whether a worker lives; and links."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.db import plain_rows
from portal.sync.contract.base import Kind
from portal.sync.models import UNDELIVERED, UNSETTLED, ExternalLink, InboxChange, InboxCursor, OutboxMessage, WorkerBeat
from portal.sync.rules import RESEND, MessageState, Outcome

SOURCE = "backoffice"


@dataclass(frozen=True, slots=True)
class QueueState:
    """The outbox: ``pending`` counts all that is under way, ``stuck`` what needs a person; age in seconds."""

    pending: int
    stuck: int
    oldest_age_seconds: float


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where one message is."""

    state: MessageState
    receipt_no: str | None
    delivered_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class StuckDelivery:
    """A message that needs a person's help to get through; names nobody. ``receipt_no`` is ours, where it has one."""

    id: uuid.UUID
    kind: Kind
    since: datetime
    receipt_no: str | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the inbox is: the last attempt, the last success, the last error's code, and changes not applied."""

    fetched_at: datetime | None
    last_ok_at: datetime | None
    last_error: str
    failed: int
    waiting: int

    @property
    def well(self) -> bool:
        """Tell whether the last attempt succeeded and nothing is held up."""
        return self.last_ok_at is not None and not (self.last_error or self.failed or self.waiting)


def queue_state(session: Session) -> QueueState:
    """Return what waits in the outbox."""
    rows = session.execute(
        select(OutboxMessage.state, func.count(), func.min(OutboxMessage.created_at))
        .where(UNDELIVERED)
        .group_by(OutboxMessage.state)
    ).all()
    counts = {state: count for state, count, _ in rows}
    stuck = counts.pop(MessageState.STUCK, 0)
    oldest = min((first for _, _, first in rows), default=None)
    age = 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())
    return QueueState(sum(counts.values()), stuck, age)


def delivery_of(session: Session, message_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Delivery]:
    """Return where messages are, by id; unknown ids are left out. The caller has checked who may know of them."""
    rows = session.execute(
        select(
            OutboxMessage.id,
            OutboxMessage.state,
            OutboxMessage.receipt_no,
            OutboxMessage.delivered_at,
            OutboxMessage.last_error,
        ).where(OutboxMessage.id.in_(message_ids))
    )
    return {row.id: Delivery(row.state, row.receipt_no, row.delivered_at, row.last_error) for row in rows}


def stuck(session: Session, actor: Actor) -> list[StuckDelivery]:
    """Return all that got stuck, the oldest first, to whoever may send it again (``delivery:resend``); else nothing.

    It knows no receipt numbers: those stand with what was sent, in the features.
    """
    if RESEND not in actor.permissions:
        return []
    wanted = (
        select(OutboxMessage.id, OutboxMessage.kind, OutboxMessage.created_at)
        .where(UNDELIVERED, OutboxMessage.state == MessageState.STUCK)
        .order_by(OutboxMessage.id)
    )
    return [StuckDelivery(id_, Kind(kind), since) for id_, kind, since in session.execute(wanted)]


def kind_of(session: Session, message_id: uuid.UUID) -> Kind | None:
    """Return the kind of a message, None for an unknown id. Whose it is says the feature that has sent it."""
    kind = session.scalars(select(OutboxMessage.kind).where(OutboxMessage.id == message_id)).one_or_none()
    return None if kind is None else Kind(kind)


@cache
def _cursor() -> Select[datetime | None, datetime | None, str]:
    wanted = select(InboxCursor.fetched_at, InboxCursor.last_ok_at, InboxCursor.last_error)
    return wanted.where(InboxCursor.source == bindparam("source"))


@cache
def _unsettled() -> Select[Outcome, int]:
    return (
        select(InboxChange.outcome, func.count())
        .where(UNSETTLED, InboxChange.source == bindparam("source"))
        .group_by(InboxChange.outcome)
    )


def freshness(session: Session, source: str = SOURCE) -> Freshness:
    """Return how fresh the inbox is."""
    cursor = plain_rows(session, _cursor(), {"source": source}).one_or_none()
    found = plain_rows(session, _unsettled(), {"source": source})
    counts = {outcome: count for outcome, count in found.all()}  # noqa: C416 - a row isn't a pair to dict()
    failed, waiting = counts.get(Outcome.FAILED, 0), counts.get(Outcome.WAITING, 0)
    fetched_at, last_ok_at, last_error = cursor or (None, None, "")
    return Freshness(fetched_at, last_ok_at, last_error, failed, waiting)


def worker_seen_seconds(session: Session) -> float | None:
    """Return how long ago a worker last gave a sign of life (s), or None if none ever did."""
    seen = session.scalar(select(func.max(WorkerBeat.beat_at)))
    return None if seen is None else max(0.0, (now() - seen).total_seconds())


def find_link(session: Session, kind: str, external_id: str, system: str = SOURCE) -> ExternalLink | None:
    """Return the link of an object of the back office, also in the middle of a rotation of keys."""
    found = ring_of(session.get_bind().dialect).blind_candidates("external", external_id)
    return session.scalars(
        select(ExternalLink).where(
            ExternalLink.system == system, ExternalLink.kind == str(kind), ExternalLink.external_index.in_(found)
        )
    ).one_or_none()


def local_id(session: Session, kind: str, external_id: str, system: str = SOURCE) -> uuid.UUID | None:
    """Return our id of an object of the back office, or None if it isn't known here."""
    link = find_link(session, kind, external_id, system)
    return None if link is None else link.local_id


def external_id(session: Session, kind: str, local: uuid.UUID, system: str = SOURCE) -> str | None:
    """Return the back office's id of an object of ours, or None if it has none; the first one if it has several."""
    return session.scalars(
        select(ExternalLink.external_id)
        .where(ExternalLink.system == system, ExternalLink.kind == str(kind), ExternalLink.local_id == local)
        .order_by(ExternalLink.id)
        .limit(1)
    ).one_or_none()


def their_id(session: Session, kind: str, local: uuid.UUID) -> str:
    """Return by which id the back office is told of an object of ours.

    What it doesn't know yet goes under our id: it is then refused there and gets stuck, where people see it. Refusing
    to write it here would lose it.
    """
    return external_id(session, kind, local) or str(local)


def own_id(text: str | None) -> uuid.UUID | None:
    """Return an id that may be one of ours, which the back office keeps for what was written here."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
