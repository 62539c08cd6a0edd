"""What the back office says of boards, units, staff, clients, cases and who works on them, into ``portal.people``.

What disappears there is never deleted here: staff are closed, cases and assignments ended, and of all else a person
is warned. Fields that the client owns (``contract.OWNERSHIP``) are left alone. A missing protection flag is
``Protection.UNKNOWN``, which is treated as protected (DOMAIN.md section 3).
"""

import re
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.db import Base
from portal.core.events import publish
from portal.people.events import PersonProtected
from portal.people.models import Board, Case, CaseAssignment, Person, StaffMember, Unit
from portal.people.queries import find_person, replaced_at_sign_in
from portal.people.rules import AssignedBy, CaseState, Protection, may_assign
from portal.people.service import set_identity_number
from portal.sync.contract import (
    AssignmentRecord,
    BoardRecord,
    CaseRecord,
    Change,
    Kind,
    PersonRecord,
    StaffRecord,
    UnitRecord,
    UnknownCode,
)
from portal.sync.inbox import Applied, InboxHandlers, needed
from portal.sync.models import ExternalLink
from portal.sync.queries import SOURCE, local_id

DISAPPEARED = "disappeared"
NEVER_KNOWN = "disappeared_unknown"

Row = TypeVar("Row", bound=Base)


def register_all(handlers: InboxHandlers) -> None:
    """Register the handlers of every kind but messages, which belong to their own feature."""
    handlers.register(Kind.BOARD, board)
    handlers.register(Kind.UNIT, unit)
    handlers.register(Kind.STAFF, staff)
    handlers.register(Kind.PERSON, person)
    handlers.register(Kind.CASE, case)
    handlers.register(Kind.CASE_ASSIGNMENT, assignment)


def _held(session: Session, model: type[Row], kind: Kind, external: str) -> Row | None:
    found = local_id(session, kind, external)
    return None if found is None else session.get(model, found)


def _warned(session: Session, change: Change) -> Applied:
    found = local_id(session, change.kind, change.source_id)
    return Applied(found, DISAPPEARED if found else NEVER_KNOWN)


def _same(change: Change, record_id: str) -> None:
    if record_id != change.source_id:
        raise UnknownCode(f"{change.kind}.id")


def board(session: Session, change: Change) -> Applied:
    """Apply a board."""
    if change.deleted:
        return _warned(session, change)
    record = BoardRecord.from_payload(change.payload)
    _same(change, record.id)
    row = _held(session, Board, Kind.BOARD, record.id)
    if row is None:
        # A municipality's boards may have been set up by hand before the first fetch.
        row = session.scalars(select(Board).where(Board.code == record.code)).one_or_none() or Board()
        session.add(row)
    row.code, row.name = record.code, record.name
    session.flush()
    return Applied(row.id)


def unit(session: Session, change: Change) -> Applied:
    """Apply a unit."""
    if change.deleted:
        return _warned(session, change)
    record = UnitRecord.from_payload(change.payload)
    _same(change, record.id)
    row = _held(session, Unit, Kind.UNIT, record.id) or Unit()
    row.board_id, row.name = needed(session, Kind.BOARD, record.board_id), record.name
    session.add(row)
    session.flush()
    return Applied(row.id)


def staff(session: Session, change: Change) -> Applied:
    """Apply a member of staff; one who disappears can no longer sign in."""
    held = _held(session, StaffMember, Kind.STAFF, change.source_id)
    if change.deleted:
        if held is None:
            return _warned(session, change)
        held.active = False
        return Applied(held.id)
    record = StaffRecord.from_payload(change.payload)
    _same(change, record.id)
    known = session.scalars(select(StaffMember).where(StaffMember.subject == record.subject)).one_or_none()
    row = held or known or StaffMember()
    row.subject, row.name, row.phone = record.subject, record.name, record.phone
    if may_assign(AssignedBy.BACK_OFFICE, row.assigned_by or AssignedBy.BACK_OFFICE):
        row.role = record.role
        row.unit_id = None if record.unit_id is None else needed(session, Kind.UNIT, record.unit_id)
    # Either of the two may close an account; what was closed here is not opened from there.
    row.active = record.active and not row.closed_here
    session.add(row)
    session.flush()
    return Applied(row.id)


def person(session: Session, change: Change) -> Applied:
    """Apply a client, who may have signed in here before the back office knew them."""
    if change.deleted:
        return _warned(session, change)
    record = PersonRecord.from_payload(change.payload)
    _same(change, record.id)
    number = record.identity_number
    if number is not None and not re.fullmatch(r"[0-9]{12}", number):
        raise UnknownCode("person.identity_number")
    row = _held(session, Person, Kind.PERSON, record.id)
    known = None if number is None else find_person(session, number)
    row = row or known or Person()
    known_as = row.name if row.protection is Protection.NONE else None
    row.given_name, row.surname = record.given_name, record.surname
    was, row.protection = row.protection, record.protection or Protection.UNKNOWN
    if number is not None and row.identity_number is not None and replaced_at_sign_in(session, row.id, number):
        # The back office does not know the new number yet, which an identity provider has asserted.
        number = None
    if number is not None and number != row.identity_number:
        # Another row of ours with this number makes the unique index refuse: two persons are never joined unasked.
        set_identity_number(session, row, number)
    session.add(row)
    session.flush()
    if row.protection is not was and row.protection is not Protection.NONE:
        publish(session, PersonProtected(row.id, known_as))
    return Applied(row.id, "" if record.protection else "protection_missing")


def case(session: Session, change: Change) -> Applied:
    """Apply a case; one that disappears is closed."""
    held = _held(session, Case, Kind.CASE, change.source_id)
    if change.deleted:
        if held is None:
            return _warned(session, change)
        held.state = CaseState.CLOSED
        return Applied(held.id, DISAPPEARED)
    record = CaseRecord.from_payload(change.payload)
    _same(change, record.id)
    subject = needed(session, Kind.PERSON, record.person_id)
    if held is not None and held.person_id != subject:
        # A case that changes its person would show one client's file to another.
        raise UnknownCode("case.person_id")
    row = held or Case(person_id=subject)
    row.board_id = needed(session, Kind.BOARD, record.board_id)
    row.unit_id = None if record.unit_id is None else needed(session, Kind.UNIT, record.unit_id)
    row.title, row.state, row.opened_at = record.title, record.state, record.opened_at
    session.add(row)
    session.flush()
    return Applied(row.id)


def assignment(session: Session, change: Change) -> Applied:
    """Apply who works on a case; what disappears is ended now."""
    held = _held(session, CaseAssignment, Kind.CASE_ASSIGNMENT, change.source_id)
    if change.deleted:
        return _end(session, change, held)
    record = AssignmentRecord.from_payload(change.payload)
    _same(change, record.id)
    case_id, staff_id = needed(session, Kind.CASE, record.case_id), needed(session, Kind.STAFF, record.staff_id)
    twin = session.scalars(
        select(CaseAssignment).where(CaseAssignment.case_id == case_id, CaseAssignment.staff_id == staff_id)
    ).one_or_none()
    if held is not None and held is not twin and (held.case_id, held.staff_id) != (case_id, staff_id):
        # One assignment becomes another: a new row, so that who worked when stays readable.
        held.until = held.until or now()
        return Applied(held.id, "assignment_moved")
    row = held or twin or CaseAssignment(case_id=case_id, staff_id=staff_id)
    if held is None and twin is not None and record.since < twin.since:
        return Applied(twin.id)  # an earlier spell of the same person on the same case says nothing of now
    row.named, row.since, row.until = record.named, record.since, record.until
    session.add(row)
    session.flush()
    return Applied(row.id)


def _end(session: Session, change: Change, held: CaseAssignment | None) -> Applied:
    if held is None:
        return _warned(session, change)
    links = session.scalar(
        select(func.count())
        .select_from(ExternalLink)
        .where(ExternalLink.system == SOURCE, ExternalLink.kind == change.kind, ExternalLink.local_id == held.id)
    )
    if links != 1:
        return Applied(held.id, DISAPPEARED)  # another assignment of the back office stands for the same row
    held.until = min(held.until, now()) if held.until else now()
    return Applied(held.id)
