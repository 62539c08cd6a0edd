"""States of an application, kept apart: the application, its parties, and what the back office has done; pure."""

import enum

from portal.core import states

# What the back office is told too is defined where it is: in the contract.
from portal.sync.contract.applications import Handling, Outcome, PeriodState

__all__ = ["Handling", "Outcome", "PeriodState"]


class ApplicationState(enum.StrEnum):
    """Where an application is on our side."""

    DRAFT = "draft"
    SIGNING = "signing"  # frozen, waiting for signatures
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"  # taken back before a decision


# A change of the draft while signatures are waited for takes it back to DRAFT: they are void.
TRANSITIONS: dict[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.DRAFT: frozenset({ApplicationState.SIGNING}),
    ApplicationState.SIGNING: frozenset({ApplicationState.DRAFT, ApplicationState.SUBMITTED}),
    ApplicationState.SUBMITTED: frozenset({ApplicationState.WITHDRAWN}),
    ApplicationState.WITHDRAWN: frozenset(),
}
EDITABLE = frozenset({ApplicationState.DRAFT, ApplicationState.SIGNING})


class PartyState(enum.StrEnum):
    """Whether somebody takes part in an application."""

    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    REMOVED = "removed"  # the applicant applies alone, or together with somebody else


PARTY_TRANSITIONS: dict[PartyState, frozenset[PartyState]] = {
    PartyState.INVITED: frozenset({PartyState.JOINED, PartyState.DECLINED, PartyState.REMOVED}),
    PartyState.JOINED: frozenset({PartyState.DECLINED, PartyState.REMOVED}),
    PartyState.DECLINED: frozenset({PartyState.INVITED, PartyState.REMOVED}),
    PartyState.REMOVED: frozenset(),
}


# A decided application can be taken up again (omprövning, förvaltningslagen 37-38 §§); what is received is never
# unreceived. A step may be left out: the back office tells of where it is, not of how it came there.
HANDLING_TRANSITIONS: dict[Handling, frozenset[Handling]] = {
    Handling.NONE: frozenset({Handling.RECEIVED, Handling.UNDER_REVIEW, Handling.COMPLETION_ASKED, Handling.DECIDED}),
    Handling.RECEIVED: frozenset({Handling.UNDER_REVIEW, Handling.COMPLETION_ASKED, Handling.DECIDED}),
    Handling.UNDER_REVIEW: frozenset({Handling.COMPLETION_ASKED, Handling.DECIDED}),
    Handling.COMPLETION_ASKED: frozenset({Handling.UNDER_REVIEW, Handling.DECIDED}),
    Handling.DECIDED: frozenset({Handling.UNDER_REVIEW, Handling.COMPLETION_ASKED}),
}


class EventKind(enum.StrEnum):
    """What happened to an application, for the timeline that its parties see."""

    STARTED = "started"
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    CHANGE_ASKED = "change_asked"
    CHANGED = "changed"  # after somebody had signed: the signatures are void
    SIGNED = "signed"
    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    SUPPLEMENTED = "supplemented"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    COMPLETION_ASKED = "completion_asked"
    DECIDED = "decided"


def move(now: ApplicationState, to: ApplicationState) -> ApplicationState:
    """Return the new state of an application.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(TRANSITIONS, now, to)


def move_party(now: PartyState, to: PartyState) -> PartyState:
    """Return the new state of a party.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(PARTY_TRANSITIONS, now, to)


def move_handling(now: Handling, to: Handling) -> Handling:
    """Return the new state of the handling; the same one again is no step.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return now if now is to else states.move(HANDLING_TRANSITIONS, now, to)
