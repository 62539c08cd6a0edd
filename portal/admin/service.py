"""What a system manager does with staff accounts: add, assign, close and open; everything is logged."""

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.admin.queries import MANAGE, require
from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.i18n import lazy
from portal.people.models import StaffMember, Unit
from portal.people.rules import PERMISSIONS, AssignedBy, Role

_MANAGERS = [role for role, permissions in PERMISSIONS.items() if MANAGE in permissions]


class OwnAccount(Conflict):
    """Nobody takes away their own way in."""

    message = lazy("Du kan inte ändra roll på eller stänga ditt eget konto. Be en annan förvaltare.")


class SubjectTaken(Conflict):
    """Another account has this identifier."""

    message = lazy("Det finns redan ett konto med den identiteten.")


def add(
    session: Session, actor: Actor, *, subject: str, name: str, role: Role, unit_id: uuid.UUID | None
) -> StaffMember:
    """Add an account for whom the identity provider calls ``subject``.

    :raises SubjectTaken: there is one already. :raises NotFound: the unit is unknown.
    """
    _begin(session, actor)
    _check_unit(session, unit_id)
    member = StaffMember(subject=subject, name=name, role=role, unit_id=unit_id, assigned_by=AssignedBy.ADMIN)
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        raise SubjectTaken from error
    audit.record(session, "staff.added", actor=actor, object_id=member.id, detail={"role": role.value})
    return member


def assign(session: Session, actor: Actor, *, staff_id: uuid.UUID, role: Role, unit_id: uuid.UUID | None) -> None:
    """Set role and unit; from now on neither the back office nor the identity provider changes them.

    :raises OwnAccount: the actor's own role. :raises NotFound: the account or the unit is unknown.
    """
    member = _member(session, actor, staff_id)
    _check_unit(session, unit_id)
    if member.id == actor.staff_id and role is not member.role:
        raise OwnAccount(reason="own_account")
    detail = {"from": member.role.value, "role": role.value, "unit": str(unit_id) if unit_id else ""}
    member.role, member.unit_id, member.assigned_by = role, unit_id, AssignedBy.ADMIN
    audit.record(session, "staff.assigned", actor=actor, object_id=member.id, detail=detail)
    session.flush()


def close(session: Session, actor: Actor, *, staff_id: uuid.UUID) -> None:
    """Close an account: its holder is out at their next request, and the back office can't open it again.

    :raises OwnAccount: the actor's own. :raises NotFound: the account is unknown.
    """
    member = _member(session, actor, staff_id)
    if member.id == actor.staff_id:
        raise OwnAccount(reason="own_account")
    member.active, member.closed_here = False, True
    audit.record(session, "staff.closed", actor=actor, object_id=member.id)
    session.flush()


def reopen(session: Session, actor: Actor, *, staff_id: uuid.UUID) -> None:
    """Open a closed account again.

    :raises NotFound: the account is unknown.
    """
    member = _member(session, actor, staff_id)
    member.active, member.closed_here = True, False
    audit.record(session, "staff.opened", actor=actor, object_id=member.id)
    session.flush()


def _begin(session: Session, actor: Actor) -> None:
    """Check the right to manage under a lock on all managers, so that two can't shut each other out at once.

    :raises Forbidden: the actor lacks it, or has just lost it.
    """
    require(actor, MANAGE)
    managers = (
        select(StaffMember.id)
        .where(StaffMember.role.in_(_MANAGERS), StaffMember.active.is_(True))
        .order_by(StaffMember.id)
    )
    if actor.staff_id not in session.scalars(managers.with_for_update()).all():
        raise Forbidden(reason="permission")


def _member(session: Session, actor: Actor, staff_id: uuid.UUID) -> StaffMember:
    _begin(session, actor)
    statement = select(StaffMember).where(StaffMember.id == staff_id).with_for_update()
    found = session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _check_unit(session: Session, unit_id: uuid.UUID | None) -> None:
    if unit_id is not None and session.get(Unit, unit_id) is None:
        raise NotFound
