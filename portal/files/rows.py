"""What several parts of this package do with a file's row; the row's lock is the caller's."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.crypto import ring_of
from portal.files.models import DoomedBlob, FilePart, StoredFile
from portal.files.rules import FileState, move


def let_go(session: Session, row: StoredFile) -> None:
    """Remove a file with its name and content; whoever calls has looked that it may go."""
    row.state, row.name = move(row.state, FileState.REMOVED), ""
    doom_parts(session, row)
    if row.blob is not None:
        doom(session, [row.blob])
        row.blob = row.content_key = None


def set_checksum(session: Session, row: StoredFile, checksum: str) -> None:
    """Write the SHA-256 (hex) of a file's content, and the look-up value of it."""
    row.checksum = checksum
    row.checksum_index = ring_of(session.get_bind().dialect).blind_index("file", checksum)


def doom(session: Session, blobs: Iterable[str]) -> None:
    """Let blobs be taken away after this transaction."""
    session.add_all(DoomedBlob(blob=blob) for blob in blobs)


def doom_parts(session: Session, row: StoredFile) -> None:
    """Let the parts of an upload be taken away after this transaction."""
    parts = session.scalars(select(FilePart).where(FilePart.file_id == row.id)).all()
    doom(session, [part.blob for part in parts])
    for part in parts:
        session.delete(part)
