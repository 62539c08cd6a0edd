"""What a client says of a record: drafts, remarks, withdrawals and replies."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.states import move
from portal.records import outgoing, queries
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
from portal.records.service.attaching import check_files, discard, hand_over, has_files
from portal.records.service.holding import hold, hold_remark, need_client


def _spot(session: Session, actor: Actor, record_id: uuid.UUID, number: int, passage_id: uuid.UUID | None) -> uuid.UUID:
    """Return the id of the version that was read.

    :raises NotFound: the actor may not read it, or it has no such passage.
    :raises InvalidInput: the passage is hidden.
    """
    read = queries.record(session, actor, record_id, number=number)
    if passage_id is not None:
        passage = next((each for each in read.passages if each.id == passage_id), None)
        if passage is None:
            raise NotFound
        if passage.hidden:
            raise InvalidInput(lazy("Stycket är dolt. Skriv om hela texten i stället."), reason="hidden")
    return read.version.id


def save_draft(
    session: Session,
    actor: Actor,
    *,
    record_id: uuid.UUID,
    number: int,
    passage_id: uuid.UUID | None,
    kind: RemarkKind | None,
    text: str,
    submission: str,
    seen: str = "",
    keep: bool = False,
) -> Draft | None:
    """Save a remark while it is written; None: nothing is kept, for nothing is written or it is sent already.

    ``keep``: also without a word, for files are to follow. ``seen`` is the stamp of the draft that the form has seen:
    one from another device is never written over unseen.

    :raises NotFound: the actor may not read that version of the record, or it has no such passage.
    :raises InvalidInput: the text is too long, or the passage is hidden.
    :raises Conflict: there is a draft that the form has not seen.
    """
    need_client(actor)
    _spot(session, actor, record_id, number, passage_id)
    check_remark(RemarkKind.WRONG, text)  # what is missing may still come
    hold(session, actor, record_id)
    if _sent(session, actor, record_id, submission) is not None:
        return None
    spot = passage_id or record_id
    found = _draft(session, actor, record_id, spot)
    if found is not None and found.stamp != seen and (found.kind, found.text) != (kind, text):
        raise Conflict(lazy("Du har skrivit här på en annan enhet. Ladda om sidan för att se det."), reason="draft")
    if kind is None and not text.strip() and not (keep or (found is not None and has_files(session, found))):
        discard_draft(session, actor, record_id=record_id, passage_id=passage_id)
        return None
    found = found or Draft(person_id=actor.id, record_id=record_id, spot=spot)
    found.kind, found.text, found.saved_at = kind, text, now()
    session.add(found)
    session.flush()
    return found


def _draft(session: Session, actor: Actor, record_id: uuid.UUID, spot: uuid.UUID) -> Draft | None:
    return session.scalars(
        select(Draft).where(Draft.person_id == actor.id, Draft.record_id == record_id, Draft.spot == spot)
    ).one_or_none()


def hold_draft(session: Session, actor: Actor, record_id: uuid.UUID, draft_id: uuid.UUID) -> None:
    """Hold a record while a file comes in for a draft of the actor's, which so can't be sent or thrown away meanwhile.

    :raises NotFound: it was, or is none of theirs.
    """
    need_client(actor)
    hold(session, actor, record_id)
    mine = select(Draft.id).where(Draft.id == draft_id, Draft.person_id == actor.id, Draft.record_id == record_id)
    if session.scalar(mine) is None:
        raise NotFound


def _sent(session: Session, actor: Actor, record_id: uuid.UUID, submission: str) -> Remark | None:
    return session.scalars(
        select(Remark).where(
            Remark.record_id == record_id, Remark.person_id == actor.id, Remark.submission == submission
        )
    ).one_or_none()


def discard_draft(session: Session, actor: Actor, *, record_id: uuid.UUID, passage_id: uuid.UUID | None) -> None:
    """Throw a draft of the actor's away, if there is one."""
    need_client(actor)
    found = _draft(session, actor, record_id, passage_id or record_id)
    if found is not None:
        discard(session, found)
        session.delete(found)
        session.flush()


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
    earlier = _sent(session, actor, record_id, submission)
    if earlier is not None:
        return earlier
    check_remark(kind, text)
    version_id = _spot(session, actor, record_id, number, passage_id)
    state, at = first_state(kind), now()
    draft = _draft(session, actor, record_id, passage_id or record_id)
    if draft is not None and (draft.stamp == seen or draft.text == text):
        check_files(session, draft)
    else:
        draft = None
    made = Remark(
        id=draft.id if draft else new_id(),
        record_id=record_id,
        version_id=version_id,
        passage_id=passage_id,
        person_id=actor.id,
        kind=kind,
        text=text,
        state=state,
        made_at=at,
        due_on=due_on(at, answer_days) if state is RemarkState.OPEN else None,
        receipt_no=new_receipt_no(),
        submission=submission,
    )
    session.add(made)
    if draft is not None:
        hand_over(session, actor, record, made.id)
        session.delete(draft)
    note(session, actor, "remark.made", record, made)
    return made


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
    earlier = session.scalars(
        select(Turn).where(
            Turn.remark_id == remark_id, Turn.author_person_id == actor.id, Turn.submission == submission
        )
    ).one_or_none()
    if earlier is not None:
        return earlier
    if found.state is not RemarkState.ANSWERED:
        raise Conflict(reason="not_answered")
    found.state = move(REMARK_TRANSITIONS, found.state, RemarkState.OPEN)
    made = Turn(
        remark_id=remark_id,
        number=next_turn(session, remark_id),
        side=actor.side,
        author_person_id=actor.id,
        text=text,
        at=now(),
        submission=submission,
    )
    found.due_on = due_on(made.at, answer_days)
    session.add(made)
    note(session, actor, "remark.replied", record, found)
    return made


def next_turn(session: Session, remark_id: uuid.UUID) -> int:
    """Return the number of the next answer or reply to a remark that is held."""
    return (session.scalar(select(func.max(Turn.number)).where(Turn.remark_id == remark_id)) or 0) + 1


def note(session: Session, actor: Actor, action: str, record: CaseRecord, found: Remark) -> None:
    """Log what was done with a remark that is held, and tell the back office and the other features of it."""
    session.flush()
    audit.record(
        session,
        action,
        actor=actor,
        subject_id=record.person_id,
        object_id=found.id,
        reference=found.receipt_no,
        detail={"case": str(record.case_id), "record": str(record.id), "kind": found.kind.value},
    )
    outgoing.tell_remark(session, record, found)
    session.flush()
    if found.state is RemarkState.OPEN:
        events.publish(session, RemarkMade(found.id, record.case_id, record.person_id))
