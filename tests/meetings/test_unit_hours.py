"""Hours of a whole unit: for whom they count, what closes everybody, and whose they are to keep up."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core.actor import Actor
from portal.core.clock import travel
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.meetings.models import DayException, StaffCalendar, WeeklyRule
from portal.meetings.queries import agenda, collisions, free_times
from portal.meetings.queries import hours as queries
from portal.meetings.queries.hours import WholeUnit
from portal.meetings.rules.availability import Kinds
from portal.meetings.rules.hours import MAX_WEEKLY, HoursRefused, WeeklyHours
from portal.meetings.rules.states import Form
from portal.meetings.service import hours
from portal.people.models import StaffMember, Unit
from portal.people.rules import Role
from tests.meetings.world import Meetings, at, booked, calendar, furnish
from tests.messages.world import World, build
from tests.support.counting import counted

# A Wednesday, at noon.
NOON = at("2026-11-25", 12)
REMOTE = Kinds(frozenset({Form.PHONE, Form.VIDEO}))


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with travel(NOON):
        yield


@pytest.fixture
def world(session: Session) -> World:
    return build(session)


@pytest.fixture
def meetings(session: Session, world: World) -> Meetings:
    return furnish(session, world)


@pytest.fixture
def unit(session: Session) -> uuid.UUID:
    return session.scalars(select(Unit.id)).one()


@pytest.fixture
def leader(world: World) -> Actor:
    return world.staff(world.leader)


@pytest.fixture
def manager(session: Session, world: World) -> Actor:
    member = StaffMember(subject="ulf@ekdala.example", name="Ulf Granhede", role=Role.MANAGER)
    session.add(member)
    session.flush()
    world.roles[member.id] = Role.MANAGER
    return world.staff(member.id)


def week(**more: object) -> WeeklyHours:
    values = {
        "from_minute": 10 * 60,
        "to_minute": 12 * 60,
        "step_minutes": 60,
        "valid_from": date(2026, 1, 1),
        "kinds": REMOTE,
        **more,
    }
    return WeeklyHours(**values)  # type: ignore[arg-type]  # what a test changes it knows


def without_own_hours(session: Session, staff_id: uuid.UUID) -> None:
    session.execute(delete(WeeklyRule).where(WeeklyRule.staff_id == staff_id))


def shown(session: Session, world: World, meetings: Meetings) -> list[str]:
    """What Mariam is shown of Petra until Friday evening."""
    found = free_times(
        session,
        world.client(world.mariam),
        person_id=world.mariam,
        type_id=meetings.follow_up,
        form=Form.PHONE,
        staff_ids=[world.petra],
        minutes=45,
        after=NOON,
        before=at("2026-11-28", 0),
        limit=50,
    )
    return [f"{time.starts_at.astimezone(NOON.tzinfo):%a %H.%M}" for time in found]


def test_the_units_hours_are_those_of_who_has_none(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    hours.add_weekly(session, leader, owner_id=unit, weekdays=range(5), hours=week())
    own = shown(session, world, meetings)
    assert "Thu 13.00" in own
    assert "Fri 10.00" in own
    without_own_hours(session, world.petra)
    assert shown(session, world, meetings) == ["Fri 10.00", "Fri 11.00"]
    # Own hours on another day alone: the whole week is one's own again.
    hours.add_weekly(session, world.staff(world.petra), owner_id=world.petra, weekdays=[0], hours=week())
    assert shown(session, world, meetings) == []


def test_a_single_opening_of_the_unit_is_for_the_same_people(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    start = at("2026-11-26", 18)
    opening = {"start": start, "end": start + timedelta(hours=1), "step_minutes": 60, "kinds": REMOTE}
    hours.add_opening(session, leader, owner_id=unit, **opening)  # type: ignore[arg-type]
    assert "Thu 18.00" not in shown(session, world, meetings)
    without_own_hours(session, world.petra)
    assert shown(session, world, meetings) == ["Thu 18.00"]


def test_a_closed_unit_is_closed_to_everybody_and_to_nobody_elsewhere(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    before = shown(session, world, meetings)
    hours.add_absence(
        session, leader, owner_id=unit, start=at("2026-11-27", 0), end=at("2026-11-28", 0), note="Planeringsdag"
    )
    assert shown(session, world, meetings) == [time for time in before if time.startswith("Thu")]
    kinds = [one.kind for one in agenda.agenda(session, leader, world.petra, NOON, at("2026-11-28", 0))]
    assert kinds == ["absence"]
    other = _other_unit(session)
    session.get_one(StaffMember, world.petra).unit_id = other
    session.flush()
    assert shown(session, world, meetings) == before
    assert agenda.agenda(session, world.staff(world.petra), world.petra, NOON, at("2026-11-28", 0)) == []


def test_who_belongs_to_no_unit_has_own_hours_alone(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    hours.add_weekly(session, leader, owner_id=unit, weekdays=range(5), hours=week())
    away = {"start": at("2026-11-26", 0), "end": at("2026-11-28", 0), "note": ""}
    hours.add_absence(session, world.staff(world.henrik), owner_id=world.henrik, **away)  # type: ignore[arg-type]
    session.get_one(StaffMember, world.petra).unit_id = None
    session.flush()
    assert "Thu 13.00" in shown(session, world, meetings)
    without_own_hours(session, world.petra)
    assert shown(session, world, meetings) == []
    petra = queries.caseworker(session, world.staff(world.petra), world.petra)
    assert (queries.units_weekly(session, petra), queries.units_exceptions(session, petra)) == ((), ())
    assert collisions.met(session, petra) == {}


def test_units_cost_no_more_queries(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    with counted(session) as few:
        shown(session, world, meetings)
    hours.add_weekly(session, leader, owner_id=unit, weekdays=range(5), hours=week())
    hours.add_absence(session, leader, owner_id=unit, start=at("2026-11-27", 0), end=at("2026-11-28", 0), note="")
    without_own_hours(session, world.petra)
    with counted(session) as many:
        shown(session, world, meetings)
    assert len(many) == len(few)


def test_a_unit_tells_for_whom_its_hours_are_and_opens_who_had_no_calendar(
    session: Session, world: World, meetings: Meetings, leader: Actor, manager: Actor, unit: uuid.UUID
) -> None:
    session.get_one(StaffMember, manager.id).unit_id = unit
    session.get_one(StaffCalendar, world.henrik).bookable = False
    without_own_hours(session, world.petra)
    session.flush()

    def states() -> list[tuple[str, bool, bool, bool]]:
        found = queries.members(session, WholeUnit(unit, "Enheten"))
        return [(one.name, one.has_calendar, one.bookable, one.own_hours) for one in found]

    assert states() == [
        ("Henrik Lyckevik", True, False, True),
        ("Karin Ekhamre", False, False, False),
        ("Petra Almskog", True, True, False),
    ]
    assert hours.open_calendars(session, leader, unit_id=unit) == 1
    assert hours.open_calendars(session, leader, unit_id=unit) == 0
    assert states()[:2] == [("Henrik Lyckevik", True, False, True), ("Karin Ekhamre", True, True, False)]
    logged = session.scalars(select(AuditEntry).where(AuditEntry.action == "meeting.calendar.opened")).one()
    assert logged.detail == {"unit": str(unit), "staff": [str(world.leader)]}


def test_a_team_leader_keeps_up_the_own_unit_a_manager_any_and_a_caseworker_none(
    session: Session, world: World, meetings: Meetings, leader: Actor, manager: Actor, unit: uuid.UUID
) -> None:
    other = _other_unit(session)
    rule = hours.add_weekly(session, manager, owner_id=other, weekdays=[0], hours=week())[0]
    hours.remove_weekly(session, manager, rule_id=rule.id)
    theirs = hours.add_weekly(session, manager, owner_id=other, weekdays=[0], hours=week())[0]
    ours = hours.add_weekly(session, leader, owner_id=unit, weekdays=[0], hours=week())[0]
    away = hours.add_absence(
        session, leader, owner_id=unit, start=NOON, end=NOON + timedelta(hours=2), note="Planering"
    )
    petra = world.staff(world.petra)
    for actor, owner_id, rule_id in ((leader, other, theirs.id), (petra, unit, ours.id)):
        with pytest.raises(NotFound):
            hours.add_weekly(session, actor, owner_id=owner_id, weekdays=[0], hours=week())
        with pytest.raises(NotFound):
            hours.remove_weekly(session, actor, rule_id=rule_id)
        with pytest.raises(NotFound):
            hours.open_calendars(session, actor, unit_id=owner_id)
    with pytest.raises(NotFound):
        hours.remove_exception(session, petra, exception_id=away.id)
    # A manager has nobody's own hours to keep up, nor any of their own.
    with pytest.raises(NotFound):
        hours.add_weekly(session, manager, owner_id=world.petra, weekdays=[0], hours=week())
    with pytest.raises(NotFound):
        hours.add_weekly(session, manager, owner_id=manager.id, weekdays=[0], hours=week())
    with pytest.raises(Forbidden):
        queries.unit(session, world.client(world.mariam), unit)
    # But everybody in the unit may see when it is closed.
    assert queries.exception_for(session, petra, away.id)[1].note == "Planering"
    session.get_one(StaffMember, world.petra).unit_id = other
    session.flush()
    with pytest.raises(NotFound):
        queries.exception_for(session, petra, away.id)


def test_a_closing_tells_which_meetings_it_meets_as_far_as_one_may_know(
    session: Session, world: World, meetings: Meetings, leader: Actor, manager: Actor, unit: uuid.UUID
) -> None:
    petras = booked(session, world.mariam, world.petra, meetings.follow_up, at("2026-11-27", 13))
    henriks = booked(session, world.tor, world.henrik, meetings.follow_up, at("2026-11-27", 14))
    booked(session, world.vera, world.petra, meetings.follow_up, at("2026-11-26", 13))
    span = {"start": at("2026-11-27", 0), "end": at("2026-11-28", 0), "note": ""}
    closing = hours.add_absence(session, leader, owner_id=unit, **span)  # type: ignore[arg-type]
    whole = queries.unit(session, leader, unit)
    assert collisions.met(session, whole) == {closing.id: 2}
    seen = collisions.collisions(session, leader, whole, closing.id)
    assert [(one.staff_name, one.meeting_id) for one in seen] == [("Petra Almskog", None), ("Henrik Lyckevik", None)]
    assert collisions.collisions(session, manager, whole, closing.id) == []
    for staff_id, meeting in ((world.petra, petras), (world.henrik, henriks)):
        actor = world.staff(staff_id)
        own = queries.caseworker(session, actor, staff_id)
        assert collisions.met(session, own) == {closing.id: 1}
        found = collisions.collisions(session, actor, own, closing.id)
        assert [one.meeting_id for one in found] == [meeting.id]


def test_what_cannot_stand_of_a_unit_is_refused_too(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    with pytest.raises(HoursRefused):
        hours.add_weekly(session, leader, owner_id=unit, weekdays=[], hours=week())
    with pytest.raises(HoursRefused):
        hours.add_weekly(session, leader, owner_id=unit, weekdays=[0], hours=week(kinds=Kinds()))
    for _ in range(MAX_WEEKLY // 5):
        hours.add_weekly(session, leader, owner_id=unit, weekdays=range(5), hours=week())
    with pytest.raises(Conflict):
        hours.add_weekly(session, leader, owner_id=unit, weekdays=[0], hours=week())
    # The unit's are counted apart from anybody's own.
    hours.add_weekly(session, leader, owner_id=world.leader, weekdays=[0], hours=week())


@pytest.mark.parametrize("both", [False, True])
def test_the_database_keeps_hours_of_somebody_or_of_a_unit_never_of_both(
    session: Session, world: World, unit: uuid.UUID, both: bool
) -> None:
    owners = {"staff_id": world.petra, "unit_id": unit} if both else {}
    span = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=1), "open": False}
    rule = {"weekday": 0, "from_minute": 0, "to_minute": 60, "valid_from": date(2026, 1, 1)}
    for table, values in ((DayException, span), (WeeklyRule, rule)):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(insert(table).values(**values, **owners))


def _other_unit(session: Session) -> uuid.UUID:
    made = Unit(board_id=session.scalars(select(Unit.board_id)).one(), name="En annan enhet")
    session.add(made)
    session.flush()
    return made.id


def test_a_new_colleague_without_calendar_is_not_opened_by_the_units_hours(
    session: Session, world: World, meetings: Meetings, leader: Actor, unit: uuid.UUID
) -> None:
    hours.add_weekly(session, leader, owner_id=unit, weekdays=range(5), hours=week())
    without_own_hours(session, world.petra)
    session.delete(session.get_one(StaffCalendar, world.petra))
    session.flush()
    assert shown(session, world, meetings) == []
    calendar(session, world.petra)
    assert shown(session, world, meetings) == ["Fri 10.00", "Fri 11.00"]
