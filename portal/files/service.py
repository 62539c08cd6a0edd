"""What features do with files; every step in the caller's transaction, content sealed in the vault before it.

A feature checks that its own object is the actor's, and then calls ``receive`` (a whole file) or ``begin`` and
``append`` (in parts). The worker checks what has come (``portal.files.checking``); pages show the state. Only what is
``READY`` can be handed over and sent.
"""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.core.events import publish
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.files import queries, rows
from portal.files.events import FileRemoved
from portal.files.models import FilePart, StoredFile
from portal.files.queries import FileView
from portal.files.rules import ALIVE, MB, FileState, Limits, Refusal, clean_name, clean_type, move
from portal.files.scanner import Scanner
from portal.files.stores import make_store
from portal.files.vault import Sealed as Sealed
from portal.files.vault import TooMuch
from portal.files.vault import Vault as Vault
from portal.people import queries as people
from portal.people.models import Person
from portal.settings import Settings

# What one request of an upload in parts may carry.
PART_BYTES = MB


class OffsetMismatch(Conflict):
    """A part that doesn't follow what has come; ``expected`` is where to go on (bytes)."""

    def __init__(self, expected: int) -> None:
        super().__init__(reason="offset")
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Place:
    """What a file belongs to: a feature's word, the id of its object, and whose file it is.

    ``case_id`` is the case whose workers may see it when it is handed over; without one, those of any of the owner's.
    """

    purpose: str
    object_id: uuid.UUID
    owner_id: uuid.UUID
    case_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that may be read: what it is, and its content, which raises ``sealing.Damaged`` if it isn't whole."""

    file: FileView
    content: Iterator[bytes]


def make_vault(settings: Settings) -> Vault:
    """Return the vault of an installation."""
    limits = Limits(
        settings.file_max_mb * MB, settings.file_max_count, settings.file_max_total_mb * MB, settings.file_max_pages
    )
    return Vault(make_store(settings.file_store), limits)


def make_scanner(settings: Settings) -> Scanner | None:
    """Return the virus scanner of an installation, or None where its settings say that there is none."""
    if settings.virus_scan == "off":
        return None
    return Scanner(settings.clamav_address, settings.virus_scan_seconds)


def begin(
    session: Session, actor: Actor, vault: Vault, *, place: Place, name: str, size: int, declared: str = ""
) -> StoredFile:
    """Announce a file of ``size`` bytes that will come in parts; where the limits forbid it, it is refused at once.

    :raises NotFound: the owner isn't the actor, or for staff no client of theirs.
    """
    row = _new(session, actor, place, new_id(), name, declared, size)
    refusal = Refusal.EMPTY if size <= 0 else _limited(session, vault.limits, row)
    session.add(row)
    if refusal is not None:
        _refuse(row, refusal)
    session.flush()
    return row


def append(session: Session, actor: Actor, part: Sealed, *, start: int) -> StoredFile:
    """Add a part, sealed by ``vault.put``, that begins at byte ``start``; the last one lets the checks begin.

    :raises NotFound: no such file of the actor's own.
    :raises OffsetMismatch: it isn't what comes next, perhaps because it has come already; the part is forgotten.
    """
    row = _own(session, actor, part.file_id)
    if row.state is not FileState.RECEIVING or start != row.received or start + part.size > row.expected:
        raise OffsetMismatch(row.received)
    _add_part(session, row, part, start)
    if row.received == row.expected:
        row.state = move(row.state, FileState.CHECKING)
        row.next_check_at = now()
    session.flush()
    return row


def receive(
    session: Session,
    actor: Actor,
    vault: Vault,
    *,
    place: Place,
    name: str,
    stream: Iterable[bytes],
    declared: str = "",
) -> StoredFile:
    """Take in a whole file; one that breaks a limit is refused, which its row shows.

    ``stream`` is read at once: let it be a local one, for the transaction waits.

    :raises NotFound: the owner isn't the actor, or for staff no client of theirs.
    :raises StoreError: the store failed; nothing was taken in.
    """
    file_id = new_id()
    try:
        part = vault.put(file_id, stream, most=vault.limits.file_bytes)
    except TooMuch:
        row = _new(session, actor, place, file_id, name, declared, vault.limits.file_bytes + 1)
        session.add(row)
        _refuse(row, Refusal.TOO_LARGE)
        session.flush()
        return row
    row = _new(session, actor, place, file_id, name, declared, part.size)
    refusal = Refusal.EMPTY if part.size == 0 else _limited(session, vault.limits, row)
    session.add(row)
    if refusal is None:
        _add_part(session, row, part, 0)
        row.state = move(row.state, FileState.CHECKING)
    else:
        _refuse(row, refusal)
        rows.doom(session, [part.blob])
    session.flush()
    return row


def remove(session: Session, actor: Actor, file_id: uuid.UUID) -> None:
    """Remove a file that the actor has uploaded and not handed over; a second time is harmless.

    :raises NotFound: no such file of the actor's own.
    :raises Conflict: it has been handed over: what has come in to the authority stays.
    """
    found = _own(session, actor, file_id, removed=True, held=False)
    if found.state is FileState.REMOVED:
        return
    publish(session, FileRemoved(found.purpose, found.object_id))
    row = _own(session, actor, file_id, removed=True)
    if row.state is FileState.REMOVED:
        return
    if row.handed_over_at is not None:
        raise Conflict(lazy("Filen är redan inlämnad och kan inte tas bort."), reason="handed_over")
    rows.let_go(session, row)
    audit.record(session, "file.removed", actor=actor, subject_id=row.owner_id, object_id=row.id)
    session.flush()


def discard(session: Session, purpose: str, object_id: uuid.UUID) -> int:
    """Remove what was uploaded for an object that is gone, such as a draft; return how many.

    What was handed over stays, whatever becomes of the object.
    """
    found = session.scalars(
        select(StoredFile)
        .where(
            StoredFile.purpose == purpose,
            StoredFile.object_id == object_id,
            StoredFile.state != FileState.REMOVED,
            StoredFile.handed_over_at.is_(None),
        )
        .with_for_update()
    ).all()
    for row in found:
        rows.let_go(session, row)
    session.flush()
    return len(found)


def hand_over(session: Session, actor: Actor, ids: Sequence[uuid.UUID], *, case_id: uuid.UUID | None = None) -> None:
    """Let the other side see files; from now on they are documents that stay. A second time changes nothing.

    :raises NotFound: one of them isn't the actor's own upload.
    :raises Conflict: one of them isn't ready.
    """
    for file_id in ids:
        row = _own(session, actor, file_id)
        if row.state is not FileState.READY:
            raise Conflict(lazy("Alla filer är inte kontrollerade än. Vänta en stund."), reason="not_ready")
        _hand_over(session, row, case_id, actor)
    session.flush()


def hand_over_all(session: Session, ids: Sequence[uuid.UUID], *, case_id: uuid.UUID | None = None) -> None:
    """Let the other side see files of several persons, whose signatures hand them over; the caller has checked whose.

    A second time changes nothing.

    :raises Conflict: one of them isn't ready.
    """
    held = select(StoredFile).where(StoredFile.id.in_(ids)).order_by(StoredFile.id).with_for_update()
    found = session.scalars(held).all()
    if len(found) != len(set(ids)) or any(row.state is not FileState.READY for row in found):
        raise Conflict(reason="not_ready")
    for row in found:
        _hand_over(session, row, case_id)
    session.flush()


def _hand_over(session: Session, row: StoredFile, case_id: uuid.UUID | None, actor: Actor | None = None) -> None:
    """Mark a ready file as handed over, once; nobody (None) is a client whose signature did it."""
    if row.handed_over_at is not None:
        return
    row.handed_over_at, row.case_id = now(), case_id or row.case_id
    audit.record(
        session,
        "file.handed_over",
        actor=actor,
        side=Side.CLIENT,
        subject_id=row.owner_id,
        object_id=row.id,
        detail=_place(row),
    )


def open_for(session: Session, actor: Actor, vault: Vault, file_id: uuid.UUID, *, reason: str = "case") -> Opened:
    """Open a file that the actor may know of; a reading by staff is logged.

    :raises NotFound: for every other file, and one that isn't ready.
    """
    view = queries.one(session, actor, file_id)
    if view.state is not FileState.READY:
        raise NotFound
    if actor.side is Side.STAFF:
        audit.record_read(session, actor, view.owner_id, "file", object_id=view.id, reason=reason)
    return Opened(view, content(session, vault, file_id))


def content(session: Session, vault: Vault, file_id: uuid.UUID) -> Iterator[bytes]:
    """Yield the content of a ready file; for callers who have checked, and logged, who may read it.

    :raises NotFound: no such file, or not ready.
    """
    columns = select(StoredFile.blob, StoredFile.content_key)
    row = session.execute(columns.where(StoredFile.id == file_id, StoredFile.state == FileState.READY)).one_or_none()
    if row is None or row.blob is None or row.content_key is None:
        raise NotFound
    return vault.get(file_id, row.blob, row.content_key)


def _new(
    session: Session, actor: Actor, place: Place, file_id: uuid.UUID, name: str, declared: str, size: int
) -> StoredFile:
    if actor.side is Side.CLIENT:
        if place.owner_id != actor.subject_id:
            raise NotFound
    elif place.case_id is not None:
        if people.case(session, actor, place.case_id).person_id != place.owner_id:
            raise NotFound
    else:
        people.client(session, actor, place.owner_id)
    return StoredFile(
        id=file_id,
        owner_id=place.owner_id,
        case_id=place.case_id,
        uploaded_by_person=actor.person_id if actor.side is Side.CLIENT else None,
        uploaded_by_staff=actor.staff_id,
        purpose=place.purpose,
        object_id=place.object_id,
        name=clean_name(name),
        declared_type=clean_type(declared),
        expected=size,
        received=0,
        state=FileState.RECEIVING,
    )


def _limited(session: Session, limits: Limits, row: StoredFile) -> Refusal | None:
    # Two uploads at once would both find room: whoever counts holds the owner's row.
    session.execute(select(Person.id).where(Person.id == row.owner_id).with_for_update())
    files, used = session.execute(
        select(func.count(), func.coalesce(func.sum(func.coalesce(StoredFile.size, StoredFile.expected)), 0)).where(
            StoredFile.purpose == row.purpose, StoredFile.object_id == row.object_id, StoredFile.state.in_(ALIVE)
        )
    ).one()
    return limits.refusal(row.expected, files, int(used))


def _own(session: Session, actor: Actor, file_id: uuid.UUID, *, removed: bool = False, held: bool = True) -> StoredFile:
    wanted = select(StoredFile).where(StoredFile.id == file_id).execution_options(populate_existing=True)
    row = session.scalars(wanted.with_for_update() if held else wanted).one_or_none()
    if row is None or (row.state is FileState.REMOVED and not removed):
        raise NotFound
    uploader = row.uploaded_by_person if actor.side is Side.CLIENT else row.uploaded_by_staff
    if uploader != actor.id:
        raise NotFound
    return row


def _add_part(session: Session, row: StoredFile, part: Sealed, start: int) -> None:
    session.flush()  # the row comes before its parts
    session.add(FilePart(blob=part.blob, file_id=row.id, start=start, size=part.size, content_key=part.key))
    row.received, row.touched_at = start + part.size, now()


def _refuse(row: StoredFile, reason: Refusal) -> None:
    row.state, row.reason = move(row.state, FileState.REFUSED), reason


def _place(row: StoredFile) -> dict[str, str]:
    return {"purpose": row.purpose, "object": str(row.object_id)}
