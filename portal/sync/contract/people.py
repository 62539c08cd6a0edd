"""Persons, staff, boards, units, cases and who works on them: the back office's registers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.people.rules import CaseState, Protection, Role
from portal.sync.contract.base import Kind, Record


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
