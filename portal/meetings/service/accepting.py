"""Accepting a proposal: what was proposed becomes a meeting, or moves one, in the same step."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.core.states import move
from portal.meetings.models import Meeting, MeetingType, Proposal, ProposalTurn
from portal.meetings.queries import meeting_minutes
from portal.meetings.queries.proposals import open_proposal
from portal.meetings.rules.arrangement import Arrangement, arrangement_of
from portal.meetings.rules.availability import Span
from portal.meetings.rules.proposing import Terms, check_place, holds
from portal.meetings.rules.states import PROPOSAL_TRANSITIONS, Form, MeetingState, ProposalState, TurnKind
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking, changing, turns


def accept(
    session: Session,
    actor: Actor,
    *,
    proposal_id: uuid.UUID,
    starts_at: datetime,
    form: Form,
    submission: str,
    place_id: uuid.UUID | None = None,
    text: str = "",
) -> Meeting:
    """Accept a time within what the other side last proposed: the meeting is booked, or moved, in the same step.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side is to answer, or it has ended.
    :raises InvalidInput: the time or the form isn't among what was proposed; staff say yes to a visit nowhere.
    :raises JustTaken: the caseworker has something else by now; the proposal stays open.
    :raises PastTime: the time has gone by.
    """
    proposal = turns.mine_to_answer(session, actor, proposal_id, submission)
    if proposal is None:
        return session.get_one(Meeting, open_proposal(session, actor, proposal_id).meeting_id)
    turn, windows = turns.latest_of(session, proposal)
    kind = session.get_one(MeetingType, proposal.type_id)
    minutes = _accepted_minutes(kind, turn, windows, starts_at)
    if form.value not in turn.forms:
        raise InvalidInput(lazy("Välj ett av sätten i förslaget."), reason="form")
    if actor.side is Side.STAFF:
        check_place((form,), place_id)
        proposal.staff_id = actor.id
    settled = Settled(proposal.staff_id, starts_at, minutes, submission)
    meeting = _book(session, actor, proposal, settled, _wanted(turn, form, place_id))
    proposal.state = move(PROPOSAL_TRANSITIONS, proposal.state, ProposalState.ACCEPTED)
    proposal.meeting_id = meeting.id
    accepted = Terms(windows=(Span(starts_at, settled.ends_at),), forms=(form,), place_id=place_id, text=text)
    turns.say(session, actor, proposal, TurnKind.ACCEPT, accepted, submission)
    return meeting


def _accepted_minutes(kind: MeetingType, turn: ProposalTurn, windows: list[Span], starts_at: datetime) -> int:
    """Return how long the accepted meeting is: as long as its kind takes, or what staff set who gave exact times.

    :raises InvalidInput: it isn't within any of the windows.
    """
    usual = meeting_minutes(kind, with_interpreter=bool(turn.interpreter))
    for window in windows:
        minutes = usual if turn.side is Side.CLIENT else (window.end - window.start) // timedelta(minutes=1)
        if holds(window, starts_at, minutes):
            return minutes
    raise InvalidInput(lazy("Välj en tid som finns i förslaget."), reason="time")


def _wanted(turn: ProposalTurn, form: Form, place_id: uuid.UUID | None) -> Arrangement:
    return Arrangement(
        form=form,
        place_id=(place_id or turn.place_id) if form is Form.VISIT else None,
        place_text=turn.place_text if form in {Form.OTHER, Form.HOME} else "",
        interpreter=turn.interpreter,
        interpreter_wish=turn.interpreter_wish,
        support=turn.participants if turn.side is Side.CLIENT else "",
        agenda=turn.text if turn.side is Side.CLIENT else "",
    )


def _book(session: Session, actor: Actor, proposal: Proposal, settled: Settled, wanted: Arrangement) -> Meeting:
    moved = session.get(Meeting, proposal.moves_id, with_for_update=True) if proposal.moves_id else None
    if moved is not None and moved.state is MeetingState.BOOKED and moved.starts_at > now():
        # What else was agreed stays: support person, needs and what to talk about.
        kept = replace(arrangement_of(moved), form=wanted.form, place_id=wanted.place_id, place_text=wanted.place_text)
        return changing.replace(session, actor, moved, settled, kept)
    return booking.place(
        session,
        actor,
        settled,
        wanted,
        person_id=proposal.person_id,
        case_id=proposal.case_id,
        type_id=proposal.type_id,
    )
