"""What of meetings a client is told outside the portal: that something is new, and a reminder before each meeting.

The notices themselves say nothing (``portal.notices``). Of a talk that is hidden from guardians (SoL 20:7) there are
none at all: a child's address is often its parents'.
"""

import uuid
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.meetings.events import (
    MeetingBooked,
    MeetingCancelled,
    MeetingChanged,
    MeetingEventBase,
    MeetingMoved,
    ProposalChanged,
)
from portal.meetings.models import Meeting, Proposal
from portal.meetings.rules.states import MeetingState
from portal.notices import service as notices


def on_booked(session: Session, event: MeetingBooked) -> None:
    """Plan the reminder, and tell the client of what others have booked."""
    meeting = _told_of(session, event.meeting_id)
    if meeting is None:
        return
    _remind(session, meeting)
    _tell(session, event)


def on_moved(session: Session, event: MeetingMoved) -> None:
    """Move the reminder along, and tell the client of what others have moved."""
    meeting = _told_of(session, event.meeting_id)
    if meeting is None:
        return
    notices.cancel(session, _key(meeting.id, event.old_starts_at))
    _remind(session, meeting)
    _tell(session, event)


def on_cancelled(session: Session, event: MeetingCancelled) -> None:
    """Take the reminder back, and tell the client of what others have cancelled."""
    meeting = _told_of(session, event.meeting_id)
    if meeting is None:
        return
    notices.cancel(session, _key(meeting.id, meeting.starts_at))
    _tell(session, event)


def on_changed(session: Session, event: MeetingChanged) -> None:
    """Tell the client of what others have changed while the meeting is ahead; how it went needs no notice."""
    meeting = _told_of(session, event.meeting_id)
    if meeting is not None and meeting.state is MeetingState.BOOKED:
        _tell(session, event)


def on_proposal(session: Session, event: ProposalChanged) -> None:
    """Tell the client of an answer, an invitation, or that the time has run out."""
    if not session.get_one(Proposal, event.proposal_id).hidden_from_guardians:
        _tell(session, event)


def _told_of(session: Session, meeting_id: uuid.UUID) -> Meeting | None:
    meeting = session.get_one(Meeting, meeting_id)
    return None if meeting.hidden_from_guardians else meeting


def _key(meeting_id: uuid.UUID, starts_at: datetime) -> str:
    # The time is part of it, so that a meeting that was moved after its reminder is reminded of once more.
    return f"meeting:{meeting_id}:{starts_at.astimezone(UTC):%Y%m%d%H%M}"


def _remind(session: Session, meeting: Meeting) -> None:
    notices.remind(
        session,
        person_id=meeting.person_id,
        key=_key(meeting.id, meeting.starts_at),
        starts_at=meeting.starts_at,
    )


def _tell(session: Session, event: MeetingEventBase | ProposalChanged) -> None:
    if event.side is not Side.CLIENT:
        notices.notify(session, person_id=event.person_id, key=_event_key(event))


def _event_key(event: MeetingEventBase | ProposalChanged) -> str:
    # The same for an event that is told twice, and for the two that one version of a meeting can give.
    if isinstance(event, ProposalChanged):
        return f"proposal:{event.proposal_id}:{event.turn}:{event.state.value}"
    return f"meeting-changed:{event.meeting_id}:{event.sequence}"
