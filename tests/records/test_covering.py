"""While the caseworker is away a colleague on the case answers; without one the team leader is told."""

import uuid
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.core.events import EventBus, bind
from portal.core.i18n import format_day, today
from portal.meetings.models import DayException
from portal.people.absence import AwayAsked
from portal.people.models import Case, CaseAssignment, StaffMember
from portal.records import queries
from portal.records.models import CaseRecord, Chase
from portal.records.rules.deadlines import Step, needs_cover
from portal.records.service import chasing
from tests.records.world import World, make, released, remark, sign_in
from tests.support.client import PageClient

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("away_until", "due", "covered"),
    [(None, 0, False), (0, None, False), (0, 0, True), (0, 1, False), (1, None, True), (1, 9, True), (0, -3, True)],
)
def test_who_is_back_before_the_last_day_answers(away_until: int | None, due: int | None, covered: bool) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else TODAY + timedelta(days=number)

    assert needs_cover(day(away_until), day(due), TODAY) is covered


def be_away(session: Session, *staff_ids: uuid.UUID, days: int = 7) -> None:
    """Let staff be away, as whoever keeps calendars would answer."""
    bus = EventBus()
    last = today() + timedelta(days=days)
    bus.subscribe(AwayAsked, lambda _session, asked: asked.until.update(dict.fromkeys(staff_ids, last)))
    session.info.update(bind(bus))


def work_too(session: Session, world: World, staff_id: uuid.UUID) -> None:
    session.add(CaseAssignment(case_id=world.money, staff_id=staff_id, named=False))
    session.get_one(Case, world.money).unit_id = session.get_one(StaffMember, world.leader).unit_id
    session.flush()


def owners(session: Session, world: World, staff_id: uuid.UUID) -> list[tuple[str, bool, str]]:
    rows = queries.waiting(session, world.staff(staff_id))
    return [(row.owner.name, row.mine, row.owner.covers) for row in rows if row.owner]


def test_a_colleague_on_the_case_has_it_in_their_list_while_the_caseworker_is_away(
    session: Session, world: World
) -> None:
    work_too(session, world, world.henrik)
    remark(session, world, released(session, world))
    assert owners(session, world, world.petra) == [("Petra Almskog", True, "")]
    assert owners(session, world, world.henrik) == [("Petra Almskog", False, "")]
    be_away(session, world.petra)
    assert owners(session, world, world.henrik) == [("Henrik Lyckevik", True, "Petra Almskog")]
    assert owners(session, world, world.petra) == [("Henrik Lyckevik", False, "Petra Almskog")]
    assert queries.late(session, world.staff(world.leader)) == []
    be_away(session)
    assert owners(session, world, world.petra) == [("Petra Almskog", True, "")]


def test_with_nobody_there_the_team_leader_is_told_before_it_is_late(session: Session, world: World) -> None:
    work_too(session, world, world.henrik)
    made = remark(session, world, released(session, world))
    be_away(session, world.petra, world.henrik)
    leader = world.staff(world.leader)
    late = queries.late(session, leader)
    assert [(row.receipt_no, row.owner) for row in late] == [(made.receipt_no, "Petra Almskog")]
    assert late[0].away_until == today() + timedelta(days=7)
    assert queries.waiting_count(session, leader) == 1
    assert owners(session, world, world.petra) == [("Petra Almskog", True, "")]
    be_away(session, world.petra)
    assert queries.waiting_count(session, leader) == 0


def test_the_reminder_goes_to_the_colleague(session: Session, world: World) -> None:
    work_too(session, world, world.henrik)
    made = remark(session, world, released(session, world))
    made.due_on = today()
    be_away(session, world.petra)
    chasing.chase(session, Step.REMINDED, remind_days=2)
    assert list(session.scalars(select(Chase.owner_id))) == [world.henrik]


def test_the_pages_say_who_answers(client: PageClient, staff_client: PageClient, staff_app: Flask, app: Flask) -> None:
    sessions: sessionmaker[Session] = staff_app.extensions["insyn.sessions"]
    with writing(sessions) as session:
        world = make(session)
        version = released(session, world)
        made = remark(session, world, version)
        record_id = session.scalars(select(CaseRecord.id)).one()
        session.get_one(Case, world.money).unit_id = session.get_one(StaffMember, world.leader).unit_id
    assert made.due_on
    last = today() + timedelta(days=9)
    sign_in(sessions, client, world.client(world.mariam))
    sign_in(sessions, staff_client, world.staff(world.henrik))
    page = client.page(f"/journal/{record_id}")
    assert f"Petra svarar senast {format_day(made.due_on)}." in page.text
    assert "Skicka till Petra" in page.text
    assert "borta" not in page.text
    with writing(sessions) as session:
        span = {"starts_at": now() - timedelta(days=1), "ends_at": now() + timedelta(days=9)}
        session.add(DayException(staff_id=world.petra, open=False, note="Sjuk", **span))
    page = client.page(f"/journal/{record_id}")
    gone = f"Petra är borta till och med {format_day(last)}."
    assert f"{gone} Vi ser till att någon annan svarar." in page.one(".ds-alert").get_text()
    assert "Skicka till" not in page.text
    assert f"Du får svar senast {format_day(made.due_on)}." in page.text
    sign_in(sessions, staff_client, world.staff(world.leader))
    listed = staff_client.page("/synpunkter").one("section[aria-labelledby=sena]").get_text(" ", strip=True)
    assert f"Petra Almskog, borta till och med {format_day(last)}" in listed
    with writing(sessions) as session:
        session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik, named=False))
    page = client.page(f"/journal/{record_id}")
    assert f"{gone} En kollega svarar." in page.one(".ds-alert").get_text()
    assert not staff_client.page("/synpunkter").soup.select("#sena")
    sign_in(sessions, staff_client, world.staff(world.henrik))
    rows = [row.get_text(" ", strip=True) for row in staff_client.page("/synpunkter").soup.select("tbody tr")]
    assert ["Du, för Petra Almskog" in row for row in rows] == [True]
    assert "Sjuk" not in page.soup.encode().decode()
