"""Records and remarks on their way to the back office, whole each time, in the words of ``sync.contract``."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.files import queries as files
from portal.records.models import CaseRecord, Mask, Passage, Release, Remark, Turn, Version
from portal.records.queries.documents import document_of
from portal.records.queries.remarks import REMARK_FILES
from portal.records.rules.states import Delivery, Ground, NoteStatus, VersionState
from portal.sync import service as outbox
from portal.sync.contract import Author, Kind, NoteRecord, RemarkRecord
from portal.sync.contract.files import FilePart
from portal.sync.contract.records import AnswerPart, PassagePart
from portal.sync.queries import their_id

_STATUS = {
    VersionState.LOCKED: NoteStatus.LOCKED,
    VersionState.RELEASED: NoteStatus.RELEASED,
    VersionState.WITHDRAWN: NoteStatus.WITHDRAWN,
}


def tell_record(session: Session, record: CaseRecord, version: Version) -> None:
    """Put a record, as a locked version of it has it, into the client's lane to the back office."""
    session.flush()
    release = session.scalars(
        select(Release).where(Release.version_id == version.id).order_by(Release.released_at.desc()).limit(1)
    ).one_or_none()
    if version.locked_at is None:
        raise ValueError("a version that is still worked on is never told of")
    author = their_id(session, Kind.STAFF, version.author_id) if version.author_id else ""
    document = document_of(session, version.id)
    released_by = release.released_by if release else None
    payload = NoteRecord(
        id=their_id(session, Kind.NOTE, record.id),
        case_id=their_id(session, Kind.CASE, record.case_id),
        person_id=their_id(session, Kind.PERSON, record.person_id),
        author_id=author,
        type=record.type,
        title=version.title,
        event_at=record.event_at,
        child_sensitive=record.child_sensitive,
        revision=version.revision,
        reason=version.reason,
        written_at=version.written_at,
        locked_at=version.locked_at,
        status=_STATUS[version.state],
        released_by=their_id(session, Kind.STAFF, released_by) if released_by else None,
        visible_from=release.visible_from if release else None,
        for_guardians=bool(release and release.for_guardians),
        passages=_passages(session, version, release),
        file=document.checksum if document else None,
    ).to_payload()
    sent = [document.checksum] if document and document.uploaded else []
    record.outbox_id = outbox.enqueue(session, Kind.NOTE, record.person_id, payload, files=sent)
    record.delivery = Delivery.PENDING


def _passages(session: Session, version: Version, release: Release | None) -> tuple[PassagePart, ...]:
    masks: dict[uuid.UUID, Ground] = {}
    if release is not None:
        masks = {mask.passage_id: mask.ground for mask in _masks(session, release)}
    rows = session.scalars(select(Passage).where(Passage.version_id == version.id).order_by(Passage.position))
    return tuple(PassagePart(_passage_id(row), row.text, masks.get(row.passage_id)) for row in rows)


def _masks(session: Session, release: Release) -> list[Mask]:
    return list(session.scalars(select(Mask).where(Mask.release_id == release.id)))


def _passage_id(passage: Passage) -> str:
    return passage.source or str(passage.passage_id)


def tell_remark(session: Session, record: CaseRecord, remark: Remark) -> None:
    """Put a remark, with all that was said to it, into the client's lane to the back office."""
    session.flush()
    passage = session.scalars(
        select(Passage).where(Passage.version_id == remark.version_id, Passage.passage_id == remark.passage_id)
    ).one_or_none()
    sent = [entry for _object_id, entry in files.ready_of(session, REMARK_FILES, [remark.id])]
    payload = RemarkRecord(
        id=str(remark.id),
        note_id=their_id(session, Kind.NOTE, record.id),
        revision=session.get_one(Version, remark.version_id).revision,
        passage_id=_passage_id(passage) if passage else None,
        passage=passage.text if passage else "",
        case_id=their_id(session, Kind.CASE, record.case_id),
        person_id=their_id(session, Kind.PERSON, record.person_id),
        author_id=their_id(session, Kind.PERSON, remark.person_id),
        says=remark.kind,
        text=remark.text,
        made_at=remark.made_at,
        withdrawn_at=remark.withdrawn_at,
        answers=answers_of(session, remark),
        files=tuple(FilePart(entry.name, entry.kind.value, entry.size, entry.checksum) for entry in sent),
    ).to_payload()
    checksums = [entry.checksum for entry in sent]
    remark.outbox_id = outbox.enqueue(session, Kind.REMARK, record.person_id, payload, files=checksums)
    remark.delivery = Delivery.PENDING


def answers_of(session: Session, remark: Remark) -> tuple[AnswerPart, ...]:
    """Return what was said to a remark, in order, in the words of the contract."""
    rows = session.execute(
        select(Turn, func.coalesce(Version.revision, Turn.revision))
        .outerjoin(Version, Version.id == Turn.version_id)
        .where(Turn.remark_id == remark.id)
        .order_by(Turn.number)
    )
    return tuple(
        AnswerPart(
            Author.CLIENT if turn.side is Side.CLIENT else Author.STAFF,
            _author(session, turn),
            turn.outcome,
            turn.text,
            revision,
            turn.at,
        )
        for turn, revision in rows
    )


def _author(session: Session, turn: Turn) -> str:
    if turn.author_staff_id is not None:
        return their_id(session, Kind.STAFF, turn.author_staff_id)
    if turn.author_person_id is None:
        raise ValueError("a turn without an author")
    return their_id(session, Kind.PERSON, turn.author_person_id)
