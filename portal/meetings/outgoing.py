"""Meetings on their way to the back office, whole at each version, in the words of ``sync.contract``."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.meetings.models import Meeting, MeetingEvent, MeetingType, Place, Proposal, ProposalTurn
from portal.meetings.queries.proposals import windows_of
from portal.meetings.rules.availability import Span
from portal.meetings.rules.states import Form
from portal.sync import service as outbox
from portal.sync.contract import Author, Kind, MeetingRecord, ProposalRecord
from portal.sync.contract.meetings import TurnPart, WindowPart
from portal.sync.queries import their_id
from portal.sync.rules import Delivery


def enqueue(session: Session, meeting: Meeting) -> None:
    """Put the present version of a meeting into the client's lane; it is not delivered until that is acknowledged."""
    payload = record_of(session, meeting).to_payload()
    meeting.outbox_id = outbox.enqueue(session, Kind.MEETING, meeting.person_id, payload)
    meeting.delivery, meeting.delivered_at = Delivery.PENDING, None
    session.flush()


def record_of(session: Session, meeting: Meeting) -> MeetingRecord:
    """Return a meeting as the contract writes it."""
    kind = session.get_one(MeetingType, meeting.type_id)
    return MeetingRecord(
        id=their_id(session, Kind.MEETING, meeting.id),
        case_id=their_id(session, Kind.CASE, meeting.case_id) if meeting.case_id else None,
        person_id=their_id(session, Kind.PERSON, meeting.person_id),
        staff_id=their_id(session, Kind.STAFF, meeting.staff_id),
        type=kind.kind,
        form=meeting.form,
        place=_written_place(session, meeting.place_id, meeting.place_text),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        state=meeting.state,
        revision=meeting.sequence,
        interpreter=meeting.interpreter,
        interpreter_wish=meeting.interpreter_wish,
        support=meeting.support,
        needs=meeting.needs,
        agenda=meeting.agenda,
        hidden_from_guardians=meeting.hidden_from_guardians,
        reason=_reason(session, meeting),
        changed_at=meeting.changed_at,
    )


def enqueue_proposal(session: Session, proposal: Proposal) -> None:
    """Put the present version of a proposal, with all its turns, into the client's lane."""
    payload = proposal_record(session, proposal).to_payload()
    proposal.outbox_id = outbox.enqueue(session, Kind.MEETING_PROPOSAL, proposal.person_id, payload)
    proposal.delivery, proposal.delivered_at = Delivery.PENDING, None
    session.flush()


def proposal_record(session: Session, proposal: Proposal) -> ProposalRecord:
    """Return a proposal as the contract writes it."""
    wanted = select(ProposalTurn).where(ProposalTurn.proposal_id == proposal.id).order_by(ProposalTurn.number)
    turns = session.scalars(wanted).all()
    windows = windows_of(session, [turn.id for turn in turns])
    return ProposalRecord(
        id=str(proposal.id),
        case_id=their_id(session, Kind.CASE, proposal.case_id),
        person_id=their_id(session, Kind.PERSON, proposal.person_id),
        staff_id=their_id(session, Kind.STAFF, proposal.staff_id),
        type=session.get_one(MeetingType, proposal.type_id).kind,
        state=proposal.state,
        turns=tuple(_turn(session, proposal, turn, windows[turn.id]) for turn in turns),
        meeting_id=their_id(session, Kind.MEETING, proposal.meeting_id) if proposal.meeting_id else None,
    )


def _turn(session: Session, proposal: Proposal, turn: ProposalTurn, windows: list[Span]) -> TurnPart:
    by_client = turn.side is Side.CLIENT
    author = Kind.PERSON if by_client else Kind.STAFF
    return TurnPart(
        kind=turn.kind,
        author=Author.CLIENT if by_client else Author.STAFF,
        author_id=their_id(session, author, turn.staff_id or proposal.person_id),
        at=turn.at,
        windows=tuple(WindowPart(*window) for window in windows),
        forms=tuple(Form(form) for form in turn.forms),
        place=_written_place(session, turn.place_id, turn.place_text),
        interpreter=turn.interpreter,
        interpreter_wish=turn.interpreter_wish,
        participants=turn.participants,
        text=turn.text,
    )


def _written_place(session: Session, place_id: uuid.UUID | None, text: str) -> str:
    place = session.get(Place, place_id) if place_id else None
    return text or (f"{place.name}, {place.address}" if place else "")


def _reason(session: Session, meeting: Meeting) -> str:
    latest = select(MeetingEvent.reason).where(MeetingEvent.meeting_id == meeting.id)
    return session.scalar(latest.order_by(MeetingEvent.at.desc(), MeetingEvent.id.desc()).limit(1)) or ""
