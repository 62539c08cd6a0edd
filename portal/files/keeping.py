"""Clean-up: uploads that were broken off, blobs that no row needs; never what is referred to or not yet delivered."""

from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.files import rows
from portal.files.models import UNDER_WAY, DoomedBlob, FilePart, IncomingFile, StoredFile
from portal.files.rules import FileState
from portal.files.stores.base import BlobStore, StoreError

log = structlog.get_logger("portal.files")

# A day to go on with an upload, on a bad line and after a night's sleep.
BROKEN_OFF = timedelta(days=1)
# Content is sealed a moment before its row is written; whatever is older and has no row never will have one.
ORPHANED = timedelta(days=1)
_BATCH = 200


def remove_doomed(sessions: sessionmaker[Session], store: BlobStore) -> int:
    """Take away the blobs that rows have let go of; return how many. What the store refuses is tried the next time."""
    done = 0
    with sessions() as session:
        blobs = session.scalars(select(DoomedBlob.blob).order_by(DoomedBlob.since).limit(_BATCH)).all()
    for blob in blobs:
        try:
            store.remove(blob)
        except StoreError as error:
            log.warning("file.blob_kept", code=error.code)
            break
        with writing(sessions) as session:
            session.execute(delete(DoomedBlob).where(DoomedBlob.blob == blob))
        done += 1
    return done


def remove_broken_off(sessions: sessionmaker[Session]) -> int:
    """Remove uploads of which no part has come for a day; return how many."""
    with writing(sessions) as session:
        found = session.scalars(
            select(StoredFile)
            .where(UNDER_WAY, StoredFile.state == FileState.RECEIVING, StoredFile.touched_at < now() - BROKEN_OFF)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for row in found:
            rows.let_go(session, row)
        return len(found)


def remove_orphans(sessions: sessionmaker[Session], store: BlobStore) -> int:
    """Take away blobs whose transaction was never committed; return how many."""
    done = 0
    for names in _batches(store.older_than(now() - ORPHANED)):
        with sessions() as session:
            known = {
                blob
                for column in (StoredFile.blob, FilePart.blob, IncomingFile.blob, DoomedBlob.blob)
                for blob in session.scalars(select(column).where(column.in_(names)))
            }
        for name in names:
            if name not in known:
                store.remove(name)
                done += 1
    return done


def _batches(names: Iterable[str]) -> Iterable[list[str]]:
    held: list[str] = []
    for name in names:
        held.append(name)
        if len(held) == _BATCH:
            yield held
            held = []
    if held:
        yield held
