"""What the back office says of documentation: that it has ours, and what was written, released or withdrawn there.

Nothing is shown that isn't certain: a record without passages is an alarm, a release by rule waits for a person where
somebody may be hurt, and what was withdrawn here is not released again from there.
"""

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.errors import InvalidInput
from portal.core.ids import new_id
from portal.core.text import clean_text
from portal.files import incoming
from portal.people.models import Case, Person
from portal.records.incoming import link_corrections
from portal.records.models import CaseRecord, Document, Mask, Passage, Release, Remark, Version
from portal.records.queries.documents import document_of
from portal.records.queries.working import latest_masks
from portal.records.rules.passages import Passage as Text
from portal.records.rules.passages import Written, number
from portal.records.rules.secrecy import default_release, masks_go_on, needs_person
from portal.records.rules.states import Delivery, Ground, NoteStatus, NoteType, Origin, VersionState
from portal.records.service.holding import known_ids, latest, next_revision, texts_of
from portal.records.service.releasing import Check, Hidden, end, give, take_back
from portal.sync.contract import Change, Delivered, Kind, NoteRecord, Resent, Stuck, UnknownCode
from portal.sync.inbox import Applied, LinkMissing, needed
from portal.sync.queries import local_id, own_id

_SHA256 = re.compile(r"[0-9a-f]{64}")


def on_delivered(session: Session, event: Delivered) -> None:
    """Note that the back office has acknowledged the latest that it was told of a record or a remark."""
    for row in _sent_as(session, event.kind, event.message_id):
        row.delivery = Delivery.DELIVERED


def on_stuck(session: Session, event: Stuck) -> None:
    """Note that the latest that was told of a record or a remark needs a person's help to get through."""
    for row in _sent_as(session, event.kind, event.message_id):
        if row.delivery is Delivery.PENDING:
            row.delivery = Delivery.STUCK


def on_resent(session: Session, event: Resent) -> None:
    """Note that somebody has helped what was told of a record or a remark along: it is under way again."""
    for row in _sent_as(session, event.kind, event.message_id):
        if row.delivery is Delivery.STUCK:
            row.delivery = Delivery.PENDING


def _sent_as(session: Session, kind: str, outbox_id: uuid.UUID) -> list[CaseRecord | Remark]:
    if kind == Kind.NOTE:
        return list(session.scalars(select(CaseRecord).where(CaseRecord.outbox_id == outbox_id).with_for_update()))
    if kind == Kind.REMARK:
        return list(session.scalars(select(Remark).where(Remark.outbox_id == outbox_id).with_for_update()))
    return []


def receive(session: Session, change: Change) -> Applied:
    """Take in a record as it stands in the back office: a new one, a new version, a release or its end.

    :raises UnknownCode: the payload can't be read strictly, or its text has no passages or ids that repeat.
    :raises LinkMissing: its case, author or releaser hasn't come yet.
    """
    known = _held(session, change.source_id)
    if change.deleted:
        if known is not None:
            take_back(session, known, None)
        return Applied(known.id if known else None, "note_deleted")
    record = NoteRecord.from_payload(change.payload)
    _check(change, record)
    case = session.get(Case, needed(session, Kind.CASE, record.case_id))
    if case is None:
        raise LinkMissing
    if known is not None and known.case_id != case.id:
        raise UnknownCode("note.case_id")
    if known is not None and (known.type is NoteType.DOCUMENT) is not (record.type is NoteType.DOCUMENT):
        raise UnknownCode("note.type")
    row = _row(session, known, case, record)
    version = _version(session, row, record)
    link_corrections(session, row)
    warning = _apply_status(session, row, version, record)
    detail = {"case": str(case.id), "version": version.number, "status": record.status.value}
    audit.record(session, "record.received", subject_id=row.person_id, object_id=row.id, detail=detail)
    session.flush()
    return Applied(row.id, warning)


def _held(session: Session, source_id: str) -> CaseRecord | None:
    """Return the record of ours that the back office means: linked to its id, or written here and known by our own."""
    found = local_id(session, Kind.NOTE, source_id) or own_id(source_id)
    return session.get(CaseRecord, found, with_for_update=True) if found else None


def _check(change: Change, record: NoteRecord) -> None:
    ids = [part.id for part in record.passages if part.id is not None]
    if record.id != change.source_id:
        raise UnknownCode("note.id")
    if record.type is NoteType.DOCUMENT:
        _check_document(record)
        return
    if record.file is not None:
        raise UnknownCode("note.file")
    if not record.passages or len(set(ids)) < len(ids) or not all(clean_text(part.text) for part in record.passages):
        raise UnknownCode("note.passages")


def _check_document(record: NoteRecord) -> None:
    if record.file is None or not _SHA256.fullmatch(record.file):
        raise UnknownCode("note.file")
    if record.passages:
        raise UnknownCode("note.passages")  # no page shows a text beside a file: nobody would have checked it


def _row(session: Session, known: CaseRecord | None, case: Case, record: NoteRecord) -> CaseRecord:
    row = known or CaseRecord(
        id=new_id(),
        case_id=case.id,
        person_id=case.person_id,
        origin=Origin.BACKOFFICE,
        delivery=Delivery.DELIVERED,
    )
    row.type, row.event_at, row.child_sensitive = record.type, record.event_at, record.child_sensitive
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True, slots=True)
class _Part:
    """A passage of theirs under our id."""

    written: Written
    source: str | None


def _parts(session: Session, row: CaseRecord, record: NoteRecord) -> list[_Part]:
    sources = {
        passage.source: passage.passage_id
        for passage in session.scalars(
            select(Passage).join(Version, Version.id == Passage.version_id).where(Version.record_id == row.id)
        )
        if passage.source
    }
    known = known_ids(session, row.id)
    found = []
    for part in record.passages:
        own = own_id(part.id)
        id_ = sources.get(part.id or "") or (own if own in known else None)
        if id_ is None and part.id is not None:
            id_ = new_id()  # its author says that it is another one than all before, whatever its text
        found.append(_Part(Written(clean_text(part.text), id_), part.id))
    return found


def _version(session: Session, row: CaseRecord, record: NoteRecord) -> Version:
    """Return the version that holds this text: the latest locked one if it is the same, else a new one."""
    parts = _parts(session, row, record)
    versions = session.scalars(
        select(Version)
        .where(Version.record_id == row.id, Version.state != VersionState.WORKING)
        .order_by(Version.number.desc())
    ).all()
    title, texts = clean_text(record.title), [part.written.text for part in parts]
    for version in versions:
        # An older one is meant where the back office has not taken in our latest yet.
        if version is versions[0] or (version.revision == record.revision < versions[0].revision):
            held, file = [passage.text for passage in texts_of(session, version.id)], document_of(session, version.id)
            if (version.title, held, file.checksum if file else None) == (title, texts, record.file):
                return version
    return _new_version(session, row, record, parts, versions[0] if versions else None)


def _new_version(
    session: Session, row: CaseRecord, record: NoteRecord, parts: list[_Part], locked: Version | None
) -> Version:
    numbered = _numbered(session, row, parts, locked) if record.file is None else []
    made = Version(
        id=new_id(),
        record_id=row.id,
        number=_make_room(session, row, locked),
        state=VersionState.LOCKED,
        title=clean_text(record.title),
        author_id=needed(session, Kind.STAFF, record.author_id) if record.author_id else None,
        written_at=record.written_at,
        locked_at=record.locked_at,
        reason=clean_text(record.reason),
        revision=record.revision,
    )
    session.add(made)
    session.flush()
    if record.file is not None:
        session.add(Document(version_id=made.id, file_id=incoming.expect(session, record.file)))
    session.add_all(
        Passage(version_id=made.id, passage_id=passage.id, position=place, text=passage.text, source=part.source)
        for place, (passage, part) in enumerate(zip(numbered, parts, strict=True))
    )
    session.flush()
    return made


def _numbered(session: Session, row: CaseRecord, parts: list[_Part], locked: Version | None) -> list[Text]:
    before = texts_of(session, locked.id) if locked else []
    known = known_ids(session, row.id) | {part.written.id for part in parts if part.written.id}
    try:
        return number([part.written for part in parts], before, known, new_id)
    except InvalidInput:
        raise UnknownCode("note.passages") from None


def _make_room(session: Session, row: CaseRecord, locked: Version | None) -> int:
    """Return the number of a version to come; one that is still worked on here moves behind it."""
    count = (locked.number if locked else 0) + 1
    if locked is not None:
        working = latest(session, row.id)
        if working.state is VersionState.WORKING:
            working.number, working.revision = count + 1, next_revision(session, row.id) + 1
            session.flush()
    return count


def _apply_status(session: Session, row: CaseRecord, version: Version, record: NoteRecord) -> str:
    person = session.get_one(Person, row.person_id)
    if record.status is NoteStatus.WITHDRAWN:
        take_back(session, row, None)
        return ""
    if needs_person(person.protection, child_sensitive=row.child_sensitive):
        _take_back_by_rule(session, row)
    if record.status is NoteStatus.LOCKED:
        return ""
    if version.state is VersionState.WITHDRAWN and _withdrawn_here(session, version):
        return "withdrawn_here"
    check = _check_of(session, person, row, version, record)
    if check is None:
        return "release_needs_person"
    if version.state is VersionState.RELEASED:
        if _same_check(session, version, check):
            return ""
        end(session, _in_force(session, version), version, None)
    released_by = needed(session, Kind.STAFF, record.released_by) if record.released_by else None
    give(session, row, version, check, released_by)
    return "guardians_at_childs_talk" if record.for_guardians and row.child_sensitive else ""


def _check_of(session: Session, person: Person, row: CaseRecord, version: Version, record: NoteRecord) -> Check | None:
    """Return what was decided here and there, or None where a person must decide."""
    visible_from = record.visible_from
    if record.released_by is None:
        by_rule = default_release(
            row.type, record.locked_at, protection=person.protection, child_sensitive=row.child_sensitive
        )
        if by_rule is None:
            return None
        visible_from = max(by_rule, visible_from or by_rule)
    masks = _masks(session, row, version, record)
    if masks is None:
        return None
    hidden = tuple(Hidden(passage_id, ground) for passage_id, ground in masks.items())
    return Check(hidden, visible_from, record.for_guardians and not row.child_sensitive)


def _masks(session: Session, row: CaseRecord, version: Version, record: NoteRecord) -> dict[uuid.UUID, Ground] | None:
    """Return what is hidden here and there; None where a person must look at it first."""
    here = [passage.id for passage in texts_of(session, version.id)]
    before = known_ids(session, row.id, before=version.number)
    held = masks_go_on(latest_masks(session, row.id), before, here)
    if held is None:
        return None
    theirs = {id_: part.ground for id_, part in zip(here, record.passages, strict=True) if part.ground is not None}
    return held | theirs


def _in_force(session: Session, version: Version) -> Release:
    return session.scalars(
        select(Release).where(Release.version_id == version.id, Release.withdrawn_at.is_(None))
    ).one()


def _same_check(session: Session, version: Version, check: Check) -> bool:
    """Tell whether a release in force hides at least what the back office hides, and lets no more people in."""
    release = _in_force(session, version)
    masks: dict[uuid.UUID, Ground] = {
        mask.passage_id: mask.ground for mask in session.scalars(select(Mask).where(Mask.release_id == release.id))
    }
    return {each.passage_id for each in check.hidden} <= masks.keys() and release.for_guardians == check.for_guardians


def _take_back_by_rule(session: Session, row: CaseRecord) -> None:
    """End every release that no person decided on, where a person must."""
    rows = session.execute(
        select(Release, Version)
        .join(Version, Version.id == Release.version_id)
        .where(Release.record_id == row.id, Release.withdrawn_at.is_(None), Release.released_by.is_(None))
    )
    for release, version in rows.all():
        end(session, release, version, None)


def _withdrawn_here(session: Session, version: Version) -> bool:
    by = session.scalars(
        select(Release.withdrawn_by)
        .where(Release.version_id == version.id)
        .order_by(Release.withdrawn_at.desc())
        .limit(1)
    ).one_or_none()
    return by is not None
