"""Tables of addresses, codes to prove them, choices, and the queue of notices."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import portal.people.models  # noqa: F401 - the table that our foreign keys refer to
from portal.core.clock import now
from portal.core.crypto import BlindIndex, EncryptedJson, EncryptedText
from portal.core.db import Base, Identified
from portal.notices.rules import Channel, NoticeKind, NoticeState, Reminder

# Written out, not bound: a partial index is used only where the planner sees the same literal.
OPEN = text("state IN ('waiting', 'sending')")


class ContactPoint(Identified, Base):
    """An address that a person has shown to be theirs. One that is not yet proved is no contact point but a code."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel]
    value: Mapped[str] = mapped_column(EncryptedText("contact_point.value"))
    verified_at: Mapped[datetime] = mapped_column(default=now)
    # The last notice to it failed for good, and none has come through since.
    failed_at: Mapped[datetime | None]


class ContactCode(Identified, Base):
    """A code that was sent to an address, which becomes a contact point when the person types it.

    The code itself is kept only as a keyed hash. Rows are kept for a day after their use, to count them.
    """

    __tablename__ = "contact_code"
    __table_args__ = (
        Index("ix_contact_code_person_id_created_at", "person_id", "created_at"),
        Index("ix_contact_code_value_index_created_at", "value_index", "created_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel]
    value: Mapped[str] = mapped_column(EncryptedText("contact_code.value"))
    value_index: Mapped[bytes] = mapped_column(BlindIndex("value", "contact"))
    digest: Mapped[bytes]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # used, replaced or broken off


class NoticeChoice(Base):
    """What a person has chosen: where notices go (nowhere, without a channel), and when reminders come."""

    __tablename__ = "notice_choice"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel | None]
    reminder: Mapped[Reminder] = mapped_column(default=Reminder.ONE_DAY)
    chosen_at: Mapped[datetime] = mapped_column(default=now)


class Notice(Identified, Base):
    """A notice: that something is to be told, to whom and when; never what.

    ``sealed`` holds address and code where they can't be looked up when it is sent; it is emptied when that is over.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_open", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_notice_person_id_kind_open", "person_id", "kind", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_notice_state_settled_at", "state", "settled_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[NoticeKind]
    key: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel | None]  # by which it went, or has to go
    send_at: Mapped[datetime]
    # When to look at it next: ``send_at``, or later after a failed attempt.
    due_at: Mapped[datetime]
    # What a reminder reminds of begins then: afterwards it is too late.
    about_at: Mapped[datetime | None]
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    # Attempts that may have come through although nobody has said so.
    uncertain: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    code: Mapped[str] = mapped_column(default="")  # of the last error, or why it was cancelled
    sealed: Mapped[dict[str, str] | None] = mapped_column(EncryptedJson("notice.sealed"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
