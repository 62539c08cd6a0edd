"""Who is who, and which cases an actor reaches; every other feature filters through these."""

import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.db import plain_rows
from portal.core.errors import NotFound
from portal.people.models import Board, Case, CaseAssignment, Person, PersonNumber, StaffMember, Unit
from portal.people.rules import NumberSource, Protection, full_name

CaseRows = Select[uuid.UUID, uuid.UUID, str, str, str | None, uuid.UUID | None]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as lists show it: its client, its title and the caseworker the client is told of."""

    id: uuid.UUID
    person_id: uuid.UUID
    title: str
    board: str
    caseworker: str
    caseworker_id: uuid.UUID | None


def find_person(session: Session, identity_number: str) -> Person | None:
    """Look a person up by 12-digit identity number, through the blind index.

    Also by a former number, where an identity provider has asserted that it was theirs: an e-legitimation with a
    samordningsnummer may go on working beside the one with a personnummer.
    """
    found = ring_of(session.get_bind().dialect).blind_candidates("person", identity_number)
    person = session.scalars(select(Person).where(Person.identity_index.in_(found))).one_or_none()
    if person is not None:
        return person
    return session.scalars(
        select(Person)
        .join(PersonNumber, PersonNumber.person_id == Person.id)
        .where(PersonNumber.number_index.in_(found), PersonNumber.replaced_by == NumberSource.SIGN_IN)
        .order_by(PersonNumber.until.desc())
        .limit(1)
    ).one_or_none()


def find_by_prid(session: Session, prid: str) -> Person | None:
    """Look a person with a foreign e-legitimation up by provisional identifier (eIDAS)."""
    found = ring_of(session.get_bind().dialect).blind_candidates("prid", prid)
    return session.scalars(select(Person).where(Person.prid_index.in_(found))).one_or_none()


def replaced_at_sign_in(session: Session, person_id: uuid.UUID, identity_number: str) -> bool:
    """Tell whether a number was a person's until they signed in with a new one."""
    found = ring_of(session.get_bind().dialect).blind_candidates("person", identity_number)
    statement = select(PersonNumber.id).where(
        PersonNumber.person_id == person_id,
        PersonNumber.number_index.in_(found),
        PersonNumber.replaced_by == NumberSource.SIGN_IN,
    )
    return session.scalars(statement).first() is not None


@dataclass(frozen=True, slots=True)
class Claims:
    """Who an identity provider says that somebody is; never shown in a trace.

    ``previous_number`` and a mapped ``identity_number`` are given only where the provider may be believed on them.
    """

    identity_number: str | None = field(default=None, repr=False)
    previous_number: str | None = field(default=None, repr=False)
    prid: str | None = field(default=None, repr=False)
    given_name: str = field(default="", repr=False)
    surname: str = field(default="", repr=False)


def known_as(session: Session, claims: Claims) -> list[Person]:
    """Return every person of ours that the claims point at: none, one, or in a conflict several."""
    numbers = [number for number in (claims.identity_number, claims.previous_number) if number]
    found = [find_person(session, number) for number in numbers]
    if claims.prid:
        found.append(find_by_prid(session, claims.prid))
    return list({person.id: person for person in found if person is not None}.values())


def reachable(side: Side) -> ColumnElement[bool]:
    """Return the condition on ``Case`` that holds for the cases an actor of a side may know of.

    A client: the cases about the person. Staff: the cases they are assigned to now (SoLPuL 10 §).
    Who it is comes in through ``scope`` when the statement is executed, without which it fails: statements are built
    once a process, for building one costs more than asking it.
    """
    if side is Side.CLIENT:
        return Case.person_id == bindparam("reader_id")
    mine = select(CaseAssignment.case_id).where(CaseAssignment.staff_id == bindparam("reader_id"), lasting())
    return Case.id.in_(mine)


def scope(actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of a statement with ``reachable`` in it, with others of its own."""
    return {"reader_id": actor.subject_id if actor.side is Side.CLIENT else actor.id, "moment": now(), **more}


def lasting() -> ColumnElement[bool]:
    """Return the condition on ``CaseAssignment`` that holds while it lasts; ``scope`` says when that is."""
    return or_(CaseAssignment.until.is_(None), CaseAssignment.until > bindparam("moment"))


@cache
def _case_rows(side: Side) -> CaseRows:
    return (
        select(Case.id, Case.person_id, Case.title, Board.name, StaffMember.name, StaffMember.id)
        .join(Board, Board.id == Case.board_id)
        .outerjoin(
            CaseAssignment,
            (CaseAssignment.case_id == Case.id) & CaseAssignment.named & lasting(),
        )
        .outerjoin(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .where(reachable(side))
        .order_by(Case.opened_at, Case.id, CaseAssignment.since)
    )


@cache
def _one_case(side: Side) -> CaseRows:
    return _case_rows(side).where(Case.id == bindparam("case_id"))


@cache
def _one_client(side: Side) -> Select[Person]:
    mine = select(Case.person_id).where(reachable(side))
    return select(Person).where(Person.id == bindparam("person_id"), Person.id.in_(mine))


def _views(session: Session, statement: CaseRows, parameters: dict[str, Any]) -> list[CaseView]:
    seen: dict[uuid.UUID, CaseView] = {}
    for case_id, person_id, title, board, worker, worker_id in plain_rows(session, statement, parameters):
        seen.setdefault(case_id, CaseView(case_id, person_id, title, board, worker or "", worker_id))
    return list(seen.values())


def cases(session: Session, actor: Actor) -> list[CaseView]:
    """Return the cases an actor reaches, oldest first."""
    return _views(session, _case_rows(actor.side), scope(actor))


def case(session: Session, actor: Actor, case_id: uuid.UUID) -> CaseView:
    """Return one case.

    :raises NotFound: for a foreign or unknown id alike.
    """
    found = _views(session, _one_case(actor.side), scope(actor, case_id=case_id))
    if not found:
        raise NotFound
    return found[0]


def client(session: Session, actor: Actor, person_id: uuid.UUID) -> Person:
    """Return a client whom the staff actor reaches through a case.

    :raises NotFound: for everybody else.
    """
    person = session.scalars(_one_client(actor.side), scope(actor, person_id=person_id)).one_or_none()
    if person is None:
        raise NotFound
    return person


def own_person(session: Session, actor: Actor) -> Person:
    """Return the client whose data a client-side actor works with."""
    return session.get_one(Person, actor.subject_id)


def shown_name(person_id: uuid.UUID, given_name: str, surname: str, protection: Protection) -> str:
    """Return the name for lists that staff see: a protected person is named only by the end of their id."""
    if protection is not Protection.NONE:
        return f"Skyddad person {person_id.hex[-4:]}"
    return full_name(given_name, surname)


def staff_by_subject(session: Session, subject: str) -> StaffMember | None:
    """Look an active staff member up by what the identity provider asserts."""
    return session.scalars(
        select(StaffMember).where(StaffMember.subject == subject, StaffMember.active.is_(True))
    ).one_or_none()


def unit_name(session: Session, unit_id: uuid.UUID | None) -> str:
    """Return a unit's name, or nothing."""
    return (session.scalar(select(Unit.name).where(Unit.id == unit_id)) if unit_id else None) or ""
