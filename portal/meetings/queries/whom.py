"""Whom a client can choose to meet, over all cases, in two queries: those who work on them, or else the intake."""

import uuid
from dataclasses import dataclass
from functools import cache

from sqlalchemy import Select, not_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.meetings.models import StaffCalendar
from portal.meetings.queries.free import BookableStaff, bookable_staff
from portal.people import queries as people
from portal.people.models import Case, CaseAssignment, StaffMember
from portal.people.rules import CaseState


@dataclass(frozen=True, slots=True)
class CaseStaff:
    """A case and whom one may meet in it, the named caseworker first; no case: the intake."""

    case_id: uuid.UUID | None
    title: str
    staff: tuple[BookableStaff, ...]

    @property
    def ids(self) -> list[uuid.UUID]:
        """Return the ids of all of them."""
        return [one.id for one in self.staff]


@cache
def _staff_of_cases() -> Select[uuid.UUID, str, uuid.UUID, str, bool]:
    return (
        select(Case.id, Case.title, StaffMember.id, StaffMember.name, CaseAssignment.named)
        .join(CaseAssignment, CaseAssignment.case_id == Case.id)
        .join(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .join(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(people.reachable(Side.CLIENT), Case.state == CaseState.OPEN, people.lasting())
        .where(StaffCalendar.bookable.is_(True), StaffMember.active.is_(True))
        .order_by(Case.opened_at, Case.id, CaseAssignment.named.desc(), CaseAssignment.since, StaffMember.id)
    )


def whom(session: Session, actor: Actor) -> list[CaseStaff]:
    """Return whom a client may book, by case; without anybody to book in any case, the intake (mottagning), if any."""
    found: dict[uuid.UUID, CaseStaff] = {}
    for case_id, title, staff_id, name, named in session.execute(_staff_of_cases(), people.scope(actor)):
        case = found.setdefault(case_id, CaseStaff(case_id, title, ()))
        one = BookableStaff(staff_id, name, named, intake=False)
        found[case_id] = CaseStaff(case_id, title, (*case.staff, one))
    if found:
        return list(found.values())
    intake = tuple(bookable_staff(session, actor, None))
    return [CaseStaff(None, "", intake)] if intake else []


def has_left(session: Session, staff_id: uuid.UUID, case_id: uuid.UUID | None) -> bool:
    """Tell whether somebody has no account any more, or worked on a case and doesn't now.

    Who never did hasn't left: a colleague who covers, or the intake.
    """
    worked = CaseAssignment.case_id == case_id, CaseAssignment.staff_id == staff_id
    ended = select(CaseAssignment.id).where(*worked, not_(people.lasting())).exists()
    there = select(StaffMember.id).where(StaffMember.id == staff_id, StaffMember.active.is_(True), not_(ended))
    return session.scalars(there, {"moment": now()}).first() is None
