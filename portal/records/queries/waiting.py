"""Remarks that wait for an answer: until when, and which of them the team leader is told of."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.i18n import today
from portal.people import queries as people
from portal.people.absence import away
from portal.people.models import Case, CaseAssignment, Person, StaffMember
from portal.people.rules import Protection
from portal.records.models import CaseRecord, Chase, Remark
from portal.records.queries.owners import Owner, owner, workers
from portal.records.rules.deadlines import Step, needs_cover
from portal.records.rules.states import RemarkKind, RemarkState

LATE = "remark:late"


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A remark that waits: on which record, of whom (as lists name them), and who is to answer it until when.

    ``step`` is the latest that was done about it: whether its owner was reminded, or the team leader told.
    """

    id: uuid.UUID
    record_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    kind: RemarkKind
    made_at: datetime
    due_on: date
    client: str
    protected: bool
    owner: Owner | None
    mine: bool
    step: Step | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A remark that is late, or that nobody is there to answer, for the team leader: whom to ask, and nothing else."""

    receipt_no: str
    due_on: date
    owner: str
    away_until: date | None


def _taken(step: Step) -> ColumnElement[bool]:
    return (
        select(Chase.id).where(Chase.remark_id == Remark.id, Chase.due_on == Remark.due_on, Chase.step == step).exists()
    )


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Remark,
            CaseRecord.case_id,
            Person.id,
            Person.given_name,
            Person.surname,
            Person.protection,
            *(_taken(step) for step in Step),
        )
        .join(CaseRecord, CaseRecord.id == Remark.record_id)
        .join(Case, Case.id == CaseRecord.case_id)
        .join(Person, Person.id == CaseRecord.person_id)
        .where(people.reachable(Side.STAFF), Remark.state == RemarkState.OPEN)
        .order_by(Remark.due_on, Remark.made_at)
    )


def waiting(session: Session, actor: Actor) -> list[WaitingRow]:
    """Return the remarks that wait in the cases a staff actor works on, the one that is due first at the top."""
    rows = session.execute(_waiting(), people.scope(actor)).all()
    working = workers(session, {row[1] for row in rows})
    made = []
    for remark, case_id, person_id, given, surname, protection, *taken in rows:
        to_answer = owner(working.get(case_id, ()), remark.due_on)
        made.append(
            WaitingRow(
                remark.id,
                remark.record_id,
                case_id,
                person_id,
                remark.kind,
                remark.made_at,
                remark.due_on,
                people.shown_name(person_id, given, surname, protection),
                protection is not Protection.NONE,
                to_answer,
                to_answer is not None and to_answer.staff_id == actor.staff_id,
                max((step for step, done in zip(Step, taken, strict=True) if done), key=list(Step).index, default=None),
            )
        )
    return made


@cache
def _waiting_count(*, leads: bool) -> Select[int]:
    wanted = people.reachable(Side.STAFF)
    return (
        select(func.count())
        .select_from(Remark)
        .join(CaseRecord, CaseRecord.id == Remark.record_id)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(Remark.state == RemarkState.OPEN, or_(wanted, _for_leader()) if leads else wanted)
    )


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many remarks wait in a staff actor's cases; a team leader's include those that ``late`` tells of."""
    leads = LATE in actor.permissions
    parameters = _leading(session, actor) if leads else people.scope(actor)
    return session.scalar(_waiting_count(leads=leads), parameters) or 0


def _leading(session: Session, actor: Actor) -> dict[str, Any]:
    """Return the parameters of a statement with ``_for_leader`` in it."""
    absent = [staff_id for staff_id, last in away(session).items() if needs_cover(last, None, today())]
    return people.scope(actor, leader_id=actor.staff_id, day=today(), away=absent)


def _for_leader() -> ColumnElement[bool]:
    """Return the condition that holds in the leader's unit for what is late and what nobody is there to answer."""
    unit = select(StaffMember.unit_id).where(StaffMember.id == bindparam("leader_id")).scalar_subquery()
    working = (
        select(CaseAssignment.case_id)
        .join(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .where(people.lasting(), StaffMember.active)
    )
    # A case that no unit has is followed by the unit of whoever works on it: nothing late is nobody's.
    own = or_(Case.unit_id == unit, Case.unit_id.is_(None) & Case.id.in_(working.where(StaffMember.unit_id == unit)))
    there = working.where(
        CaseAssignment.case_id == Case.id, StaffMember.id.not_in(bindparam("away", expanding=True))
    ).correlate(Case)
    return own & or_(Remark.due_on < bindparam("day"), ~there.exists())


@cache
def _late() -> Select[str, date | None, uuid.UUID]:
    return (
        select(Remark.receipt_no, Remark.due_on, Case.id)
        .join(CaseRecord, CaseRecord.id == Remark.record_id)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(Remark.state == RemarkState.OPEN, _for_leader())
        .order_by(Remark.due_on, Remark.made_at)
    )


def late(session: Session, actor: Actor) -> list[LateRow]:
    """Return the remarks of the team leader's unit that are late or that nobody is there to answer; to others none."""
    if LATE not in actor.permissions:
        return []
    rows = session.execute(_late(), _leading(session, actor)).all()
    working = workers(session, {row[2] for row in rows})
    found = []
    for receipt_no, due, case_id in rows:
        to_answer = owner(working.get(case_id, ()), due)
        if due is not None:
            last = to_answer.away_until if to_answer else None
            found.append(LateRow(receipt_no, due, to_answer.name if to_answer else "", last))
    return found
