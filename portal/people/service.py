"""What happens to persons: first sign-in, a new identity number, and what the back office says."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.errors import Conflict, Forbidden
from portal.people.identity_numbers import is_coordination_number
from portal.people.models import Person, PersonNumber, StaffMember, Unit
from portal.people.queries import Claims, known_as, replaced_at_sign_in
from portal.people.rules import AssignedBy, NumberSource, Role, may_assign


class NoRole(Forbidden):
    """The staff's identity provider gave this account its role and does so no longer."""


class NumberConflict(Conflict):
    """A sign-in points at several persons, or at one with another number: never joined unasked; ``persons`` are ids."""

    def __init__(self, persons: list[uuid.UUID]) -> None:
        super().__init__(reason="number_conflict")
        self.persons = persons


def set_identity_number(
    session: Session, person: Person, identity_number: str, *, source: NumberSource = NumberSource.BACK_OFFICE
) -> None:
    """Set a person's 12-digit identity number together with its look-up value; a former one is kept as history."""
    ring = ring_of(session.get_bind().dialect)
    former = person.identity_number
    if former is not None and former != identity_number:
        session.add(
            PersonNumber(
                person_id=person.id,
                number=former,
                number_index=ring.blind_index("person", former),
                coordination=is_coordination_number(former),
                since=person.created_at,
                until=now(),
                replaced_by=source,
            )
        )
    person.identity_number = identity_number
    person.identity_index = ring.blind_index("person", identity_number)


def sign_in_person(session: Session, claims: Claims) -> Person:
    """Return the person behind a sign-in; an unknown one is registered, so that they can write and apply.

    Whoever has gone from samordningsnummer to personnummer stays the same person with the same cases.

    :raises NumberConflict: the claims don't fit one person of ours.
    """
    known = known_as(session, claims)
    if len(known) > 1:
        raise NumberConflict([person.id for person in known])
    person = known[0] if known else Person(given_name=claims.given_name, surname=claims.surname)
    session.add(person)
    if claims.identity_number:
        _take_number(session, person, claims.identity_number, claims.previous_number)
    if claims.prid and person.prid != claims.prid:
        _take_prid(session, person, claims.prid)
    session.flush()  # the session row that follows refers to the id
    return person


def _take_number(session: Session, person: Person, number: str, previous: str | None) -> None:
    held = person.identity_number
    if held == number:
        return
    if held is None:
        set_identity_number(session, person, number)
    elif held == previous:
        set_identity_number(session, person, number, source=NumberSource.SIGN_IN)
        audit.record(
            session,
            "person.number_changed",
            side=Side.CLIENT,
            subject_id=person.id,
            detail={"from": _kind(held), "to": _kind(number)},
        )
    elif not replaced_at_sign_in(session, person.id, number):
        raise NumberConflict([person.id])


def _take_prid(session: Session, person: Person, prid: str) -> None:
    if person.prid is not None:
        # Found by number: some countries give a person a new identifier with a new card (pridPersistence B, C).
        audit.record(session, "person.prid_changed", side=Side.CLIENT, subject_id=person.id)
    person.prid = prid
    person.prid_index = ring_of(session.get_bind().dialect).blind_index("prid", prid)


def _kind(number: str) -> str:
    return "samordningsnummer" if is_coordination_number(number) else "personnummer"


def sign_in_staff(
    session: Session, *, subject: str, name: str, role: Role | None, unit: str | None
) -> StaffMember | None:
    """Return the staff member behind a sign-in, or None where there is no account; it may be a closed one.

    ``role`` and ``unit`` are what the identity provider's attributes mean, where it is set up to tell them: then an
    unknown staff member is registered, and a known one follows, unless a system manager has decided otherwise.

    :raises NoRole: the provider gave the role and does so no longer.
    """
    found = session.scalars(select(StaffMember).where(StaffMember.subject == subject).with_for_update()).one_or_none()
    if found is None and (role is None or not subject):
        return None
    if found is None:
        found = StaffMember(subject=subject, name=name, assigned_by=AssignedBy.PROVIDER)
        session.add(found)
        session.flush()
        audit.record(session, "staff.registered", side=Side.STAFF, object_id=found.id)
    if not found.active:
        return found
    if role is None and found.assigned_by is AssignedBy.PROVIDER:
        raise NoRole(reason="no_role")
    if role is not None and may_assign(AssignedBy.PROVIDER, found.assigned_by):
        _follow(session, found, role, unit)
    found.last_sign_in_at = now()
    session.flush()
    return found


def _follow(session: Session, member: StaffMember, role: Role, unit: str | None) -> None:
    # A unit that we don't know is none of ours: the member keeps the one they have.
    ids = session.scalars(select(Unit.id).where(Unit.name == unit)).all() if unit else []
    unit_id = ids[0] if len(ids) == 1 else member.unit_id
    if (member.role, member.unit_id, member.assigned_by) != (role, unit_id, AssignedBy.PROVIDER):
        detail = {"by": AssignedBy.PROVIDER.value, "role": role.value}
        audit.record(session, "staff.assigned", side=Side.STAFF, object_id=member.id, detail=detail)
    member.role, member.unit_id, member.assigned_by = role, unit_id, AssignedBy.PROVIDER
