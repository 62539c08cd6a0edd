"""Booking: in the caller's transaction, with history, log entry and event.

``place`` is for whatever has settled on a time: a client's draft, a proposal that was accepted, staff.
"""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.meetings import queries
from portal.meetings.events import MeetingBooked
from portal.meetings.models import BookingDraft, Meeting, MeetingType
from portal.meetings.rules.arrangement import Arrangement, checked
from portal.meetings.rules.states import EventKind
from portal.meetings.rules.times import PastTime, Settled
from portal.meetings.service import bookkeeping, changing, claims, drafts
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.drafts import CaseworkerLeft


class TooMany(Conflict):
    """The client has as many meetings ahead as the municipality allows."""


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
        meeting = changing.replace(session, actor, moved, settled, wanted, type_id=draft.type_id, draft_id=draft.id)
    else:
        _checkroom_name(session, actor, most)
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


def _checkroom_name(session: Session, actor: Actor, most: int) -> None:
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
        claims.settle(session, meeting, settled.claimed(kind.buffer_minutes), draft_id=draft_id)
    bookkeeping.note(session, actor, meeting, EventKind.BOOKED, new_starts_at=meeting.starts_at, draft_id=draft_id)
    events.publish(session, MeetingBooked.of(meeting, actor.side))
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
        room=changing.room_name(wanted.form),
        receipt_no=new_receipt_no(),
        submission=settled.submission,
        booked_by=actor.side,
    )
    wanted.onto(made)
    return made
