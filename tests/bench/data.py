"""A municipality to measure with, inserted in bulk: persons, cases, threads, messages, and who has read."""

import secrets
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, text

from portal.audit.models import AccessEntry
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import Base
from portal.core.ids import new_id
from portal.identity.models import SignedInSession
from portal.identity.rules import digest
from portal.messages.models import Message, Thread
from portal.messages.rules import Origin
from portal.people.models import Board, Case, CaseAssignment, Person, StaffMember, Unit
from portal.people.rules import Protection, Role
from portal.sync.rules import Delivery

MESSAGES_EACH = 5
READINGS_EACH = 10
CASES_EACH_STAFF = 30
LONG_THREAD = 60
BATCH = 2000
TEXT = "Hej! Jag undrar när vi kan ses och prata om boendestödet. Tisdag eller torsdag passar mig bäst. " * 2
PROVIDER = "bench"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the measured pages are: one client with a long thread, and the caseworker."""

    board: uuid.UUID
    unit: uuid.UUID
    case: uuid.UUID
    client_token: str
    staff_token: str


def begin(engine: Engine) -> Place:
    """Insert the client and the caseworker whose pages are measured, signed in."""
    board, unit, staff = new_id(), new_id(), new_id()
    tokens = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with engine.begin() as connection:
        connection.execute(insert(Board), {"id": board, "code": "bench", "name": "Nämnden"})
        connection.execute(insert(Unit), {"id": unit, "board_id": board, "name": "Enheten"})
        connection.execute(insert(StaffMember), _staff(staff, unit, 0))
        ((person, case),) = _persons(connection, board, unit, [staff], LONG_THREAD)
        _persons(connection, board, unit, [staff] * (CASES_EACH_STAFF - 1), MESSAGES_EACH)
        connection.execute(insert(SignedInSession), _session(Side.CLIENT, tokens[0], person_id=person))
        connection.execute(insert(SignedInSession), _session(Side.STAFF, tokens[1], staff_id=staff))
    return Place(board, unit, case, *tokens)


def grow(engine: Engine, place: Place, persons: int) -> None:
    """Add persons, with cases, threads, messages and readings, and a caseworker for every thirty."""
    made = 0
    while made < persons:
        size = min(BATCH, persons - made)
        with engine.begin() as connection:
            members = [new_id() for _ in range(size // CASES_EACH_STAFF + 1)]
            rows = [_staff(member, place.unit, 1) for member in members]
            connection.execute(insert(StaffMember), rows)
            owners = [members[index // CASES_EACH_STAFF] for index in range(size)]
            _persons(connection, place.board, place.unit, owners, MESSAGES_EACH)
        made += size
    settle(engine)


def settle(engine: Engine) -> None:
    """Do what the database does by itself within minutes of such a change."""
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))


def lanes(engine: Engine, most: int) -> list[uuid.UUID]:
    """Return ids of persons, for the outbox."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Person.id).limit(most)))


def _persons(
    connection: Connection, board: uuid.UUID, unit: uuid.UUID, owners: list[uuid.UUID], messages: int
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Insert a person with a case for each of the given caseworkers."""
    ids = [(new_id(), new_id(), new_id(), owner) for owner in owners]
    at = now()
    people = ({"id": p, "given_name": "Kim", "surname": "Bänk", **_FIXED, **_index()} for p, _, _, _ in ids)
    cases = (
        {"id": c, "person_id": p, "board_id": board, "unit_id": unit, "title": "Boendestödet"} for p, c, _, _ in ids
    )
    assigned = ({"id": new_id(), "case_id": c, "staff_id": owner} for _, c, _, owner in ids)
    threads = (_thread(t, p, c, at) for p, c, t, _ in ids)
    written = (_message(t, p, owner, i, messages) for p, _, t, owner in ids for i in range(messages))
    readings = (_reading(owner, p, c) for p, c, _, owner in ids for _ in range(READINGS_EACH))
    tables: list[tuple[type[Base], Iterator[dict[str, Any]]]] = [
        (Person, people),
        (Case, cases),
        (CaseAssignment, assigned),
        (Thread, threads),
        (Message, written),
        (AccessEntry, readings),
    ]
    for table, rows in tables:
        while batch := list(islice(rows, BATCH)):
            connection.execute(insert(table), batch)
    return [(p, c) for p, c, _, _ in ids]


# No identity number at all: an invented one could be somebody's.
_FIXED = {"identity_number": None, "protection": Protection.NONE}


def _index() -> dict[str, bytes]:
    return {"identity_index": secrets.token_bytes(32)}


def _staff(key: uuid.UUID, unit: uuid.UUID, number: int) -> dict[str, Any]:
    name = f"Handläggare {number}"
    return {"id": key, "subject": str(key), "name": name, "role": Role.CASEWORKER, "unit_id": unit}


def _thread(key: uuid.UUID, person: uuid.UUID, case: uuid.UUID, at: datetime) -> dict[str, Any]:
    # Everything has been read: a page is measured that has nothing to note.
    read = dict.fromkeys(("last_client_at", "last_staff_at", "client_read_at", "staff_read_at"), at)
    return {"id": key, "person_id": person, "case_id": case, **read}


def _message(thread: uuid.UUID, person: uuid.UUID, staff: uuid.UUID, index: int, count: int) -> dict[str, Any]:
    own = index % 2 == 0
    sent = now() - timedelta(hours=(count - index) * 7)
    return {
        "id": new_id(),
        "thread_id": thread,
        "side": Side.CLIENT if own else Side.STAFF,
        "author_person_id": person if own else None,
        "author_staff_id": None if own else staff,
        "text": TEXT,
        "sent_at": sent,
        "receipt_no": secrets.token_hex(8),
        "submission": secrets.token_urlsafe(18),
        "origin": Origin.PORTAL,
        "delivery": Delivery.DELIVERED,
        "delivered_at": sent + timedelta(seconds=4),
    }


def _reading(staff: uuid.UUID, person: uuid.UUID, case: uuid.UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "staff_id": staff,
        "role": "caseworker",
        "unit": "Enheten",
        "subject_id": person,
        "what": "messages",
        "object_id": case,
        "reason": "message",
    }


def _session(side: Side, token: str, **owner: uuid.UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "token_hash": digest(token),
        "side": side,
        **owner,
        "authenticated_at": now(),
        "level": 3,
        "provider": PROVIDER,
        "name_id": PROVIDER,
        "name_id_digest": digest(token),
        "csrf": secrets.token_urlsafe(32),
        "device": "Firefox, Android",
    }


def sizes(engine: Engine) -> Iterator[tuple[str, int]]:
    """Yield how many rows the large tables hold."""
    with engine.connect() as connection:
        for table in ("person", "message", "access_entry"):
            yield table, int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())  # noqa: S608
