"""Who is who, and which cases an actor reaches."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.errors import NotFound
from portal.people import queries
from portal.people.models import CaseAssignment, Person, StaffMember
from portal.people.queries import Claims, find_person, shown_name, staff_by_subject
from portal.people.rules import CASE_TRANSITIONS, PERMISSIONS, CaseState, Protection, Role
from portal.people.service import set_identity_number, sign_in_person
from tests.messages import world as worlds
from tests.messages.world import World

MARIAM, UNKNOWN = "198511292388", "199501182399"


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def test_a_person_is_found_by_number(session: Session, world: World) -> None:
    found = find_person(session, MARIAM)
    assert found is not None
    assert found.id == world.mariam
    assert find_person(session, UNKNOWN) is None


def test_a_number_stands_once(session: Session, world: World) -> None:
    twin = Person(given_name="A", surname="B")
    set_identity_number(session, twin, MARIAM)
    session.add(twin)
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_sign_in_finds_the_person_and_keeps_the_name_the_portal_knows(session: Session, world: World) -> None:
    found = sign_in_person(session, Claims(identity_number=MARIAM, given_name="Annat", surname="Namn"))
    assert (found.id, found.name) == (world.mariam, "Mariam Sandell")


def test_an_unknown_person_is_registered_as_protected_until_known(session: Session, world: World) -> None:
    found = sign_in_person(session, Claims(identity_number=UNKNOWN, given_name="Ny", surname="Person"))
    assert found.protection is Protection.UNKNOWN
    assert sign_in_person(session, Claims(identity_number=UNKNOWN, given_name="Ny", surname="Person")).id == found.id
    assert queries.cases(session, world.client(found.id)) == []


def test_a_client_reaches_their_own_cases_only(session: Session, world: World) -> None:
    mine = queries.cases(session, world.client(world.mariam))
    assert [(case.id, case.title, case.caseworker) for case in mine] == [(world.money, "Ekonomi", "Petra Almskog")]


def test_staff_reach_the_cases_they_work_on_only(session: Session, world: World) -> None:
    assert {case.id for case in queries.cases(session, world.staff(world.petra))} == {world.money, world.veras}
    assert {case.id for case in queries.cases(session, world.staff(world.henrik))} == {world.tors}
    assert queries.cases(session, world.staff(world.leader)) == []


@pytest.mark.parametrize("kind", ["foreign", "unknown"])
def test_a_foreign_and_an_unknown_case_are_alike(session: Session, world: World, kind: str) -> None:
    case_id = world.tors if kind == "foreign" else uuid.uuid4()
    for actor in (world.client(world.mariam), world.staff(world.petra)):
        with pytest.raises(NotFound):
            queries.case(session, actor, case_id)


def test_an_assignment_that_has_ended_reaches_nothing(session: Session, world: World) -> None:
    session.execute(
        update(CaseAssignment).where(CaseAssignment.case_id == world.money).values(until=now() - timedelta(seconds=1))
    )
    with pytest.raises(NotFound):
        queries.case(session, world.staff(world.petra), world.money)
    with pytest.raises(NotFound):
        queries.client(session, world.staff(world.petra), world.mariam)
    # The client still has the case, with nobody named.
    assert queries.case(session, world.client(world.mariam), world.money).caseworker == ""


def test_an_assignment_that_ends_later_still_counts(session: Session, world: World) -> None:
    session.execute(
        update(CaseAssignment).where(CaseAssignment.case_id == world.money).values(until=now() + timedelta(days=1))
    )
    assert queries.case(session, world.staff(world.petra), world.money).caseworker == "Petra Almskog"


def test_two_named_caseworkers_do_not_double_the_case(session: Session, world: World) -> None:
    session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik, since=now() - timedelta(days=30)))
    session.flush()
    (found,) = queries.cases(session, world.client(world.mariam))
    assert found.caseworker == "Henrik Lyckevik"  # the one who has been named longest


def test_a_client_is_reached_through_a_case_only(session: Session, world: World) -> None:
    assert queries.client(session, world.staff(world.petra), world.mariam).name == "Mariam Sandell"
    for person_id in (world.tor, uuid.uuid4()):
        with pytest.raises(NotFound):
            queries.client(session, world.staff(world.petra), person_id)


@pytest.mark.parametrize("protection", [kind for kind in Protection if kind is not Protection.NONE])
def test_a_protected_person_is_not_named_in_lists(protection: Protection) -> None:
    person_id = uuid.uuid4()
    shown = shown_name(person_id, "Vera", "Hallonmark", protection)
    assert "Vera" not in shown
    assert "Hallonmark" not in shown
    assert person_id.hex[-4:] in shown
    assert shown_name(person_id, "Vera", "Hallonmark", Protection.NONE) == "Vera Hallonmark"


def test_deactivated_staff_are_nobody(session: Session, world: World) -> None:
    assert staff_by_subject(session, "petra@ekdala.example") is not None
    session.execute(update(StaffMember).values(active=False))
    assert staff_by_subject(session, "petra@ekdala.example") is None
    assert session.scalars(select(StaffMember)).all()


def test_every_role_has_its_permissions_and_the_manager_sees_no_client() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert not PERMISSIONS[Role.MANAGER] & {"client:view", "message:read", "message:write", "queue:view"}


def test_every_state_has_its_transitions() -> None:
    assert set(CASE_TRANSITIONS) == set(CaseState)
