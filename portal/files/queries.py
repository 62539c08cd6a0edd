"""Reading about files: an object's list, one file, the manifest of what is sent to the back office."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.files.models import UNDER_WAY, StoredFile
from portal.files.rules import FileKind, FileState, Refusal
from portal.people import queries as people
from portal.people.models import Case


@dataclass(frozen=True, slots=True)
class FileView:
    """A file as pages show it; ``size`` is that of the content when it is ready, before then as announced (bytes)."""

    id: uuid.UUID
    owner_id: uuid.UUID
    object_id: uuid.UUID
    name: str
    state: FileState
    reason: Refusal | None
    kind: FileKind | None
    size: int
    received: int
    handed_over_at: datetime | None
    created_at: datetime

    @property
    def under_way(self) -> bool:
        """Tell whether it is still coming in or being checked."""
        return self.state in {FileState.RECEIVING, FileState.CHECKING}


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A file that its feature alone gives out, whoever it is whose; ``failed``: staff must look.

    ``size`` in bytes, of the checked content. ``checksum`` is the one that the back office knows it by, empty where it
    can't know it yet. ``uploaded``: here, by staff, so that the back office gets it from us.
    """

    id: uuid.UUID
    state: FileState
    reason: Refusal | None
    failed: bool
    pages: int
    size: int
    checksum: str = field(repr=False)
    uploaded: bool = False

    @property
    def ready(self) -> bool:
        """Tell whether it can be read."""
        return self.state is FileState.READY

    @property
    def under_way(self) -> bool:
        """Tell whether it is still coming in or being checked."""
        return self.state in {FileState.RECEIVING, FileState.CHECKING}


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """A file in a manifest: enough for the other side to tell that it has the whole of the right one."""

    id: uuid.UUID
    checksum: str
    size: int
    kind: FileKind
    name: str


Rows = Select[
    uuid.UUID,
    uuid.UUID,
    uuid.UUID,
    str,
    FileState,
    Refusal | None,
    FileKind | None,
    int | None,
    int,
    int,
    datetime | None,
    datetime,
]


def reachable(side: Side) -> ColumnElement[bool]:
    """Return the condition on ``StoredFile`` that holds for the files an actor of a side may know of.

    A client: what they uploaded themselves for whom they act for, and what staff have handed over to that person: a
    child and each guardian have papers of their own (OSL 12:3). Staff: what clients have handed over, and what staff
    uploaded, of the case they are assigned to; where no case is named, of a client of theirs. Executed with
    ``_scope``.
    """
    by_staff, handed = StoredFile.uploaded_by_staff.is_not(None), StoredFile.handed_over_at.is_not(None)
    if side is Side.CLIENT:
        mine = StoredFile.uploaded_by_person == bindparam("uploader_id")
        return and_(StoredFile.owner_id == bindparam("reader_id"), or_(mine, and_(by_staff, handed)))
    of_case = StoredFile.case_id.in_(select(Case.id).where(people.reachable(side)))
    of_client = StoredFile.owner_id.in_(select(Case.person_id).where(people.reachable(side)))
    mine = or_(of_case, and_(StoredFile.case_id.is_(None), of_client))
    return and_(mine, or_(by_staff, handed))


def _scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of a statement with ``reachable`` in it."""
    return people.scope(actor, **({"uploader_id": actor.person_id} if actor.side is Side.CLIENT else {}), **more)


@cache
def _rows(side: Side) -> Rows:
    return (
        select(
            StoredFile.id,
            StoredFile.owner_id,
            StoredFile.object_id,
            StoredFile.name,
            StoredFile.state,
            StoredFile.reason,
            StoredFile.kind,
            StoredFile.size,
            StoredFile.expected,
            StoredFile.received,
            StoredFile.handed_over_at,
            StoredFile.created_at,
        )
        .where(StoredFile.state != FileState.REMOVED, reachable(side))
        .order_by(StoredFile.id)
    )


@cache
def _of_objects(side: Side) -> Rows:
    return _rows(side).where(
        StoredFile.purpose == bindparam("purpose"), StoredFile.object_id.in_(bindparam("objects", expanding=True))
    )


@cache
def _one(side: Side) -> Rows:
    return _rows(side).where(StoredFile.id == bindparam("file_id"))


def listing(session: Session, actor: Actor, purpose: str, object_id: uuid.UUID) -> list[FileView]:
    """Return the files of one object that the actor may know of, in the order in which they came."""
    return of_objects(session, actor, purpose, [object_id]).get(object_id, [])


def of_objects(
    session: Session, actor: Actor, purpose: str, objects: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[FileView]]:
    """Return the files of several objects at once, with one query."""
    found: dict[uuid.UUID, list[FileView]] = {}
    values = _scope(actor, purpose=purpose, objects=list(objects))
    for row in session.execute(_of_objects(actor.side), values):
        view = _view(*row)
        found.setdefault(view.object_id, []).append(view)
    return found


def one(session: Session, actor: Actor, file_id: uuid.UUID) -> FileView:
    """Return one file.

    :raises NotFound: for a foreign, removed or unknown one alike.
    """
    row = session.execute(_one(actor.side), _scope(actor, file_id=file_id)).one_or_none()
    if row is None:
        raise NotFound
    return _view(*row)


def _view(
    file_id: uuid.UUID,
    owner_id: uuid.UUID,
    object_id: uuid.UUID,
    name: str,
    state: FileState,
    reason: Refusal | None,
    kind: FileKind | None,
    size: int | None,
    expected: int,
    received: int,
    handed_over_at: datetime | None,
    created_at: datetime,
) -> FileView:
    shown = expected if size is None else size
    return FileView(
        file_id, owner_id, object_id, name, state, reason, kind, shown, received, handed_over_at, created_at
    )


def documents(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DocumentView]:
    """Return uploads by id as documents of their feature's, where they are PDF; the caller has checked who may know."""
    return {row.id: _document(row) for row in session.scalars(select(StoredFile).where(StoredFile.id.in_(list(ids))))}


def _document(row: StoredFile) -> DocumentView:
    state, reason = row.state, row.reason
    if state is FileState.READY and row.kind is not FileKind.PDF:
        state, reason = FileState.REFUSED, Refusal.WRONG_KIND
    failed = state is FileState.REFUSED
    return DocumentView(row.id, state, reason, failed, row.pages or 0, row.size or 0, row.checksum or "", uploaded=True)


def manifest(session: Session, ids: Sequence[uuid.UUID]) -> tuple[ManifestEntry, ...]:
    """Return the manifest of files, in the order asked for; the caller has checked whose they are.

    :raises Conflict: one of them isn't ready: a message must never go without a file that it names.
    """
    columns = (StoredFile.id, StoredFile.checksum, StoredFile.size, StoredFile.kind, StoredFile.name)
    rows = session.execute(select(*columns).where(StoredFile.id.in_(ids), StoredFile.state == FileState.READY))
    found = {
        file_id: ManifestEntry(file_id, checksum, size, kind, name)
        for file_id, checksum, size, kind, name in rows
        if checksum is not None and size is not None and kind is not None
    }
    if missing := set(ids) - found.keys():
        raise Conflict(reason=f"not_ready:{len(missing)}")
    return tuple(found[file_id] for file_id in ids)


def ready_of(session: Session, purpose: str, object_ids: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, ManifestEntry]]:
    """Return the ready files of some objects with the object of each, oldest first; the caller has checked whose."""
    rows = session.execute(
        select(StoredFile.object_id, StoredFile.id)
        .where(StoredFile.purpose == purpose, StoredFile.object_id.in_(list(object_ids)))
        .where(StoredFile.state == FileState.READY)
        .order_by(StoredFile.id)
    ).all()
    entries = manifest(session, [file_id for _object_id, file_id in rows])
    return [(object_id, entry) for (object_id, _file_id), entry in zip(rows, entries, strict=True)]


def unready_of(session: Session, purpose: str, object_ids: Iterable[uuid.UUID]) -> list[FileState]:
    """Return the states of the files of some objects that can't be handed over: under way, or refused."""
    waiting = (FileState.RECEIVING, FileState.CHECKING, FileState.REFUSED)
    return list(
        session.scalars(
            select(StoredFile.state).where(
                StoredFile.purpose == purpose,
                StoredFile.object_id.in_(list(object_ids)),
                StoredFile.state.in_(waiting),
            )
        )
    )


@dataclass(frozen=True, slots=True)
class CheckState:
    """How many files wait for their checks, and since when the oldest does (s)."""

    waiting: int
    oldest_age_seconds: float


def check_state(session: Session) -> CheckState:
    """Return how the checks are getting on."""
    waiting, oldest = session.execute(
        select(func.count(), func.min(StoredFile.touched_at)).where(UNDER_WAY, StoredFile.state == FileState.CHECKING)
    ).one()
    return CheckState(waiting, max(0.0, (now() - oldest).total_seconds()) if waiting else 0.0)
