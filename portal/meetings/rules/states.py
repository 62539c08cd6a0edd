"""Forms and kinds of meetings, and the states of meetings and of proposals with their transitions; pure."""

import enum
from collections.abc import Mapping
from datetime import timedelta

# What the back office is told too is defined where it is: in the contract.
from portal.sync.contract.meetings import Form, MeetingState, ProposalState, TurnKind, TypeKind
from portal.sync.rules import Delivery

__all__ = ["Delivery", "Form", "MeetingState", "ProposalState", "TurnKind", "TypeKind"]

# Meetings and everything that takes time from a calendar begin and end on this grid: the database claims each piece
# once (``models.Claim``), so that no two can overlap.
QUANTUM = timedelta(minutes=5)
# How long a chosen time is kept for the client while the form is open.
HOLD = timedelta(minutes=10)
# How many time windows one turn of a proposal may hold.
MAX_WINDOWS = 3


MEETING_TRANSITIONS: Mapping[MeetingState, frozenset[MeetingState]] = {
    MeetingState.BOOKED: frozenset({MeetingState.CANCELLED, MeetingState.ATTENDED, MeetingState.NO_SHOW}),
    MeetingState.CANCELLED: frozenset(),
    # A mark that was set on the wrong row can be set right.
    MeetingState.ATTENDED: frozenset({MeetingState.NO_SHOW}),
    MeetingState.NO_SHOW: frozenset({MeetingState.ATTENDED}),
}


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


class Origin(enum.StrEnum):
    """Where a meeting was made."""

    PORTAL = "portal"
    BACKOFFICE = "backoffice"
