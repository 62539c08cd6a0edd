"""Möten och platser: kept up by a system manager, and by nobody else."""

import uuid

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.db import writing
from portal.meetings.models import MeetingType, Place
from portal.meetings.rules.kinds import DEFAULT_KINDS, check_kind
from portal.meetings.rules.states import TypeKind
from portal.meetings.service.kinds import add_defaults
from portal.people.models import StaffMember, Unit
from portal.people.rules import Role
from tests.meetings.world import furnish
from tests.messages.world import World, build, sign_in
from tests.support.client import PageClient

Sessions = sessionmaker[Session]


@pytest.fixture
def world(sessions: Sessions) -> World:
    with writing(sessions) as session:
        return build(session)


@pytest.fixture
def manager(staff_client: PageClient, sessions: Sessions, world: World) -> PageClient:
    with writing(sessions) as session:
        session.get_one(StaffMember, world.leader).role = Role.MANAGER
    world.roles[world.leader] = Role.MANAGER
    sign_in(sessions, staff_client, world.staff(world.leader))
    return staff_client


def kinds(sessions: Sessions) -> list[MeetingType]:
    with sessions() as session:
        return list(session.scalars(select(MeetingType).order_by(MeetingType.id)))


def test_a_new_installation_gets_the_usual_kinds_once(manager: PageClient, sessions: Sessions) -> None:
    page = manager.page("/motessorter")
    assert "Inga än. Klienter kan inte boka något möte." in page.text
    done = manager.submit(page)
    assert f"{len(DEFAULT_KINDS)} sorters möten är tillagda." in done.text
    assert "Uppföljning eller planering" in done.text
    assert "45 minuter · Besök, Telefon, Video · Alla enheter" in done.text
    with writing(sessions) as session:
        assert add_defaults(session) == 0
    found = {one.kind: one for one in kinds(sessions)}
    assert len(found) == len(DEFAULT_KINDS)
    # A talk with a child is neither booked past the caseworker nor seen by guardians (SoL 20:7).
    child = found[TypeKind.CHILD_TALK]
    assert (child.client_bookable, child.hidden_from_guardians) == (False, True)
    assert not found[TypeKind.HOME_VISIT].client_bookable


def test_the_usual_kinds_can_stand() -> None:
    for kind in DEFAULT_KINDS:
        check_kind(kind)


def test_a_kind_is_added_and_changed(manager: PageClient, sessions: Sessions, world: World) -> None:
    with sessions() as session:
        unit = session.scalars(select(Unit.id)).one()
    fields = {"name": "Hälsosamtal", "minutes": "50", "unit": str(unit), "forms": ["phone"], "client_bookable": []}
    done = manager.submit(manager.page("/motessorter/ny"), fields=fields)
    assert "Hälsosamtal" in done.text
    assert "50 minuter · Telefon · Enheten" in done.text
    made = kinds(sessions)[0]
    assert (made.kind, made.minutes, made.forms, made.unit_id) == (TypeKind.OTHER, 50, ["phone"], unit)
    again = manager.submit(manager.page(f"/motessorter/{made.id}"), fields={"active": [], "buffer_minutes": "0"})
    assert "Används inte" in again.text
    changed = kinds(sessions)[0]
    assert (changed.active, changed.buffer_minutes, changed.name) == (False, 0, "Hälsosamtal")


def test_the_first_form_stays_first(manager: PageClient, sessions: Sessions) -> None:
    with writing(sessions) as session:
        kind = MeetingType(kind=TypeKind.FIRST, minutes=60, forms=["video", "visit"])
        session.add(kind)
    manager.submit(manager.page(f"/motessorter/{kind.id}"), fields={"forms": ["visit", "phone", "video"]})
    assert kinds(sessions)[0].forms == ["video", "visit", "phone"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"minutes": "0"}, "Skriv ett tal från 5 till 480."),
        ({"minutes": "en timme"}, "Skriv ett helt tal med siffror, till exempel 12."),
        ({"ahead_days": "400"}, "Skriv ett tal från 1 till 366."),
        ({"interpreter_percent": "-1"}, "Skriv ett tal från 0 till 200."),
        ({"forms": []}, "Välj minst ett sätt att ses."),
        ({"name": ""}, "Skriv vad mötet heter."),
        ({"name": "x" * 81}, "Texten är för lång. Korta den."),
        ({"unit": str(uuid.UUID(int=7))}, "Välj något av det som finns i listan."),
    ],
)
def test_a_kind_that_cannot_stand_is_told_beside_its_field(
    manager: PageClient, sessions: Sessions, fields: dict[str, object], message: str
) -> None:
    page = manager.page("/motessorter/ny")
    assert f"Fel: {message}" in manager.submit(page, fields={"name": "Samtal", **fields}, status=422).text
    assert kinds(sessions) == []


def test_a_place_is_added_changed_and_taken_out_of_use(manager: PageClient, sessions: Sessions) -> None:
    fields = {"name": "Socialkontoret", "address": "Storgatan 1", "access_note": "Säg att du ska till plan 2."}
    done = manager.submit(manager.page("/platser/ny"), fields=fields)
    assert "Storgatan 1 · Alla enheter" in done.text
    with sessions() as session:
        made = session.scalars(select(Place)).one()
    manager.submit(manager.page(f"/platser/{made.id}"), fields={"active": [], "name": "Biblioteket"})
    with sessions() as session:
        changed = session.get_one(Place, made.id)
        assert (changed.name, changed.active, changed.access_note) == (
            "Biblioteket",
            False,
            "Säg att du ska till plan 2.",
        )
        actions = [one for one in session.scalars(select(AuditEntry.action)) if one.startswith("meeting.")]
        assert sorted(actions) == ["meeting.place.added", "meeting.place.changed"]
    assert "Fel: Du behöver svara här." in manager.submit(manager.page("/platser/ny"), status=422).text


def test_nobody_else_keeps_up_kinds_and_places(staff_client: PageClient, sessions: Sessions, world: World) -> None:
    with writing(sessions) as session:
        meetings = furnish(session, world)
    sign_in(sessions, staff_client, world.staff(world.leader))
    for path in ("/motessorter", "/motessorter/ny", f"/motessorter/{meetings.follow_up}", f"/platser/{meetings.place}"):
        assert staff_client.get(path).status_code == 403, path


def test_what_is_unknown_is_not_found(manager: PageClient) -> None:
    for path in ("/motessorter", "/platser"):
        manager.page(f"{path}/{uuid.UUID(int=7)}", status=404)
