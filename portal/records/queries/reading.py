"""One record as its client reads it, and what changed in it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import NotFound
from portal.files import queries as files
from portal.files.queries import DocumentView, FileView
from portal.people import queries as people
from portal.people.models import Case, StaffMember
from portal.records.models import CaseRecord, Reading, Release, Version
from portal.records.queries.documents import document_of
from portal.records.queries.owners import Owner, owner, workers
from portal.records.queries.remarks import REMARK_FILES, DraftRow, RemarkRow, drafts_of, remarks_of
from portal.records.queries.texts import Texts, texts
from portal.records.queries.visible import in_force, reading
from portal.records.rules.difference import Difference, difference
from portal.records.rules.passages import Passage
from portal.records.rules.secrecy import Shown
from portal.records.rules.states import NoteType, RemarkState


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version that may be read, in the list of versions."""

    id: uuid.UUID
    number: int
    written_at: datetime
    author: str
    title: str
    reason: str
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that is read: one of its versions with everything the person has said of the record."""

    id: uuid.UUID
    case: people.CaseView
    type: NoteType
    event_at: datetime
    version: VersionRow
    versions: Sequence[VersionRow]
    passages: Sequence[Shown]
    remarks: Sequence[RemarkRow]
    # What a remark was made on, by the remark's id, where that passage stands no more in the version that is read and
    # its own version may still be read.
    quotes: Mapping[uuid.UUID, Shown]
    drafts: Mapping[uuid.UUID, DraftRow]
    # Who is to answer what is said of it now.
    answerer: Owner | None
    # The file that the version is, where it isn't a text.
    document: DocumentView | None
    # What was uploaded for remarks and drafts, by the id of each.
    files: Mapping[uuid.UUID, Sequence[FileView]]

    @property
    def unsaid(self) -> list[tuple[int, uuid.UUID]]:
        """Return the passages, with their place from 1, that may be read and that nothing is said or begun of."""
        said = {row.passage_id for row in self.remarks if row.state is not RemarkState.WITHDRAWN} | self.drafts.keys()
        return [
            (place, passage.id)
            for place, passage in enumerate(self.passages, 1)
            if not passage.hidden and passage.id not in said
        ]

    @property
    def is_newest(self) -> bool:
        """Tell whether no newer version may be read."""
        return self.version.id == self.versions[-1].id


@cache
def _versions() -> Select[CaseRecord, Version, Release, str | None]:
    return (
        select(CaseRecord, Version, Release, StaffMember.name)
        .join(Version, Version.record_id == CaseRecord.id)
        .join(Release, Release.version_id == Version.id)
        .join(Case, Case.id == CaseRecord.case_id)
        .outerjoin(StaffMember, StaffMember.id == Version.author_id)
        .where(
            people.reachable(Side.CLIENT),
            CaseRecord.id == bindparam("record_id"),
            CaseRecord.person_id == bindparam("reader_id"),
            in_force(),
        )
        .order_by(Version.number)
    )


def _open(session: Session, actor: Actor, record_id: uuid.UUID) -> tuple[CaseRecord, list[VersionRow]]:
    if actor.side is not Side.CLIENT:
        raise NotFound
    rows = session.execute(_versions(), reading(session, actor, record_id=record_id)).all()
    if not rows:
        raise NotFound
    return rows[0][0], [
        VersionRow(
            version.id,
            version.number,
            version.written_at,
            author or "",
            version.title,
            version.reason,
            release.summary,
        )
        for _record, version, release, author in rows
    ]


def _texts(session: Session, record_id: uuid.UUID, versions: Iterable[VersionRow]) -> Texts:
    found = texts(session, record_id, [version.id for version in versions])
    if found is None:
        raise NotFound  # withdrawn between the two questions
    return found


def record(
    session: Session,
    actor: Actor,
    record_id: uuid.UUID,
    *,
    number: int | None = None,
    version_id: uuid.UUID | None = None,
) -> Opened:
    """Return a record as its client may read it: in its newest version, or in another one that is released.

    :raises NotFound: for a foreign, an unknown, an unreleased and a withdrawn one alike.
    """
    found, versions = _open(session, actor, record_id)
    wanted = [row for row in versions if number in {None, row.number} and version_id in {None, row.id}]
    if not wanted:
        raise NotFound
    version = wanted[-1]
    remarks = remarks_of(session, record_id, actor.id)
    remarked = {remark.version_id for remark in remarks}
    read = _texts(session, record_id, [row for row in versions if row.id == version.id or row.id in remarked])
    passages = read.shown(version.id)
    drafts = drafts_of(session, record_id, actor.id)
    owners = [row.id for row in remarks] + [row.id for row in drafts.values()]
    return Opened(
        id=found.id,
        case=people.case(session, actor, found.case_id),
        type=found.type,
        event_at=found.event_at,
        version=version,
        versions=versions,
        passages=passages,
        remarks=remarks,
        quotes=_quotes(read, remarks, {passage.id for passage in passages}),
        drafts=drafts,
        answerer=owner(workers(session, [found.case_id]).get(found.case_id, ()), None),
        document=document_of(session, version.id),
        files=files.of_objects(session, actor, REMARK_FILES, owners) if owners else {},
    )


def _quotes(read: Texts, remarks: Iterable[RemarkRow], here: set[uuid.UUID]) -> dict[uuid.UUID, Shown]:
    found = {}
    for remark in remarks:
        if remark.passage_id is not None and remark.passage_id not in here and remark.version_id in read.passages:
            shown = read.shown(remark.version_id)
            found[remark.id] = next(passage for passage in shown if passage.id == remark.passage_id)
    return found


def has_read(session: Session, actor: Actor, version_id: uuid.UUID) -> bool:
    """Tell whether a client has read a version, whatever became of it since."""
    wanted = select(Reading.id).where(Reading.version_id == version_id, Reading.person_id == actor.person_id)
    return session.scalar(wanted) is not None


def changes(
    session: Session, actor: Actor, record_id: uuid.UUID, *, number: int | None = None
) -> tuple[VersionRow, VersionRow, list[Difference]]:
    """Return the version before, a version (the newest, unless another is named), and what changed between them.

    :raises NotFound: where the client may not read both.
    """
    _found, versions = _open(session, actor, record_id)
    numbers = [row.number for row in versions]
    place = numbers.index(number) if number in numbers else len(versions) - 1 if number is None else 0
    if place == 0:
        raise NotFound
    before, after = versions[place - 1], versions[place]
    both = _texts(session, record_id, [before, after])
    old, new = both.shown(before.id), both.shown(after.id)
    hidden = {passage.id for passage in (*old, *new) if passage.hidden}
    return before, after, difference(_plain(old), _plain(new), hidden)


def _plain(shown: Iterable[Shown]) -> list[Passage]:
    return [Passage(passage.id, passage.text) for passage in shown]
