"""Writing to the logs: in the transaction of what is logged, or, for refusals, in one of their own."""

import uuid
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry, AuditEntry
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id

# Built once, and on the table: the mapped class would take the ORM's long way through an insert.
_LOG_READ = insert(AccessEntry.metadata.tables[AccessEntry.__tablename__])


def record(
    session: Session,
    action: str,
    *,
    actor: Actor | None = None,
    side: Side | None = None,
    subject_id: uuid.UUID | None = None,
    object_id: uuid.UUID | None = None,
    outcome: str = "done",
    reference: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Log what was done, in the caller's transaction: the row and its log entry stand or fall together."""
    session.add(
        AuditEntry(
            side=(actor.side if actor else side or "system"),
            actor_id=actor.id if actor else None,
            subject_id=subject_id,
            action=action,
            outcome=outcome,
            object_id=object_id,
            reference=reference,
            detail=detail or {},
        )
    )


def record_apart(sessions: sessionmaker[Session], action: str, **what: Any) -> None:
    """Log in a transaction of its own: a refusal must outlive the rollback of what was refused."""
    with writing(sessions) as session:
        record(session, action, **what)


def record_read(
    session: Session, actor: Actor, subject_id: uuid.UUID, what: str, *, object_id: uuid.UUID | None = None, reason: str
) -> None:
    """Log that a staff actor reads a client's data, and mark the request as logged (SoLPuL 10 §)."""
    row = {
        "id": new_id(),
        "at": now(),
        "staff_id": actor.id,
        "role": actor.role,
        "unit": actor.unit,
        "subject_id": subject_id,
        "what": what,
        "object_id": object_id,
        "reason": reason,
    }
    session.execute(_LOG_READ, row)
    session.info["read_logged"] = True
