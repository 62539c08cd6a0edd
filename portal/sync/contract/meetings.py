"""Meetings, proposals of meetings, and times that are taken."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.sync.contract.base import Kind, Record
from portal.sync.contract.messages import Author


class Form(enum.StrEnum):
    """How a meeting is held."""

    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    HOME = "home"  # hembesök: the client may always say no
    OTHER = "other"  # another place, such as the library


class TypeKind(enum.StrEnum):
    """What a meeting is for (DOMAIN.md section 8)."""

    FIRST = "first"  # nybesök
    FOLLOW_UP = "follow_up"  # uppföljning, planering
    HOME_VISIT = "home_visit"  # hembesök
    SIP = "sip"  # samordnad individuell plan, SoL 10:8-9
    CHILD_TALK = "child_talk"  # samtal med barn, also without guardian: SoL 20:7
    NETWORK = "network"  # nätverksmöte, utredningsmöte
    OTHER = "other"


class MeetingState(enum.StrEnum):
    """Where a meeting stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


class ProposalState(enum.StrEnum):
    """Whose turn it is to answer a proposal, or how it ended."""

    WITH_STAFF = "with_staff"
    WITH_CLIENT = "with_client"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class TurnKind(enum.StrEnum):
    """What one side said in a proposal."""

    PROPOSE = "propose"
    INVITE = "invite"  # the same, begun by the caseworker
    COUNTER = "counter"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class MeetingRecord(Record):
    """A meeting, whole. ``case_id``, ``person_id`` and ``staff_id`` are the back office's ids.

    ``revision`` counts the portal's versions, so that the back office can tell an older one from a newer one;
    ``reason`` is what was said of the latest step.
    """

    kind: ClassVar[Kind] = Kind.MEETING

    case_id: str | None
    person_id: str
    staff_id: str
    type: TypeKind
    form: Form
    place: str
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    revision: int
    interpreter: str
    interpreter_wish: str
    support: str
    needs: str
    agenda: str
    hidden_from_guardians: bool
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class WindowPart:
    """A span of time in which a meeting could be."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TurnPart:
    """What one side said in a proposal; ``author_id`` is the back office's id of the person or the member of staff."""

    kind: TurnKind
    author: Author
    author_id: str
    at: datetime
    windows: tuple[WindowPart, ...]
    forms: tuple[Form, ...]
    place: str
    interpreter: str
    interpreter_wish: str
    participants: str
    text: str


@dataclass(frozen=True, slots=True)
class ProposalRecord(Record):
    """A proposal of a meeting with its turns, oldest first; ``meeting_id`` is the portal's id of what came of it."""

    kind: ClassVar[Kind] = Kind.MEETING_PROPOSAL

    case_id: str
    person_id: str
    staff_id: str
    type: TypeKind
    state: ProposalState
    turns: tuple[TurnPart, ...]
    meeting_id: str | None


@dataclass(frozen=True, slots=True)
class BusyRecord(Record):
    """A time in which a member of staff can't be met; without a title, and without a person."""

    kind: ClassVar[Kind] = Kind.BUSY_TIME

    staff_id: str
    starts_at: datetime
    ends_at: datetime
