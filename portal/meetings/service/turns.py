"""The turns of a proposal: whose it is, what was said last, and saying something, which both sides and the log tell."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.meetings.events import ProposalChanged
from portal.meetings.models import Proposal, ProposalTurn, ProposalWindow
from portal.meetings.queries.proposals import open_proposal, windows_of
from portal.meetings.rules.availability import Span
from portal.meetings.rules.proposing import Terms
from portal.meetings.rules.states import ProposalState, TurnKind
from portal.meetings.service import rights


class NotYourTurn(Conflict):
    """The other side is to answer, or the proposal has ended."""

    message = lazy("Förslaget har ändrats eller är avslutat. Läs det igen innan du svarar.")


def mine_to_answer(session: Session, actor: Actor, proposal_id: uuid.UUID, submission: str) -> Proposal | None:
    """Return the proposal held for an answer; None where this very answer was given before.

    :raises NotFound: the proposal isn't the actor's.
    :raises NotYourTurn: the other side is to answer, or it has ended.
    """
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


def count(session: Session, proposal: Proposal) -> int:
    """Return how many turns there are."""
    count = select(func.count()).select_from(ProposalTurn).where(ProposalTurn.proposal_id == proposal.id)
    return session.scalar(count) or 0


def latest_of(session: Session, proposal: Proposal) -> tuple[ProposalTurn, list[Span]]:
    """Return what was said last, with its windows."""
    latest = select(ProposalTurn).where(ProposalTurn.proposal_id == proposal.id)
    turn = session.scalars(latest.order_by(ProposalTurn.number.desc()).limit(1)).one()
    return turn, windows_of(session, [turn.id])[turn.id]


def say(session: Session, actor: Actor, proposal: Proposal, kind: TurnKind, terms: Terms, submission: str) -> None:
    """Add a turn, with its log entry and the event by which the back office and the other side are told."""
    turn = ProposalTurn(
        id=new_id(),
        proposal_id=proposal.id,
        number=count(session, proposal) + 1,
        kind=kind,
        side=actor.side,
        staff_id=actor.staff_id,
        submission=submission,
        forms=[form.value for form in terms.forms],
        place_id=terms.place_id,
        place_text=terms.place_text,
        interpreter=terms.interpreter,
        interpreter_wish=terms.interpreter_wish,
        participants=terms.participants,
        text=terms.text,
    )
    session.add(turn)
    session.flush()
    session.add_all(ProposalWindow(turn_id=turn.id, starts_at=one.start, ends_at=one.end) for one in terms.windows)
    audit.record(
        session,
        f"proposal.{kind.value}",
        actor=actor,
        subject_id=proposal.person_id,
        object_id=proposal.id,
        reference=proposal.receipt_no,
        detail={"turn": turn.number},
    )
    session.flush()
    events.publish(session, changed(proposal, actor.side, turn.number))


def changed(proposal: Proposal, side: Side | None, turn: int) -> ProposalChanged:
    """Return the event of a proposal's new state; ``side`` is None and ``turn`` 0 where time did it."""
    return ProposalChanged(proposal.id, proposal.person_id, proposal.staff_id, side, proposal.state, turn)
