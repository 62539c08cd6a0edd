"""The logs: in the transaction of what they tell, or apart for what was refused."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.audit.models import AccessEntry, AuditEntry
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.ids import new_id

CLIENT = Actor(Side.CLIENT, new_id(), now(), 3, person_id=new_id())
STAFF = Actor(Side.STAFF, new_id(), now(), 3, staff_id=new_id(), unit="Enheten", role="caseworker")


def entries(sessions: sessionmaker[Session]) -> list[AuditEntry]:
    with sessions() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_an_entry_tells_who_did_what_to_whom(sessions: sessionmaker[Session]) -> None:
    subject, thing = new_id(), new_id()
    with sessions.begin() as session:
        audit.record(session, "message_sent", actor=CLIENT, subject_id=subject, object_id=thing, detail={"a": 1})
        audit.record(session, "cleaned")
        audit.record(session, "sign_in", side=Side.STAFF, outcome="refused", reference="AB12")
    found = entries(sessions)
    assert (found[0].actor_id, found[0].subject_id, found[0].object_id) == (CLIENT.person_id, subject, thing)
    assert [(entry.side, entry.action, entry.outcome) for entry in found] == [
        ("client", "message_sent", "done"),
        ("system", "cleaned", "done"),
        ("staff", "sign_in", "refused"),
    ]
    assert found[0].detail == {"a": 1}
    assert abs((found[0].at - now()).total_seconds()) < 60


def test_an_entry_falls_with_what_it_tells(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        audit.record(session, "x", actor=CLIENT)
        session.flush()
        session.rollback()
    assert entries(sessions) == []


def test_an_entry_apart_stays_whatever_happens(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        session.scalars(select(AuditEntry)).all()
        audit.record_apart(sessions, "denied", actor=STAFF, outcome="denied")
        session.rollback()
    (entry,) = entries(sessions)
    assert (entry.actor_id, entry.outcome) == (STAFF.staff_id, "denied")


def test_a_reading_is_logged_with_role_unit_and_reason(sessions: sessionmaker[Session]) -> None:
    subject, thing = new_id(), new_id()
    with sessions.begin() as session:
        assert not session.info.get("read_logged")
        audit.record_read(session, STAFF, subject, "messages", object_id=thing, reason="message")
        assert session.info["read_logged"]
    with sessions() as session:
        (row,) = session.scalars(select(AccessEntry))
        assert (row.staff_id, row.role, row.unit, row.subject_id, row.what, row.object_id, row.reason) == (
            STAFF.staff_id,
            "caseworker",
            "Enheten",
            subject,
            "messages",
            thing,
            "message",
        )


def test_one_sessions_reading_does_not_count_for_the_next(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        audit.record_read(session, STAFF, new_id(), "x", reason="x")
    with sessions() as session:
        assert "read_logged" not in session.info


def test_the_application_never_changes_an_entry(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        audit.record(session, "x")
    with sessions() as session:
        entry = session.scalars(select(AuditEntry)).one()
        entry.action = "y"
        with pytest.raises(DBAPIError, match="append-only"):
            session.commit()
    assert entries(sessions)[0].action == "x"
