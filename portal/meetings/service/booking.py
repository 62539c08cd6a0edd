"""Booking, moving, changing and cancelling: in the caller's transaction, with history, log entry and event.

``place`` and ``replace`` are for whatever has settled on a time: a client's draft, a proposal that was accepted, staff.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.states import move as step
from portal.meetings import queries
from portal.meetings.events import MeetingBooked, MeetingCancelled, MeetingChanged, MeetingMoved
from portal.meetings.models import BookingDraft, Meeting, MeetingEvent, MeetingType
from portal.meetings.queries import meeting_minutes
from portal.meetings.rules.arrangement import Arrangement, arrangement_of, checked, checked_reason
from portal.meetings.rules.states import (
    MEETING_TRANSITIONS,
    Delivery,
    EventKind,
    Form,
    MeetingState,
)
from portal.meetings.rules.times import Booked, PastTime
from portal.meetings.service import claims, drafts
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.drafts import CaseworkerLeft

WRITE = "meeting:write"


class TooMany(Conflict):
    """The client has as many meetings ahead as the municipality allows."""


class Over(Conflict):
    """The meeting has begun, is over, or is cancelled."""

    message = lazy("Mötet går inte att ändra längre.")


class DoesNotFit(Conflict):
    """With an interpreter the meeting takes longer, and the time after it is taken."""

    message = lazy("Med tolk tar mötet längre tid, och det får inte plats. Välj en ny tid.")


@dataclass(frozen=True, slots=True)
class Settled:
    """A time that two sides have settled on, and the number of the form by which they did."""

    staff_id: uuid.UUID
    starts_at: datetime
    minutes: int
    submission: str

    @property
    def ends_at(self) -> datetime:
        """Return the end, without the buffer."""
        return self.starts_at + timedelta(minutes=self.minutes)


def booked_by(session: Session, person_id: uuid.UUID, submission: str) -> Meeting | None:
    """Return the meeting that a form has given its time, so that a button pressed twice counts once."""
    return session.scalars(
        select(Meeting).where(Meeting.person_id == person_id, Meeting.submission == submission)
    ).one_or_none()


def book(
    session: Session, actor: Actor, *, draft_id: uuid.UUID, wanted: Arrangement, submission: str, most: int
) -> Meeting:
    """Book what a draft holds, or move the meeting that it was made for; ``wanted`` is its last version.

    A hold that has lapsed is no hindrance while the time is free. ``most`` meetings ahead is what a client may have.

    :raises NotFound: the draft isn't the client's, or was forgotten.
    :raises JustTaken: the time is somebody else's by now; also where the draft never held one.
    :raises CaseworkerLeft: whom the client was to meet has left.
    :raises PastTime: the time has gone by.
    :raises TooMany: the client has too many meetings ahead.
    """
    drafts.lock_client(session, actor.subject_id)
    earlier = booked_by(session, actor.subject_id, submission)
    if earlier is not None:
        return earlier
    draft = drafts.own(session, actor, draft_id, lock=True)
    settled = _settled(session, actor, draft, submission)
    wanted = checked(_of_draft(draft, wanted))
    if draft.moves_id is not None:
        moved = queries.open_meeting(session, actor, draft.moves_id)
        meeting = replace(session, actor, moved, settled, wanted, type_id=draft.type_id, draft_id=draft.id)
    else:
        _check_room(session, actor, most)
        meeting = place(
            session,
            actor,
            settled,
            wanted,
            person_id=draft.person_id,
            case_id=draft.case_id,
            type_id=draft.type_id,
            draft_id=draft.id,
        )
    session.delete(draft)
    session.flush()
    return meeting


def _of_draft(draft: BookingDraft, wanted: Arrangement) -> Arrangement:
    """Return the wishes of the last page with those that decided over the time, which are the draft's."""
    return Arrangement(
        form=draft.form,
        place_id=draft.place_id,
        interpreter=draft.interpreter,
        interpreter_wish=draft.interpreter_wish,
        place_text=wanted.place_text,
        support=wanted.support,
        needs=wanted.needs,
        agenda=wanted.agenda,
    )


def _settled(session: Session, actor: Actor, draft: BookingDraft, submission: str) -> Settled:
    if draft.held_from is None or draft.held_to is None or draft.held_staff_id is None:
        raise JustTaken(lazy("Välj en tid först."), reason="no_time")
    if draft.held_from <= now():
        raise PastTime(reason="past")
    if draft.held_staff_id not in {one.id for one in queries.bookable_staff(session, actor, draft.case_id)}:
        raise CaseworkerLeft(reason="left")
    if drafts.held_until(session, draft) is None:
        drafts.hold(session, actor, draft, starts_at=draft.held_from)
    minutes = (draft.held_to - draft.held_from) // timedelta(minutes=1)
    return Settled(draft.held_staff_id, draft.held_from, minutes, submission)


def _check_room(session: Session, actor: Actor, most: int) -> None:
    if queries.upcoming_count(session, actor) >= most:
        text = lazy("Du har redan %(most)s möten bokade. Avboka ett av dem, eller skriv till oss.", most=most)
        raise TooMany(text, reason="too_many")


def place(
    session: Session,
    actor: Actor,
    settled: Settled,
    wanted: Arrangement,
    *,
    person_id: uuid.UUID,
    case_id: uuid.UUID | None,
    type_id: uuid.UUID,
    draft_id: uuid.UUID | None = None,
) -> Meeting:
    """Store a meeting at a time that both sides have settled on: all of it, or nothing.

    That the actor may do so is the caller's to see; so is whether the time is within anybody's hours. The same
    submission of the same client again returns the first meeting.

    :raises JustTaken: the caseworker has something else then.
    :raises PastTime: the time has gone by.
    """
    drafts.lock_client(session, person_id)
    earlier = booked_by(session, person_id, settled.submission)
    if earlier is not None:
        return earlier
    if settled.starts_at <= now():
        raise PastTime(reason="past")
    kind = session.get_one(MeetingType, type_id)
    meeting = _made(actor, kind, settled, wanted, person_id, case_id)
    with session.begin_nested():  # a meeting without its time must not stay behind
        session.add(meeting)
        session.flush()
        claims.settle(session, meeting, _time(settled, kind), draft_id=draft_id)
    _note(session, actor, meeting, EventKind.BOOKED, new_starts_at=meeting.starts_at)
    events.publish(session, MeetingBooked(meeting.id, person_id, meeting.staff_id, actor.side))
    return meeting


def _made(
    actor: Actor,
    kind: MeetingType,
    settled: Settled,
    wanted: Arrangement,
    person_id: uuid.UUID,
    case_id: uuid.UUID | None,
) -> Meeting:
    made = Meeting(
        id=new_id(),
        person_id=person_id,
        case_id=case_id,
        type_id=kind.id,
        staff_id=settled.staff_id,
        starts_at=settled.starts_at,
        ends_at=settled.ends_at,
        hidden_from_guardians=kind.hidden_from_guardians,
        room=_room(wanted.form, ""),
        receipt_no=new_receipt_no(),
        submission=settled.submission,
        booked_by=actor.side,
    )
    wanted.onto(made)
    return made


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
    _check_open(meeting)
    if settled.starts_at <= now():
        raise PastTime(reason="past")
    kind = session.get_one(MeetingType, type_id or meeting.type_id)
    claims.settle(session, meeting, _time(settled, kind), draft_id=draft_id)
    old_staff_id, old_starts_at = meeting.staff_id, meeting.starts_at
    meeting.type_id, meeting.staff_id = kind.id, settled.staff_id
    meeting.starts_at, meeting.ends_at = settled.starts_at, settled.ends_at
    meeting.submission = settled.submission
    wanted.onto(meeting)
    meeting.room = _room(wanted.form, meeting.room)
    _touch(meeting)
    _note(
        session,
        actor,
        meeting,
        EventKind.MOVED,
        reason=reason,
        old_starts_at=old_starts_at,
        new_starts_at=meeting.starts_at,
    )
    moved = MeetingMoved(meeting.id, meeting.person_id, meeting.staff_id, actor.side, old_staff_id, old_starts_at)
    events.publish(session, moved)
    return meeting


def move(session: Session, actor: Actor, *, meeting_id: uuid.UUID, settled: Settled, reason: str) -> Meeting:
    """Move a meeting as staff, with a reason that the client is told; the same submission again counts once.

    :raises NotFound: the actor doesn't work on the case.
    :raises Forbidden: the right to write is missing; clients move by a draft.
    :raises JustTaken: also ``PastTime`` and ``Over``, as ``replace``.
    """
    if actor.side is not Side.STAFF or WRITE not in actor.permissions:
        raise Forbidden(reason="permission")
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
    if actor.side is Side.STAFF and WRITE not in actor.permissions:
        raise Forbidden(reason="permission")
    text = checked_reason(reason, required=actor.side is Side.STAFF)
    meeting = queries.open_meeting(session, actor, meeting_id)
    if meeting.state is MeetingState.CANCELLED:
        return meeting
    _check_open(meeting)
    meeting.state = step(MEETING_TRANSITIONS, meeting.state, MeetingState.CANCELLED)
    claims.release(session, meeting_id=meeting.id)
    _touch(meeting)
    _note(session, actor, meeting, EventKind.CANCELLED, reason=text, old_starts_at=meeting.starts_at)
    events.publish(session, MeetingCancelled(meeting.id, meeting.person_id, meeting.staff_id, actor.side))
    return meeting


def change(session: Session, actor: Actor, *, meeting_id: uuid.UUID, wanted: Arrangement) -> Meeting:
    """Change what is agreed besides time, person and form; an interpreter only where the longer meeting has room.

    :raises NotFound: the meeting isn't the actor's.
    :raises DoesNotFit: with the interpreter it takes longer than there is room.
    :raises InvalidInput: a text is too long.
    :raises Over: the meeting has begun, is over, or is cancelled.
    """
    meeting = queries.open_meeting(session, actor, meeting_id)
    _check_open(meeting)
    before = arrangement_of(meeting)
    after = checked(wanted)
    if after == before:
        return meeting
    if bool(after.interpreter) != bool(before.interpreter):
        _stretch(session, actor, meeting, with_interpreter=bool(after.interpreter))
    after.onto(meeting)
    _touch(meeting)
    _note(session, actor, meeting, EventKind.CHANGED)
    events.publish(session, MeetingChanged(meeting.id, meeting.person_id, meeting.staff_id, actor.side))
    return meeting


def _stretch(session: Session, actor: Actor, meeting: Meeting, *, with_interpreter: bool) -> None:
    """Give a meeting the length that it needs with or without interpreter."""
    kind = session.get_one(MeetingType, meeting.type_id)
    minutes = meeting_minutes(kind, with_interpreter=with_interpreter)
    settled = Settled(meeting.staff_id, meeting.starts_at, minutes, meeting.submission)
    if settled.ends_at > meeting.ends_at and not _has_room(session, actor, meeting, settled):
        raise DoesNotFit(reason="does_not_fit")
    try:
        claims.settle(session, meeting, _time(settled, kind))
    except JustTaken as error:
        raise DoesNotFit(reason="does_not_fit") from error
    meeting.ends_at = settled.ends_at


def _has_room(session: Session, actor: Actor, meeting: Meeting, settled: Settled) -> bool:
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


def _time(settled: Settled, kind: MeetingType) -> Booked:
    return Booked(settled.staff_id, settled.starts_at, settled.ends_at, kind.buffer_minutes)


def _room(form: Form, room: str) -> str:
    """Return the name of a video meeting's room, which nobody can guess; it stays when the meeting moves."""
    return (room or secrets.token_urlsafe(24)) if form is Form.VIDEO else ""


def _check_open(meeting: Meeting) -> None:
    if meeting.state is not MeetingState.BOOKED or meeting.starts_at <= now():
        raise Over(reason="over")


def _touch(meeting: Meeting) -> None:
    """Make a new version of it, for calendars and for the back office."""
    meeting.sequence += 1
    meeting.changed_at = now()
    meeting.delivery, meeting.delivered_at = Delivery.PENDING, None


def _note(
    session: Session,
    actor: Actor,
    meeting: Meeting,
    kind: EventKind,
    *,
    reason: str = "",
    old_starts_at: datetime | None = None,
    new_starts_at: datetime | None = None,
) -> None:
    """Write what happened into the history that both sides see, and into the log."""
    session.add(
        MeetingEvent(
            meeting_id=meeting.id,
            kind=kind,
            side=actor.side,
            staff_id=actor.staff_id,
            reason=reason,
            old_starts_at=old_starts_at,
            new_starts_at=new_starts_at,
        )
    )
    audit.record(
        session,
        f"meeting.{kind.value}",
        actor=actor,
        subject_id=meeting.person_id,
        object_id=meeting.id,
        reference=meeting.receipt_no,
        detail={"sequence": meeting.sequence or 0},
    )
    session.flush()
