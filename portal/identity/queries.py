"""Sessions: the one behind a request, and the list a person sees of their own."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.identity.models import SignedInSession
from portal.identity.rules import Limits, digest, is_alive
from portal.people.models import Person, StaffMember, Unit
from portal.people.rules import PERMISSIONS, Role, full_name


@dataclass(frozen=True)
class Behind:
    """What stands behind a request's cookie: the row, and the actor if the session is alive."""

    row: SignedInSession
    actor: Actor | None


@cache
def _behind() -> Select[*tuple[Any, ...]]:
    # Of the person nothing but the name: no identity number is decrypted for a page that doesn't show it.
    return (
        select(
            SignedInSession,
            Person.given_name,
            Person.surname,
            StaffMember.name,
            StaffMember.role,
            StaffMember.active,
            Unit.name,
        )
        .outerjoin(Person, Person.id == SignedInSession.person_id)
        .outerjoin(StaffMember, StaffMember.id == SignedInSession.staff_id)
        .outerjoin(Unit, Unit.id == StaffMember.unit_id)
        .where(SignedInSession.token_hash == bindparam("token_hash"), SignedInSession.side == bindparam("side"))
    )


def session_behind(session: Session, token: str, side: Side, limits: Limits) -> Behind | None:
    """Look up a session by its token, with its owner, in one query.

    Deactivated staff have no actor any more: they are out at their next request.
    """
    found = session.execute(_behind(), {"token_hash": digest(token), "side": side}).one_or_none()
    if found is None:
        return None
    # An outer join: what is the person's or the staff member's is None, depending on the side.
    row, given_name, surname, staff_name, role, active, unit = found
    alive = is_alive(
        created_at=row.created_at, last_seen_at=row.last_seen_at, ended_at=row.ended_at, at=now(), limits=limits
    )
    if not alive or active is False:
        return Behind(row, None)
    name = staff_name or full_name(given_name or "", surname or "")
    return Behind(row, _actor(row, name, role, unit or ""))


def _actor(row: SignedInSession, name: str, role: Role | None, unit: str) -> Actor:
    return Actor(
        side=row.side,
        session_id=row.id,
        authenticated_at=row.authenticated_at,
        level=row.level,
        person_id=row.person_id,
        staff_id=row.staff_id,
        name=name,
        permissions=PERMISSIONS[role] if role else frozenset(),
        unit=unit,
        role=role.value if role else "",
    )


@dataclass(frozen=True)
class SessionRow:
    """A session as its owner sees it."""

    id: uuid.UUID
    device: str
    created_at: datetime
    last_seen_at: datetime
    provider: str
    current: bool


def own_sessions(session: Session, actor: Actor, limits: Limits) -> list[SessionRow]:
    """Return the actor's live sessions, this one first, then the latest used."""
    column = SignedInSession.person_id if actor.side is Side.CLIENT else SignedInSession.staff_id
    rows = session.execute(
        select(
            SignedInSession.id,
            SignedInSession.device,
            SignedInSession.created_at,
            SignedInSession.last_seen_at,
            SignedInSession.provider,
        )
        .where(
            column == actor.id,
            SignedInSession.ended_at.is_(None),
            SignedInSession.last_seen_at > now() - limits.idle,
            SignedInSession.created_at > now() - limits.absolute,
        )
        .order_by(SignedInSession.last_seen_at.desc())
    )
    views = [SessionRow(*row, current=row[0] == actor.session_id) for row in rows]
    return sorted(views, key=lambda view: not view.current)
