"""Enhetens tider: kept up by the team leader and the system manager, and seen by everybody whom they are for."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import travel
from portal.core.db import writing
from portal.meetings.models import DayException, StaffCalendar, WeeklyRule
from portal.people.models import StaffMember, Unit
from portal.people.rules import Role
from tests.meetings.world import Meetings, at, booked, furnish
from tests.messages.world import World, build, sign_in
from tests.support.client import PageClient

Sessions = sessionmaker[Session]

# A Wednesday, at noon.
NOON = at("2026-11-25", 12)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with travel(NOON):
        yield


@pytest.fixture
def world(sessions: Sessions) -> World:
    with writing(sessions) as session:
        return build(session)


@pytest.fixture
def meetings(sessions: Sessions, world: World) -> Meetings:
    with writing(sessions) as session:
        return furnish(session, world)


@pytest.fixture
def unit(sessions: Sessions, world: World) -> uuid.UUID:
    with sessions() as session:
        return session.scalars(select(Unit.id)).one()


def signed_in(browser: PageClient, sessions: Sessions, world: World, staff_id: uuid.UUID) -> PageClient:
    sign_in(sessions, browser, world.staff(staff_id))
    return browser


@pytest.fixture
def leader(staff_client: PageClient, sessions: Sessions, world: World) -> PageClient:
    return signed_in(staff_client, sessions, world, world.leader)


def add_hours(leader: PageClient, unit: uuid.UUID) -> None:
    page = leader.page(f"/tider/enhet/{unit}/vecka/ny")
    fields = {"weekdays": ["0", "4"], "from_time": "09:00", "to_time": "11:00"}
    done = leader.submit(page, fields=fields)
    assert done.address == f"/tider/enhet/{unit}"
    assert "Tiderna är tillagda på 2 dagar." in done.text


def test_a_team_leader_chooses_between_own_and_the_units_hours(
    leader: PageClient, meetings: Meetings, unit: uuid.UUID
) -> None:
    page = leader.page("/tider")
    assert page.link("Enhetens tider").endswith(f"/tider/enhet/{unit}")
    there = leader.page(f"/tider/enhet/{unit}")
    assert there.heading == "Tider för Enheten"
    assert "De gäller för alla i enheten som inte har egna veckotider." in there.text
    assert "Inga veckotider för enheten än." in there.text
    assert there.link("Mina tider").endswith("/tider")


def test_hours_of_a_unit_are_added_changed_and_taken_away(
    leader: PageClient, sessions: Sessions, meetings: Meetings, unit: uuid.UUID
) -> None:
    add_hours(leader, unit)
    with sessions() as session:
        rule = session.scalars(select(WeeklyRule).where(WeeklyRule.unit_id == unit, WeeklyRule.weekday == 0)).one()
    changed = leader.submit(
        leader.page(f"/tider/enhet/vecka/{rule.id}"), form="form.i-form", fields={"to_time": "11:30"}
    )
    assert "Måndag 09.00–11.30" in changed.text
    gone = leader.submit(leader.page(f"/tider/enhet/vecka/{rule.id}"), form="form[action$='/ta-bort']")
    assert gone.address == f"/tider/enhet/{unit}"
    assert "Måndag" not in gone.text
    assert "Fredag 09.00–11.00" in gone.text


def test_a_caseworker_sees_the_units_hours_where_they_count(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    add_hours(leader, unit)
    petra = signed_in(leader, sessions, world, world.petra)
    page = petra.page("/tider")
    assert "Enhetens veckotider gäller inte här, för de egna går före." in page.text
    assert "Fredag 09.00–11.00" not in page.text
    with writing(sessions) as session:
        session.execute(delete(WeeklyRule).where(WeeklyRule.staff_id == world.petra))
    page = petra.page("/tider")
    assert "Enhetens veckotider gäller här, för det finns inga egna." in page.text
    assert "Fredag 09.00–11.00" in page.text
    assert not page.soup.select("a[href*='/tider/vecka/'], a[href*='/tider/enhet/']")


def test_a_closed_unit_tells_of_booked_meetings_and_links_to_ones_own(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    with writing(sessions) as session:
        met = booked(session, world.mariam, world.petra, meetings.follow_up, at("2026-11-27", 13)).id
        booked(session, world.tor, world.henrik, meetings.follow_up, at("2026-11-27", 14))
    page = leader.page(f"/tider/enhet/{unit}/stangt/ny")
    assert page.heading == "Stäng enheten för alla"
    done = leader.submit(page, fields={"first_day": "2026-11-27", "last_day": "2026-11-27", "note": "Planeringsdag"})
    assert "Stängningen är sparad." in done.text
    assert "2 bokade möten krockar. De står kvar." in done.text
    assert "Uppföljning eller planering · Petra Almskog" in done.text
    assert not done.soup.select("main a[href*='/moten/']")  # no client of the team leader's
    assert "2 bokade möten" in leader.page(f"/tider/enhet/{unit}").text
    with sessions() as session:
        closing = session.scalars(select(DayException)).one()
    petra = signed_in(leader, sessions, world, world.petra)
    assert "Enheten är stängd 1 bokat möte" in petra.page("/tider").text
    seen = petra.page(f"/tider/dag/{closing.id}")
    assert "Planeringsdag" in seen.text
    assert seen.link("Fredag 27 november 13.00–13.45").endswith(f"/moten/{met}")
    assert not seen.soup.select("form[action$='/ta-bort']")
    token = petra.page(f"/tider/{world.petra}/bokning").one("form.i-form input[name=csrf_token]")["value"]
    assert petra.post(f"/tider/dag/{closing.id}/ta-bort", data={"csrf_token": token}).status_code == 404
    again = signed_in(petra, sessions, world, world.leader)
    away = again.submit(again.page(f"/tider/enhet/dag/{closing.id}"))
    assert "Stängningen är borttagen." in away.text


def test_a_single_opening_of_the_unit_is_shown_to_who_has_it(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    page = leader.page(f"/tider/enhet/{unit}/oppet/ny")
    fields = {"day": "2026-12-05", "from_time": "10:00", "to_time": "12:00"}
    assert "Lördag 5 december 10.00–12.00" in leader.submit(page, fields=fields).text
    petra = signed_in(leader, sessions, world, world.petra)
    assert "Lördag 5 december" not in petra.page("/tider").text
    with writing(sessions) as session:
        session.execute(delete(WeeklyRule).where(WeeklyRule.staff_id == world.petra))
    shown = petra.page("/tider")
    assert "Enhetens enstaka tid" in shown.text
    assert petra.page(shown.link("Lördag 5 december")).heading == "Lördag 5 december 10.00–12.00"


def test_those_without_calendar_are_opened_at_once(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    page = leader.page(f"/tider/enhet/{unit}")
    assert "Karin Ekhamre Går inte att boka än" in page.text
    done = leader.submit(page)
    assert "1 person går nu att boka." in done.text
    assert "Karin Ekhamre Enhetens tider" in done.text
    assert "Petra Almskog Egna veckotider" in done.text
    assert not done.soup.select("form[action$='/bokning']")
    with sessions() as session:
        assert session.get_one(StaffCalendar, world.leader).bookable


def test_a_system_manager_keeps_up_every_units_hours_and_sees_no_meetings(
    staff_client: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    with writing(sessions) as session:
        member = session.get_one(StaffMember, world.leader)
        member.role, member.unit_id = Role.MANAGER, None
        booked(session, world.mariam, world.petra, meetings.follow_up, at("2026-11-27", 13))
        session.add(DayException(unit_id=unit, starts_at=at("2026-11-27", 0), ends_at=at("2026-11-28", 0), open=False))
    world.roles[world.leader] = Role.MANAGER
    manager = signed_in(staff_client, sessions, world, world.leader)
    page = manager.page(manager.page("/motessorter").link("Enheten"))
    assert page.address == f"/tider/enhet/{unit}"
    assert "1 bokat möte" in page.text
    assert not page.soup.select("main a[href^='/tider/']:not([href^='/tider/enhet/'])")
    closing = manager.page(page.link("Fredag 27 november"))
    assert "1 bokat möte krockar. Det står kvar." in closing.text
    assert "Uppföljning" not in closing.text
    assert "Petra" not in closing.text
    for path in ("/tider", f"/tider/{world.petra}"):
        assert manager.get(path).status_code == 403, path


def test_a_foreign_unit_is_not_found_and_a_caseworker_has_no_such_page(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings, unit: uuid.UUID
) -> None:
    with writing(sessions) as session:
        other = Unit(board_id=session.scalars(select(Unit.board_id)).first(), name="En annan enhet")
        session.add(other)
        session.flush()
        rule = WeeklyRule(unit_id=other.id, weekday=0, from_minute=0, to_minute=60, valid_from=NOON.date())
        away = DayException(unit_id=other.id, starts_at=NOON, ends_at=at("2026-11-27", 0), open=False)
        session.add_all([rule, away])
    paths = [
        f"/tider/enhet/{other.id}",
        f"/tider/enhet/{other.id}/vecka/ny",
        f"/tider/enhet/{other.id}/oppet/ny",
        f"/tider/enhet/{other.id}/stangt/ny",
        f"/tider/enhet/vecka/{rule.id}",
        f"/tider/enhet/dag/{away.id}",
        f"/tider/dag/{away.id}",
    ]
    for path in paths:
        assert leader.get(path).status_code == 404, path
    token = leader.page(f"/tider/enhet/{unit}").one("main form input[name=csrf_token]")["value"]
    for path in (
        f"/tider/enhet/{other.id}/bokning",
        f"/tider/enhet/vecka/{rule.id}/ta-bort",
        f"/tider/enhet/dag/{away.id}/ta-bort",
    ):
        assert leader.post(path, data={"csrf_token": token}).status_code == 404, path
    petra = signed_in(leader, sessions, world, world.petra)
    assert petra.get(f"/tider/enhet/{unit}").status_code == 403
    assert "Enhetens tider" not in petra.page("/tider").text
