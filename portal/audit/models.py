"""Tables of the audit log and the access log."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.db import Base, Identified


class AuditEntry(Identified, Base):
    """One thing that was done or refused. ``detail`` holds codes and ids, never free text or identity numbers."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_action_at", "action", "at"),)

    at: Mapped[datetime] = mapped_column(default=now)
    side: Mapped[str]
    actor_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    subject_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    action: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="done")
    object_id: Mapped[uuid.UUID | None]
    reference: Mapped[str] = mapped_column(default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class AccessEntry(Identified, Base):
    """One reading of a client's data by staff: who, in which role and unit, what, and why."""

    __tablename__ = "access_entry"
    __table_args__ = (Index("ix_access_entry_subject_at", "subject_id", "at"),)

    at: Mapped[datetime] = mapped_column(default=now)
    staff_id: Mapped[uuid.UUID] = mapped_column(index=True)
    role: Mapped[str]
    unit: Mapped[str]
    subject_id: Mapped[uuid.UUID]
    what: Mapped[str]
    object_id: Mapped[uuid.UUID | None]
    reason: Mapped[str]
