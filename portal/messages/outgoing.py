"""A message on its way to the back office, in the words of ``sync.contract``."""

import uuid

from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.messages.models import Message, Thread
from portal.people.queries import CaseView
from portal.sync import service as outbox
from portal.sync.contract import Author, CaseMessage, Kind
from portal.sync.queries import their_id


def enqueue(session: Session, case: CaseView, thread: Thread, message: Message) -> uuid.UUID:
    """Put a message into the client's lane to the back office and return its id there.

    The message's own id is the key of idempotency, so that an echo of it is known again.
    """
    record = CaseMessage(
        id=str(message.id),
        thread_id=str(thread.id),
        case_id=their_id(session, Kind.CASE, case.id),
        person_id=their_id(session, Kind.PERSON, case.person_id),
        author=Author.CLIENT if message.side is Side.CLIENT else Author.STAFF,
        author_id=_author(session, message),
        subject=case.title,
        body=message.text,
        sent_at=message.sent_at,
        in_reply_to=None,
    )
    return outbox.enqueue(session, Kind.CASE_MESSAGE, case.person_id, record.to_payload(), message_id=message.id)


def _author(session: Session, message: Message) -> str:
    if message.author_staff_id is not None:
        return their_id(session, Kind.STAFF, message.author_staff_id)
    if message.author_person_id is None:
        raise ValueError("a message without an author")
    return their_id(session, Kind.PERSON, message.author_person_id)
