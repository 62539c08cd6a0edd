"""Payloads for the tests."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from portal.people.rules import CaseState, Protection, Role
from portal.sync.adapters.sql import create_store, store_engine
from portal.sync.adapters.tables import OBJECTS
from portal.sync.contract import (
    AssignmentRecord,
    Author,
    BoardRecord,
    CaseMessage,
    CaseRecord,
    Kind,
    PersonRecord,
    StaffRecord,
    UnitRecord,
)

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
BOARD = BoardRecord("B1", "IFN", "Individ- och familjenämnden")
UNIT = UnitRecord("U1", "B1", "Enhet ett")
STAFF = StaffRecord("S1", "test.handlaggare", "Test Handläggare", Role.CASEWORKER, "U1", "010-000 00 02", True)
PERSON = PersonRecord("P1", "199501182399", "Test", "Testsson", Protection.NONE)
OTHER = PersonRecord("P2", "198511292388", "Prov", "Provsson", Protection.SECRECY)
CASE = CaseRecord("C1", "P1", "B1", "U1", "Boendestödet", CaseState.OPEN, AT)
# Lies in every store of the tests from the start, outside the feed: what outbound messages refer to.
FIRST_CASE = CaseRecord("C0", "P1", "B1", None, "Stöd", CaseState.OPEN, AT)
OTHER_CASE = CaseRecord("C2", "P2", "B1", "U1", "Boendestödet", CaseState.OPEN, AT)
ASSIGNMENT = AssignmentRecord("A1", "C1", "S1", True, AT, None)


def make_store(url: str) -> None:
    """Make a store that holds the first case."""
    create_store(url)
    engine = store_engine(url, 10)
    with engine.begin() as connection:
        values = {**FIRST_CASE.to_payload(), "version": 1, "deleted": False}
        connection.execute(insert(OBJECTS[Kind.CASE]).values(values))
    engine.dispose()


def message(number: int = 1, **changes: Any) -> CaseMessage:
    values = {
        "id": f"m{number}",
        "thread_id": "t1",
        "case_id": "C0",
        "person_id": "P1",
        "author": Author.CLIENT,
        "author_id": "P1",
        "subject": "Fråga",
        "body": f"Text {number}",
        "sent_at": AT,
        "in_reply_to": None,
    }
    return CaseMessage(**{**values, **changes})
