"""Tables of releases, of what is masked in them, and of who has read which version."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.records.rules.states import Ground

_ACTIVE = text("withdrawn_at IS NULL")


class Release(Identified, Base):
    """That the client may read a version, after whose secrecy check and from when; a withdrawn one stays as history."""

    __tablename__ = "case_record_release"
    __table_args__ = (
        # A version has at most one release in force.
        Index(
            "ix_case_record_release_active", "version_id", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
        ),
    )

    record_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record.id"), index=True)
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"), index=True)
    released_at: Mapped[datetime] = mapped_column(default=now)
    # None: by rule.
    released_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    visible_from: Mapped[datetime] = mapped_column(default=now)
    # Somebody has decided that guardians may read it too (OSL 12:3).
    for_guardians: Mapped[bool] = mapped_column(default=False)
    # In plain Swedish, shown above the text.
    summary: Mapped[str] = mapped_column(EncryptedText("case_record_release.summary"), default="")
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))


class Mask(Identified, Base):
    """A passage that a release doesn't show, on which ground; ``why`` is for staff only."""

    __tablename__ = "case_record_mask"
    __table_args__ = (UniqueConstraint("release_id", "passage_id"),)

    release_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_release.id"))
    passage_id: Mapped[uuid.UUID]
    ground: Mapped[Ground]
    why: Mapped[str] = mapped_column(EncryptedText("case_record_mask.why"), default="")


class Reading(Identified, Base):
    """That a person has read a version, for the first time and for the last."""

    __tablename__ = "case_record_reading"
    __table_args__ = (UniqueConstraint("person_id", "version_id"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_record_version.id"), index=True)
    first_at: Mapped[datetime] = mapped_column(default=now)
    last_at: Mapped[datetime] = mapped_column(default=now)
