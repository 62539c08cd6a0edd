"""Proposals as an actor may see them: a client's own, or those of the cases that staff work on; never another's."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.meetings.models import Claim, MeetingType, Place, Proposal, ProposalTurn, ProposalWindow
from portal.meetings.queries.reach import Reader, reached, reader_of
from portal.meetings.rules.availability import Span
from portal.meetings.rules.states import QUANTUM, Delivery, Form, ProposalState, TurnKind, TypeKind
from portal.people import queries as people
from portal.people.models import Case, Person, StaffMember

WAITING = (ProposalState.WITH_STAFF, ProposalState.WITH_CLIENT)


@dataclass(frozen=True, slots=True)
class TurnRow:
    """What one side said; ``staff`` names the caseworker who did."""

    id: uuid.UUID
    kind: TurnKind
    side: Side
    staff: str
    at: datetime
    windows: tuple[Span, ...]
    forms: tuple[Form, ...]
    place_id: uuid.UUID | None
    place_text: str
    interpreter: str
    interpreter_wish: str
    participants: str
    text: str


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposal with its turns, oldest first (in lists: only the latest one)."""

    id: uuid.UUID
    person_id: uuid.UUID
    case_id: uuid.UUID
    type_id: uuid.UUID
    kind: TypeKind
    kind_name: str
    minutes: int
    interpreter_percent: int
    staff_id: uuid.UUID
    staff: str
    begun_by: Side
    state: ProposalState
    expires_at: datetime
    moves_id: uuid.UUID | None
    meeting_id: uuid.UUID | None
    receipt_no: str
    delivery: Delivery
    turns: Sequence[TurnRow]

    @property
    def latest(self) -> TurnRow:
        """Return what was said last."""
        return self.turns[-1]

    @property
    def has_run_out(self) -> bool:
        """Tell whether nobody can answer any more, also where the worker hasn't ended it yet."""
        return self.state is ProposalState.EXPIRED or (self.state in WAITING and self.expires_at <= now())

    def waits_for(self, side: Side) -> bool:
        """Tell whether a side is to answer."""
        waiting = ProposalState.WITH_CLIENT if side is Side.CLIENT else ProposalState.WITH_STAFF
        return self.state is waiting and not self.has_run_out


def reachable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Proposal`` for those an actor may know of; its parameters: ``people.scope``."""
    return reached(Proposal, reader_of(actor))


def open_proposal(session: Session, actor: Actor, proposal_id: uuid.UUID) -> Proposal:
    """Return a proposal itself, held until the transaction ends.

    :raises NotFound: for a foreign or unknown id alike.
    """
    wanted = select(Proposal).where(Proposal.id == proposal_id, reachable(actor))
    wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted, people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return _rows_of(reader_of(actor))


@cache
def _rows_of(reader: Reader) -> Select[*tuple[Any, ...]]:
    return (
        select(Proposal, MeetingType, StaffMember.name)
        .join(MeetingType, MeetingType.id == Proposal.type_id)
        .join(StaffMember, StaffMember.id == Proposal.staff_id)
        .where(reached(Proposal, reader))
    )


@cache
def _waiting(reader: Reader) -> Select[*tuple[Any, ...]]:
    mine = ProposalState.WITH_CLIENT if reader.side is Side.CLIENT else ProposalState.WITH_STAFF
    wanted = _rows_of(reader).where(Proposal.state.in_(WAITING), Proposal.expires_at > bindparam("moment"))
    return wanted.order_by(Proposal.state != mine, Proposal.expires_at, Proposal.id).limit(bindparam("most"))


def proposal(session: Session, actor: Actor, proposal_id: uuid.UUID) -> ProposalRow:
    """Return one proposal with all its turns.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = session.execute(_rows(actor).where(Proposal.id == proposal_id), people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    turns = _turns(session, ProposalTurn.proposal_id == proposal_id)
    return _row(found, turns[proposal_id])


def waiting(session: Session, actor: Actor, *, limit: int = 100) -> list[ProposalRow]:
    """Return the proposals that wait: first those that the actor's side is to answer, the one that runs out first."""
    wanted = _waiting(reader_of(actor))
    return _with_latest(session, session.execute(wanted, people.scope(actor, most=limit)).all())


def ended(session: Session, actor: Actor, *, limit: int = 20) -> list[ProposalRow]:
    """Return the latest proposals that came to nothing; those that were accepted stand as meetings."""
    over = (ProposalState.DECLINED, ProposalState.EXPIRED, ProposalState.WITHDRAWN)
    wanted = _rows(actor).where(Proposal.state.in_(over)).order_by(Proposal.created_at.desc()).limit(limit)
    return _with_latest(session, session.execute(wanted, people.scope(actor)).all())


def to_answer_count(session: Session, actor: Actor) -> int:
    """Return how many proposals wait for the actor's side."""
    mine = ProposalState.WITH_CLIENT if actor.side is Side.CLIENT else ProposalState.WITH_STAFF
    wanted = select(func.count()).select_from(Proposal)
    wanted = wanted.where(reachable(actor), Proposal.state == mine, Proposal.expires_at > now())
    return session.scalar(wanted, people.scope(actor)) or 0


def client_names(session: Session, person_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return names as staff see them, of the clients of what the actor may see."""
    columns = select(Person.id, Person.given_name, Person.surname, Person.protection)
    return {row[0]: people.shown_name(*row) for row in session.execute(columns.where(Person.id.in_(person_ids)))}


def client_name(session: Session, person_id: uuid.UUID) -> str:
    """Return a client's name as staff see it."""
    return client_names(session, [person_id])[person_id]


def places_for(session: Session, case_id: uuid.UUID) -> dict[str, str]:
    """Return the places where a case's unit meets clients, by id."""
    unit = select(Case.unit_id).where(Case.id == case_id).scalar_subquery()
    wanted = select(Place.id, Place.name).where(
        Place.active.is_(True), or_(Place.unit_id.is_(None), Place.unit_id == unit)
    )
    return {str(id_): name for id_, name in session.execute(wanted.order_by(Place.name))}


def taken(session: Session, staff_id: uuid.UUID, spans: Sequence[Span]) -> set[datetime]:
    """Return the beginnings of the pieces that are taken in a calendar from the first span to the last."""
    if not spans:
        return set()
    within = Claim.at.between(min(one.start for one in spans) - QUANTUM, max(one.end for one in spans))
    alive = or_(Claim.lapses_at.is_(None), Claim.lapses_at > now())
    return set(session.scalars(select(Claim.at).where(Claim.staff_id == staff_id, within, alive)))


def place_name(session: Session, place_id: uuid.UUID | None) -> str:
    """Return a place of ours with its address, or nothing."""
    place = session.get(Place, place_id) if place_id else None
    return f"{place.name}, {place.address}" if place else ""


def _with_latest(session: Session, found: Sequence[Any]) -> list[ProposalRow]:
    if not found:
        return []
    ids = [row[0].id for row in found]
    last = (
        select(ProposalTurn.proposal_id, func.max(ProposalTurn.number).label("number"))
        .where(ProposalTurn.proposal_id.in_(ids))
        .group_by(ProposalTurn.proposal_id)
        .subquery()
    )
    is_last = (
        select(last.c.proposal_id)
        .where(last.c.proposal_id == ProposalTurn.proposal_id, last.c.number == ProposalTurn.number)
        .exists()
    )
    turns = _turns(session, and_(ProposalTurn.proposal_id.in_(ids), is_last))
    return [_row(row, turns[row[0].id]) for row in found]


def _turns(session: Session, which: ColumnElement[bool]) -> dict[uuid.UUID, list[TurnRow]]:
    wanted = select(ProposalTurn, StaffMember.name).outerjoin(StaffMember, StaffMember.id == ProposalTurn.staff_id)
    rows = session.execute(wanted.where(which).order_by(ProposalTurn.proposal_id, ProposalTurn.number)).all()
    windows = windows_of(session, [turn.id for turn, _name in rows])
    found: dict[uuid.UUID, list[TurnRow]] = {}
    for turn, name in rows:
        found.setdefault(turn.proposal_id, []).append(_turn(turn, name or "", windows[turn.id]))
    return found


def windows_of(session: Session, turn_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Span]]:
    """Return the windows of turns, in order of time."""
    found: dict[uuid.UUID, list[Span]] = {turn_id: [] for turn_id in turn_ids}
    wanted = select(ProposalWindow).where(ProposalWindow.turn_id.in_(turn_ids)).order_by(ProposalWindow.starts_at)
    for row in session.scalars(wanted):
        found[row.turn_id].append(Span(row.starts_at, row.ends_at))
    return found


def _turn(turn: ProposalTurn, staff: str, windows: list[Span]) -> TurnRow:
    return TurnRow(
        id=turn.id,
        kind=turn.kind,
        side=turn.side,
        staff=staff,
        at=turn.at,
        windows=tuple(windows),
        forms=tuple(Form(form) for form in turn.forms),
        place_id=turn.place_id,
        place_text=turn.place_text,
        interpreter=turn.interpreter,
        interpreter_wish=turn.interpreter_wish,
        participants=turn.participants,
        text=turn.text,
    )


def _row(found: Any, turns: list[TurnRow]) -> ProposalRow:
    one, kind, staff = found
    return ProposalRow(
        id=one.id,
        person_id=one.person_id,
        case_id=one.case_id,
        type_id=one.type_id,
        kind=kind.kind,
        kind_name=kind.name,
        minutes=kind.minutes,
        interpreter_percent=kind.interpreter_percent,
        staff_id=one.staff_id,
        staff=staff,
        begun_by=one.begun_by,
        state=one.state,
        expires_at=one.expires_at,
        moves_id=one.moves_id,
        meeting_id=one.meeting_id,
        receipt_no=one.receipt_no,
        delivery=one.delivery,
        turns=turns,
    )
