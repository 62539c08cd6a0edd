"""Tables of booked meetings, of what is being booked, and of the times that both have claimed."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedJson, EncryptedText
from portal.core.db import Base, Identified
from portal.meetings.rules.states import Delivery, EventKind, Form, MeetingState, Origin


class Wishes:
    """How a meeting is to be, as the client has said; all of it may tell something, so all of it is encrypted."""

    form: Mapped[Form] = mapped_column(default=Form.PHONE)
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting_place.id"))
    # Another place, or how the client is reached; free text.
    place_text: Mapped[str] = mapped_column(EncryptedText("meeting.place_text"), default="")
    # The language as a code of ``rules``, or free text; empty: no interpreter.
    interpreter: Mapped[str] = mapped_column(EncryptedText("meeting.interpreter"), default="")
    # Dialect, or the wish for a man or a woman.
    interpreter_wish: Mapped[str] = mapped_column(EncryptedText("meeting.interpreter_wish"), default="")
    # Who comes along; empty: nobody.
    support: Mapped[str] = mapped_column(EncryptedText("meeting.support"), default="")
    needs: Mapped[str] = mapped_column(EncryptedText("meeting.needs"), default="")  # accessibility
    agenda: Mapped[str] = mapped_column(EncryptedText("meeting.agenda"), default="")  # what to talk about


class Meeting(Identified, Wishes, Base):
    """A meeting; whole in one row, its history in ``MeetingEvent``."""

    __tablename__ = "meeting"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        UniqueConstraint("person_id", "submission"),
        Index("ix_meeting_person_id_starts_at", "person_id", "starts_at"),
        Index("ix_meeting_staff_id_starts_at", "staff_id", "starts_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    type_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting_type.id"))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    # Kept free after it, as it was claimed: what its kind keeps free from now on is for what is booked from now on.
    buffer_minutes: Mapped[int] = mapped_column(default=0)
    state: Mapped[MeetingState] = mapped_column(default=MeetingState.BOOKED)
    hidden_from_guardians: Mapped[bool] = mapped_column(default=False)
    # Of a video meeting: the room's unguessable name.
    room: Mapped[str] = mapped_column(EncryptedText("meeting.room"), default="")
    receipt_no: Mapped[str] = mapped_column(unique=True)
    # The number of the form that booked it: a button pressed twice books once. Staff's and the back office's: the id.
    submission: Mapped[str]
    # RFC 5545 SEQUENCE of the calendar event, whose UID is made from the id.
    sequence: Mapped[int] = mapped_column(default=0)
    origin: Mapped[Origin] = mapped_column(default=Origin.PORTAL)
    booked_by: Mapped[Side] = mapped_column(default=Side.CLIENT)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    # The latest version on its way to the back office.
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)
    delivered_at: Mapped[datetime | None]
    # The back office has another version of it, or another meeting at the same time: both are kept until a person has
    # decided. This is the other version, as the contract writes it.
    conflict: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson("meeting.conflict"))


class MeetingEvent(Identified, Base):
    """Something that happened to a meeting; never changed."""

    __tablename__ = "meeting_event"

    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[EventKind]
    side: Mapped[Side | None]  # none: the back office
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    reason: Mapped[str] = mapped_column(EncryptedText("meeting_event.reason"), default="")
    old_starts_at: Mapped[datetime | None]
    new_starts_at: Mapped[datetime | None]
    # The half-made booking that it came of: who goes back to its pages is led to the meeting.
    draft_id: Mapped[uuid.UUID | None] = mapped_column(index=True)


class BookingDraft(Identified, Wishes, Base):
    """What a client is booking, step by step, with the time that is held meanwhile; or the new time of a meeting."""

    __tablename__ = "meeting_draft"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"))
    type_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting_type.id"))
    # Whom to meet; none: whoever of the case's caseworkers (or of intake) is free first.
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    # The meeting that is moved, if it is one.
    moves_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"))
    held_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    held_from: Mapped[datetime | None]
    held_to: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class Claim(Base):
    """One piece of a caseworker's time (``rules.states.QUANTUM``), which only one meeting or one draft can have.

    The key is what keeps two meetings from ever overlapping, whatever the processes do. A draft's claim lapses.
    """

    __tablename__ = "meeting_claim"
    __table_args__ = (
        CheckConstraint("(meeting_id IS NULL) <> (draft_id IS NULL)", name="one_owner"),
        Index("ix_meeting_claim_lapses_at", "lapses_at"),
    )

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id", ondelete="CASCADE"), index=True)
    draft_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting_draft.id", ondelete="CASCADE"), index=True)
    lapses_at: Mapped[datetime | None]


class CalendarFeed(Identified, Base):
    """A private address of a calendar feed, of a client or of a staff member; only the digest of its secret is kept."""

    __tablename__ = "calendar_feed"

    secret_digest: Mapped[bytes] = mapped_column(unique=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), unique=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"), unique=True)
    # The owner has chosen to see form and place in it.
    detailed: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
