"""Versions that are a file instead of a text; the callers have checked who asks."""

import uuid
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.files import incoming
from portal.files.incoming import IncomingView
from portal.records.models import Document


def documents_of(session: Session, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, IncomingView]:
    """Return the files of those of some versions that are one, by version."""
    rows = session.execute(
        select(Document.version_id, Document.file_id).where(Document.version_id.in_(list(version_ids)))
    )
    files = {row.version_id: row.file_id for row in rows}
    found = incoming.views(session, files.values()) if files else {}
    return {version_id: found[file_id] for version_id, file_id in files.items()}


def document_of(session: Session, version_id: uuid.UUID) -> IncomingView | None:
    """Return the file of a version that is one."""
    return documents_of(session, [version_id]).get(version_id)


def checksum_of(session: Session, version_id: uuid.UUID) -> str | None:
    """Return by which checksum the back office knows the file of a version that is one."""
    document = document_of(session, version_id)
    return incoming.checksum_of(session, document.id) if document else None
