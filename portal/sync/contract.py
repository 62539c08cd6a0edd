"""What the portal and a back office say to each other: vendor-neutral, frozen, without any table.

Serialisation is strict both ways: an unknown code, a missing field or one too many raises ``UnknownCode``; a value
is never guessed. Every change carries the whole object, so that a newer version replaces an older one.
"""

import enum
import types
import typing
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, Generic, Self, TypeVar

from portal.people.rules import CaseState, Protection, Role

Cursor = str
T = TypeVar("T")


class UnknownCode(Exception):  # noqa: N818 - named after what was met
    """A payload has an unknown code, or a field too few or too many; ``where`` names the field, never the value."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class Kind(enum.StrEnum):
    """What a change or a message is about."""

    PERSON = "person"
    STAFF = "staff"
    BOARD = "board"
    UNIT = "unit"
    CASE = "case"
    CASE_ASSIGNMENT = "case_assignment"
    CASE_MESSAGE = "case_message"


class Author(enum.StrEnum):
    """Which side wrote a message."""

    CLIENT = "client"
    STAFF = "staff"


class Owner(enum.StrEnum):
    """Whose value of a field counts; the other side's never overwrites it."""

    CLIENT = "client"
    BACK_OFFICE = "back_office"
    ASSIGNED = "assigned"  # the back office's, until the staff's identity provider or a system manager decides here
    WRITER = "writer"  # whoever wrote it; it never changes afterwards


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to the back office; ``id`` is the key of idempotency, ``lane`` the person whose order is kept."""

    id: uuid.UUID
    kind: str
    lane: uuid.UUID
    payload: dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Stuck:
    """Event: a message can't be delivered without a person; ``code`` is ours, without personal data."""

    message_id: uuid.UUID
    kind: str
    lane: uuid.UUID
    code: str
    at: datetime


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
        known = {field.name: field for field in fields(cls)}
        for name in payload.keys() ^ known.keys():
            if name not in known or name not in cls.absent:
                raise UnknownCode(f"{cls.kind}.{name if name in known else '?'}")
        hints = _hints(cls)
        values = {name: _read(hints[name], payload[name], f"{cls.kind}.{name}") for name in known if name in payload}
        return cls(**values)

    def to_payload(self) -> dict[str, Any]:
        """Write the payload: JSON types only, instants in ISO 8601."""
        return {field.name: _write(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class PersonRecord(Record):
    """A client. ``protection`` may be absent: what is missing is told apart from what is none, and fails closed.

    ``identity_number`` has 12 digits, or is None for those whom the back office knows by a temporary id only.
    """

    kind: ClassVar[Kind] = Kind.PERSON
    absent: ClassVar[frozenset[str]] = frozenset({"protection"})

    identity_number: str | None
    given_name: str
    surname: str
    protection: Protection | None = None


@dataclass(frozen=True, slots=True)
class StaffRecord(Record):
    """A member of staff; ``subject`` is what their identity provider asserts."""

    kind: ClassVar[Kind] = Kind.STAFF

    subject: str
    name: str
    role: Role
    unit_id: str | None
    phone: str
    active: bool


@dataclass(frozen=True, slots=True)
class BoardRecord(Record):
    """A municipal board (nämnd)."""

    kind: ClassVar[Kind] = Kind.BOARD

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UnitRecord(Record):
    """A unit under a board."""

    kind: ClassVar[Kind] = Kind.UNIT

    board_id: str
    name: str


@dataclass(frozen=True, slots=True)
class CaseRecord(Record):
    """A case about one person before one board."""

    kind: ClassVar[Kind] = Kind.CASE

    person_id: str
    board_id: str
    unit_id: str | None
    title: str
    state: CaseState
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class AssignmentRecord(Record):
    """Who works on a case, from when until when."""

    kind: ClassVar[Kind] = Kind.CASE_ASSIGNMENT

    case_id: str
    staff_id: str
    named: bool
    since: datetime
    until: datetime | None


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


RECORDS: Mapping[Kind, type[Record]] = types.MappingProxyType(
    {
        record.kind: record
        for record in (
            PersonRecord,
            StaffRecord,
            BoardRecord,
            UnitRecord,
            CaseRecord,
            AssignmentRecord,
            CaseMessage,
        )
    }
)

# The portal's own fields of an object are listed too: what the back office never may overwrite.
_CLIENT_OWNED = {Kind.PERSON: frozenset({"locale"})}
# See ``people.rules.may_assign``; an account closed in the portal stays closed.
_ASSIGNED = {Kind.STAFF: frozenset({"role", "unit_id", "active"})}

OWNERSHIP: Mapping[Kind, Mapping[str, Owner]] = types.MappingProxyType(
    {
        kind: types.MappingProxyType(
            {f.name: Owner.WRITER if kind is Kind.CASE_MESSAGE else Owner.BACK_OFFICE for f in fields(record)}
            | dict.fromkeys(_CLIENT_OWNED.get(kind, ()), Owner.CLIENT)
            | dict.fromkeys(_ASSIGNED.get(kind, ()), Owner.ASSIGNED)
        )
        for kind, record in RECORDS.items()
    }
)

_HINTS: dict[type[Record], dict[str, Any]] = {}


def _hints(cls: type[Record]) -> dict[str, Any]:
    if cls not in _HINTS:
        _HINTS[cls] = typing.get_type_hints(cls)
    return _HINTS[cls]


def _write(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value


def _read(hint: Any, value: Any, where: str) -> Any:
    if isinstance(hint, types.UnionType):
        inner = next(part for part in hint.__args__ if part is not type(None))
        return None if value is None else _read(inner, value, where)
    if hint is bool or hint is str:
        if type(value) is not hint:
            raise UnknownCode(where)
        return value
    try:
        if issubclass(hint, datetime):
            return _instant(value)
        return hint(value)
    except (ValueError, TypeError):
        raise UnknownCode(where) from None


def _instant(value: str) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant
