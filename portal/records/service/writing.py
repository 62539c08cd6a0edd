"""Writing a record, locking it, and writing its next version."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.core.states import move
from portal.people import queries as people
from portal.records import outgoing
from portal.records.models import CaseRecord, Passage, Version
from portal.records.rules.passages import Written, check, number, split
from portal.records.rules.states import MAX_TITLE, VERSION_TRANSITIONS, NoteType, VersionState
from portal.records.service.holding import hold, hold_version, known_ids, latest, need, next_revision, texts_of

WRITE = "record:write"


@dataclass(frozen=True, slots=True)
class About:
    """What a record is about, apart from its text."""

    type: NoteType
    title: str = field(repr=False)
    event_at: datetime
    child_sensitive: bool = False


def write(session: Session, actor: Actor, *, case_id: uuid.UUID, about: About, text: str) -> Version:
    """Begin a record in a case with its first version, which its authors may still change.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises InvalidInput: title or text is empty or too long.
    """
    need(actor, WRITE)
    case = people.case(session, actor, case_id)
    title, passages = _checked(about.title), [Written(part) for part in split(text)]
    check(passages, ())
    record = CaseRecord(
        id=new_id(),
        case_id=case.id,
        person_id=case.person_id,
        type=about.type,
        event_at=about.event_at,
        child_sensitive=about.child_sensitive,
    )
    session.add(record)
    session.flush()
    return _begin(session, actor, record, 1, title, passages)


def revise(
    session: Session, actor: Actor, record_id: uuid.UUID, *, title: str, passages: Sequence[Written], reason: str
) -> Version:
    """Begin a new version of a record; ``reason`` tells the client why.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: another version is still worked on. :raises InvalidInput: text or ids can't be taken.
    """
    need(actor, WRITE)
    record = hold(session, actor, record_id)
    before = latest(session, record_id)
    if before.state is VersionState.WORKING:
        raise Conflict(reason="working")
    made = _begin(session, actor, record, before.number + 1, title, passages)
    made.reason = reason
    session.flush()
    return made


def _begin(
    session: Session, actor: Actor, record: CaseRecord, count: int, title: str, passages: Sequence[Written]
) -> Version:
    made = Version(
        id=new_id(),
        record_id=record.id,
        number=count,
        state=VersionState.WORKING,
        title=_checked(title),
        author_id=actor.staff_id,
        written_at=now(),
        revision=next_revision(session, record.id),
    )
    before = texts_of(session, latest(session, record.id).id) if count > 1 else []
    numbered = number(passages, before, known_ids(session, record.id), new_id)
    session.add(made)
    session.flush()
    session.add_all(
        Passage(version_id=made.id, passage_id=passage.id, position=position, text=passage.text)
        for position, passage in enumerate(numbered)
    )
    session.flush()
    _log(session, actor, "record.written", record, made)
    return made


def _checked(title: str) -> str:
    if not title.strip() or len(title) > MAX_TITLE:
        raise InvalidInput(lazy("Skriv en kort rubrik."), reason="title")
    return title.strip()


def edit(
    session: Session, actor: Actor, version_id: uuid.UUID, *, title: str, passages: Sequence[Written], reason: str = ""
) -> Version:
    """Change a version that isn't locked yet.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: it is locked. :raises InvalidInput: text or ids can't be taken.
    """
    need(actor, WRITE)
    record, version = hold_version(session, actor, version_id)
    if version.state is not VersionState.WORKING:
        raise Conflict(reason="locked")
    numbered = number(passages, texts_of(session, version.id), known_ids(session, record.id), new_id)
    version.title, version.reason, version.author_id, version.written_at = (
        _checked(title),
        reason,
        actor.staff_id,
        now(),
    )
    session.execute(delete(Passage).where(Passage.version_id == version.id))
    session.add_all(
        Passage(version_id=version.id, passage_id=passage.id, position=position, text=passage.text)
        for position, passage in enumerate(numbered)
    )
    session.flush()
    _log(session, actor, "record.edited", record, version)
    return version


def lock(session: Session, actor: Actor, version_id: uuid.UUID) -> Version:
    """Lock a version, so that it never changes again (upprättad handling), and tell the back office of it.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: it is locked already.
    """
    need(actor, WRITE)
    record, version = hold_version(session, actor, version_id)
    if version.state is not VersionState.WORKING:
        raise Conflict(reason="locked")
    version.state, version.locked_at = move(VERSION_TRANSITIONS, version.state, VersionState.LOCKED), now()
    outgoing.tell_record(session, record, version)
    _log(session, actor, "record.locked", record, version)
    return version


def _log(session: Session, actor: Actor, action: str, record: CaseRecord, version: Version) -> None:
    detail = {"case": str(record.case_id), "version": version.number}
    audit.record(session, action, actor=actor, subject_id=record.person_id, object_id=record.id, detail=detail)
    session.flush()
