"""Remarks that wait for an answer: whose they are to answer, until when, and which the team leader is told of."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.i18n import today
from portal.people import queries as people
from portal.people.models import Case, CaseAssignment, Person, StaffMember
from portal.people.rules import Protection
from portal.records.models import CaseRecord, Chase, Remark
from portal.records.rules.deadlines import Step
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
    owner: str
    mine: bool
    step: Step | None


@dataclass(frozen=True, slots=True)
class LateRow:
    """A remark past its last day, for the team leader: no client, no content, only whom to ask."""

    receipt_no: str
    due_on: date
    owner: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is to answer: the named caseworker, or whoever works on the case in their stead."""

    staff_id: uuid.UUID
    name: str


def owners(session: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Owner]:
    """Return who is to answer in cases; a case on which nobody works is left out.

    The named caseworker, else (their work has ended, or their account is closed) who has worked on it longest. The
    caller has checked who may know.
    """
    moment = now()
    rows = session.execute(
        select(CaseAssignment.case_id, StaffMember.id, StaffMember.name)
        .join(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .where(
            CaseAssignment.case_id.in_(case_ids),
            StaffMember.active,
            CaseAssignment.since <= moment,
            or_(CaseAssignment.until.is_(None), CaseAssignment.until > moment),
        )
        .order_by(CaseAssignment.named.desc(), CaseAssignment.since, CaseAssignment.id)
    )
    found: dict[uuid.UUID, Owner] = {}
    for case_id, staff_id, name in rows:
        found.setdefault(case_id, Owner(staff_id, name))
    return found


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
    found = owners(session, {row[1] for row in rows})
    made = []
    for remark, case_id, person_id, given, surname, protection, *taken in rows:
        owner = found.get(case_id)
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
                owner.name if owner else "",
                owner is not None and owner.staff_id == actor.staff_id,
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
        .where(Remark.state == RemarkState.OPEN, or_(wanted, _late_in_unit()) if leads else wanted)
    )


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many remarks wait in a staff actor's cases; a team leader's include the unit's late ones."""
    leads = LATE in actor.permissions
    more = {"leader_id": actor.staff_id, "day": today()} if leads else {}
    return session.scalar(_waiting_count(leads=leads), people.scope(actor, **more)) or 0


def _late_in_unit() -> ColumnElement[bool]:
    unit = select(StaffMember.unit_id).where(StaffMember.id == bindparam("leader_id")).scalar_subquery()
    theirs = (
        select(CaseAssignment.case_id)
        .join(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .where(StaffMember.unit_id == unit, people.lasting())
    )
    # A case that no unit has is followed by the unit of whoever works on it: nothing late is nobody's.
    own = or_(Case.unit_id == unit, Case.unit_id.is_(None) & Case.id.in_(theirs))
    return (Remark.due_on < bindparam("day")) & own


@cache
def _late() -> Select[str, date | None, uuid.UUID]:
    return (
        select(Remark.receipt_no, Remark.due_on, Case.id)
        .join(CaseRecord, CaseRecord.id == Remark.record_id)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(Remark.state == RemarkState.OPEN, _late_in_unit())
        .order_by(Remark.due_on, Remark.made_at)
    )


def late(session: Session, actor: Actor) -> list[LateRow]:
    """Return the remarks of the team leader's unit whose last day has passed; nobody else is told of any."""
    if LATE not in actor.permissions:
        return []
    parameters = people.scope(actor, leader_id=actor.staff_id, day=today())
    rows = session.execute(_late(), parameters).all()
    found = owners(session, {row[2] for row in rows})
    return [
        LateRow(receipt_no, due, found[case_id].name if case_id in found else "")
        for receipt_no, due, case_id in rows
        if due is not None
    ]
