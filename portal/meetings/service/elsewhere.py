"""What was done to a meeting in the back office, done here too; and what staff decide where both sides did something.

Nothing is settled silently: where both have changed a meeting without knowing of each other, or have booked one time
twice, the other version stays beside ours in ``Meeting.conflict`` until somebody has chosen.
"""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.text import clean_text
from portal.meetings import queries
from portal.meetings.events import MeetingBooked, MeetingCancelled, MeetingChanged, MeetingMoved
from portal.meetings.models import Meeting, MeetingType
from portal.meetings.rules.states import MEETING_TRANSITIONS, EventKind, MeetingState, Origin, TypeKind
from portal.meetings.rules.times import Booked, around
from portal.meetings.service import bookkeeping, claims, rights
from portal.meetings.service.claims import JustTaken
from portal.sync.contract import Kind, MeetingRecord
from portal.sync.queries import local_id
from portal.sync.rules import Delivery

CLIENTS_WORDS = ("interpreter", "interpreter_wish", "support", "needs", "agenda")


class NoConflict(Conflict):
    """Somebody has settled it already."""

    message = lazy("Någon annan har redan valt.")


class StillTaken(Conflict):
    """Their time can't be had: another meeting has it."""

    message = lazy("Den tiden är upptagen av ett annat möte. Flytta eller avboka det först.")


def made_there(
    session: Session, record: MeetingRecord, *, person_id: uuid.UUID, case_id: uuid.UUID | None, staff_id: uuid.UUID
) -> Meeting:
    """Store a meeting that was made in the back office; where its time is taken here, with both versions."""
    own_id = new_id()
    kind = _type(session, record.type)
    meeting = Meeting(
        id=own_id,
        person_id=person_id,
        case_id=case_id,
        type_id=kind.id,
        staff_id=staff_id,
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        state=record.state,
        # The stricter of the two: what either side hides is hidden (SoL 20:7).
        hidden_from_guardians=record.hidden_from_guardians or kind.hidden_from_guardians,
        receipt_no=new_receipt_no(),
        submission=str(own_id),
        sequence=record.revision,
        origin=Origin.BACKOFFICE,
        booked_by=Side.STAFF,
        delivery=Delivery.DELIVERED,
        delivered_at=now(),
        **{name: clean_text(getattr(record, name)) for name in CLIENTS_WORDS},
    )
    _take_over(meeting, record)
    session.add(meeting)
    session.flush()
    if record.state is MeetingState.BOOKED and not _claimed(session, meeting):
        keep_both(session, meeting, record)
    bookkeeping.note(session, None, meeting, EventKind.BOOKED, reason=record.reason, new_starts_at=record.starts_at)
    if record.state is MeetingState.BOOKED:
        events.publish(session, MeetingBooked.of(meeting, None))
    return meeting


def changed_there(session: Session, meeting: Meeting, record: MeetingRecord, *, staff_id: uuid.UUID) -> bool:
    """Follow a change that was made in the back office; tell whether it could be, else both versions are kept."""
    theirs = (record.starts_at, record.ends_at, staff_id, record.state)
    if theirs == (meeting.starts_at, meeting.ends_at, meeting.staff_id, meeting.state):
        _take_over(meeting, record)
        meeting.conflict = None
        session.flush()
        return True
    # They changed a version that was not our latest one: neither side knew of the other's change.
    unseen = meeting.delivery is not Delivery.DELIVERED
    impossible = record.state not in {meeting.state, *MEETING_TRANSITIONS[meeting.state]}
    if unseen or impossible or not _follow(session, meeting, record, staff_id):
        keep_both(session, meeting, record)
        return False
    return True


def _type(session: Session, kind: TypeKind) -> MeetingType:
    """Return a kind of meeting of ours; one that the portal has none of is stored as a kind that nobody can book."""
    found = session.scalars(
        select(MeetingType).where(MeetingType.kind == kind).order_by(MeetingType.active.desc(), MeetingType.id).limit(1)
    ).one_or_none()
    if found is not None:
        return found
    made = MeetingType(kind=kind, minutes=60, forms=[], client_bookable=False, active=False)
    made.hidden_from_guardians = kind is TypeKind.CHILD_TALK
    session.add(made)
    session.flush()
    return made


def _take_over(meeting: Meeting, record: MeetingRecord) -> None:
    """Take over how and where; what the client needs and wants to say stays the client's (``contract.OWNERSHIP``)."""
    meeting.form = record.form
    meeting.place_text, meeting.place_id = clean_text(record.place), None


def _claimed(session: Session, meeting: Meeting) -> bool:
    try:
        claims.settle(session, meeting, _span(meeting.staff_id, meeting.starts_at, meeting.ends_at))
    except JustTaken:
        return False
    return True


def _span(staff_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> Booked:
    return Booked(staff_id, *around(starts_at, ends_at))


def _follow(session: Session, meeting: Meeting, record: MeetingRecord, staff_id: uuid.UUID) -> bool:
    """Do to a meeting what was done there, and tell whether its time could be had."""
    old_staff_id, old_starts_at = meeting.staff_id, meeting.starts_at
    moved = (staff_id, record.starts_at, record.ends_at) != (old_staff_id, old_starts_at, meeting.ends_at)
    if record.state is MeetingState.BOOKED and moved:
        try:
            claims.settle(session, meeting, _span(staff_id, record.starts_at, record.ends_at))
        except JustTaken:
            return False
    if record.state is MeetingState.CANCELLED:
        claims.release(session, meeting_id=meeting.id)
    ended = record.state is not meeting.state
    meeting.staff_id, meeting.starts_at, meeting.ends_at = staff_id, record.starts_at, record.ends_at
    meeting.state, meeting.conflict = record.state, None
    bookkeeping.renew(meeting, revision=record.revision)
    _take_over(meeting, record)
    if moved and not ended:
        bookkeeping.note(
            session,
            None,
            meeting,
            EventKind.MOVED,
            reason=record.reason,
            old_starts_at=old_starts_at,
            new_starts_at=meeting.starts_at,
        )
        old = {"old_staff_id": old_staff_id, "old_starts_at": old_starts_at}
        events.publish(session, MeetingMoved.of(meeting, None, **old))
    if ended:
        kind = EventKind(record.state.value)
        bookkeeping.note(session, None, meeting, kind, reason=record.reason, old_starts_at=old_starts_at)
    if ended and record.state is MeetingState.CANCELLED:
        events.publish(session, MeetingCancelled.of(meeting, None))
    return True


def keep_both(session: Session, meeting: Meeting, record: MeetingRecord) -> None:
    """Keep the back office's version beside ours until somebody has chosen."""
    meeting.conflict = record.to_payload()
    audit.record(session, "meeting.conflict", subject_id=meeting.person_id, object_id=meeting.id)
    session.flush()


def keep_ours(session: Session, actor: Actor, *, meeting_id: uuid.UUID) -> Meeting:
    """Let our version stand: it goes to the back office once more.

    :raises NotFound: the actor doesn't work on the case.
    :raises NoConflict: there is nothing to choose any more.
    :raises StillTaken: ours has no time of its own, for another meeting has it: it must be moved or cancelled.
    """
    meeting, _record = _in_conflict(session, actor, meeting_id)
    if meeting.state is MeetingState.BOOKED and not _claimed(session, meeting):
        raise StillTaken(reason="taken")
    meeting.conflict = None
    bookkeeping.renew(meeting)
    audit.record(session, "meeting.conflict_ours", actor=actor, subject_id=meeting.person_id, object_id=meeting.id)
    session.flush()
    events.publish(session, MeetingChanged.of(meeting, Side.STAFF))
    return meeting


def take_theirs(session: Session, actor: Actor, *, meeting_id: uuid.UUID) -> Meeting:
    """Let the back office's version stand here too.

    :raises NotFound: the actor doesn't work on the case.
    :raises NoConflict: there is nothing to choose any more.
    :raises StillTaken: their time is another meeting's here, or the meeting is over.
    """
    meeting, record = _in_conflict(session, actor, meeting_id)
    staff_id = local_id(session, Kind.STAFF, record.staff_id) or meeting.staff_id
    impossible = record.state not in {meeting.state, *MEETING_TRANSITIONS[meeting.state]}
    if impossible or not _follow(session, meeting, record, staff_id):
        raise StillTaken(reason="taken")
    # Whatever of ours was still on its way is now no longer what stands.
    audit.record(session, "meeting.conflict_theirs", actor=actor, subject_id=meeting.person_id, object_id=meeting.id)
    session.flush()
    events.publish(session, MeetingChanged.of(meeting, Side.STAFF))
    return meeting


def _in_conflict(session: Session, actor: Actor, meeting_id: uuid.UUID) -> tuple[Meeting, MeetingRecord]:
    rights.check_staff(actor)
    meeting = queries.open_meeting(session, actor, meeting_id)
    if meeting.conflict is None:
        raise NoConflict(reason="settled")
    return meeting, MeetingRecord.from_payload(meeting.conflict)
