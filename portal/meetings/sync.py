"""Between meetings and the back office: each version goes there; what is made or changed there comes in.

Where both sides have changed a meeting without knowing of each other, or have booked one time twice, nothing is
settled here: both versions are kept, and staff decide (``service.elsewhere``).
"""

import uuid

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.meetings import outgoing
from portal.meetings.events import MeetingEventBase, ProposalChanged
from portal.meetings.models import BusyTime, Meeting, Proposal
from portal.meetings.service import elsewhere
from portal.sync.contract import BusyRecord, Change, Delivered, Kind, MeetingRecord, Resent, Stuck, UnknownCode
from portal.sync.inbox import Applied, needed
from portal.sync.queries import local_id
from portal.sync.rules import Delivery

DISAPPEARED = "meeting_disappeared"
CONFLICT = "meeting_conflict"


def on_change(session: Session, event: MeetingEventBase) -> None:
    """Send the new version of a meeting to the back office, unless it came from there."""
    if event.side is not None:
        outgoing.enqueue(session, session.get_one(Meeting, event.meeting_id))


def on_proposal(session: Session, event: ProposalChanged) -> None:
    """Send a proposal as it stands now to the back office."""
    outgoing.enqueue_proposal(session, session.get_one(Proposal, event.proposal_id))


def on_delivered(session: Session, event: Delivered) -> None:
    """Note that the back office has acknowledged the latest version of something; an older one says nothing of it."""
    found = _sent_as(session, event)
    if found is not None:
        found.delivery, found.delivered_at = Delivery.DELIVERED, event.at


def on_stuck(session: Session, event: Stuck) -> None:
    """Note that something needs a person's help to get through."""
    found = _sent_as(session, event)
    if found is not None and found.delivery is Delivery.PENDING:
        found.delivery = Delivery.STUCK


def on_resent(session: Session, event: Resent) -> None:
    """Note that somebody has helped something along: it is under way again."""
    found = _sent_as(session, event)
    if found is not None and found.delivery is Delivery.STUCK:
        found.delivery = Delivery.PENDING


def _sent_as(session: Session, event: Delivered | Stuck | Resent) -> Meeting | Proposal | None:
    if event.kind == Kind.MEETING:
        wanted = select(Meeting).where(Meeting.outbox_id == event.message_id)
        return session.scalars(wanted.with_for_update()).one_or_none()
    if event.kind == Kind.MEETING_PROPOSAL:
        proposed = select(Proposal).where(Proposal.outbox_id == event.message_id)
        return session.scalars(proposed.with_for_update()).one_or_none()
    return None


def receive_busy(session: Session, change: Change) -> Applied:
    """Take in a time in which a member of staff can't be met; one that disappears is free again.

    :raises UnknownCode: the payload can't be read strictly, or ends before it begins.
    :raises LinkMissing: the member of staff hasn't come yet.
    """
    known = local_id(session, Kind.BUSY_TIME, change.source_id)
    if change.deleted:
        session.execute(delete(BusyTime).where(BusyTime.external_id == change.source_id))
        return Applied(known)
    record = BusyRecord.from_payload(change.payload)
    if record.id != change.source_id or record.starts_at >= record.ends_at:
        raise UnknownCode("busy_time.ends_at")
    staff_id = needed(session, Kind.STAFF, record.staff_id)
    row = session.scalars(select(BusyTime).where(BusyTime.external_id == record.id)).one_or_none()
    row = row or BusyTime(external_id=record.id)
    row.staff_id, row.starts_at, row.ends_at = staff_id, record.starts_at, record.ends_at
    session.add(row)
    session.flush()
    return Applied(row.id)


def receive(session: Session, change: Change) -> Applied:
    """Take in a meeting that was made or changed in the back office.

    One that disappears there is a warning: the client's booking is never struck out in silence.

    :raises UnknownCode: the payload can't be read strictly, or ends before it begins.
    :raises LinkMissing: its person, case or member of staff hasn't come yet.
    """
    meeting = _held(session, change.source_id)
    if change.deleted:
        return Applied(meeting.id if meeting else None, DISAPPEARED)
    record = MeetingRecord.from_payload(change.payload)
    if record.starts_at >= record.ends_at:
        raise UnknownCode("meeting.ends_at")
    if meeting is None:
        return _made_there(session, record)
    staff_id = needed(session, Kind.STAFF, record.staff_id)
    return Applied(meeting.id, "" if elsewhere.changed_there(session, meeting, record, staff_id=staff_id) else CONFLICT)


def _held(session: Session, source_id: str) -> Meeting | None:
    found = local_id(session, Kind.MEETING, source_id)
    if found is None:
        try:
            found = uuid.UUID(source_id)  # one of ours: the back office keeps our id for it
        except ValueError:
            return None
    return session.get(Meeting, found, with_for_update=True)


def _made_there(session: Session, record: MeetingRecord) -> Applied:
    meeting = elsewhere.made_there(
        session,
        record,
        person_id=needed(session, Kind.PERSON, record.person_id),
        case_id=needed(session, Kind.CASE, record.case_id) if record.case_id else None,
        staff_id=needed(session, Kind.STAFF, record.staff_id),
    )
    return Applied(meeting.id, CONFLICT if meeting.conflict else "")
