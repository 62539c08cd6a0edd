"""Moving, changing and cancelling what is booked: in the caller's transaction, with history, log entry and event.

``replace`` is for whatever has settled on another time: a client's draft, a proposal that was accepted, staff.
"""

import secrets
import uuid

from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.core.states import move as step
from portal.meetings import queries
from portal.meetings.events import MeetingCancelled, MeetingChanged, MeetingMoved
from portal.meetings.models import Meeting, MeetingType
from portal.meetings.queries import meeting_minutes
from portal.meetings.rules.arrangement import Arrangement, arrangement_of, checked, checked_reason
from portal.meetings.rules.states import MEETING_TRANSITIONS, EventKind, Form, MeetingState
from portal.meetings.rules.times import PastTime, Settled
from portal.meetings.service import bookkeeping, claims, rights
from portal.meetings.service.claims import JustTaken


class Over(Conflict):
    """The meeting has begun, is over, or is cancelled."""

    message = lazy("Mötet går inte att ändra längre.")


class DoesNotFit(Conflict):
    """With an interpreter the meeting takes longer, and the time after it is taken."""

    message = lazy("Med tolk tar mötet längre tid, och det får inte plats. Välj en ny tid.")


def check_open(meeting: Meeting) -> None:
    """See that a meeting is still ahead.

    :raises Over: it has begun, is over, or is cancelled.
    """
    if meeting.state is not MeetingState.BOOKED or meeting.starts_at <= now():
        raise Over(reason="over")


def room_name(form: Form, room: str = "") -> str:
    """Return the name of a video meeting's room, which nobody can guess; it stays when the meeting moves."""
    return (room or secrets.token_urlsafe(24)) if form is Form.VIDEO else ""


def replace(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    settled: Settled,
    wanted: Arrangement,
    *,
    type_id: uuid.UUID | None = None,
    draft_id: uuid.UUID | None = None,
    reason: str = "",
) -> Meeting:
    """Move a meeting that the caller holds: the new time is had before the old one is let go.

    :raises JustTaken: the caseworker has something else then; the meeting stays where it was.
    :raises PastTime: the new time has gone by.
    :raises Over: the meeting has begun, is over, or is cancelled.
    """
    check_open(meeting)
    if settled.starts_at <= now():
        raise PastTime(reason="past")
    kind = session.get_one(MeetingType, type_id or meeting.type_id)
    claims.settle(session, meeting, settled.claimed(kind.buffer_minutes), draft_id=draft_id)
    old_staff_id, old_starts_at = meeting.staff_id, meeting.starts_at
    meeting.type_id, meeting.staff_id = kind.id, settled.staff_id
    meeting.starts_at, meeting.ends_at = settled.starts_at, settled.ends_at
    meeting.submission = settled.submission
    wanted.onto(meeting)
    meeting.room = room_name(wanted.form, meeting.room)
    bookkeeping.renew(meeting)
    bookkeeping.note(
        session,
        actor,
        meeting,
        EventKind.MOVED,
        reason=reason,
        old_starts_at=old_starts_at,
        new_starts_at=meeting.starts_at,
        draft_id=draft_id,
    )
    moved = MeetingMoved.of(meeting, actor.side, old_staff_id=old_staff_id, old_starts_at=old_starts_at)
    events.publish(session, moved)
    return meeting


def move(session: Session, actor: Actor, *, meeting_id: uuid.UUID, settled: Settled, reason: str) -> Meeting:
    """Move a meeting as staff, with a reason that the client is told; the same submission again counts once.

    :raises NotFound: the actor doesn't work on the case.
    :raises Forbidden: the right to write is missing; clients move by a draft.
    :raises JustTaken: also ``PastTime`` and ``Over``, as ``replace``.
    """
    rights.check_staff(actor)
    text = checked_reason(reason, required=True)
    meeting = queries.open_meeting(session, actor, meeting_id)
    if meeting.submission == settled.submission:
        return meeting
    return replace(session, actor, meeting, settled, arrangement_of(meeting), reason=text)


def cancel(session: Session, actor: Actor, *, meeting_id: uuid.UUID, reason: str = "") -> Meeting:
    """Cancel a meeting, up to its start; staff say why. Cancelled once more it stays as it is.

    :raises NotFound: the meeting isn't the actor's.
    :raises Forbidden: a staff member's right to write is missing.
    :raises InvalidInput: staff gave no reason, or it is too long.
    :raises Over: the meeting has begun or is over.
    """
    rights.check_write(actor)
    text = checked_reason(reason, required=actor.side is Side.STAFF)
    meeting = queries.open_meeting(session, actor, meeting_id)
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    check_open(meeting)
    meeting.state = step(MEETING_TRANSITIONS, meeting.state, MeetingState.CANCELLED)
    claims.release(session, meeting_id=meeting.id)
    bookkeeping.renew(meeting)
    bookkeeping.note(session, actor, meeting, EventKind.CANCELLED, reason=text, old_starts_at=meeting.starts_at)
    events.publish(session, MeetingCancelled.of(meeting, actor.side))
    return meeting


def change(session: Session, actor: Actor, *, meeting_id: uuid.UUID, wanted: Arrangement) -> Meeting:
    """Change what is agreed besides time, person and form; an interpreter only where the longer meeting has room.

    :raises NotFound: the meeting isn't the actor's.
    :raises DoesNotFit: with the interpreter it takes longer than there is room.
    :raises InvalidInput: a text is too long.
    :raises Over: the meeting has begun, is over, or is cancelled.
    """
    meeting = queries.open_meeting(session, actor, meeting_id)
    check_open(meeting)
    before = arrangement_of(meeting)
    after = checked(wanted)
    if after == before:
        return meeting
    if bool(after.interpreter) != bool(before.interpreter):
        _stretch(session, actor, meeting, with_interpreter=bool(after.interpreter))
    after.onto(meeting)
    bookkeeping.renew(meeting)
    bookkeeping.note(session, actor, meeting, EventKind.CHANGED)
    events.publish(session, MeetingChanged.of(meeting, actor.side))
    return meeting


def _stretch(session: Session, actor: Actor, meeting: Meeting, *, with_interpreter: bool) -> None:
    """Give a meeting the length that it needs with or without interpreter."""
    kind = session.get_one(MeetingType, meeting.type_id)
    minutes = meeting_minutes(kind, with_interpreter=with_interpreter)
    settled = Settled(meeting.staff_id, meeting.starts_at, minutes, meeting.submission)
    if settled.ends_at > meeting.ends_at and not _hasroom_name(session, actor, meeting, settled):
        raise DoesNotFit(reason="does_not_fit")
    try:
        claims.settle(session, meeting, settled.claimed(kind.buffer_minutes))
    except JustTaken as error:
        raise DoesNotFit(reason="does_not_fit") from error
    meeting.ends_at = settled.ends_at


def _hasroom_name(session: Session, actor: Actor, meeting: Meeting, settled: Settled) -> bool:
    found = queries.is_free(
        session,
        actor,
        person_id=meeting.person_id,
        type_id=meeting.type_id,
        form=meeting.form,
        staff_id=meeting.staff_id,
        minutes=settled.minutes,
        starts_at=meeting.starts_at,
        ignoring_meeting=meeting.id,
    )
    return found is not None
