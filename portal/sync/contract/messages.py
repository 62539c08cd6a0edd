"""Messages of a case, in either direction."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.sync.contract.base import Kind, Record


class Author(enum.StrEnum):
    """Which side wrote a message."""

    CLIENT = "client"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class CaseMessage(Record):
    """A message between a client and a caseworker, in either direction.

    ``case_id``, ``person_id`` and ``author_id`` are the back office's ids; ``thread_id`` and ``in_reply_to`` are the
    ids of whoever began the thread or wrote that message.
    """

    kind: ClassVar[Kind] = Kind.CASE_MESSAGE

    thread_id: str
    case_id: str
    person_id: str
    author: Author
    author_id: str
    subject: str
    body: str
    sent_at: datetime
    in_reply_to: str | None
