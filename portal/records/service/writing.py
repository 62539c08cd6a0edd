"""Writing a record, locking it, and writing its next version."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.core.states import move
from portal.people import queries as people
from portal.people.models import Case
from portal.records import outgoing
from portal.records.models import CaseRecord, Correction, Passage, Version
from portal.records.queries.documents import document_of
from portal.records.rules.passages import Written, check, number, split
from portal.records.rules.states import (
    MAX_TITLE,
    REMARK_TRANSITIONS,
    VERSION_TRANSITIONS,
    NoteType,
    RemarkState,
    VersionState,
    check_submission,
)
from portal.records.service.holding import (
    hold,
    hold_remark,
    hold_version,
    known_ids,
    latest,
    need,
    next_revision,
    texts_of,
)

WRITE = "record:write"


@dataclass(frozen=True, slots=True)
class About:
    """What a record is about, apart from its text."""

    type: NoteType
    title: str = field(repr=False)
    event_at: datetime
    child_sensitive: bool = False


def write(session: Session, actor: Actor, *, case_id: uuid.UUID, about: About, text: str, submission: str) -> Version:
    """Begin a record in a case with its first version, which its authors may still change.

    The same submission again returns the first version of the record that it began.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises InvalidInput: title or text is empty or too long, or the submission isn't one of ours.
    """
    if about.type is NoteType.DOCUMENT:
        raise InvalidInput(reason="file")  # a text is no document
    passages = [Written(part) for part in split(text)]
    check(passages, ())
    made, _begun = begin_record(session, actor, case_id=case_id, about=about, submission=submission, passages=passages)
    return made


def begin_record(
    session: Session,
    actor: Actor,
    *,
    case_id: uuid.UUID,
    about: About,
    submission: str,
    passages: Sequence[Written],
) -> tuple[Version, bool]:
    """Begin a record with checked passages, or none where it is a document; tell whether it hadn't been begun already.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises InvalidInput: the title is empty or too long, or the submission isn't one of ours.
    """
    need(actor, WRITE)
    check_submission(submission)
    case = people.case(session, actor, case_id)
    earlier = _begun(session, case.id, submission)
    if earlier is not None:
        return earlier, False
    title = checked(about.title)
    record = CaseRecord(
        id=new_id(),
        case_id=case.id,
        person_id=case.person_id,
        type=about.type,
        event_at=about.event_at,
        child_sensitive=about.child_sensitive,
        submission=submission,
    )
    session.add(record)
    session.flush()
    return begin_version(session, actor, record, 1, title, passages), True


def _begun(session: Session, case_id: uuid.UUID, submission: str) -> Version | None:
    # Whoever writes in a case waits here: pressed twice at once, the second one sees the first one's record.
    session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    return session.scalars(
        select(Version)
        .join(CaseRecord, CaseRecord.id == Version.record_id)
        .where(CaseRecord.case_id == case_id, CaseRecord.submission == submission, Version.number == 1)
    ).one_or_none()


def revise(
    session: Session, actor: Actor, record_id: uuid.UUID, *, title: str, passages: Sequence[Written], reason: str
) -> Version:
    """Begin a new version of a record; ``reason`` tells the client why.

    What is being worked on already is returned as it is where it says the same: a button may be pressed twice.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: another version is still worked on, or it is a file.
    :raises InvalidInput: text or ids can't be taken.
    """
    need(actor, WRITE)
    record = hold(session, actor, record_id)
    _need_text(record)
    before = latest(session, record_id)
    if before.state is VersionState.WORKING:
        if _says(session, before, title, passages, reason):
            return before
        raise Conflict(reason="working")
    made = begin_version(session, actor, record, before.number + 1, title, passages)
    made.reason = reason
    session.flush()
    return made


def _need_text(record: CaseRecord) -> None:
    if record.type is NoteType.DOCUMENT:
        raise Conflict(lazy("Dokumentet är en fil. Välj en ny fil i stället."), reason="file")


def begin_version(
    session: Session, actor: Actor, record: CaseRecord, count: int, title: str, passages: Sequence[Written]
) -> Version:
    """Begin a version of a record that is held; the caller has checked who and what.

    :raises InvalidInput: title, text or ids can't be taken.
    """
    made = Version(
        id=new_id(),
        record_id=record.id,
        number=count,
        state=VersionState.WORKING,
        title=checked(title),
        author_id=actor.staff_id,
        written_at=now(),
        revision=next_revision(session, record.id),
    )
    before = texts_of(session, latest(session, record.id).id) if count > 1 else []
    text = record.type is not NoteType.DOCUMENT
    numbered = number(passages, before, known_ids(session, record.id), new_id) if text else []
    session.add(made)
    session.flush()
    session.add_all(
        Passage(version_id=made.id, passage_id=passage.id, position=position, text=passage.text)
        for position, passage in enumerate(numbered)
    )
    session.flush()
    log(session, actor, "record.written", record, made)
    return made


def checked(title: str) -> str:
    """Return a title.

    :raises InvalidInput: it is empty or too long.
    """
    if not title.strip() or len(title) > MAX_TITLE:
        raise InvalidInput(lazy("Skriv en kort rubrik."), reason="title")
    return title.strip()


def _says(session: Session, version: Version, title: str, passages: Sequence[Written], reason: str) -> bool:
    texts = [passage.text for passage in texts_of(session, version.id)]
    return (version.title, version.reason, texts) == (title.strip(), reason, [each.text for each in passages])


def edit(
    session: Session,
    actor: Actor,
    version_id: uuid.UUID,
    *,
    title: str,
    passages: Sequence[Written],
    seen: str,
    reason: str = "",
) -> Version:
    """Change a version that isn't locked yet; ``seen`` is the stamp of the text that its author had before them.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: it is locked, or a file, or somebody has changed it meanwhile. :raises InvalidInput: text or ids
        can't be taken.
    """
    need(actor, WRITE)
    record, version = hold_version(session, actor, version_id)
    _need_text(record)
    if version.state is not VersionState.WORKING:
        raise Conflict(reason="locked")
    if version.stamp != seen:
        if _says(session, version, title, passages, reason):
            return version
        raise Conflict(reason="changed")
    numbered = number(passages, texts_of(session, version.id), known_ids(session, record.id), new_id)
    version.title, version.reason, version.author_id, version.written_at = (
        checked(title),
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
    log(session, actor, "record.edited", record, version)
    return version


def correct(session: Session, actor: Actor, remark_id: uuid.UUID, version_id: uuid.UUID) -> bool:
    """Note that a version which is worked on is to correct what was remarked on; the client is told by the answer.

    Return False, and note nothing, where the client has taken the remark back meanwhile.

    :raises NotFound: the actor doesn't work on the case, or the version isn't one of the record that is worked on.
    :raises Forbidden: the right to write is missing.
    """
    need(actor, WRITE)
    record, found = hold_remark(session, actor, remark_id)
    version = session.get(Version, version_id)
    if version is None or version.record_id != record.id or version.state is not VersionState.WORKING:
        raise NotFound
    if RemarkState.ANSWERED not in REMARK_TRANSITIONS[found.state]:
        return False
    earlier = session.scalars(select(Correction).where(Correction.remark_id == remark_id)).one_or_none()
    made = earlier or Correction(remark_id=remark_id)
    made.version_id = version_id
    session.add(made)
    session.flush()
    return True


def lock(session: Session, actor: Actor, version_id: uuid.UUID, *, seen: str) -> Version:
    """Lock a version, so that it never changes again (upprättad handling), and tell the back office of it.

    ``seen`` is the stamp of the text that the actor has read: nobody locks what they haven't seen.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to write is missing.
    :raises Conflict: it is locked already, somebody has changed it meanwhile, or it is a file that isn't checked yet.
    """
    need(actor, WRITE)
    record, version = hold_version(session, actor, version_id)
    if version.state is not VersionState.WORKING or version.stamp != seen:
        raise Conflict(reason="locked" if version.locked_at else "changed")
    if record.type is NoteType.DOCUMENT:
        _need_file(session, version)
    version.state, version.locked_at = move(VERSION_TRANSITIONS, version.state, VersionState.LOCKED), now()
    outgoing.tell_record(session, record, version)
    log(session, actor, "record.locked", record, version)
    return version


def _need_file(session: Session, version: Version) -> None:
    document = document_of(session, version.id)
    if document is None or not document.ready:
        raise Conflict(lazy("Filen är inte kontrollerad än. Vänta tills du själv kan öppna den."), reason="file")


def log(session: Session, actor: Actor, action: str, record: CaseRecord, version: Version) -> None:
    """Log what was done with a version that is held."""
    detail = {"case": str(record.case_id), "version": version.number}
    audit.record(session, action, actor=actor, subject_id=record.person_id, object_id=record.id, detail=detail)
    session.flush()
