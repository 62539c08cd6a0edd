"""What staff see of the documentation of the cases they work on: records in every state, with masks and remarks."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor, Side
from portal.core.errors import NotFound
from portal.files.queries import DocumentView
from portal.people import queries as people
from portal.people.models import Case, StaffMember
from portal.records.models import CaseRecord, Mask, Reading, Release, Remark, Version
from portal.records.queries.documents import document_of
from portal.records.queries.remarks import RemarkRow, remarks_of
from portal.records.queries.texts import passages_of
from portal.records.rules.passages import Passage
from portal.records.rules.states import Ground, NoteType, RemarkState, VersionState


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A record in a case's list for staff, in its latest version whatever its state."""

    id: uuid.UUID
    type: NoteType
    title: str
    event_at: datetime
    number: int
    state: VersionState
    author: str
    waiting: int


@dataclass(frozen=True, slots=True)
class WorkVersion:
    """A version for staff; ``visible_from`` and ``read_at`` are of its release in force, ``masks`` of the latest."""

    id: uuid.UUID
    number: int
    state: VersionState
    title: str
    author: str
    written_at: datetime
    locked_at: datetime | None
    reason: str
    visible_from: datetime | None
    read_at: datetime | None
    # Tells this text from what was saved before and after it.
    stamp: str


@dataclass(frozen=True, slots=True)
class Worked:
    """A record as staff work on it: one version with every passage, and all that was remarked on the record."""

    id: uuid.UUID
    case: people.CaseView
    type: NoteType
    event_at: datetime
    child_sensitive: bool
    version: WorkVersion
    versions: Sequence[WorkVersion]
    passages: Sequence[Passage]
    masks: Mapping[uuid.UUID, Ground]
    remarks: Sequence[RemarkRow]
    # The file that the version is, where it isn't a text.
    document: DocumentView | None

    @property
    def to_answer(self) -> list[RemarkRow]:
        """Return the remarks that this version was begun to correct and that wait for their answer."""
        return [row for row in self.remarks if row.correction_id == self.version.id and row.state is RemarkState.OPEN]


@cache
def _of_case() -> Select[CaseRecord, Version, str | None, int]:
    other = aliased(Version)
    latest = select(func.max(other.number)).where(other.record_id == CaseRecord.id).scalar_subquery()
    waiting = (
        select(func.count())
        .select_from(Remark)
        .where(Remark.record_id == CaseRecord.id, Remark.state == RemarkState.OPEN)
        .scalar_subquery()
    )
    return (
        select(CaseRecord, Version, StaffMember.name, waiting)
        .join(Version, Version.record_id == CaseRecord.id)
        .join(Case, Case.id == CaseRecord.case_id)
        .outerjoin(StaffMember, StaffMember.id == Version.author_id)
        .where(people.reachable(Side.STAFF), CaseRecord.case_id == bindparam("case_id"), Version.number == latest)
        .order_by(CaseRecord.event_at.desc(), CaseRecord.id.desc())
        .limit(200)
    )


def case_records(session: Session, actor: Actor, case_id: uuid.UUID) -> list[WorkRow]:
    """Return the latest 200 records of a case that a staff actor works on, the newest first; none of other cases."""
    rows = session.execute(_of_case(), people.scope(actor, case_id=case_id))
    return [
        WorkRow(
            record.id,
            record.type,
            version.title,
            record.event_at,
            version.number,
            version.state,
            author or "",
            waiting,
        )
        for record, version, author, waiting in rows
    ]


@cache
def _versions() -> Select[CaseRecord, Version, str | None, datetime | None, datetime | None]:
    read = select(func.min(Reading.first_at)).where(Reading.version_id == Version.id).scalar_subquery()
    return (
        select(CaseRecord, Version, StaffMember.name, Release.visible_from, read)
        .join(Version, Version.record_id == CaseRecord.id)
        .join(Case, Case.id == CaseRecord.case_id)
        .outerjoin(Release, (Release.version_id == Version.id) & Release.withdrawn_at.is_(None))
        .outerjoin(StaffMember, StaffMember.id == Version.author_id)
        .where(people.reachable(Side.STAFF), CaseRecord.id == bindparam("record_id"))
        .order_by(Version.number)
    )


def worked(
    session: Session,
    actor: Actor,
    record_id: uuid.UUID,
    *,
    number: int | None = None,
    version_id: uuid.UUID | None = None,
) -> Worked:
    """Return a record of a case that a staff actor works on, in its latest version or in another one.

    The caller logs the reading.

    :raises NotFound: for a foreign or unknown one alike.
    """
    if actor.side is not Side.STAFF:
        raise NotFound
    rows = session.execute(_versions(), people.scope(actor, record_id=record_id)).all()
    versions = [_version(version, author, visible_from, read_at) for _r, version, author, visible_from, read_at in rows]
    wanted = [row for row in versions if number in {None, row.number} and version_id in {None, row.id}]
    if not wanted:
        raise NotFound
    version = wanted[-1]
    record: CaseRecord = rows[0][0]
    return Worked(
        id=record.id,
        case=people.case(session, actor, record.case_id),
        type=record.type,
        event_at=record.event_at,
        child_sensitive=record.child_sensitive,
        version=version,
        versions=versions,
        passages=passages_of(session, [version.id])[version.id],
        masks=latest_masks(session, record_id),
        remarks=remarks_of(session, record_id),
        document=document_of(session, version.id),
    )


def _version(
    version: Version, author: str | None, visible_from: datetime | None, read_at: datetime | None
) -> WorkVersion:
    return WorkVersion(
        version.id,
        version.number,
        version.state,
        version.title,
        author or "",
        version.written_at,
        version.locked_at,
        version.reason,
        visible_from,
        read_at,
        version.stamp,
    )


def latest_masks(session: Session, record_id: uuid.UUID) -> dict[uuid.UUID, Ground]:
    """Return what the latest secrecy check of a record hid, also of a withdrawn release: where the next one begins."""
    release_id = (
        select(Release.id)
        .join(Version, Version.id == Release.version_id)
        .where(Release.record_id == record_id)
        .order_by(Release.released_at.desc(), Version.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(select(Mask.passage_id, Mask.ground).where(Mask.release_id == release_id))
    return {row.passage_id: row.ground for row in rows}


def worked_remark(session: Session, actor: Actor, remark_id: uuid.UUID) -> tuple[Worked, RemarkRow]:
    """Return a remark and the record it was made on, in the version that was read then.

    The caller logs the reading.

    :raises NotFound: the actor doesn't work on the case, or there is no such remark.
    """
    row = session.execute(
        select(Remark.record_id, Version.number)
        .join(Version, Version.id == Remark.version_id)
        .where(Remark.id == remark_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    found = worked(session, actor, row.record_id, number=row.number)
    return found, next(remark for remark in found.remarks if remark.id == remark_id)
