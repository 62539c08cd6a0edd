"""What deliveries to the back office ask of files: their content, by checksum, and that it was acknowledged."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.crypto import ring_of
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.files.service import Vault, content
from portal.files.stores.base import NoSuchBlob


def content_by_checksum(session: Session, vault: Vault, checksum: str) -> bytes:
    """Return the content that has a SHA-256 (hex), for delivery; in memory, as back offices take it.

    :raises NoSuchBlob: no ready file has it.
    """
    found = ring_of(session.get_bind().dialect).blind_candidates("file", checksum)
    statement = select(StoredFile.id).where(StoredFile.checksum_index.in_(found), StoredFile.state == FileState.READY)
    file_id = session.scalars(statement.limit(1)).first()
    if file_id is None:
        raise NoSuchBlob
    return b"".join(content(session, vault, file_id))


def mark_delivered(session: Session, checksums: Collection[str], at: datetime) -> None:
    """Note that the back office has acknowledged the message that named these contents."""
    ring = ring_of(session.get_bind().dialect)
    found = [index for checksum in checksums for index in ring.blind_candidates("file", checksum)]
    session.execute(
        update(StoredFile)
        .where(
            StoredFile.checksum_index.in_(found),
            StoredFile.handed_over_at.is_not(None),
            StoredFile.delivered_at.is_(None),
        )
        .values(delivered_at=at)
        .execution_options(synchronize_session=False)
    )
