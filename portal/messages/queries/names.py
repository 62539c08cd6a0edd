"""What every query of messages shares: what is unread, and how staff see a client's name."""

import uuid
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.db import plain_rows
from portal.messages.models import Message, Thread
from portal.people import queries as people
from portal.people.models import Case, Person
from portal.people.rules import Protection


@dataclass(frozen=True, slots=True)
class ClientName:
    """A client as staff see them in lists."""

    person_id: uuid.UUID
    shown: str
    protected: bool


def unread_by(side: Side) -> ColumnElement[bool]:
    """Return the condition on a message of a thread that holds where this side has not read it."""
    read_at = Thread.client_read_at if side is Side.CLIENT else Thread.staff_read_at
    return and_(Message.side != side, or_(read_at.is_(None), Message.sent_at > read_at))


def name_of(person_id: uuid.UUID, given: str, surname: str, protection: Protection) -> ClientName:
    """Return a client's name as staff see it in lists."""
    shown = people.shown_name(person_id, given, surname, protection)
    return ClientName(person_id, shown, protection is not Protection.NONE)


@cache
def _client_names(side: Side) -> Select[uuid.UUID, str, str, Protection]:
    mine = select(Case.person_id).where(people.reachable(side))
    return select(Person.id, Person.given_name, Person.surname, Person.protection).where(Person.id.in_(mine))


def client_names(session: Session, actor: Actor) -> dict[uuid.UUID, ClientName]:
    """Return the names of the clients whom a staff actor reaches, by their id."""
    found = plain_rows(session, _client_names(actor.side), people.scope(actor))
    return {row.id: name_of(row.id, row.given_name, row.surname, row.protection) for row in found}


def client_name(session: Session, actor: Actor, person_id: uuid.UUID) -> ClientName:
    """Return the name of one client whom a staff actor reaches.

    :raises NotFound: for everybody else.
    """
    person = people.client(session, actor, person_id)
    return name_of(person.id, person.given_name, person.surname, person.protection)
