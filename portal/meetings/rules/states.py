"""Forms and kinds of meetings, and the states of meetings and of proposals with their transitions; pure."""

import enum
from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

# Meetings and everything that takes time from a calendar begin and end on this grid: the database claims each piece
# once (``models.Claim``), so that no two can overlap.
QUANTUM = timedelta(minutes=5)
# How long a chosen time is kept for the client while the form is open.
HOLD = timedelta(minutes=10)
# How many time windows one turn of a proposal may hold.
MAX_WINDOWS = 3


class Form(enum.StrEnum):
    """How a meeting is held."""

    VISIT = "visit"
    PHONE = "phone"
    VIDEO = "video"
    HOME = "home"  # hembesök: the client may always say no
    OTHER = "other"  # another place, such as the library


class TypeKind(enum.StrEnum):
    """What a meeting is for (DOMAIN.md section 8); lengths are data, see ``models.MeetingType``."""

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


MEETING_TRANSITIONS: Mapping[MeetingState, frozenset[MeetingState]] = {
    MeetingState.BOOKED: frozenset({MeetingState.CANCELLED, MeetingState.ATTENDED, MeetingState.NO_SHOW}),
    MeetingState.CANCELLED: frozenset(),
    # A mark that was set on the wrong row can be set right.
    MeetingState.ATTENDED: frozenset({MeetingState.NO_SHOW}),
    MeetingState.NO_SHOW: frozenset({MeetingState.ATTENDED}),
}


class ProposalState(enum.StrEnum):
    """Whose turn it is to answer, or how it ended."""

    WITH_STAFF = "with_staff"
    WITH_CLIENT = "with_client"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_ENDS = frozenset({ProposalState.ACCEPTED, ProposalState.DECLINED, ProposalState.WITHDRAWN, ProposalState.EXPIRED})
PROPOSAL_TRANSITIONS: Mapping[ProposalState, frozenset[ProposalState]] = {
    ProposalState.WITH_STAFF: _ENDS | {ProposalState.WITH_CLIENT},
    ProposalState.WITH_CLIENT: _ENDS | {ProposalState.WITH_STAFF},
    **dict.fromkeys(_ENDS, frozenset()),
}


class EventKind(enum.StrEnum):
    """What happened to a meeting; both sides see its history."""

    BOOKED = "booked"
    MOVED = "moved"
    CHANGED = "changed"  # form, interpreter, agenda and the like
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"
    COVERED = "covered"  # a colleague took over


class TurnKind(enum.StrEnum):
    """What one side said in a proposal."""

    PROPOSE = "propose"
    INVITE = "invite"  # the same, begun by the caseworker
    COUNTER = "counter"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


class Origin(enum.StrEnum):
    """Where a meeting was made."""

    PORTAL = "portal"
    BACKOFFICE = "backoffice"


class Delivery(enum.StrEnum):
    """Whether the back office has acknowledged the latest version of a meeting or a proposal."""

    PENDING = "pending"
    DELIVERED = "delivered"
    STUCK = "stuck"


class IllegalTransition(Exception):  # noqa: N818 - named after what it is
    """A step was asked for that can't follow the present state."""


State = TypeVar("State", bound=enum.StrEnum)


def move(table: Mapping[State, frozenset[State]], now: State, to: State) -> State:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    if to not in table[now]:
        raise IllegalTransition(f"{now} -> {to}")
    return to
