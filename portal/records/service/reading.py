"""Noting that a client has read something."""

import uuid

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import insert_into
from portal.core.ids import new_id
from portal.records.models import Reading
from portal.records.service.holding import need_client


def mark_read(
    session: Session, actor: Actor, *, record_id: uuid.UUID, version_id: uuid.UUID, saved: bool = False
) -> None:
    """Note that the actor reads a version, and log it; the caller has shown it to them through ``queries``.

    ``saved``: as a file, which leaves the portal.

    :raises Forbidden: for anyone but a client: staff's readings are logged apart (``audit.record_read``).
    """
    need_client(actor)
    at = now()
    read = insert_into(session, Reading).values(
        id=new_id(), person_id=actor.id, version_id=version_id, first_at=at, last_at=at
    )
    session.execute(
        read.on_conflict_do_update(index_elements=["person_id", "version_id"], set_={"last_at": at}),
        execution_options={"synchronize_session": False},
    )
    detail = {"version": str(version_id), **({"saved": True} if saved else {})}
    audit.record(session, "record.read", actor=actor, subject_id=actor.subject_id, object_id=record_id, detail=detail)
