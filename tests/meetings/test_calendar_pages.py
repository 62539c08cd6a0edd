"""The staff's calendar in pages: week and day, what became of meetings, colleagues, two versions, and video rooms."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core.clock import travel
from portal.core.db import writing
from portal.core.i18n import STOCKHOLM
from portal.meetings.models import BusyTime, Claim, DayException, Meeting, StaffCalendar
from portal.meetings.rules.states import Delivery, Form, MeetingState
from portal.meetings.service import claims, elsewhere
from portal.meetings.sync import receive
from portal.settings import Settings
from portal.sync.contract import Change, Kind, MeetingRecord
from tests.meetings.test_proposals import offer, propose
from tests.meetings.test_sync import theirs
from tests.meetings.world import MONDAY, Bookings, book, build, slot
from tests.messages import world as worlds
from tests.messages.test_sync import link
from tests.support.client import Page, PageClient


@pytest.fixture(autouse=True)
def monday():
    with travel(MONDAY):
        yield


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"video_url": "https://video.example/{room}"})


@pytest.fixture
def world(sessions: sessionmaker[Session], client: PageClient, staff_client: PageClient) -> Bookings:
    with writing(sessions) as session:
        made = build(session)
    worlds.sign_in(sessions, client, made.mariam)
    worlds.sign_in(sessions, staff_client, made.people.staff(made.people.petra))
    return made


@pytest.fixture
def meeting(sessions: sessionmaker[Session], world: Bookings) -> Meeting:
    with writing(sessions) as session:
        return book(session, world, world.mariam, slot(2, 9))


def row(sessions: sessionmaker[Session], meeting: Meeting) -> Meeting:
    with sessions() as session:
        return session.get_one(Meeting, meeting.id)


def test_the_week_shows_meetings_offers_and_what_is_taken(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        offer(session, world, propose(session, world))
        session.add(BusyTime(staff_id=world.people.petra, starts_at=slot(3, 10), ends_at=slot(3, 11)))
    page = staff_client.page("/kalender")
    table = page.one("table.i-week").get_text(" ", strip=True)
    assert page.heading == "Vecka 9"
    assert "Mariam Sandell 09.00–09.30" in table
    assert "Förslag 14.00–14.30" in table
    assert "Upptagen 10.00–11.00" in table
    assert [head.get_text(" ", strip=True) for head in page.soup.select(".i-week thead th")][1] == "Mån 1 Måndag 1 mars"
    assert "Mariam" not in staff_client.page("/kalender?dag=2027-03-09").text
    listed = staff_client.page("/kalender/i-dag?dag=2027-03-03")
    assert "Mariam Sandell" in listed.text


def test_the_week_shows_what_a_client_proposes_and_leads_nobody_else_there(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = propose(session, world)
    shown = staff_client.page("/kalender").one(f"table.i-week a.is-prop[href*='{proposal.id}']")
    assert shown.get_text(" ", strip=True).startswith("Klienten föreslår")
    worlds.sign_in(sessions, staff_client, world.people.staff(world.people.henrik))
    page = staff_client.page(f"/kalender?vem={world.people.petra}")
    assert "Klienten föreslår" in page.one("table.i-week").get_text(" ", strip=True)
    assert not page.soup.select(f"a[href*='{proposal.id}']")


def test_a_colleague_sees_that_a_time_is_taken_and_not_by_whom(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    worlds.sign_in(sessions, staff_client, world.people.staff(world.people.henrik))
    page = staff_client.page(f"/kalender?vem={world.people.petra}")
    assert "Petra Almskog" in page.text
    assert "Möte 09.00–09.30" in page.one("table.i-week").get_text(" ", strip=True)
    assert "Mariam" not in page.text
    assert not page.soup.select(f"a[href*='{meeting.id}']")
    assert staff_client.get(f"/moten/{meeting.id}").status_code == 404
    for step in ("avboka", "flytta", "kollega"):
        assert staff_client.get(f"/moten/{meeting.id}/{step}").status_code == 404


def test_a_meeting_is_read_and_that_is_logged(
    staff_client: PageClient, sessions: sessionmaker[Session], meeting: Meeting
):
    page = staff_client.page(f"/moten/{meeting.id}")
    assert "Onsdag 3 mars kl. 9–9.30" in page.text
    with sessions() as session:
        entries = session.scalars(select(AccessEntry)).all()
    assert [(entry.what, entry.object_id) for entry in entries] == [("meetings", meeting.id)]


def test_cancelled_by_staff_with_a_reason_that_the_client_reads(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], meeting: Meeting
):
    address = f"/moten/{meeting.id}/avboka"
    assert staff_client.submit(staff_client.page(address), status=422).errors()
    done = staff_client.submit(staff_client.page(address), fields={"reason": "Jag är sjuk"})
    assert "Avbokat. Klienten får veta det." in done.text
    assert row(sessions, meeting).state is MeetingState.CANCELLED
    assert "Jag är sjuk" in client.page(f"/moten/{meeting.id}").text


def test_moved_by_staff(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], meeting: Meeting
):
    fields = {"day": "2027-03-04", "start": "10:00", "reason": "Rätten"}
    staff_client.submit(staff_client.page(f"/moten/{meeting.id}/flytta"), fields=fields)
    assert row(sessions, meeting).starts_at == slot(3, 10)
    assert client.page(f"/moten/{meeting.id}").heading == "Torsdag 4 mars kl. 10–10.30"
    with sessions() as session:
        assert {claim.astimezone(STOCKHOLM).day for claim in session.scalars(select(Claim.at))} == {4}


def test_a_time_that_is_taken_is_told_beside_the_field(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        vera = world.people.client(world.people.vera)
        book(session, world, vera, slot(3, 10), case_id=world.people.veras, staff_id=world.people.petra)
    fields = {"day": "2027-03-04", "start": "10:00", "reason": "Rätten"}
    page = staff_client.submit(staff_client.page(f"/moten/{meeting.id}/flytta"), fields=fields, status=422)
    assert any("hann bli tagen" in error for error in page.errors())
    past = {"day": "2027-02-04", "start": "10:00", "reason": "Rätten"}
    page = staff_client.submit(page, fields=past, status=422)
    assert any("har redan varit" in error for error in page.errors())
    assert row(sessions, meeting).starts_at == slot(2, 9)


def test_a_colleague_takes_over_and_is_refused_where_busy(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        tors = book(session, world, world.tor, slot(2, 9))
    form = staff_client.page(f"/moten/{meeting.id}/kollega")
    page = staff_client.submit(form, fields={"colleague": str(world.people.henrik)}, status=422)
    assert any("Kollegan är upptagen" in error for error in page.errors())
    with writing(sessions) as session:
        claims.release(session, meeting_id=tors.id)
    staff_client.submit(
        staff_client.page(f"/moten/{meeting.id}/kollega"), fields={"colleague": str(world.people.henrik)}
    )
    assert row(sessions, meeting).staff_id == world.people.henrik
    with sessions() as session:
        assert set(session.scalars(select(Claim.staff_id).where(Claim.meeting_id == meeting.id))) == {
            world.people.henrik
        }
    shown = client.page(f"/moten/{meeting.id}").text
    assert "Henrik Lyckevik" in shown
    assert "tog över mötet" in shown


def test_what_became_of_it_is_marked_after_it_began_and_can_be_set_right(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    assert "Blev mötet av?" not in staff_client.page(f"/moten/{meeting.id}").text
    with travel(slot(2, 9) + timedelta(minutes=20)):
        worlds.sign_in(sessions, staff_client, world.people.staff(world.people.petra))
        page = staff_client.page(f"/moten/{meeting.id}")
        form = "form[action$='/utfall']"
        page = staff_client.submit(page, form, button="Nej, klienten kom inte")
        assert row(sessions, meeting).state is MeetingState.NO_SHOW
        assert "Stämmer det inte?" in page.text
        staff_client.submit(page, form, button="Vi träffades")
        assert row(sessions, meeting).state is MeetingState.ATTENDED


def test_two_versions_stand_beside_each_other_until_one_is_chosen(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        other: MeetingRecord = theirs(id=str(meeting.id), starts_at=slot(4, 9), ends_at=slot(4, 9, 30))
        elsewhere.keep_both(session, session.get_one(Meeting, meeting.id), other)
    assert "ändrats eller bokats i båda systemen" in staff_client.page("/arbetsko").text
    week = staff_client.page("/kalender")
    assert "Välj vilken version som gäller" in week.text
    page = staff_client.page(f"/moten/{meeting.id}")
    assert "I Insyn Onsdag 3 mars kl. 9–9.30, telefon" in page.text
    assert "I verksamhetssystemet Fredag 5 mars kl. 9–9.30, besök" in page.text
    page = staff_client.submit(page, "form[action$='/version']", button="Ta verksamhetssystemets")
    assert (row(sessions, meeting).starts_at, row(sessions, meeting).conflict) == (slot(4, 9), None)


def test_a_time_that_both_have_booked_shows_the_other_meeting_until_one_of_them_goes(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        link(session, Kind.PERSON, "P-2", world.people.vera)
        link(session, Kind.CASE, "A-2", world.people.veras)
        link(session, Kind.STAFF, "H-1", world.people.petra)
        made = theirs(
            person_id="P-2", case_id="A-2", starts_at=meeting.starts_at, ends_at=meeting.starts_at + timedelta(hours=1)
        )
        there = receive(session, Change(made.id, Kind.MEETING, 1, made.to_payload(), deleted=False, person="P-2"))
    address = f"/moten/{there.local_id}"
    page = staff_client.page(address)
    assert "på en tid som redan var tagen" in page.text
    assert page.link("Mariam Sandell , onsdag 3 mars kl. 9–9.30") == f"/moten/{meeting.id}"
    assert "Ta verksamhetssystemets version" not in page.text
    form = "form[action$='/version']"
    page = staff_client.submit(page, form, status=409)
    assert "upptagen av ett annat möte" in page.text
    staff_client.submit(staff_client.page(f"/moten/{meeting.id}/avboka"), fields={"reason": "Krock"})
    page = staff_client.page(address)
    assert "Tiden är nu densamma i Insyn och i verksamhetssystemet." in page.text
    page = staff_client.submit(page, form)
    assert not page.soup.select(form)
    with sessions() as session:
        assert session.get_one(Meeting, there.local_id).conflict is None


def test_one_that_does_not_get_through_says_so_to_both(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], meeting: Meeting
):
    with writing(sessions) as session:
        session.get_one(Meeting, meeting.id).delivery = Delivery.STUCK
    assert "inte har kommit fram till verksamhetssystemet" in staff_client.page("/kalender").text
    assert "Förvaltningen ser det och hjälper till." in staff_client.page(f"/moten/{meeting.id}").text
    page = client.page(f"/moten/{meeting.id}")
    assert "Det här är sparat hos oss, men har fastnat på väg" in page.one(".ds-alert").text
    assert "Du bokade mötet" in page.text
    assert "Mariam Sandell bokade mötet" in staff_client.page(f"/moten/{meeting.id}").text


def test_an_absence_of_days_says_so_on_each_of_them(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        span = {"starts_at": slot(1, 12), "ends_at": slot(3, 10)}
        session.add(DayException(staff_id=world.people.petra, open=False, **span))
    page = staff_client.page("/kalender")
    shown = [box.get_text(" ", strip=True) for box in page.soup.select("table.i-week .is-block")]
    assert shown == ["Frånvaro hela dagen", "Frånvaro till 10.00", "Frånvaro från 12.00"]
    assert page.soup.select(".i-week tbody th")[0].get_text() == "08.00"


def opened(page: Page) -> list[str]:
    return [box.get_text(" ", strip=True) for box in page.soup.select("table.i-week .is-open")]


def test_the_week_shows_what_is_left_of_the_hours(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        session.add(DayException(staff_id=world.people.petra, open=False, starts_at=slot(1, 0), ends_at=slot(2, 0)))
        session.add(BusyTime(staff_id=world.people.petra, starts_at=slot(3, 8), ends_at=slot(3, 15, 40)))
        propose(session, world)  # on Thursday from one to three, which is taken already
    with travel(slot(0, 13, 10)):
        worlds.sign_in(sessions, staff_client, world.people.staff(world.people.petra))
        page = staff_client.page("/kalender")
    # Row by row: what has been, an absence, a meeting with its buffer, and less than half an hour are left out.
    free = ["Ledig tid 08.00–09.00", "Ledig tid 08.00–16.00", "Ledig tid 10.00–16.00", "Ledig tid 13.30–16.00"]
    assert sorted(opened(page)) == [*free[:1], free[1], free[1], free[1], *free[2:]]
    assert opened(staff_client.page("/kalender?dag=2027-02-22")) == []
    listed = staff_client.page("/kalender/i-dag?dag=2027-03-03").text
    assert "Ledig tid 08.00–09.00 Mariam Sandell 09.00–09.30, Telefon Ledig tid 10.00–16.00" in listed


def test_a_calendar_that_clients_cant_book_in_shows_no_free_time(
    staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    worlds.sign_in(sessions, staff_client, world.people.staff(world.people.henrik))
    address = f"/kalender?vem={world.people.petra}"
    assert opened(staff_client.page(address)) != []
    with writing(sessions) as session:
        session.get_one(StaffCalendar, world.people.petra).bookable = False
    assert opened(staff_client.page(address)) == []


def test_the_room_opens_ten_minutes_before(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings, meeting: Meeting
):
    with writing(sessions) as session:
        held = session.get_one(Meeting, meeting.id)
        held.form, held.room = Form.VIDEO, "hemligt-rum"
    join = f"/moten/{meeting.id}/video"
    assert "Gå till videomötet" not in client.page(f"/moten/{meeting.id}").text
    assert client.get(join).status_code == 409
    with travel(slot(2, 9) - timedelta(minutes=9)):
        worlds.sign_in(sessions, client, world.mariam)
        worlds.sign_in(sessions, staff_client, world.people.staff(world.people.petra))
        assert client.page(f"/moten/{meeting.id}").link("Gå till videomötet") == join
        assert client.get(join).location == "https://video.example/hemligt-rum"
        assert staff_client.get(join).location == "https://video.example/hemligt-rum"
        worlds.sign_in(sessions, client, world.tor)
        assert client.get(join).status_code == 404
    with travel(slot(2, 11)):
        worlds.sign_in(sessions, client, world.mariam)
        assert client.get(join).status_code == 409


def test_the_start_page_and_the_queue_tell_of_proposals(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = propose(session, world)
    queue = staff_client.page("/arbetsko")
    assert "Förslag på möte" in queue.text
    with writing(sessions) as session:
        offer(session, world, proposal)
    assert client.page("/idag").link("Läs och svara") == f"/moten/forslag/{proposal.id}"
    invite = staff_client.page(f"/klienter/{world.people.mariam}").link("Bjud in till ett möte")
    assert staff_client.page(invite).heading == "Bjud in till ett möte"
