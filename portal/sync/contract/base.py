"""The grounds of the contract: what is sent and received around a payload, and the events of the deliveries."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from portal.sync.contract.codec import read_fields, write_fields

Cursor = str
T = TypeVar("T")


class Kind(enum.StrEnum):
    """What a change or a message is about."""

    PERSON = "person"
    STAFF = "staff"
    BOARD = "board"
    UNIT = "unit"
    CASE = "case"
    CASE_ASSIGNMENT = "case_assignment"
    CASE_MESSAGE = "case_message"
    MEETING = "meeting"
    MEETING_PROPOSAL = "meeting_proposal"
    BUSY_TIME = "busy_time"
    NOTE = "note"
    REMARK = "remark"
    APPLICATION = "application"
    APPLICATION_SUPPLEMENT = "application_supplement"
    APPLICATION_STATUS = "application_status"
    ASSISTANCE_PERIOD = "assistance_period"


class Owner(enum.StrEnum):
    """Whose value of a field counts; the other side's never overwrites it."""

    CLIENT = "client"
    BACK_OFFICE = "back_office"
    ASSIGNED = "assigned"  # the back office's, until the staff's identity provider or a system manager decides here
    WRITER = "writer"  # whoever wrote it; it never changes afterwards
    EITHER = "either"  # both sides may change it; two changes that did not know of each other are shown to a person


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to the back office; ``id`` is the key of idempotency, ``lane`` the person whose order is kept.

    ``files`` are the SHA-256 (hex) of the files that it names: they have been put there before, and a back office that
    lacks one of them doesn't take the message.
    """

    id: uuid.UUID
    kind: str
    lane: uuid.UUID
    payload: dict[str, Any]
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """The back office's acknowledgement of one message, whole, with its own number."""

    message_id: uuid.UUID
    number: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the back office: the whole object at a version, or ``deleted``: a tombstone.

    ``person`` is the back office's id of the person it concerns; changes of one person are applied in order.
    """

    source_id: str
    kind: str
    version: int
    payload: dict[str, Any]
    deleted: bool = False
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """Event: the back office has acknowledged a message."""

    message_id: uuid.UUID
    kind: str
    lane: uuid.UUID
    receipt_no: str
    at: datetime
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stuck:
    """Event: a message can't be delivered without a person; ``code`` is ours, without personal data."""

    message_id: uuid.UUID
    kind: str
    lane: uuid.UUID
    code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resent:
    """Event: somebody lets a message that was stuck be sent again."""

    message_id: uuid.UUID
    kind: str


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """A page of a feed and the cursor of what follows; an empty page returns the cursor it was asked with."""

    items: tuple[T, ...]
    next: Cursor


@dataclass(frozen=True, slots=True)
class Record:
    """The base of every payload; ``id`` is the sender's own id of the object, an opaque string."""

    kind: ClassVar[Kind]
    absent: ClassVar[frozenset[str]] = frozenset()

    id: str

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """Read a payload strictly.

        :raises UnknownCode: for an unknown code, a wrong type, a missing field or one too many.
        """
        return read_fields(cls, payload, cls.kind, may_lack=cls.absent)

    def to_payload(self) -> dict[str, Any]:
        """Write the payload: JSON types only, instants in ISO 8601."""
        return write_fields(self)
