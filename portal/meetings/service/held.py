"""What became of a meeting, and a colleague who takes it over."""

import uuid

from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.core.i18n import lazy
from portal.core.states import move
from portal.meetings import queries
from portal.meetings.events import MeetingChanged, MeetingMoved
from portal.meetings.models import Meeting, MeetingType
from portal.meetings.queries import agenda
from portal.meetings.rules.states import MEETING_TRANSITIONS, EventKind, MeetingState
from portal.meetings.rules.times import Booked, around
from portal.meetings.service import bookkeeping, claims, rights
from portal.meetings.service.changing import Over, check_open


class NotYet(Conflict):
    """The meeting hasn't begun."""

    message = lazy("Mötet har inte börjat än.")


class BusyColleague(Conflict):
    """The colleague has something else then."""

    message = lazy("Kollegan är upptagen då. Välj någon annan, eller flytta mötet.")


def mark(session: Session, actor: Actor, *, meeting_id: uuid.UUID, state: MeetingState) -> Meeting:
    """Say whether the meeting took place; a mark that was wrong can be set right. Marked the same again it stays.

    :raises NotFound: the actor doesn't work on the case.
    :raises Forbidden: the right to write is missing.
    :raises NotYet: it hasn't begun.
    :raises Over: it was cancelled.
    """
    meeting = _mine(session, actor, meeting_id)
    if meeting.state is state:
        return meeting
    if meeting.starts_at > now():
        raise NotYet(reason="not_yet")
    if state not in MEETING_TRANSITIONS[meeting.state] or state is MeetingState.CANCELLED:
        raise Over(reason="over")
    meeting.state = move(MEETING_TRANSITIONS, meeting.state, state)
    bookkeeping.renew(meeting)
    bookkeeping.note(session, actor, meeting, EventKind(state.value))
    # The client is told nothing: they know whether they were there. The back office is.
    events.publish(session, MeetingChanged.of(meeting, Side.STAFF))
    return meeting


def cover(session: Session, actor: Actor, *, meeting_id: uuid.UUID, staff_id: uuid.UUID) -> Meeting:
    """Let a colleague of the unit hold the meeting at the same time; the client is told.

    :raises NotFound: the actor doesn't work on the case, or the colleague isn't one who can be booked.
    :raises Forbidden: the right to write is missing.
    :raises BusyColleague: the colleague has something else then.
    :raises Over: it has begun, is over, or is cancelled.
    """
    meeting = _mine(session, actor, meeting_id)
    check_open(meeting)
    if staff_id not in {one.id for one in agenda.with_calendar(session, actor)}:
        raise NotFound
    if staff_id == meeting.staff_id:
        return meeting
    kind = session.get_one(MeetingType, meeting.type_id)
    start, end = around(meeting.starts_at, meeting.ends_at)
    try:
        claims.settle(session, meeting, Booked(staff_id, start, end, kind.buffer_minutes))
    except claims.JustTaken as error:
        raise BusyColleague(reason="busy") from error
    former, meeting.staff_id = meeting.staff_id, staff_id
    bookkeeping.renew(meeting)
    bookkeeping.note(session, actor, meeting, EventKind.COVERED)
    moved = MeetingMoved.of(meeting, Side.STAFF, old_staff_id=former, old_starts_at=meeting.starts_at)
    events.publish(session, moved)
    return meeting


def _mine(session: Session, actor: Actor, meeting_id: uuid.UUID) -> Meeting:
    rights.check_staff(actor)
    return queries.open_meeting(session, actor, meeting_id)
