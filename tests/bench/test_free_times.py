"""The free times of 50 caseworkers over 8 weeks: beside 20,000 booked meetings, as a ratio to empty calendars."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, insert
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.db import make_engine, writing
from portal.core.ids import new_id, new_receipt_no
from portal.meetings.models import Claim, Meeting, StaffCalendar, WeeklyRule
from portal.meetings.queries import free_times
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.availability import quanta
from portal.meetings.rules.states import Form
from portal.meetings.service import drafts
from portal.people.models import StaffMember
from portal.settings import Settings
from tests.bench.test_costs import show
from tests.conftest import make_settings
from tests.meetings.world import Meetings, at, furnish
from tests.messages.world import World, build, person, sign_in
from tests.support import database
from tests.support.client import PageClient
from tests.support.counting import counted
from tests.support.database import Kind

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]

# A Monday morning; nothing is booked by the clients of this morning yet.
MONDAY = at("2026-09-07", 6)
STAFF, WEEKS, MEETINGS, ROUNDS = 50, 8, 20_000, 7
LENGTH = timedelta(minutes=35)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    kind: Kind = request.param
    url = database.copy_of_template(kind)
    made = make_engine(url, make_settings().key_ring)
    yield made
    made.dispose()
    database.drop(url)


def test_free_times_beside_many_meetings(engine: Engine) -> None:
    with travel(MONDAY), Session(engine) as session:
        world = build(session)
        meetings = furnish(session, world)
        ids = _intake(session)
        session.commit()
        empty = _milliseconds(session, world, meetings, ids)
        with counted(session) as few:
            assert _ask(session, world, meetings, ids)
        _book(session, world, meetings, ids)
        session.commit()
        full = _milliseconds(session, world, meetings, ids)
        with counted(session) as many:
            _ask(session, world, meetings, ids)
        name = engine.dialect.name
        show(f"\n{name}: 8 weeks of {STAFF} calendars, empty {empty:.0f} ms, {MEETINGS:,} booked {full:.0f} ms")
        show(f"{name}: ratio {full / empty:.1f}, {len(many)} queries")
        assert len(many) == len(few)


def test_the_page_of_free_times_beside_many_meetings(make_app: Callable[..., Flask], settings: Settings) -> None:
    """The same as a page: somebody without a case chooses among the times of 50 caseworkers of the intake."""
    app = make_app(Side.CLIENT)
    browser = cast("PageClient", app.test_client())
    sessions: sessionmaker[Session] = app.extensions["insyn.sessions"]
    with travel(MONDAY):
        with writing(sessions) as session:
            world = build(session)
            meetings = furnish(session, world)
            ids = _intake(session)
            newcomer = person(session, "197808202399", "Ny", "Klient").id
            actor = world.client(newcomer)
            wanted = Arrangement(form=Form.PHONE)
            draft = drafts.begin(session, actor, case_id=None, staff_id=None, type_id=meetings.follow_up, wanted=wanted)
        sign_in(sessions, browser, actor)
        address = f"/moten/boka/{draft.id}/tider"
        empty = _page_milliseconds(browser, address)
        with writing(sessions) as session:
            _book(session, world, meetings, ids)
        full = _page_milliseconds(browser, address)
    name = settings.database_url.partition(":")[0]
    show(f"\n{name}: the page of free times, empty {empty:.0f} ms, {MEETINGS:,} booked {full:.0f} ms")
    show(f"{name}: ratio {full / empty:.1f}")


def _page_milliseconds(browser: PageClient, address: str) -> float:
    def once() -> float:
        began = time.perf_counter()
        answer = FlaskClient.open(browser, address)
        assert answer.status_code == 200
        return time.perf_counter() - began

    return min(once() for _ in range(ROUNDS)) * 1000


def _ask(session: Session, world: World, meetings: Meetings, ids: list[uuid.UUID]) -> int:
    actor: Actor = world.client(world.mariam)
    found = free_times(
        session,
        actor,
        person_id=world.mariam,
        type_id=meetings.follow_up,
        form=Form.PHONE,
        staff_ids=ids,
        minutes=35,
        after=now(),
        before=now() + timedelta(weeks=WEEKS),
        limit=100,
    )
    return len(found)


def _milliseconds(session: Session, world: World, meetings: Meetings, ids: list[uuid.UUID]) -> float:
    def once() -> float:
        began = time.perf_counter()
        _ask(session, world, meetings, ids)
        return time.perf_counter() - began

    return min(once() for _ in range(ROUNDS)) * 1000


def _intake(session: Session) -> list[uuid.UUID]:
    members = [StaffMember(subject=f"bench{number}@ekdala.example", name="Bench") for number in range(STAFF)]
    session.add_all(members)
    session.flush()
    ids = [member.id for member in members]
    session.add_all(StaffCalendar(staff_id=id_, intake=True) for id_ in ids)
    hours = {"from_minute": 8 * 60, "to_minute": 16 * 60, "step_minutes": 45, "valid_from": date(2026, 1, 1)}
    session.add_all(WeeklyRule(staff_id=id_, weekday=day, **hours) for id_ in ids for day in range(5))
    session.flush()
    return ids


def _book(session: Session, world: World, meetings: Meetings, ids: list[uuid.UUID]) -> None:
    """Book ten meetings a day with each, as the steps of their hours fall: all that there are."""
    rows, claims = [], []
    for number in range(MEETINGS):
        staff_id, slot = ids[number % STAFF], number // STAFF
        day, turn = divmod(slot, 10)
        starts_at = _on(day) + timedelta(minutes=turn * 45)
        meeting_id = new_id()
        rows.append(_row(meeting_id, world, meetings, staff_id, starts_at))
        claims += [
            {"staff_id": staff_id, "at": piece, "meeting_id": meeting_id}
            for piece in quanta(starts_at, starts_at + LENGTH)
        ]
    session.execute(insert(Meeting), rows)
    session.execute(insert(Claim), claims)


def _on(day: int) -> datetime:
    return at((date(2026, 9, 7) + timedelta(days=day // 5 * 7 + day % 5)).isoformat(), 8)


def _row(
    meeting_id: uuid.UUID, world: World, meetings: Meetings, staff_id: uuid.UUID, starts_at: datetime
) -> dict[str, object]:
    return {
        "id": meeting_id,
        "person_id": world.tor,
        "type_id": meetings.follow_up,
        "staff_id": staff_id,
        "starts_at": starts_at,
        "ends_at": starts_at + LENGTH,
        "receipt_no": new_receipt_no(),
        "submission": str(meeting_id),
    }
