"""The client's list of what may be read, with what is new, and a search in it."""

import enum
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.files.queries import DocumentView
from portal.people import queries as people
from portal.people.models import Case, StaffMember
from portal.records.models import CaseRecord, Reading, Release, Remark, Version
from portal.records.queries.documents import documents_of
from portal.records.queries.texts import shown_newest
from portal.records.queries.visible import in_force, is_newest, reading
from portal.records.rules.states import NoteType, RemarkKind, RemarkState

PAGE_SIZE = 30
# What one search looks through: the newest records, some years of documentation.
MOST_SEARCHED = 1000
# Every page of the client's counts what is new: what it costs must not grow with the years.
MOST_COUNTED = 200


class Only(enum.StrEnum):
    """Which records a list holds."""

    ALL = "all"
    UNREAD = "unread"
    REMARKED = "remarked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record in the client's list, in the newest version that may be read."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_title: str
    type: NoteType
    title: str
    event_at: datetime
    version_id: uuid.UUID
    number: int
    written_at: datetime
    author: str
    read: bool
    remarks: Mapping[RemarkState, int]
    agreed: bool
    # The file that it is, where it isn't a text.
    document: DocumentView | None


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Records, the latest first; ``older`` is the id of the one before which there are more."""

    rows: Sequence[RecordRow]
    older: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Found:
    """A record in which a search found something, and the passages that hold it."""

    row: RecordRow
    passages: Sequence[str] = field(repr=False)


def _released() -> Select[*tuple[Any, ...]]:
    read = select(Reading.id).where(Reading.version_id == Version.id, Reading.person_id == bindparam("person_id"))
    return (
        select(CaseRecord, Version, Case.title, StaffMember.name, read.exists())
        .join(Version, Version.record_id == CaseRecord.id)
        .join(Release, Release.version_id == Version.id)
        .join(Case, Case.id == CaseRecord.case_id)
        .outerjoin(StaffMember, StaffMember.id == Version.author_id)
        .where(people.reachable(Side.CLIENT), CaseRecord.person_id == bindparam("reader_id"), in_force(), is_newest())
    )


def _unread() -> ColumnElement[bool]:
    return ~(
        select(Reading.id).where(Reading.version_id == Version.id, Reading.person_id == bindparam("person_id")).exists()
    )


def _remarked(*states: RemarkState) -> ColumnElement[bool]:
    found = select(Remark.id).where(Remark.record_id == CaseRecord.id, Remark.person_id == bindparam("person_id"))
    return (found.where(Remark.state.in_(states)) if states else found).exists()


@cache
def _list(only: Only, *, of_case: bool, older: bool) -> Select[*tuple[Any, ...]]:
    wanted = _released().order_by(CaseRecord.event_at.desc(), CaseRecord.id.desc()).limit(PAGE_SIZE + 1)
    if only is Only.UNREAD:
        wanted = wanted.where(_unread())
    elif only is Only.REMARKED:
        wanted = wanted.where(_remarked())
    elif only is Only.ANSWERED:
        wanted = wanted.where(_remarked(RemarkState.ANSWERED))
    if of_case:
        wanted = wanted.where(CaseRecord.case_id == bindparam("case_id"))
    if older:
        at, id_ = (
            bindparam("before_at", type_=CaseRecord.event_at.type),
            bindparam("before_id", type_=CaseRecord.id.type),
        )
        wanted = wanted.where(or_(CaseRecord.event_at < at, and_(CaseRecord.event_at == at, CaseRecord.id < id_)))
    return wanted


def records(
    session: Session,
    actor: Actor,
    *,
    only: Only = Only.ALL,
    case_id: uuid.UUID | None = None,
    before: uuid.UUID | None = None,
) -> RecordPage:
    """Return what a client may read, the latest first; an unknown ``before`` means from the start."""
    parameters = reading(session, actor, person_id=actor.id, case_id=case_id)
    start = (
        session.execute(
            select(CaseRecord.event_at, CaseRecord.id).where(
                CaseRecord.id == before, CaseRecord.person_id == actor.subject_id
            )
        ).one_or_none()
        if before
        else None
    )
    if start is not None:
        parameters |= {"before_at": start[0], "before_id": start[1]}
    found = session.execute(_list(only, of_case=case_id is not None, older=start is not None), parameters).all()
    rows = _rows(session, actor, found[:PAGE_SIZE])
    return RecordPage(rows, rows[-1].id if len(found) > PAGE_SIZE else None)


def _rows(session: Session, actor: Actor, found: Iterable[Any]) -> list[RecordRow]:
    found = list(found)
    counts: dict[uuid.UUID, dict[RemarkState, int]] = defaultdict(dict)
    agreed: set[uuid.UUID] = set()
    said = session.execute(
        select(Remark.record_id, Remark.state, Remark.kind, func.count())
        .where(Remark.record_id.in_([record.id for record, *_ in found]), Remark.person_id == actor.id)
        .group_by(Remark.record_id, Remark.state, Remark.kind)
    )
    for record_id, state, kind, count in said:
        counts[record_id][state] = counts[record_id].get(state, 0) + count
        if kind is RemarkKind.RIGHT and state is RemarkState.AGREED:
            agreed.add(record_id)
    documents = documents_of(session, [version.id for _record, version, *_ in found])
    return [
        RecordRow(
            id=record.id,
            case_id=record.case_id,
            case_title=case_title,
            type=record.type,
            title=version.title,
            event_at=record.event_at,
            version_id=version.id,
            number=version.number,
            written_at=version.written_at,
            author=author or "",
            read=read,
            remarks=counts[record.id],
            agreed=record.id in agreed,
            document=documents.get(version.id),
        )
        for record, version, case_title, author, read in found
    ]


@cache
def _count_unread() -> Select[int]:
    newest = (
        _released()
        .with_only_columns(Version.id)
        .order_by(CaseRecord.event_at.desc(), CaseRecord.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    read = select(Reading.id).where(Reading.version_id == newest.c.id, Reading.person_id == bindparam("person_id"))
    return select(func.count()).select_from(newest).where(~read.exists())


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many of the newest records hold a version that the client may read and has not."""
    return session.scalar(_count_unread(), reading(session, actor, person_id=actor.id)) or 0


@cache
def _searched() -> Select[*tuple[Any, ...]]:
    return _released().order_by(CaseRecord.event_at.desc(), CaseRecord.id.desc()).limit(MOST_SEARCHED)


def search(session: Session, actor: Actor, words: str) -> list[Found]:
    """Return the records whose title or shown text holds every word, the latest first.

    Texts are decrypted and looked through in memory: the database holds no word of them in plain.
    """
    wanted = [word.casefold() for word in words.split()]
    if not wanted:
        return []
    rows = session.execute(_searched(), reading(session, actor, person_id=actor.id)).all()
    shown = shown_newest(session, {record.id: version.id for record, version, *_ in rows})
    hits = []
    for row in rows:
        title, passages = row[1].title, [passage.text for passage in shown.get(row[1].id, ())]
        if all(any(word in text.casefold() for text in (title, *passages)) for word in wanted):
            hits.append((row, [text for text in passages if any(word in text.casefold() for word in wanted)]))
    found = _rows(session, actor, [row for row, _passages in hits[:PAGE_SIZE]])
    return [Found(row, passages) for row, (_row, passages) in zip(found, hits, strict=False)]
