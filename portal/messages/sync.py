"""What the back office says of messages: that it has ours, that one is stuck, and what was written there."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.ids import new_id, new_receipt_no
from portal.core.text import clean_text
from portal.messages.events import MessageSent
from portal.messages.models import Message, Thread
from portal.messages.rules import Origin, move
from portal.messages.threads import lock_thread, note
from portal.people.models import Case
from portal.sync.contract import Author, CaseMessage, Change, Delivered, Kind, Resent, Stuck
from portal.sync.inbox import Applied, LinkMissing, needed
from portal.sync.queries import local_id, own_id
from portal.sync.rules import Delivery


def on_delivered(session: Session, event: Delivered) -> None:
    """Note that the back office has acknowledged a message; said twice it counts once."""
    message = _sent_as(session, event.message_id) if event.kind == Kind.CASE_MESSAGE else None
    if message is not None:
        _delivered(message)
        message.delivered_at = event.at


def on_stuck(session: Session, event: Stuck) -> None:
    """Note that a message needs a person's help to get through."""
    message = _sent_as(session, event.message_id) if event.kind == Kind.CASE_MESSAGE else None
    if message is not None and message.delivery is Delivery.PENDING:
        message.delivery = move(message.delivery, Delivery.STUCK)


def on_resent(session: Session, event: Resent) -> None:
    """Note that somebody has helped a message along: it is under way again."""
    message = _sent_as(session, event.message_id) if event.kind == Kind.CASE_MESSAGE else None
    if message is not None and message.delivery is Delivery.STUCK:
        message.delivery = move(message.delivery, Delivery.PENDING)


def _sent_as(session: Session, outbox_id: uuid.UUID) -> Message | None:
    return session.scalars(select(Message).where(Message.outbox_id == outbox_id).with_for_update()).one_or_none()


def _delivered(message: Message) -> None:
    if message.delivery is not Delivery.DELIVERED:
        message.delivery = move(message.delivery, Delivery.DELIVERED)
        message.delivered_at = now()


def receive(session: Session, change: Change) -> Applied:
    """Take in a message of the back office: one written there, or the echo of one of ours.

    A message never changes and never disappears in silence: a newer version or a tombstone is told as a warning.

    :raises UnknownCode: the payload can't be read strictly.
    :raises LinkMissing: its case or its author hasn't come yet.
    """
    known = local_id(session, Kind.CASE_MESSAGE, change.source_id)
    if change.deleted:
        return Applied(known, "message_deleted")
    if known is not None:
        return Applied(known, "message_changed")
    record = CaseMessage.from_payload(change.payload)
    ours = _echoed(session, record.id)
    if ours is not None:
        _delivered(ours)
        return Applied(ours.id)
    return Applied(_store(session, record).id)


def _echoed(session: Session, written_as: str) -> Message | None:
    found = own_id(written_as)
    return session.get(Message, found, with_for_update=True) if found else None


def _store(session: Session, record: CaseMessage) -> Message:
    case = session.get(Case, needed(session, Kind.CASE, record.case_id))
    if case is None:
        raise LinkMissing
    side = Side.CLIENT if record.author is Author.CLIENT else Side.STAFF
    author = needed(session, Kind.PERSON if side is Side.CLIENT else Kind.STAFF, record.author_id)
    thread = lock_thread(session, case.id, case.person_id)
    message = _message(thread, side, author, clean_text(record.body))
    session.add(message)
    note(thread, side, message.sent_at)
    audit.record(
        session,
        "message.received",
        subject_id=thread.person_id,
        object_id=message.id,
        reference=message.receipt_no,
        detail={"case": str(case.id), "side": side.value},
    )
    session.flush()
    events.publish(session, MessageSent(message.id, case.id, thread.person_id, side))
    return message


def _message(thread: Thread, side: Side, author: uuid.UUID, text: str) -> Message:
    own_id, at = new_id(), now()
    return Message(
        id=own_id,
        thread_id=thread.id,
        side=side,
        author_person_id=author if side is Side.CLIENT else None,
        author_staff_id=author if side is Side.STAFF else None,
        text=text,
        sent_at=at,
        receipt_no=new_receipt_no(),
        submission=str(own_id),
        origin=Origin.BACKOFFICE,
        delivery=Delivery.DELIVERED,
        delivered_at=at,
    )
