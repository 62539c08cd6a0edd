"""Tables of threads and messages."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.messages.rules import Origin
from portal.sync.rules import Delivery


class Thread(Identified, Base):
    """The conversation of one case, made at its first message; what each side has read so far."""

    __tablename__ = "message_thread"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_client_at: Mapped[datetime | None]
    last_staff_at: Mapped[datetime | None]
    client_read_at: Mapped[datetime | None]
    staff_read_at: Mapped[datetime | None]
    staff_read_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    # When the earliest message came that the client has had no answer to.
    unanswered_since: Mapped[datetime | None] = mapped_column(index=True)


class Message(Identified, Base):
    """One message. It is never changed after it was sent; only its delivery moves on."""

    __tablename__ = "message"
    __table_args__ = (
        # One of the two authors is null, and nulls are never equal: each constraint guards its own side.
        UniqueConstraint("author_person_id", "thread_id", "submission"),
        UniqueConstraint("author_staff_id", "thread_id", "submission"),
        CheckConstraint("author_person_id IS NULL OR author_staff_id IS NULL", name="one_author"),
        Index("ix_message_thread_id_id", "thread_id", "id"),
        Index("ix_message_delivery", "delivery"),
    )

    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("message_thread.id"))
    side: Mapped[Side]
    author_person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    author_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    text: Mapped[str] = mapped_column(EncryptedText("message.text"))
    # When the portal had it: for one written in the back office, when the client could first read it.
    sent_at: Mapped[datetime] = mapped_column(default=now)
    receipt_no: Mapped[str] = mapped_column(unique=True)
    submission: Mapped[str]
    origin: Mapped[Origin] = mapped_column(default=Origin.PORTAL)
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), unique=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)
    delivered_at: Mapped[datetime | None]
