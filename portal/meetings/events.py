"""What meetings tell other features: notices, and the way to the back office."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from portal.core.actor import Side
from portal.meetings.models import Meeting
from portal.meetings.rules.states import ProposalState


@dataclass(frozen=True, slots=True)
class MeetingEventBase:
    """What every event of a meeting tells; ``side`` is who did it, None for the back office.

    ``sequence`` is the version of the meeting that it made.
    """

    meeting_id: uuid.UUID
    person_id: uuid.UUID
    staff_id: uuid.UUID
    sequence: int
    side: Side | None

    @classmethod
    def of(cls, meeting: Meeting, side: Side | None, **more: Any) -> Self:
        """Return the event of a meeting as it is now."""
        return cls(meeting.id, meeting.person_id, meeting.staff_id, meeting.sequence, side, **more)


@dataclass(frozen=True, slots=True)
class MeetingBooked(MeetingEventBase):
    """A meeting was booked; told once, also for a button pressed twice."""


@dataclass(frozen=True, slots=True)
class MeetingMoved(MeetingEventBase):
    """A meeting has another time, or another caseworker at that time."""

    old_staff_id: uuid.UUID
    old_starts_at: datetime


@dataclass(frozen=True, slots=True)
class MeetingCancelled(MeetingEventBase):
    """A meeting was cancelled."""


@dataclass(frozen=True, slots=True)
class MeetingChanged(MeetingEventBase):
    """How a meeting is held has changed, its time has not (but for its length)."""


@dataclass(frozen=True, slots=True)
class ProposalChanged:
    """Somebody has answered in a proposal, or (``side`` is None) its time has run out; ``state`` is the new one."""

    proposal_id: uuid.UUID
    person_id: uuid.UUID
    staff_id: uuid.UUID
    side: Side | None
    state: ProposalState
    turn: int  # how many times something has been said; 0 where time did it
