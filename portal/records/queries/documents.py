"""Versions that are a file instead of a text; the callers have checked who asks."""

import uuid
from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.files import incoming
from portal.files import queries as files
from portal.files import service as file_service
from portal.files.queries import DocumentView
from portal.files.vault import Vault
from portal.records.models import Document

# The purpose of what staff upload: its object is the version that it is.
DOCUMENT_FILES = "record"


def documents_of(session: Session, version_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DocumentView]:
    """Return the files of those of some versions that are one, by version."""
    rows = session.execute(
        select(Document.version_id, Document.file_id, Document.upload_id).where(
            Document.version_id.in_(list(version_ids))
        )
    ).all()
    fetched, uploaded = [row.file_id for row in rows if row.file_id], [row.upload_id for row in rows if row.upload_id]
    found = incoming.views(session, fetched) if fetched else {}
    if uploaded:
        found |= files.documents(session, uploaded)
    return {row.version_id: found[row.file_id or row.upload_id] for row in rows}


def document_of(session: Session, version_id: uuid.UUID) -> DocumentView | None:
    """Return the file of a version that is one."""
    return documents_of(session, [version_id]).get(version_id)


def content_of(session: Session, vault: Vault, document: DocumentView) -> Iterator[bytes]:
    """Yield the content of a document; for callers who have checked, and logged, who may read it.

    :raises NotFound: it isn't here, or was not let in.
    """
    if not document.ready:
        raise NotFound
    give = file_service.content if document.uploaded else incoming.content
    return give(session, vault, document.id)
