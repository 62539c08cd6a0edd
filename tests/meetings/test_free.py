"""Which free times an actor is shown, of whom, and what they cost."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import travel
from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.meetings.models import BookingDraft, BusyTime, Claim, DayException, MeetingType, Place, StaffCalendar
from portal.meetings.queries import FreeTime, bookable_staff, free_times, is_free, meeting_minutes, types_for
from portal.meetings.rules.availability import quanta
from portal.meetings.rules.states import Form, MeetingState, TypeKind
from portal.people.models import Case, CaseAssignment, StaffMember, Unit
from tests.meetings.world import Meetings, at, booked, calendar, furnish, hours, kind
from tests.messages.world import World, build
from tests.support.counting import counted

# A Wednesday, at noon.
NOON = at("2026-11-25", 12)


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
def mariam(world: World) -> Actor:
    return world.client(world.mariam)


def times(session: Session, actor: Actor, world: World, meetings: Meetings, **more: Any) -> list[FreeTime]:
    """What Mariam is shown of Petra until Friday evening, unless something else is asked for."""
    asked = {
        "person_id": world.mariam,
        "type_id": meetings.follow_up,
        "form": Form.PHONE,
        "staff_ids": [world.petra],
        "minutes": 45,
        "after": NOON,
        "before": at("2026-11-28", 0),
        "limit": 50,
    }
    return free_times(session, actor, **{**asked, **more})


def shown(found: list[FreeTime]) -> list[str]:
    return [f"{time.starts_at.astimezone(NOON.tzinfo):%a %H.%M}" for time in found]


def test_the_next_times_come_first_and_keep_the_notice(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    found = times(session, mariam, world, meetings)
    assert shown(found) == [f"Thu {hour:02}.00" for hour in range(13, 16)] + [
        f"Fri {hour:02}.00" for hour in range(9, 16)
    ]
    assert {(time.staff_id, time.ends_at - time.starts_at) for time in found} == {(world.petra, timedelta(minutes=45))}
    assert shown(times(session, mariam, world, meetings, limit=2)) == ["Thu 13.00", "Thu 14.00"]


def test_a_client_sees_no_further_than_the_horizon(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    session.get_one(MeetingType, meetings.follow_up).ahead_days = 1
    assert {day[:3] for day in shown(times(session, mariam, world, meetings))} == {"Thu"}


def test_staff_may_book_at_once(session: Session, world: World, meetings: Meetings) -> None:
    found = times(session, world.staff(world.petra), world, meetings)
    assert shown(found)[:2] == ["Wed 13.00", "Wed 14.00"]


def test_visits_tell_where(session: Session, world: World, meetings: Meetings, mariam: Actor) -> None:
    assert {time.place_id for time in times(session, mariam, world, meetings, form=Form.VISIT)} == {meetings.place}
    assert {time.place_id for time in times(session, mariam, world, meetings)} == {None}
    session.get_one(Place, meetings.place).active = False
    session.flush()
    assert times(session, mariam, world, meetings, form=Form.VISIT) == []
    assert times(session, mariam, world, meetings)


def test_a_form_that_the_kind_lacks_has_no_times(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    assert times(session, mariam, world, meetings, form=Form.HOME) == []


def test_absences_busy_times_and_meetings_are_taken_and_a_single_opening_opens(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    booked(session, world.vera, world.petra, meetings.follow_up, at("2026-11-26", 13))
    session.add_all(
        [
            DayException(
                staff_id=world.petra,
                starts_at=at("2026-11-27", 0),
                ends_at=at("2026-11-28", 0),
                open=False,
                note="sjuk",
            ),
            BusyTime(staff_id=world.petra, starts_at=at("2026-11-26", 14, 7), ends_at=at("2026-11-26", 14, 9)),
            DayException(
                staff_id=world.petra,
                starts_at=at("2026-11-26", 18),
                ends_at=at("2026-11-26", 19),
                open=True,
                forms=[Form.PHONE],
                type_ids=[str(meetings.follow_up)],
                step_minutes=15,
            ),
        ]
    )
    session.flush()
    assert shown(times(session, mariam, world, meetings)) == ["Thu 15.00", "Thu 18.00", "Thu 18.15"]
    assert shown(times(session, mariam, world, meetings, form=Form.VIDEO)) == ["Thu 15.00"]


def test_the_buffer_keeps_off_from_what_follows(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    booked(session, world.vera, world.petra, meetings.follow_up, at("2026-11-26", 15))
    assert "Thu 14.00" in shown(times(session, mariam, world, meetings))
    session.get_one(MeetingType, meetings.follow_up).buffer_minutes = 20
    assert "Thu 14.00" not in shown(times(session, mariam, world, meetings))


def test_a_held_time_is_taken_until_it_lapses_but_not_for_who_holds_it(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    draft = BookingDraft(id=new_id(), person_id=world.vera, type_id=meetings.follow_up)
    session.add(draft)
    session.flush()
    start = at("2026-11-26", 13)
    for piece in quanta(start, start + timedelta(minutes=45)):
        session.add(Claim(staff_id=world.petra, at=piece, draft_id=draft.id, lapses_at=NOON + timedelta(minutes=10)))
    session.flush()
    assert shown(times(session, mariam, world, meetings))[0] == "Thu 14.00"
    assert shown(times(session, mariam, world, meetings, ignoring_draft=draft.id))[0] == "Thu 13.00"
    with travel(NOON + timedelta(minutes=11)):
        assert shown(times(session, mariam, world, meetings))[0] == "Thu 13.00"


def test_the_clients_own_meetings_are_taken_at_everybodys(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    own = booked(session, world.mariam, world.henrik, meetings.follow_up, at("2026-11-26", 13))
    assert shown(times(session, mariam, world, meetings))[0] == "Thu 14.00"
    assert shown(times(session, mariam, world, meetings, ignoring_meeting=own.id))[0] == "Thu 13.00"
    own.state = MeetingState.CANCELLED
    session.flush()
    assert shown(times(session, mariam, world, meetings))[0] == "Thu 13.00"


def test_a_meeting_that_is_moved_may_stay_where_it_is(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    own = booked(session, world.mariam, world.petra, meetings.follow_up, at("2026-11-26", 13))
    assert shown(times(session, mariam, world, meetings))[0] == "Thu 14.00"
    assert shown(times(session, mariam, world, meetings, ignoring_meeting=own.id))[0] == "Thu 13.00"


def test_nobody_is_shown_who_does_not_work_with_the_client(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    assert times(session, mariam, world, meetings, staff_ids=[world.henrik]) == []
    session.get_one(StaffCalendar, world.henrik).intake = True
    session.flush()
    assert times(session, mariam, world, meetings, staff_ids=[world.henrik])


def test_an_ended_assignment_and_a_closed_account_have_no_times(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    petra = session.get_one(StaffMember, world.petra)
    petra.active = False
    session.flush()
    assert times(session, mariam, world, meetings) == []
    petra.active = True
    assignment = session.query(CaseAssignment).filter_by(case_id=world.money).one()
    assignment.until = NOON - timedelta(hours=1)
    session.flush()
    assert times(session, mariam, world, meetings) == []


def test_a_foreign_client_is_not_found(session: Session, world: World, meetings: Meetings, mariam: Actor) -> None:
    with pytest.raises(NotFound):
        times(session, mariam, world, meetings, person_id=world.tor)
    with pytest.raises(NotFound):
        times(session, world.staff(world.henrik), world, meetings)
    with pytest.raises(NotFound):
        times(session, mariam, world, meetings, type_id=new_id())


def test_one_start_is_judged_by_the_same_rules(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    def ask(hour: int, minute: int = 0) -> FreeTime | None:
        return is_free(
            session,
            mariam,
            person_id=world.mariam,
            type_id=meetings.follow_up,
            form=Form.VISIT,
            staff_id=world.petra,
            minutes=45,
            starts_at=at("2026-11-26", hour, minute),
        )

    start = at("2026-11-26", 13)
    assert ask(13) == FreeTime(world.petra, start, start + timedelta(minutes=45), meetings.place)
    assert ask(12) is None  # too late
    assert ask(13, 30) is None  # off the steps
    assert ask(12, 58) is None  # off the grid, just before a free time
    assert ask(20) is None


def test_the_named_caseworker_comes_first_and_intake_where_there_is_nobody(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik, named=False))
    calendar(session, world.leader, intake=True)
    assert [(found.id, found.named) for found in bookable_staff(session, mariam, world.money)] == [
        (world.petra, True),
        (world.henrik, False),
    ]
    for staff_id in (world.petra, world.henrik):
        session.get_one(StaffCalendar, staff_id).bookable = False
    session.flush()
    for case_id in (world.money, None):
        assert [(found.id, found.intake) for found in bookable_staff(session, mariam, case_id)] == [
            (world.leader, True)
        ]
    with pytest.raises(NotFound):
        bookable_staff(session, mariam, world.tors)


def test_a_units_own_kind_takes_the_place_of_the_general_one(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    case = session.get_one(Case, world.money)
    unit_id = session.query(Unit).one().id
    own = kind(session, TypeKind.FOLLOW_UP, unit_id=unit_id, minutes=30)
    closed = kind(session, TypeKind.SIP, active=False)
    first = kind(session, TypeKind.FIRST)

    def ids(actor: Actor, case_id: uuid.UUID | None = world.money) -> list[uuid.UUID]:
        return [found.id for found in types_for(session, actor, case_id)]

    assert ids(mariam) == [first.id, meetings.follow_up]
    case.unit_id = unit_id
    session.flush()
    assert ids(mariam) == [first.id, own.id]
    assert ids(world.staff(world.petra)) == [first.id, own.id, meetings.child_talk]
    assert ids(mariam, None) == [first.id, meetings.follow_up]
    assert closed.id not in ids(world.staff(world.petra))
    with pytest.raises(NotFound):
        types_for(session, mariam, world.tors)


def test_an_interpreter_makes_it_longer(session: Session, meetings: Meetings) -> None:
    found = session.get_one(MeetingType, meetings.follow_up)
    assert (meeting_minutes(found, False), meeting_minutes(found, True)) == (45, 70)


def test_more_staff_meetings_and_rules_cost_no_more_queries(
    session: Session, world: World, meetings: Meetings, mariam: Actor
) -> None:
    with counted(session) as few:
        times(session, mariam, world, meetings)
    for number in range(5):
        extra = StaffMember(subject=f"extra{number}@ekdala.example", name="Extra")
        session.add(extra)
        session.flush()
        calendar(session, extra.id, intake=True)
        hours(session, extra.id)
        booked(session, world.tor, extra.id, meetings.follow_up, at("2026-11-26", 10 + number))
    hours(session, world.petra, valid_from=date(2026, 2, 1))
    with counted(session) as many:
        times(session, mariam, world, meetings)
    assert len(many) == len(few)
