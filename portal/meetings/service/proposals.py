"""Proposing how and when to meet, to and fro until a side accepts or says no, or until it expires."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.states import move
from portal.meetings import queries
from portal.meetings.models import Meeting, MeetingType, Proposal, ProposalTurn
from portal.meetings.queries import meeting_minutes
from portal.meetings.queries.proposals import open_proposal
from portal.meetings.rules.arrangement import Arrangement, arrangement_of, checked_reason
from portal.meetings.rules.availability import Span
from portal.meetings.rules.proposing import MAX_TURNS, Terms, TooManyTurns, check_place, checked_terms, expires, holds
from portal.meetings.rules.states import PROPOSAL_TRANSITIONS, Form, MeetingState, ProposalState, TurnKind
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking, changing, rights, turns
from portal.meetings.service.drafts import lock_client
from portal.people import queries as people


class TooManyProposals(Conflict):
    """The client has as many proposals waiting as the municipality allows; ``most`` is the limit."""


class NotYourTurn(Conflict):
    """The other side is to answer, or the proposal has ended."""

    message = lazy("Förslaget har ändrats eller är avslutat. Läs det igen innan du svarar.")


class NobodyToAsk(Conflict):
    """The case has no caseworker."""

    message = lazy("Du har ingen handläggare än. Ring oss, så hjälper vi dig.")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a proposal is about: whose case, what kind of meeting, and the meeting that it would move."""

    case_id: uuid.UUID
    type_id: uuid.UUID
    moves_id: uuid.UUID | None = None


def begin(session: Session, actor: Actor, subject: Subject, terms: Terms, *, submission: str, most: int) -> Proposal:
    """Make a proposal: the client's goes to the named caseworker, staff's is an invitation. Pressed twice it is one.

    ``most`` is how many a client may have waiting.

    :raises NotFound: the case, the kind or the meeting isn't the actor's.
    :raises Forbidden: a staff member's right to write is missing.
    :raises InvalidInput: see ``rules.proposing.checked_terms``; a visit that staff offer has no place.
    :raises TooManyProposals: the client has too many waiting.
    :raises NobodyToAsk: the case has no caseworker.
    """
    rights.check_write(actor)
    case = people.case(session, actor, subject.case_id)
    lock_client(session, case.person_id)
    earlier = _begun_by(session, case.person_id, submission)
    if earlier is not None:
        return earlier
    kind = _kind(session, actor, subject)
    if actor.side is Side.CLIENT:
        _check_room(session, case.person_id, most)
    staff_id = case.caseworker_id if actor.side is Side.CLIENT else actor.id
    if staff_id is None:
        raise NobodyToAsk(reason="nobody")
    checked = _checked(actor, terms, minutes=_minutes(kind, terms))
    proposal = Proposal(
        id=new_id(),
        person_id=case.person_id,
        case_id=case.id,
        type_id=kind.id,
        staff_id=staff_id,
        begun_by=actor.side,
        state=_waits_for_other(actor),
        expires_at=expires(checked.windows, now(), minutes=_minutes(kind, checked)),
        moves_id=_moved(session, actor, subject),
        hidden_from_guardians=kind.hidden_from_guardians,
        receipt_no=new_receipt_no(),
    )
    session.add(proposal)
    session.flush()
    first = TurnKind.PROPOSE if actor.side is Side.CLIENT else TurnKind.INVITE
    turns.say(session, actor, proposal, first, checked, submission)
    return proposal


def counter(session: Session, actor: Actor, *, proposal_id: uuid.UUID, terms: Terms, submission: str) -> Proposal:
    """Answer with other times, another form or place; the other side is then to answer.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side is to answer, or it has ended.
    :raises TooManyTurns: it has gone to and fro too often.
    """
    proposal = _mine_to_answer(session, actor, proposal_id, submission)
    if proposal is None:
        return open_proposal(session, actor, proposal_id)
    if turns.count(session, proposal) >= MAX_TURNS:
        raise TooManyTurns(reason="turns")
    kind = session.get_one(MeetingType, proposal.type_id)
    minutes = _minutes(kind, terms)
    checked = _checked(actor, terms, minutes=minutes)
    proposal.state = move(PROPOSAL_TRANSITIONS, proposal.state, _waits_for_other(actor))
    proposal.expires_at = expires(checked.windows, now(), minutes=minutes)
    if actor.side is Side.STAFF:
        proposal.staff_id = actor.id  # whoever answers for an absent colleague is the one to meet
    turns.say(session, actor, proposal, TurnKind.COUNTER, checked, submission)
    return proposal


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
    proposal = _mine_to_answer(session, actor, proposal_id, submission)
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


def decline(session: Session, actor: Actor, *, proposal_id: uuid.UUID, reason: str, submission: str) -> Proposal:
    """Say no: staff with a reason; a client needs none, least of all to a visit at home.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side is to answer, or it has ended.
    :raises InvalidInput: staff gave no reason, or it is too long.
    """
    text = checked_reason(reason, required=actor.side is Side.STAFF)
    proposal = _mine_to_answer(session, actor, proposal_id, submission)
    if proposal is None:
        return open_proposal(session, actor, proposal_id)
    proposal.state = move(PROPOSAL_TRANSITIONS, proposal.state, ProposalState.DECLINED)
    turns.say(session, actor, proposal, TurnKind.DECLINE, Terms(text=text), submission)
    return proposal


def withdraw(session: Session, actor: Actor, *, proposal_id: uuid.UUID, submission: str, text: str = "") -> Proposal:
    """Take back what one has said last, while the other side hasn't answered; withdrawn again it stays so.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side has answered, or it has ended.
    """
    rights.check_write(actor)
    proposal = open_proposal(session, actor, proposal_id)
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal
    if proposal.state is not _waits_for_other(actor):
        raise NotYourTurn(reason="turn")
    reason = checked_reason(text, required=False)
    proposal.state = move(PROPOSAL_TRANSITIONS, proposal.state, ProposalState.WITHDRAWN)
    turns.say(session, actor, proposal, TurnKind.WITHDRAW, Terms(text=reason), submission)
    return proposal


def expire(session: Session, *, limit: int = 100) -> int:
    """End the proposals whose time has run out, and return how many; both sides are told."""
    waiting = (ProposalState.WITH_STAFF, ProposalState.WITH_CLIENT)
    due = select(Proposal).where(Proposal.state.in_(waiting), Proposal.expires_at <= now())
    rows = session.scalars(due.order_by(Proposal.expires_at).limit(limit).with_for_update(skip_locked=True)).all()
    for proposal in rows:
        proposal.state = move(PROPOSAL_TRANSITIONS, proposal.state, ProposalState.EXPIRED)
        audit.record(session, "proposal.expired", subject_id=proposal.person_id, object_id=proposal.id)
        session.flush()
        events.publish(session, turns.changed(proposal, None, 0))
    return len(rows)


def _checked(actor: Actor, terms: Terms, *, minutes: int) -> Terms:
    if actor.side is Side.STAFF:
        check_place(terms.forms, terms.place_id)
    return checked_terms(terms, now(), minutes=minutes)


def _waits_for_other(actor: Actor) -> ProposalState:
    return ProposalState.WITH_STAFF if actor.side is Side.CLIENT else ProposalState.WITH_CLIENT


def _begun_by(session: Session, person_id: uuid.UUID, submission: str) -> Proposal | None:
    return session.scalars(
        select(Proposal)
        .join(ProposalTurn, ProposalTurn.proposal_id == Proposal.id)
        .where(Proposal.person_id == person_id, ProposalTurn.submission == submission)
    ).one_or_none()


def _kind(session: Session, actor: Actor, subject: Subject) -> MeetingType:
    found = [kind for kind in queries.types_for(session, actor, subject.case_id) if kind.id == subject.type_id]
    if not found:
        raise NotFound
    return found[0]


def _moved(session: Session, actor: Actor, subject: Subject) -> uuid.UUID | None:
    if subject.moves_id is None:
        return None
    meeting = queries.open_meeting(session, actor, subject.moves_id)
    if meeting.case_id != subject.case_id:
        raise NotFound
    return meeting.id


def _check_room(session: Session, person_id: uuid.UUID, most: int) -> None:
    waiting = (ProposalState.WITH_STAFF, ProposalState.WITH_CLIENT)
    count = select(func.count()).select_from(Proposal)
    found = session.scalar(count.where(Proposal.person_id == person_id, Proposal.state.in_(waiting))) or 0
    if found >= most:
        text = lazy("Du har redan %(most)s förslag som väntar. Vänta på svar, eller ta tillbaka ett av dem.", most=most)
        raise TooManyProposals(text, reason="too_many")


def _minutes(kind: MeetingType, terms: Terms) -> int:
    return meeting_minutes(kind, with_interpreter=bool(terms.interpreter))


def _mine_to_answer(session: Session, actor: Actor, proposal_id: uuid.UUID, submission: str) -> Proposal | None:
    """Return the proposal held for an answer; None where this very answer was given before."""
    rights.check_write(actor)
    proposal = open_proposal(session, actor, proposal_id)
    said = select(ProposalTurn.id).where(
        ProposalTurn.proposal_id == proposal.id, ProposalTurn.submission == submission, ProposalTurn.side == actor.side
    )
    if session.scalars(said).first() is not None:
        return None
    mine = ProposalState.WITH_CLIENT if actor.side is Side.CLIENT else ProposalState.WITH_STAFF
    if proposal.state is not mine or proposal.expires_at <= now():
        raise NotYourTurn(reason="turn")
    return proposal


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
