"""Ids of ours and of the back office: which one is meant on the other side."""

import uuid

from sqlalchemy.orm import Session

from portal.sync import queries as links
from portal.sync.contract import Kind


def as_uuid(text: str | None) -> uuid.UUID | None:
    """Return an id that may be one of ours, which the back office keeps for what was written here."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def theirs(session: Session, kind: Kind, local: uuid.UUID) -> str:
    """Return the back office's id of something of ours.

    What they don't know yet goes under our id, and gets stuck where people see it, as in ``messages.outgoing``.
    """
    return links.external_id(session, kind, local) or str(local)
