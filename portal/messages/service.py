"""Writing, answering and reading messages: in the caller's transaction, with log entry and outbox row."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound
from portal.core.ids import new_id, new_receipt_no
from portal.messages import outgoing
from portal.messages.events import MessageSent
from portal.messages.models import Message, Thread
from portal.messages.queries.waiting import helped_by
from portal.messages.rules import Origin, check_submission, check_text
from portal.messages.threads import lock_thread, note
from portal.people import queries as people
from portal.people.models import Case
from portal.sync import service as outbox
from portal.sync.rules import Delivery


def write(session: Session, actor: Actor, *, case_id: uuid.UUID, text: str, submission: str) -> Message:
    """Store a client's message to those who work on the case; the same submission again returns the first one.

    :raises NotFound: the case isn't the client's.
    :raises InvalidInput: the text is empty or too long, or the submission isn't one of ours.
    :raises Forbidden: for anyone but a client.
    """
    if actor.side is not Side.CLIENT:
        raise Forbidden(reason="side")
    return _send(session, actor, case_id, text, submission)


def answer(session: Session, actor: Actor, *, case_id: uuid.UUID, text: str, submission: str) -> Message:
    """Store a staff member's message to the client, which also answers what was unanswered.

    :raises NotFound: the actor doesn't work on the case.
    :raises InvalidInput: the text is empty or too long, or the submission isn't one of ours.
    :raises Forbidden: the right to write is missing.
    """
    if actor.side is not Side.STAFF or "message:write" not in actor.permissions:
        raise Forbidden(reason="permission")
    return _send(session, actor, case_id, text, submission)


def _send(session: Session, actor: Actor, case_id: uuid.UUID, text: str, submission: str) -> Message:
    check_text(text)
    check_submission(submission)
    case = people.case(session, actor, case_id)
    thread = lock_thread(session, case_id, case.person_id)
    earlier = session.scalars(
        select(Message).where(Message.thread_id == thread.id, _written_by(actor), Message.submission == submission)
    ).one_or_none()
    if earlier is not None:
        return earlier
    # Time and id are taken under the lock: within a thread both then sort as the messages came.
    message = Message(
        id=new_id(),
        thread_id=thread.id,
        side=actor.side,
        author_person_id=actor.person_id,
        author_staff_id=actor.staff_id,
        text=text,
        sent_at=now(),
        receipt_no=new_receipt_no(),
        submission=submission,
        origin=Origin.PORTAL,
        delivery=Delivery.PENDING,
    )
    message.outbox_id = outgoing.enqueue(session, case, thread, message)
    session.add(message)
    note(thread, actor.side, message.sent_at)
    audit.record(
        session,
        "message.sent",
        actor=actor,
        subject_id=thread.person_id,
        object_id=message.id,
        reference=message.receipt_no,
        detail={"case": str(case_id), "length": len(text)},
    )
    session.flush()
    events.publish(session, MessageSent(message.id, case_id, thread.person_id, actor.side))
    return message


def _written_by(actor: Actor) -> ColumnElement[bool]:
    if actor.side is Side.CLIENT:
        return Message.author_person_id == actor.person_id
    return Message.author_staff_id == actor.staff_id


def mark_read(session: Session, actor: Actor, case_id: uuid.UUID, *, until: datetime) -> None:
    """Note that the actor's side has read a thread up to an instant; a later mark is never moved back.

    :raises NotFound: the actor doesn't reach the case.
    """
    people.case(session, actor, case_id)
    read_at = Thread.client_read_at if actor.side is Side.CLIENT else Thread.staff_read_at
    values: dict[str, object] = {read_at.key: until}
    if actor.side is Side.STAFF:
        values["staff_read_by"] = actor.staff_id
    session.execute(
        update(Thread)
        .where(Thread.case_id == case_id, or_(read_at.is_(None), read_at < until))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def resend(session: Session, actor: Actor, *, outbox_id: uuid.UUID) -> str:
    """Put a message that got stuck back into the queue to the back office; return its receipt number.

    :raises NotFound: the actor neither works on the case nor may send others' deliveries again.
    :raises Conflict: it is not stuck any more.
    """
    if actor.side is not Side.STAFF:
        raise Forbidden(reason="side")
    wanted = (
        select(Message.receipt_no)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Case, Case.id == Thread.case_id)
        .where(Message.outbox_id == outbox_id, helped_by(actor))
    )
    number = session.scalars(wanted, people.scope(actor)).one_or_none()
    if number is None:
        raise NotFound
    outbox.resend(session, actor, outbox_id, own=True)
    return number
