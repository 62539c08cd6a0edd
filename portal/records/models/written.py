"""Tables of records, their versions and the passages of these."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import portal.files.models  # noqa: F401 - the tables that our foreign keys refer to
from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.records.rules.states import Delivery, NoteType, Origin, VersionState


def stamp(saved_at: datetime) -> str:
    """Return an instant as forms bear it, to tell a text from what was saved before and after it."""
    return saved_at.astimezone(UTC).isoformat()


class CaseRecord(Identified, Base):
    """A record (journalanteckning, plan, utredning, beslut) of a case; its text stands in versions."""

    __tablename__ = "case_record"
    __table_args__ = (
        Index("ix_case_record_case_id_submission", "case_id", "submission", unique=True),
        Index("ix_case_record_person_id_event_at", "person_id", "event_at", "id"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    type: Mapped[NoteType]
    # When it happened, which may be long before it was written.
    event_at: Mapped[datetime]
    # A talk with a child (SoL 20:7) or the like: never released by rule, never shown to guardians.
    child_sensitive: Mapped[bool] = mapped_column(default=False)
    # The number of the form that it was written in: a button pressed twice writes it once. None: not written here.
    submission: Mapped[str | None]
    origin: Mapped[Origin] = mapped_column(default=Origin.PORTAL)
    created_at: Mapped[datetime] = mapped_column(default=now)
    # What was last told to the back office of it.
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)


class Version(Identified, Base):
    """A version of a record; from the locking on it never changes, but for its state."""

    __tablename__ = "case_record_version"
    __table_args__ = (UniqueConstraint("record_id", "number"),)

    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.WORKING)
    # Its own in each version: a new title is no more to be seen before its release than a new text.
    title: Mapped[str] = mapped_column(EncryptedText("case_record_version.title"))
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"), index=True)
    written_at: Mapped[datetime] = mapped_column(default=now)
    locked_at: Mapped[datetime | None]
    # Why there is a new version, in words for the client.
    reason: Mapped[str] = mapped_column(EncryptedText("case_record_version.reason"), default="")
    # The count of the text that goes to and comes from the back office: both sides may write the same one.
    revision: Mapped[int]

    @property
    def stamp(self) -> str:
        """Tell this text from what was saved before and after it; a form bears the stamp of the text it has seen."""
        return stamp(self.written_at)


class Document(Identified, Base):
    """That a version is a document of its own (PDF): it has a file instead of passages, of theirs or uploaded here."""

    __tablename__ = "case_record_document"
    __table_args__ = (CheckConstraint("(file_id IS NULL) <> (upload_id IS NULL)", name="one_file"),)

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"), unique=True)
    file_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("incoming_file.id"), unique=True)
    # Never handed over as other uploads are: its own address would give it out, released or not.
    upload_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)


class Passage(Identified, Base):
    """A passage of a version; ``passage_id`` is its own in every version of the record."""

    __tablename__ = "case_record_passage"
    __table_args__ = (
        UniqueConstraint("version_id", "position"),
        UniqueConstraint("passage_id", "version_id"),
    )

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"))
    passage_id: Mapped[uuid.UUID]
    position: Mapped[int]
    text: Mapped[str] = mapped_column(EncryptedText("case_record_passage.text"))
    # The back office's own id of the passage, where it has one.
    source: Mapped[str | None] = mapped_column(EncryptedText("case_record_passage.source"))
