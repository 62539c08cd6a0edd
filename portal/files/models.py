"""Tables of files: one row for each upload, its parts until it has been checked, and blobs to take away."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import portal.people.models  # noqa: F401 - the tables that our foreign keys refer to
from portal.core.clock import now
from portal.core.crypto import BlindIndex, EncryptedBytes, EncryptedText
from portal.core.db import Base, Identified
from portal.files.rules import FileKind, FileState, Refusal

# Written out, not bound: a partial index is used only where the planner sees the same literal.
UNDER_WAY = text("state IN ('receiving', 'checking')")


class StoredFile(Identified, Base):
    """One upload, of which ``purpose`` and ``object_id`` tell what it belongs to: a feature's word and its own id.

    ``size``, ``kind``, ``pages``, ``checksum`` and ``blob`` are those of the checked content, null until it is ready.
    ``handed_over_at`` is when the other side may see it; from then on it can't be removed by whoever uploaded it.
    """

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("(uploaded_by_person IS NULL) <> (uploaded_by_staff IS NULL)", name="one_uploader"),
        Index("ix_stored_file_object", "purpose", "object_id"),
        Index("ix_stored_file_turn", "id", sqlite_where=UNDER_WAY, postgresql_where=UNDER_WAY),
    )

    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    uploaded_by_person: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    uploaded_by_staff: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    purpose: Mapped[str]
    object_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(EncryptedText("stored_file.name"))
    declared_type: Mapped[str] = mapped_column(default="")
    expected: Mapped[int] = mapped_column(BigInteger)  # bytes, as announced
    received: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes so far
    state: Mapped[FileState] = mapped_column(default=FileState.RECEIVING)
    reason: Mapped[Refusal | None]
    kind: Mapped[FileKind | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    pages: Mapped[int | None]
    # SHA-256 in hex. Encrypted: in a stolen database it would tell who has a copy of a document that is known.
    checksum: Mapped[str | None] = mapped_column(EncryptedText("stored_file.checksum"))
    checksum_index: Mapped[bytes | None] = mapped_column(BlindIndex("checksum", "file"), index=True)
    blob: Mapped[str | None] = mapped_column(unique=True)
    content_key: Mapped[bytes | None] = mapped_column(EncryptedBytes("stored_file.content_key"))
    attempts: Mapped[int] = mapped_column(default=0)
    # Attempts that came to nothing for reasons that aren't the file's, such as a scanner out of reach.
    excused: Mapped[int] = mapped_column(default=0)
    next_check_at: Mapped[datetime] = mapped_column(default=now)
    leased_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    touched_at: Mapped[datetime] = mapped_column(default=now)
    handed_over_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]


class FilePart(Base):
    """A part of an upload as it came, sealed under a key of its own; gone when the file has been checked."""

    __tablename__ = "stored_file_part"
    __table_args__ = (UniqueConstraint("file_id", "start"),)

    blob: Mapped[str] = mapped_column(primary_key=True)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id"))
    start: Mapped[int] = mapped_column(BigInteger)
    size: Mapped[int] = mapped_column(BigInteger)
    content_key: Mapped[bytes] = mapped_column(EncryptedBytes("stored_file_part.content_key"))


class IncomingFile(Identified, Base):
    """A document that the back office has and names by its SHA-256: fetched by the worker, checked, and sealed.

    Unlike an upload it is nobody's own: only the feature that asked for it may give it out. ``checksum`` is of what
    the back office holds, the rest of the checked content. ``problem`` is why it couldn't be fetched yet, a code.
    """

    __tablename__ = "incoming_file"
    __table_args__ = (Index("ix_incoming_file_state_next_try_at", "state", "next_try_at"),)

    checksum: Mapped[str] = mapped_column(EncryptedText("incoming_file.checksum"))
    state: Mapped[FileState] = mapped_column(default=FileState.RECEIVING)
    reason: Mapped[Refusal | None]
    problem: Mapped[str] = mapped_column(default="")
    size: Mapped[int | None] = mapped_column(BigInteger)
    pages: Mapped[int | None]
    blob: Mapped[str | None] = mapped_column(unique=True)
    content_key: Mapped[bytes | None] = mapped_column(EncryptedBytes("incoming_file.content_key"))
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(default=now)
    created_at: Mapped[datetime] = mapped_column(default=now)


class DoomedBlob(Base):
    """A blob that no row needs any more; it is taken away only after the transaction that said so."""

    __tablename__ = "stored_file_doomed"

    blob: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(default=now)
