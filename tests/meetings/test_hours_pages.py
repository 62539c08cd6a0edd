"""Mina tider: hours are added, changed and taken away by their owner and the team leader, and nobody is cancelled."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core.clock import travel
from portal.core.db import writing
from portal.meetings.models import DayException, Meeting, StaffCalendar, WeeklyRule
from portal.meetings.rules.states import MeetingState
from portal.people.models import StaffMember, Unit
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
def petra(staff_client: PageClient, sessions: Sessions, world: World) -> PageClient:
    sign_in(sessions, staff_client, world.staff(world.petra))
    return staff_client


@pytest.fixture
def leader(staff_client: PageClient, sessions: Sessions, world: World) -> PageClient:
    sign_in(sessions, staff_client, world.staff(world.leader))
    return staff_client


def rules_of(sessions: Sessions, staff_id: uuid.UUID) -> list[WeeklyRule]:
    with sessions() as session:
        statement = select(WeeklyRule).where(WeeklyRule.staff_id == staff_id)
        return list(session.scalars(statement.order_by(WeeklyRule.weekday, WeeklyRule.from_minute)))


def actions(sessions: Sessions) -> list[str]:
    with sessions() as session:
        found = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
        return [action for action in found if action.startswith("meeting.")]


def test_without_hours_the_page_says_that_nobody_can_book(petra: PageClient) -> None:
    page = petra.page("/tider")
    assert page.heading == "Mina tider"
    assert "Inga veckotider än." in page.text
    assert "Går inte att boka än" in page.text
    assert "Det finns inga sorters möten att boka än." in page.text


def test_hours_are_added_on_several_days_and_make_one_bookable(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    with writing(sessions) as session:
        for rule in session.scalars(select(WeeklyRule)):
            session.delete(rule)
        session.delete(session.get_one(StaffCalendar, world.petra))
    page = petra.page(f"/tider/{world.petra}/vecka/ny")
    fields = {"weekdays": ["0", "3"], "from_time": "08:30", "to_time": "12:00", "step": "45"}
    done = petra.submit(page, fields=fields)
    assert "Tiderna är tillagda på 2 dagar." in done.text
    assert "Måndag 08.30–12.00" in done.text
    assert "Alla sätt att ses · Socialkontoret · var 45:e minut" in done.text
    assert "Klienter kan boka" in done.text
    found = rules_of(sessions, world.petra)
    assert [(rule.weekday, rule.from_minute, rule.to_minute, rule.step_minutes) for rule in found] == [
        (0, 510, 720, 45),
        (3, 510, 720, 45),
    ]
    # All of it also means what is added later.
    assert all((rule.forms, rule.type_ids, rule.place_id) == ([], [], meetings.place) for rule in found)
    assert actions(sessions) == ["meeting.hours.added"]


def test_some_forms_and_kinds_are_kept_as_chosen(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    page = petra.page(f"/tider/{world.petra}/vecka/ny")
    fields = {
        "weekdays": ["5"],
        "from_time": "22:00",
        "to_time": "00:00",
        "forms": ["phone", "video"],
        "types": [str(meetings.follow_up)],
        "place": "",
        "valid_until": "2027-01-31",
    }
    done = petra.submit(page, fields=fields)
    assert "Lördag 22.00–24.00" in done.text
    assert (
        "Telefon, Video · Uppföljning eller planering · var 30:e minut · till och med söndag 31 januari 2027"
        in done.text
    )
    rule = rules_of(sessions, world.petra)[-1]
    assert (rule.forms, rule.type_ids, rule.place_id) == (["phone", "video"], [str(meetings.follow_up)], None)
    assert (rule.to_minute, rule.valid_from, rule.valid_until) == (1440, date(2026, 11, 25), date(2027, 1, 31))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weekdays": []}, "Välj minst en dag."),
        ({"from_time": "12:00", "to_time": "09:00"}, "Sluttiden behöver vara senare än starttiden."),
        ({"from_time": "09:03"}, "Välj en tid på jämna fem minuter."),
        ({"from_time": ""}, "Du behöver svara här."),
        ({"forms": []}, "Välj minst ett sätt att ses."),
        ({"types": []}, "Välj minst en sorts möte."),
        ({"place": ""}, "Välj var besöken är, eller ta bort besök."),
        ({"valid_until": "2026-01-01"}, "Sista dagen behöver vara samma dag som den första eller senare."),
        ({"step": "7"}, "Välj något av det som finns i listan."),
        ({"place": str(uuid.UUID(int=7))}, "Välj något av det som finns i listan."),
        ({"types": ["okänd"]}, "Välj något av det som finns i listan."),
    ],
)
def test_what_cannot_stand_is_told_beside_its_field(
    petra: PageClient,
    sessions: Sessions,
    world: World,
    meetings: Meetings,
    fields: dict[str, object],
    message: str,
) -> None:
    before = len(rules_of(sessions, world.petra))
    page = petra.page(f"/tider/{world.petra}/vecka/ny")
    good = {"weekdays": ["0"], "from_time": "09:00", "to_time": "11:00"}
    again = petra.submit(page, fields={**good, **fields}, status=422)
    assert f"Fel: {message}" in again.text
    assert len(rules_of(sessions, world.petra)) == before


def test_hours_are_changed_and_taken_away(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    rule = rules_of(sessions, world.petra)[0]
    page = petra.page(f"/tider/vecka/{rule.id}")
    assert page.heading == "Måndag"
    done = petra.submit(page, form="form.i-form", fields={"to_time": "11:30"})
    assert "Måndag 09.00–11.30" in done.text
    changed = rules_of(sessions, world.petra)[0]
    assert (changed.to_minute, changed.forms, changed.valid_from) == (690, [], date(2026, 1, 1))
    gone = petra.submit(petra.page(f"/tider/vecka/{rule.id}"), form="form[action$='/ta-bort']")
    assert "Tiden är borttagen." in gone.text
    assert len(rules_of(sessions, world.petra)) == 4
    assert actions(sessions) == ["meeting.hours.changed", "meeting.hours.removed"]


def test_an_absence_tells_of_booked_meetings_and_cancels_none(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    with writing(sessions) as session:
        met = booked(session, world.mariam, world.petra, meetings.follow_up, at("2026-11-27", 13)).id
        booked(session, world.tor, world.henrik, meetings.follow_up, at("2026-11-27", 13))
        booked(session, world.vera, world.petra, meetings.follow_up, at("2026-11-30", 9))
        gone = booked(session, world.vera, world.petra, meetings.follow_up, at("2026-11-27", 9))
        gone.state = MeetingState.CANCELLED
    page = petra.page(f"/tider/{world.petra}/franvaro/ny")
    fields = {"first_day": "2026-11-26", "last_day": "2026-11-27", "note": "Kurs"}
    done = petra.submit(page, fields=fields)
    assert done.heading == "Torsdag 26 november till och med fredag 27 november"
    assert "1 bokat möte krockar. Det står kvar." in done.text
    assert "Fredag 27 november 13.00–13.45" in done.text
    assert done.link("Fredag 27 november 13.00–13.45").endswith(f"/moten/{met}")
    assert "Kurs" in done.text
    assert "Sandell" not in done.text
    assert "1 bokat möte" in petra.page("/tider").text
    with sessions() as session:
        assert session.get_one(Meeting, met).state is MeetingState.BOOKED
    away = petra.submit(done)
    assert "Frånvaron är borttagen." in away.text
    assert actions(sessions) == ["meeting.absence.added", "meeting.absence.removed"]


def test_a_single_opening_is_added_and_shown(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    page = petra.page(f"/tider/{world.petra}/oppet/ny")
    fields = {"day": "2026-12-24", "from_time": "10:00", "to_time": "12:00"}
    done = petra.submit(page, fields=fields)
    assert "Torsdag 24 december 10.00–12.00" in done.text
    with sessions() as session:
        found = session.scalars(select(DayException)).one()
    assert (found.open, found.starts_at, found.ends_at) == (True, at("2026-12-24", 10), at("2026-12-24", 12))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"day": "2026-11-24"}, "Den dagen har redan varit. Välj en senare."),
        ({"day": "2028-11-24"}, "Så långt fram går det inte att planera än. Välj en tidigare dag."),
        ({"to_time": "08:00"}, "Sluttiden behöver vara senare än starttiden."),
        ({"day": "2027-03-28", "from_time": "02:30"}, "Den tiden finns inte, för då ställs klockan om."),
    ],
)
def test_an_opening_that_cannot_stand_is_told_of(
    petra: PageClient, world: World, meetings: Meetings, fields: dict[str, str], message: str
) -> None:
    good = {"day": "2026-12-01", "from_time": "09:00", "to_time": "11:00"}
    page = petra.page(f"/tider/{world.petra}/oppet/ny")
    assert f"Fel: {message}" in petra.submit(page, fields={**good, **fields}, status=422).text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"last_day": "2026-11-20"}, "Frånvaron behöver sluta efter att den har börjat."),
        ({"first_day": "2026-11-01", "last_day": "2026-11-02"}, "Den tiden har redan varit. Välj en senare."),
        ({"last_day": "2028-11-02"}, "Så lång frånvaro går inte att lägga in."),
        ({"note": "x" * 501}, "Texten är för lång. Korta den."),
    ],
)
def test_an_absence_that_cannot_stand_is_told_of(
    petra: PageClient, world: World, meetings: Meetings, fields: dict[str, str], message: str
) -> None:
    good = {"first_day": "2026-12-01", "last_day": "2026-12-01"}
    page = petra.page(f"/tider/{world.petra}/franvaro/ny")
    assert f"Fel: {message}" in petra.submit(page, fields={**good, **fields}, status=422).text


def test_one_can_close_ones_calendar_but_not_become_the_intake(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    page = petra.page(f"/tider/{world.petra}/bokning")
    assert "Tar emot dem som inte har en handläggare än" not in page.text
    done = petra.submit(page, fields={"bookable": [], "calls_from": "Dolt nummer"})
    assert "Klienter kan inte boka" in done.text
    assert "När du ringer syns: Dolt nummer" in done.text
    with sessions() as session:
        found = session.get_one(StaffCalendar, world.petra)
        assert (found.bookable, found.intake, found.calls_from) == (False, False, "Dolt nummer")


def test_a_team_leader_keeps_up_the_units_hours(
    leader: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    assert "Petra Almskog" in leader.page("/tider").text
    page = leader.page(f"/tider/{world.petra}")
    assert page.heading == "Tider för Petra Almskog"
    done = leader.submit(leader.page(f"/tider/{world.petra}/bokning"), fields={"intake": ["y"]})
    assert done.address == f"/tider/{world.petra}"
    with sessions() as session:
        assert session.get_one(StaffCalendar, world.petra).intake
        member = session.get_one(StaffMember, world.henrik)
    with writing(sessions) as session:
        other = Unit(board_id=session.scalars(select(Unit.board_id)).first(), name="En annan enhet")
        session.add(other)
        session.flush()
        session.get_one(StaffMember, member.id).unit_id = other.id
    leader.page(f"/tider/{world.henrik}", status=404)


def test_a_foreign_calendar_is_not_found(
    petra: PageClient, sessions: Sessions, world: World, meetings: Meetings
) -> None:
    with writing(sessions) as session:
        away = DayException(
            staff_id=world.henrik, starts_at=NOON, ends_at=NOON + timedelta(days=2), open=False, note="Hemligt"
        )
        session.add(away)
    theirs = rules_of(sessions, world.henrik)[0].id
    for path in (
        f"/tider/{world.henrik}",
        f"/tider/{world.henrik}/bokning",
        f"/tider/{world.henrik}/vecka/ny",
        f"/tider/{world.henrik}/oppet/ny",
        f"/tider/{world.henrik}/franvaro/ny",
        f"/tider/vecka/{theirs}",
        f"/tider/dag/{away.id}",
    ):
        assert petra.get(path).status_code == 404, path
    token = petra.page(f"/tider/{world.petra}/bokning").one("form.i-form input[name=csrf_token]")["value"]
    for path in (f"/tider/vecka/{theirs}/ta-bort", f"/tider/dag/{away.id}/ta-bort"):
        assert petra.post(path, data={"csrf_token": token}).status_code == 404, path
    assert len(rules_of(sessions, world.henrik)) == 5
