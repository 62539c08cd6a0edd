"""Documents that staff upload: a record whose versions are files, each quarantined until it has been checked."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.files import service as files
from portal.files.kinds import Sort, sort_of
from portal.files.service import Place, Vault
from portal.records.models import CaseRecord, Document, Version
from portal.records.queries.documents import DOCUMENT_FILES
from portal.records.rules.states import NoteType, VersionState
from portal.records.service.holding import hold, hold_version, latest, need
from portal.records.service.writing import WRITE, About, begin_record, begin_version, checked, log


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it comes: its name, what its browser takes it for, how it begins, and its content, read once."""

    name: str = field(repr=False)
    declared: str
    head: bytes = field(repr=False)
    content: Iterable[bytes] = field(repr=False)


def write_document(
    session: Session, actor: Actor, vault: Vault, *, case_id: uuid.UUID, about: About, submission: str, upload: Upload
) -> Version:
    """Begin a record that is a document, with its file, which its authors may still change.

    The same submission again returns the first version of the record that it began, as it is.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises InvalidInput: the title is empty or too long, it is no PDF, or the submission isn't one of ours.
    :raises StoreError: the store failed; nothing was taken in.
    """
    _check_kind(upload)
    made, begun = begin_record(session, actor, case_id=case_id, about=about, submission=submission, passages=())
    if begun:
        _take_in(session, actor, vault, session.get_one(CaseRecord, made.record_id), made, upload)
    return made


def revise_document(
    session: Session, actor: Actor, vault: Vault, record_id: uuid.UUID, *, title: str, reason: str, upload: Upload
) -> Version:
    """Begin a new version of a document with another file; ``reason`` tells the client why.

    :raises NotFound: the actor doesn't work on the case, or it is no document.
    :raises Forbidden: the right to write is missing. :raises Conflict: another version is still worked on.
    :raises InvalidInput: the title is empty or too long, or it is no PDF.
    """
    need(actor, WRITE)
    _check_kind(upload)
    record = _document(hold(session, actor, record_id))
    before = latest(session, record_id)
    if before.state is VersionState.WORKING:
        raise Conflict(reason="working")
    made = begin_version(session, actor, record, before.number + 1, title, ())
    made.reason = reason
    _take_in(session, actor, vault, record, made, upload)
    return made


def edit_document(
    session: Session,
    actor: Actor,
    vault: Vault,
    version_id: uuid.UUID,
    *,
    title: str,
    reason: str,
    seen: str,
    upload: Upload | None,
) -> Version:
    """Change a document that isn't locked yet: its title, and with ``upload`` its file, whose former one goes.

    :raises NotFound: the actor doesn't work on the case, or it is no document.
    :raises Forbidden: the right to write is missing.
    :raises Conflict: it is locked, or somebody has changed it since ``seen``.
    :raises InvalidInput: the title is empty or too long, or it is no PDF.
    """
    need(actor, WRITE)
    if upload is not None:
        _check_kind(upload)
    record, version = hold_version(session, actor, version_id)
    _document(record)
    if version.state is not VersionState.WORKING or version.stamp != seen:
        raise Conflict(reason="locked" if version.locked_at else "changed")
    version.title, version.reason, version.author_id, version.written_at = checked(title), reason, actor.staff_id, now()
    if upload is not None:
        session.execute(delete(Document).where(Document.version_id == version.id))
        files.discard(session, DOCUMENT_FILES, version.id)
        _take_in(session, actor, vault, record, version, upload)
    log(session, actor, "record.edited", record, version)
    return version


def _check_kind(upload: Upload) -> None:
    # What it is is seen at once; whether it may come in is for the checks to say.
    if sort_of(upload.head) is not Sort.PDF:
        raise InvalidInput(lazy("Välj en pdf. Andra filer går inte."), reason="kind")


def _document(record: CaseRecord) -> CaseRecord:
    if record.type is not NoteType.DOCUMENT:
        raise NotFound
    return record


def _take_in(
    session: Session, actor: Actor, vault: Vault, record: CaseRecord, version: Version, upload: Upload
) -> None:
    place = Place(DOCUMENT_FILES, version.id, record.person_id, record.case_id)
    name, declared = upload.name, upload.declared
    row = files.receive(session, actor, vault, place=place, name=name, stream=upload.content, declared=declared)
    session.add(Document(version_id=version.id, upload_id=row.id))
    session.flush()
