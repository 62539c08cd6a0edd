"""Proposing how and when to meet, to and fro until a side accepts (``accepting``) or says no, or until it expires."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, NotFound
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.states import move
from portal.meetings import queries
from portal.meetings.models import MeetingType, Proposal, ProposalTurn
from portal.meetings.queries import meeting_minutes
from portal.meetings.queries.proposals import open_proposal
from portal.meetings.rules.arrangement import checked_reason
from portal.meetings.rules.proposing import MAX_TURNS, Terms, TooManyTurns, check_place, checked_terms, expires
from portal.meetings.rules.states import PROPOSAL_TRANSITIONS, ProposalState, TurnKind
from portal.meetings.service import rights, turns
from portal.meetings.service.drafts import lock_client
from portal.people import queries as people


class TooManyProposals(Conflict):
    """The client has as many proposals waiting as the municipality allows; ``most`` is the limit."""


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
    proposal = turns.mine_to_answer(session, actor, proposal_id, submission)
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


def decline(session: Session, actor: Actor, *, proposal_id: uuid.UUID, reason: str, submission: str) -> Proposal:
    """Say no: staff with a reason; a client needs none, least of all to a visit at home.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side is to answer, or it has ended.
    :raises InvalidInput: staff gave no reason, or it is too long.
    """
    text = checked_reason(reason, required=actor.side is Side.STAFF)
    proposal = turns.mine_to_answer(session, actor, proposal_id, submission)
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
        raise turns.NotYourTurn(reason="turn")
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
