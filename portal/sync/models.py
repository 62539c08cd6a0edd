"""Tables of the outbox, the inbox, the links to the back office's ids, and the workers' signs of life."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import portal.people.models  # noqa: F401 - the tables that our foreign keys refer to
from portal.core.clock import now
from portal.core.crypto import BlindIndex, EncryptedJson, EncryptedText
from portal.core.db import Base, Identified
from portal.sync.rules import MessageState, Outcome

# Written out, not bound: a partial index is used only where the planner sees the same literal.
UNDELIVERED = text("state <> 'delivered'")
UNSETTLED = text("outcome IN ('pending', 'failed', 'waiting')")


class OutboxLane(Base):
    """The last number given out in a person's lane; its row lock makes the order that of the commits."""

    __tablename__ = "outbox_lane"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    last_seq: Mapped[int] = mapped_column(BigInteger)


class OutboxMessage(Identified, Base):
    """A message to the back office. Rows that aren't delivered are never purged."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("lane_id", "seq"),
        Index("ix_outbox_message_open", "lane_id", "seq", sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED),
        # Workers take them in this order; without it they would walk past everything that was ever delivered.
        Index("ix_outbox_message_turn", "id", sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED),
    )

    lane_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    seq: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("outbox_message.payload"))
    # Checksums of the files that the payload names, which go before it.
    files: Mapped[list[str] | None] = mapped_column(EncryptedJson("outbox_message.files"))
    state: Mapped[MessageState] = mapped_column(default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    # Attempts made before a person sent it again: they no longer count towards being stuck.
    attempts_before: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=now)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    last_error: Mapped[str] = mapped_column(default="")
    receipt_no: Mapped[str | None]
    delivered_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)


class InboxCursor(Base):
    """How far a source's feed has been read, and how that went the last time."""

    __tablename__ = "inbox_cursor"

    source: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str] = mapped_column(default="")
    stored: Mapped[int] = mapped_column(BigInteger, default=0)
    fetched_at: Mapped[datetime | None]
    last_ok_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(default="")


class InboxChange(Identified, Base):
    """A change as it came, kept raw, and what became of it. ``position`` is the order in which it is applied."""

    __tablename__ = "inbox_change"
    __table_args__ = (
        UniqueConstraint("source", "kind", "external_index", "version"),
        Index("ix_inbox_change_open", "position", sqlite_where=UNSETTLED, postgresql_where=UNSETTLED),
    )

    source: Mapped[str]
    kind: Mapped[str]
    external_index: Mapped[bytes] = mapped_column(BlindIndex("external_id", "external"))
    external_id: Mapped[str] = mapped_column(EncryptedText("inbox_change.external_id"))
    version: Mapped[int] = mapped_column(BigInteger)
    deleted: Mapped[bool] = mapped_column(default=False)
    payload: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("inbox_change.payload"))
    person: Mapped[str | None] = mapped_column(EncryptedText("inbox_change.person"))
    position: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.PENDING)
    code: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime] = mapped_column(default=now)
    at: Mapped[datetime] = mapped_column(default=now)


class ExternalLink(Identified, Base):
    """Which row of ours is which object of the back office, and the version of it that we hold."""

    __tablename__ = "external_link"
    __table_args__ = (
        UniqueConstraint("system", "kind", "external_index"),
        Index("ix_external_link_local", "kind", "local_id"),
    )

    system: Mapped[str]
    kind: Mapped[str]
    external_index: Mapped[bytes] = mapped_column(BlindIndex("external_id", "external"))
    external_id: Mapped[str] = mapped_column(EncryptedText("external_link.external_id"))
    local_id: Mapped[uuid.UUID]
    version: Mapped[int] = mapped_column(BigInteger)


class WorkerBeat(Base):
    """A worker's sign of life."""

    __tablename__ = "worker_beat"

    worker: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    beat_at: Mapped[datetime] = mapped_column(default=now)
