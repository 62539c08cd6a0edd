"""Tables of what clients say of a record: remarks, drafts of them, and the answers and replies that follow."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.records.models.written import stamp
from portal.records.rules.deadlines import Step
from portal.records.rules.states import Delivery, Outcome, RemarkKind, RemarkState


class Remark(Identified, Base):
    """What a person says of a passage, or (without ``passage_id``) of a whole version; never changed, only answered."""

    __tablename__ = "remark"
    __table_args__ = (
        UniqueConstraint("record_id", "person_id", "submission"),
        Index("ix_remark_state_due_on", "state", "due_on"),
    )

    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record.id"))
    # What was read when it was made: the objection stands beside that text, whatever comes after.
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"), index=True)
    passage_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[RemarkKind]
    text: Mapped[str] = mapped_column(EncryptedText("remark.text"), default="")
    state: Mapped[RemarkState]
    made_at: Mapped[datetime] = mapped_column(default=now)
    # None: nothing to answer.
    due_on: Mapped[date | None]
    withdrawn_at: Mapped[datetime | None]
    receipt_no: Mapped[str] = mapped_column(unique=True)
    # The number of the form that made it: a button pressed twice says it once.
    submission: Mapped[str]
    # What was last told to the back office of it.
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)


class Correction(Identified, Base):
    """The version that staff have begun in order to correct what was remarked on; the answer names it when it is shown.

    Staff see it, the client doesn't.
    """

    __tablename__ = "remark_correction"

    remark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("remark.id"), unique=True)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"))


class Chase(Identified, Base):
    """That somebody was reminded of an unanswered remark, or the team leader told of it, for one of its last days."""

    __tablename__ = "remark_chase"
    __table_args__ = (UniqueConstraint("remark_id", "due_on", "step"),)

    remark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("remark.id"))
    due_on: Mapped[date]
    step: Mapped[Step]
    # Whose it was to answer then; None: nobody worked on the case.
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    at: Mapped[datetime] = mapped_column(default=now)


class Turn(Identified, Base):
    """An answer to a remark, with its outcome, or the client's reply to one; never changed."""

    __tablename__ = "remark_turn"
    __table_args__ = (
        UniqueConstraint("remark_id", "number"),
        # One of the two authors is null, and nulls are never equal: each constraint guards its own side.
        UniqueConstraint("author_person_id", "remark_id", "submission"),
        UniqueConstraint("author_staff_id", "remark_id", "submission"),
        CheckConstraint("author_person_id IS NULL OR author_staff_id IS NULL", name="one_author"),
    )

    remark_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("remark.id"))
    number: Mapped[int]
    side: Mapped[Side]
    author_person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    author_staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    # Of an answer; a reply has none.
    outcome: Mapped[Outcome | None]
    # Where the text was corrected.
    version_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_record_version.id"))
    # The count of the text that corrects, as the back office tells it: that version may come after the answer.
    revision: Mapped[int | None]
    text: Mapped[str] = mapped_column(EncryptedText("remark_turn.text"))
    at: Mapped[datetime] = mapped_column(default=now)
    submission: Mapped[str]


class Draft(Identified, Base):
    """A remark that isn't sent yet, saved while it is written; ``spot`` is the passage's id, or the record's own."""

    __tablename__ = "remark_draft"
    __table_args__ = (UniqueConstraint("person_id", "record_id", "spot"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record.id"))
    spot: Mapped[uuid.UUID]
    kind: Mapped[RemarkKind | None]
    text: Mapped[str] = mapped_column(EncryptedText("remark_draft.text"), default="")
    saved_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def stamp(self) -> str:
        """Tell this text from what was saved before and after it; a form bears the stamp of the text it has seen."""
        return stamp(self.saved_at)
