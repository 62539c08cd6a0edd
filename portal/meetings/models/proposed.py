"""Tables of proposals: a thread of turns that ends in a meeting, or in a no with its reason."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.meetings.rules.states import Delivery, ProposalState, TurnKind


class Proposal(Identified, Base):
    """A proposal of how and when to meet, begun by the client or (an invitation) by the caseworker."""

    __tablename__ = "meeting_proposal"
    __table_args__ = (
        Index("ix_meeting_proposal_person_id_state", "person_id", "state"),
        Index("ix_meeting_proposal_staff_id_state", "staff_id", "state"),
        Index("ix_meeting_proposal_state_expires_at", "state", "expires_at"),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    type_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting_type.id"))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"))
    begun_by: Mapped[Side]
    state: Mapped[ProposalState]
    expires_at: Mapped[datetime]
    # The meeting that it would move, and the meeting that came of it.
    moves_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"))
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"))
    hidden_from_guardians: Mapped[bool] = mapped_column(default=False)
    receipt_no: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)
    delivered_at: Mapped[datetime | None]


class ProposalTurn(Identified, Base):
    """What one side said; never changed."""

    __tablename__ = "meeting_proposal_turn"
    __table_args__ = (
        UniqueConstraint("proposal_id", "number"),
        UniqueConstraint("proposal_id", "submission", name="uq_meeting_proposal_turn_submission"),
    )

    proposal_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting_proposal.id"))
    number: Mapped[int]
    kind: Mapped[TurnKind]
    side: Mapped[Side]
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    submission: Mapped[str]
    # Values of ``Form``: whichever of them suits.
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting_place.id"))
    place_text: Mapped[str] = mapped_column(EncryptedText("meeting_proposal_turn.place_text"), default="")
    interpreter: Mapped[str] = mapped_column(EncryptedText("meeting_proposal_turn.interpreter"), default="")
    interpreter_wish: Mapped[str] = mapped_column(EncryptedText("meeting_proposal_turn.interpreter_wish"), default="")
    participants: Mapped[str] = mapped_column(EncryptedText("meeting_proposal_turn.participants"), default="")
    text: Mapped[str] = mapped_column(EncryptedText("meeting_proposal_turn.text"), default="")


class ProposalWindow(Identified, Base):
    """A span of time in which the meeting could be (a client's), or exactly when it would be (a caseworker's)."""

    __tablename__ = "meeting_proposal_window"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="order"),)

    turn_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting_proposal_turn.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
