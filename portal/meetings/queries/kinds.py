"""Kinds of meetings and places as a system manager keeps them up: all of them, also those taken out of use."""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import Forbidden, NotFound
from portal.meetings.models import MeetingType, Place
from portal.meetings.rules.states import TypeKind
from portal.people.models import Unit

MANAGE = "meeting:manage"


def require(actor: Actor) -> None:
    """Check the right to keep up kinds and places.

    :raises Forbidden: the actor lacks it.
    """
    if actor.side is not Side.STAFF or MANAGE not in actor.permissions:
        raise Forbidden(reason="permission")


def kinds(session: Session, actor: Actor) -> Sequence[MeetingType]:
    """Return every kind of meeting, those in use first."""
    require(actor)
    order = list(TypeKind)
    found = session.scalars(select(MeetingType))
    return sorted(found, key=lambda one: (not one.active, order.index(one.kind), one.name, one.id))


def kind(session: Session, actor: Actor, kind_id: uuid.UUID) -> MeetingType:
    """Return one kind of meeting.

    :raises NotFound: for an unknown id.
    """
    require(actor)
    found = session.get(MeetingType, kind_id)
    if found is None:
        raise NotFound
    return found


def places(session: Session, actor: Actor) -> Sequence[Place]:
    """Return every place, those in use first."""
    require(actor)
    return session.scalars(select(Place).order_by(Place.active.desc(), Place.name, Place.id)).all()


def place(session: Session, actor: Actor, place_id: uuid.UUID) -> Place:
    """Return one place.

    :raises NotFound: for an unknown id.
    """
    require(actor)
    found = session.get(Place, place_id)
    if found is None:
        raise NotFound
    return found


def units(session: Session, actor: Actor) -> dict[uuid.UUID, str]:
    """Return the units' names by their ids, by name."""
    require(actor)
    return dict(session.execute(select(Unit.id, Unit.name).order_by(Unit.name, Unit.id)).all())
