"""The clients of a staff member, from the cases they work on."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.casework.rules import name_key
from portal.core.actor import Actor
from portal.messages import queries as messages
from portal.people import queries as people


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A client with the titles of the cases that the actor works on."""

    client: messages.ClientName
    titles: list[str]


def clients(session: Session, actor: Actor) -> list[ClientRow]:
    """Return the clients whom a staff actor reaches, in Swedish order of their names."""
    titles: dict[uuid.UUID, list[str]] = {}
    for case in people.cases(session, actor):
        titles.setdefault(case.person_id, []).append(case.title)
    names = messages.client_names(session, actor)
    rows = [ClientRow(names[person_id], found) for person_id, found in titles.items()]
    return sorted(rows, key=lambda row: name_key(row.client.shown))


def cases_of(session: Session, actor: Actor, person_id: uuid.UUID) -> list[people.CaseView]:
    """Return the cases of one client that the actor works on."""
    return [case for case in people.cases(session, actor) if case.person_id == person_id]
