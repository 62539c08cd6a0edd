"""What a client says of a record: remarks, withdrawals and replies."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.ids import new_id, new_receipt_no
from portal.core.states import move
from portal.records import outgoing
from portal.records.events import RemarkMade
from portal.records.models import CaseRecord, Draft, Remark, Turn
from portal.records.rules.deadlines import due_on
from portal.records.rules.states import (
    REMARK_TRANSITIONS,
    RemarkKind,
    RemarkState,
    check_remark,
    check_submission,
    check_turn,
    first_state,
)
from portal.records.service import turns
from portal.records.service.attaching import check_files, hand_over
from portal.records.service.drafting import draft_of, sent_as, version_read
from portal.records.service.holding import hold, hold_remark, need_client


@dataclass(frozen=True, slots=True)
class Spot:
    """What a remark is made on: a passage of a version, or the whole of it."""

    record_id: uuid.UUID
    version_id: uuid.UUID
    passage_id: uuid.UUID | None


def new_remark(
    actor: Actor, spot: Spot, kind: RemarkKind, submission: str, *, text: str = "", answer_days: int = 0
) -> Remark:
    """Return a remark of the actor's that is made now, and is to be answered within so many working days if at all."""
    state, at = first_state(kind), now()
    return Remark(
        id=new_id(),
        record_id=spot.record_id,
        version_id=spot.version_id,
        passage_id=spot.passage_id,
        person_id=actor.id,
        kind=kind,
        text=text,
        state=state,
        made_at=at,
        due_on=due_on(at, answer_days) if state is RemarkState.OPEN else None,
        receipt_no=new_receipt_no(),
        submission=submission,
    )


def remark(
    session: Session,
    actor: Actor,
    *,
    record_id: uuid.UUID,
    number: int,
    passage_id: uuid.UUID | None,
    kind: RemarkKind,
    text: str,
    submission: str,
    answer_days: int,
    seen: str = "",
) -> Remark:
    """Store what a client says of a passage, or of the whole record, as they read it in a version.

    The same submission again returns the first remark. ``answer_days`` are working days. A draft goes when it is the
    one whose stamp the form has ``seen``, or what is said, and its files are sent along: another device's stays.

    :raises NotFound: the client may not read that version, or it has no such passage.
    :raises InvalidInput: the text can't be taken, the passage is hidden, a file is under way, or the submission isn't
        one of ours.
    """
    need_client(actor)
    check_submission(submission)
    record = hold(session, actor, record_id)
    earlier = sent_as(session, actor, record_id, submission)
    if earlier is not None:
        return earlier
    check_remark(kind, text)
    spot = Spot(record_id, version_read(session, actor, record_id, number, passage_id), passage_id)
    draft = _meant(session, draft_of(session, actor, record_id, passage_id or record_id), seen, text)
    made = new_remark(actor, spot, kind, submission, text=text, answer_days=answer_days)
    if draft is not None:
        made.id = draft.id  # to which its files belong
    session.add(made)
    if draft is not None:
        hand_over(session, actor, record, made.id)
        session.delete(draft)
    note(session, actor, "remark.made", record, made)
    return made


def _meant(session: Session, draft: Draft | None, seen: str, text: str) -> Draft | None:
    """Return a draft whose files may go along, if it is the one that is sent."""
    if draft is None or (draft.stamp != seen and draft.text != text):
        return None
    check_files(session, draft)
    return draft


def withdraw_remark(session: Session, actor: Actor, remark_id: uuid.UUID) -> Remark:
    """Take a remark back: it stays and shows as withdrawn, and no longer waits for an answer.

    :raises NotFound: it isn't the actor's. :raises Conflict: it is withdrawn already.
    """
    need_client(actor)
    record, found = hold_remark(session, actor, remark_id)
    if RemarkState.WITHDRAWN not in REMARK_TRANSITIONS[found.state]:
        raise Conflict(reason="withdrawn")
    found.state, found.withdrawn_at = move(REMARK_TRANSITIONS, found.state, RemarkState.WITHDRAWN), now()
    found.due_on = None
    note(session, actor, "remark.withdrawn", record, found)
    return found


def reply(
    session: Session, actor: Actor, remark_id: uuid.UUID, *, text: str, submission: str, answer_days: int
) -> Turn:
    """Store a client's reply to an answer, which makes the remark wait for an answer again.

    :raises NotFound: the remark isn't the actor's. :raises Conflict: it was not answered.
    :raises InvalidInput: the text is empty or too long, or the submission isn't one of ours.
    """
    need_client(actor)
    check_submission(submission)
    check_turn(text)
    record, found = hold_remark(session, actor, remark_id)
    earlier = turns.said_as(session, actor, remark_id, submission)
    if earlier is not None:
        return earlier
    if found.state is not RemarkState.ANSWERED:
        raise Conflict(reason="not_answered")
    found.state = move(REMARK_TRANSITIONS, found.state, RemarkState.OPEN)
    made = turns.say(session, actor, remark_id, text=text, submission=submission)
    found.due_on = due_on(made.at, answer_days)
    note(session, actor, "remark.replied", record, found)
    return made


def note(session: Session, actor: Actor, action: str, record: CaseRecord, found: Remark, **more: str) -> None:
    """Log what was done with a remark that is held, and tell the back office and the other features of it."""
    session.flush()
    audit.record(
        session,
        action,
        actor=actor,
        subject_id=record.person_id,
        object_id=found.id,
        reference=found.receipt_no,
        detail={"case": str(record.case_id), "record": str(record.id), "kind": found.kind.value, **more},
    )
    outgoing.tell_remark(session, record, found)
    session.flush()
    if found.state is RemarkState.OPEN:
        events.publish(session, RemarkMade(found.id, record.case_id, record.person_id))
