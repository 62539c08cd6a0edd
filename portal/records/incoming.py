"""Answers to remarks that were given in the back office.

The remark itself is the client's and never changes. Answers are told apart by side, instant, outcome and words, so
that an echo of ours adds nothing and an answer of theirs is never taken for one of ours: where both sides have
answered, both stand.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Side
from portal.core.errors import InvalidInput
from portal.core.ids import new_id
from portal.core.states import move
from portal.core.text import clean_text
from portal.records import outgoing
from portal.records.events import RemarkAnswered
from portal.records.models import CaseRecord, Remark, Turn, Version
from portal.records.rules.states import REMARK_TRANSITIONS, Outcome, RemarkState, VersionState, check_turn
from portal.records.service.turns import next_turn
from portal.sync.contract import Author, Change, Kind, RemarkRecord, UnknownCode
from portal.sync.contract.records import AnswerPart
from portal.sync.inbox import Applied, needed
from portal.sync.queries import local_id, own_id, their_id

Key = tuple[Author, datetime, Outcome | None, str]


def receive(session: Session, change: Change) -> Applied:
    """Take in what the back office has answered to a remark; what it lacks of ours is told it again.

    :raises UnknownCode: the payload can't be read strictly, the remark is none of ours or of another record, or an
        answer has no words, no outcome, or names no version that it corrects in.
    :raises LinkMissing: an author hasn't come yet.
    """
    if change.deleted:
        known = local_id(session, Kind.REMARK, change.source_id)
        return Applied(known, "remark_deleted")  # an objection stands for ever (SoL 14:6)
    told = RemarkRecord.from_payload(change.payload)
    record, remark = _held(session, change, told)
    if told.note_id not in {str(record.id), their_id(session, Kind.NOTE, record.id)}:
        raise UnknownCode("remark.note_id")
    for part in told.answers:
        _check(part)
    here = {_key(part) for part in outgoing.answers_of(session, remark)}
    there = {_key(part): part for part in told.answers}
    new = [part for key, part in there.items() if key not in here]
    answers = [part for part in new if part.author is Author.STAFF]
    warnings = [_take(session, record, remark, part) for part in answers]
    missing = here - there.keys()
    if answers and missing:
        outgoing.tell_remark(session, record, remark)
    session.flush()
    if answers and any(author is Author.STAFF for author, *_rest in missing):
        warnings.append("answered_on_both_sides")
    if len(answers) < len(new):
        warnings.append("reply_unknown")
    if (told.says, told.text) != (remark.kind, remark.text):
        warnings.append("remark_changed")
    return Applied(remark.id, next(filter(None, warnings), ""))


def _held(session: Session, change: Change, told: RemarkRecord) -> tuple[CaseRecord, Remark]:
    """Return the remark that is meant with its record, and hold both."""
    found = local_id(session, Kind.REMARK, change.source_id) or own_id(change.source_id)
    record_id = session.scalar(select(Remark.record_id).where(Remark.id == found)) if found else None
    if found is None or record_id is None or told.id != change.source_id:
        raise UnknownCode("remark.id")
    record = session.get_one(CaseRecord, record_id, with_for_update=True, populate_existing=True)
    return record, session.get_one(Remark, found, populate_existing=True)


def _check(part: AnswerPart) -> None:
    try:
        check_turn(clean_text(part.text))
    except InvalidInput:
        raise UnknownCode("remark.answers.text") from None
    if (part.author is Author.STAFF) is (part.outcome is None):
        raise UnknownCode("remark.answers.outcome")
    if (part.outcome is Outcome.CORRECTED) is (part.revision is None):
        raise UnknownCode("remark.answers.revision")


def _key(part: AnswerPart) -> Key:
    return part.author, part.at, part.outcome, clean_text(part.text)


def _take(session: Session, record: CaseRecord, remark: Remark, part: AnswerPart) -> str:
    """Store an answer of theirs, tell the client, and return a code if a person should look at it."""
    corrected = _version(session, remark, part.revision)
    made = Turn(
        id=new_id(),
        remark_id=remark.id,
        number=next_turn(session, remark.id),
        side=Side.STAFF,
        author_staff_id=needed(session, Kind.STAFF, part.author_id) if part.author_id else None,
        outcome=part.outcome,
        version_id=corrected.id if corrected else None,
        revision=part.revision,
        text=clean_text(part.text),
        at=part.at,
        submission=new_id().hex,
    )
    # A reply that the client wrote after that answer still waits for one.
    if remark.state in {RemarkState.OPEN, RemarkState.ANSWERED} and part.at >= _last_said(session, remark):
        remark.state, remark.due_on = move(REMARK_TRANSITIONS, remark.state, RemarkState.ANSWERED), None
    session.add(made)
    audit.record(
        session,
        "remark.answer_received",
        subject_id=record.person_id,
        object_id=remark.id,
        reference=remark.receipt_no,
        detail={"case": str(record.case_id), "record": str(record.id), "outcome": str(part.outcome)},
    )
    session.flush()
    events.publish(session, RemarkAnswered(made.id, remark.id, record.case_id, record.person_id, remark.person_id))
    return "corrected_version_missing" if part.revision is not None and corrected is None else ""


def link_corrections(session: Session, record: CaseRecord) -> None:
    """Link the answers of theirs on a record that is held to the versions that have come since."""
    rows = session.execute(
        select(Turn, Remark)
        .join(Remark, Remark.id == Turn.remark_id)
        .where(Remark.record_id == record.id, Turn.revision.is_not(None), Turn.version_id.is_(None))
    )
    for turn, remark in rows:
        found = _version(session, remark, turn.revision)
        turn.version_id = found.id if found else None


def _version(session: Session, remark: Remark, revision: int | None) -> Version | None:
    """Return the version whose text corrects: a newer one than was remarked on, and one that is finished."""
    if revision is None:
        return None
    made_on = session.get_one(Version, remark.version_id)
    return session.scalars(
        select(Version)
        .where(
            Version.record_id == remark.record_id,
            Version.revision == revision,
            Version.number > made_on.number,
            Version.state != VersionState.WORKING,
        )
        .order_by(Version.number.desc())
        .limit(1)
    ).one_or_none()


def _last_said(session: Session, remark: Remark) -> datetime:
    last = session.scalars(
        select(Turn.at)
        .where(Turn.remark_id == remark.id, Turn.side == Side.CLIENT)
        .order_by(Turn.number.desc())
        .limit(1)
    ).one_or_none()
    return last or remark.made_at
