"""Staff accounts as the system manager sees them, the units to choose from, and sign-ins that need a person's eye."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import queries as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound
from portal.people.models import StaffMember, Unit
from portal.people.rules import AssignedBy, Role

MANAGE = "staff:manage"
HEALTH = "health:view"


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A staff account: who, what they may do, who decided that, and when they last signed in."""

    id: uuid.UUID
    name: str
    subject: str
    role: Role
    unit_id: uuid.UUID | None
    unit: str
    active: bool
    assigned_by: AssignedBy
    last_sign_in_at: datetime | None


def require(actor: Actor, permission: str) -> None:
    """Check a permission where the data are read, too.

    :raises Forbidden: the actor lacks it.
    """
    if permission not in actor.permissions:
        raise Forbidden(reason="permission")


_ROWS = (
    select(
        StaffMember.id,
        StaffMember.name,
        StaffMember.subject,
        StaffMember.role,
        StaffMember.unit_id,
        Unit.name,
        StaffMember.active,
        StaffMember.assigned_by,
        StaffMember.last_sign_in_at,
    )
    .outerjoin(Unit, Unit.id == StaffMember.unit_id)
    .order_by(StaffMember.active.desc(), StaffMember.name, StaffMember.id)
)


def _row(
    id_: uuid.UUID,
    name: str,
    subject: str,
    role: Role,
    unit_id: uuid.UUID | None,
    unit: str | None,
    active: bool,
    assigned_by: AssignedBy,
    last: datetime | None,
) -> StaffRow:
    return StaffRow(id_, name, subject, role, unit_id, unit or "", active, assigned_by, last)


def staff(session: Session, actor: Actor) -> list[StaffRow]:
    """Return every staff account, the open ones first."""
    require(actor, MANAGE)
    return [_row(*row) for row in session.execute(_ROWS)]


def staff_member(session: Session, actor: Actor, staff_id: uuid.UUID) -> StaffRow:
    """Return one staff account.

    :raises NotFound: for an unknown id.
    """
    require(actor, MANAGE)
    found = session.execute(_ROWS.where(StaffMember.id == staff_id)).one_or_none()
    if found is None:
        raise NotFound
    return _row(*found)


def units(session: Session, actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Return the units to choose from, by name."""
    require(actor, MANAGE)
    return [(id_, name) for id_, name in session.execute(select(Unit.id, Unit.name).order_by(Unit.name))]


def number_conflicts(session: Session, actor: Actor, *, within_days: int) -> list[audit.Refusal]:
    """Return sign-ins that were refused because identity numbers point at several persons, the latest first."""
    require(actor, HEALTH)
    return audit.refusals(session, "number_conflict", days=within_days, moment=now())
