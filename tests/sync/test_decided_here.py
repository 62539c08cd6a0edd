"""What is decided in the portal is not undone by the back office: accounts of staff, numbers shown at sign-in."""

import dataclasses

import pytest
from sqlalchemy import select

from portal.core.db import writing
from portal.people.models import Person, StaffMember
from portal.people.queries import Claims
from portal.people.rules import AssignedBy, Role
from portal.people.service import sign_in_person
from portal.sync import inbox, registers
from portal.sync.inbox import InboxHandlers
from tests.sync import records

NEW_NUMBER = "198112192383"


def seed(store):
    store.put_board(records.BOARD)
    store.put_unit(records.UNIT)
    store.put_staff(records.STAFF)


def member(session):
    return session.scalars(select(StaffMember)).one()


@pytest.fixture
def handlers():
    made = InboxHandlers()
    registers.register_all(made)
    return made


def pull(sessions, office, handlers):
    while inbox.fetch(sessions, office, limit=3):
        pass
    inbox.apply_due(sessions, handlers)


def test_a_role_that_a_manager_set_stays(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    with writing(sessions) as session:
        row = member(session)
        row.role, row.unit_id, row.assigned_by = Role.TEAM_LEADER, None, AssignedBy.ADMIN
    store.put_staff(dataclasses.replace(records.STAFF, name="Nytt Namn", phone="010-000 00 09"))
    pull(sessions, office, handlers)
    with sessions() as session:
        row = member(session)
        assert (row.role, row.unit_id) == (Role.TEAM_LEADER, None)
        assert (row.name, row.phone) == ("Nytt Namn", "010-000 00 09")


def test_a_role_that_nobody_decided_follows_the_back_office(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    store.put_staff(dataclasses.replace(records.STAFF, role=Role.TEAM_LEADER))
    pull(sessions, office, handlers)
    with sessions() as session:
        assert member(session).role is Role.TEAM_LEADER


def test_an_account_closed_here_is_not_opened_from_there(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    with writing(sessions) as session:
        row = member(session)
        row.active, row.closed_here = False, True
    store.put_staff(dataclasses.replace(records.STAFF, name="Nytt Namn"))
    pull(sessions, office, handlers)
    with sessions() as session:
        assert member(session).active is False


def test_an_account_is_closed_from_there_whoever_set_the_role(sessions, store, office, handlers):
    seed(store)
    pull(sessions, office, handlers)
    with writing(sessions) as session:
        member(session).assigned_by = AssignedBy.ADMIN
    store.put_staff(dataclasses.replace(records.STAFF, active=False))
    pull(sessions, office, handlers)
    with sessions() as session:
        assert member(session).active is False


def test_a_new_number_shown_at_sign_in_survives_a_back_office_that_does_not_know_it(sessions, store, office, handlers):
    store.put_person(records.PERSON)
    pull(sessions, office, handlers)
    with writing(sessions) as session:
        claims = Claims(identity_number=NEW_NUMBER, previous_number=records.PERSON.identity_number)
        known = sign_in_person(session, claims).id
    store.put_person(dataclasses.replace(records.PERSON, surname="Ny"))
    pull(sessions, office, handlers)
    with sessions() as session:
        (row,) = session.scalars(select(Person))
        assert (row.id, row.identity_number, row.surname) == (known, NEW_NUMBER, "Ny")
