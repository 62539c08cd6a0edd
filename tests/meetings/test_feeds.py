"""Calendar files and feeds: neutral, the same event when a meeting changes, and void when they should be."""

import dataclasses
from datetime import datetime, timedelta

import icalendar
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.errors import Forbidden
from portal.core.ids import new_id, new_receipt_no
from portal.meetings.models import CalendarFeed, Meeting, MeetingType, Place
from portal.meetings.queries import feeds
from portal.meetings.rules.states import Form, MeetingState, TypeKind
from portal.meetings.service import feeds as service
from portal.people.models import Person, StaffMember
from portal.people.rules import Protection
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient

SECRETS = ("Medborgarhuset", "Storgatan", "Petra", "Mariam", "Hyran", "social", "ar-", "199501182399")


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    with writing(sessions) as session:
        return worlds.build(session)


def meet(session: Session, world: World, **changes: object) -> Meeting:
    kind = MeetingType(kind=TypeKind.FOLLOW_UP, minutes=45, forms=["visit"])
    place = Place(name="Medborgarhuset", address="Storgatan 4")
    session.add_all([kind, place])
    session.flush()
    values: dict[str, object] = {
        "person_id": world.mariam,
        "case_id": world.money,
        "type_id": kind.id,
        "staff_id": world.petra,
        "starts_at": _at(3),
        "ends_at": _at(3) + timedelta(minutes=45),
        "form": Form.VISIT,
        "place_id": place.id,
        "interpreter": "ar",
        "agenda": "Hyran",
        "receipt_no": new_receipt_no(),
        "submission": str(new_id()),
    }
    made = Meeting(**{**values, **changes})
    session.add(made)
    session.flush()
    return made


def _at(days: int) -> datetime:
    return (now() + timedelta(days=days)).replace(second=0, microsecond=0)


def events(body: bytes) -> list[icalendar.Event]:
    calendar = icalendar.Calendar.from_ical(body)
    assert not calendar.errors
    assert (str(calendar["version"]), str(calendar["prodid"])) == ("2.0", "-//Insyn//SV")
    assert all(not event.errors for event in calendar.events)
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    return list(calendar.events)


def neutral(body: bytes) -> bool:
    text = icalendar.Calendar.from_ical(body).to_ical().decode().replace("\r\n ", "")
    return not any(secret.lower() in text.lower() for secret in SECRETS)


def test_a_moved_and_a_cancelled_meeting_are_the_same_event(
    client: PageClient, sessions: sessionmaker[Session], world: World
):
    with writing(sessions) as session:
        meeting_id = meet(session, world).id
    worlds.sign_in(sessions, client, world.client(world.mariam))
    response = client.get(f"/moten/{meeting_id}/mote.ics")
    assert response.mimetype == "text/calendar"
    assert response.headers["Content-Disposition"] == "attachment; filename=mote.ics"
    (first,) = events(response.data)
    with writing(sessions) as session:
        row = session.get_one(Meeting, meeting_id)
        row.starts_at, row.ends_at, row.sequence = _at(5), _at(5) + timedelta(minutes=45), 1
        row.changed_at = now()
    (moved,) = events(client.get(f"/moten/{meeting_id}/mote.ics").data)
    with writing(sessions) as session:
        row = session.get_one(Meeting, meeting_id)
        row.state, row.sequence = MeetingState.CANCELLED, 2
    (cancelled,) = events(client.get(f"/moten/{meeting_id}/mote.ics").data)
    assert first["uid"] == moved["uid"] == cancelled["uid"] == str(meeting_id)
    assert [int(event["sequence"]) for event in (first, moved, cancelled)] == [0, 1, 2]
    assert moved.start == _at(5)
    assert [str(event["status"]) for event in (first, moved, cancelled)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert str(first["summary"]) == "Möte"
    assert str(first["class"]) == "PRIVATE"
    assert neutral(response.data)


def test_anothers_meeting_has_no_file(client: PageClient, sessions: sessionmaker[Session], world: World):
    with writing(sessions) as session:
        meeting_id = meet(session, world).id
    worlds.sign_in(sessions, client, world.client(world.tor))
    assert client.get(f"/moten/{meeting_id}/mote.ics").status_code == 404


def test_a_feed_is_made_shown_once_renewed_and_closed(
    client: PageClient, sessions: sessionmaker[Session], world: World
):
    with writing(sessions) as session:
        meet(session, world)
        meet(session, world, person_id=world.tor, case_id=world.tors)
    worlds.sign_in(sessions, client, world.client(world.mariam))
    made = client.submit(client.page("/kalenderadress"), "main form", button="Gör en adress")
    address = made.one(".i-secret").get_text(strip=True).removeprefix("http://localhost")
    body = client.get(address).data
    assert len(events(body)) == 1
    assert neutral(body)
    assert "Du har en adress" in client.page("/kalenderadress").text
    assert address not in client.get("/kalenderadress").text

    again = client.submit(client.page("/kalenderadress"), "main form", button="Gör en ny adress")
    newer = again.one(".i-secret").get_text(strip=True).removeprefix("http://localhost")
    assert client.get(address).status_code == 404
    assert client.get(newer).status_code == 200
    closed = client.submit(client.page("/kalenderadress"), "main form", button="Stäng adressen")
    assert "stängd" in closed.text
    assert client.get(newer).status_code == 404


def test_a_feed_tells_more_only_where_its_owner_asked(
    sessions: sessionmaker[Session], world: World, client: PageClient
):
    with writing(sessions) as session:
        meet(session, world)
        secret = service.renew(session, world.client(world.mariam), detailed=True)
    (event,) = events(client.get(f"/kalender/{secret}.ics").data)
    assert str(event["location"]) == "Medborgarhuset, Storgatan 4"
    assert str(event["description"]) == "Besök hos oss"
    with writing(sessions) as session:
        session.get_one(Person, world.mariam).protection = Protection.SECRECY
    assert neutral(client.get(f"/kalender/{secret}.ics").data)


def test_what_is_hidden_from_guardians_stands_in_no_clients_feed(
    sessions: sessionmaker[Session], world: World, client: PageClient
):
    with writing(sessions) as session:
        meet(session, world, hidden_from_guardians=True)
        secret = service.renew(session, world.client(world.mariam), detailed=True)
    assert events(client.get(f"/kalender/{secret}.ics").data) == []


def test_a_feed_ends_with_the_employment_and_speaks_to_its_own_side_only(
    sessions: sessionmaker[Session], world: World, client: PageClient, staff_client: PageClient
):
    with writing(sessions) as session:
        meet(session, world)
        secret = service.renew(session, world.staff(world.petra), detailed=True)
    body = staff_client.get(f"/personalkalender/{secret}.ics").data
    assert len(events(body)) == 1
    assert b"Mariam" not in body
    assert client.get(f"/kalender/{secret}.ics").status_code == 404
    with writing(sessions) as session:
        session.get_one(StaffMember, world.petra).active = False
    assert staff_client.get(f"/personalkalender/{secret}.ics").status_code == 404


def test_whoever_acts_for_somebody_gets_no_feed(sessions: sessionmaker[Session], world: World):
    guardian = dataclasses.replace(world.client(world.tor), acting_for=world.mariam)
    with pytest.raises(Forbidden), writing(sessions) as session:
        service.renew(session, guardian, detailed=False)


def test_the_database_holds_no_address(sessions: sessionmaker[Session], world: World):
    with writing(sessions) as session:
        secret = service.renew(session, world.client(world.mariam), detailed=False)
    with sessions() as session:
        (row,) = session.scalars(select(CalendarFeed))
        assert secret.encode() not in row.secret_digest
        assert len(row.secret_digest) == 32


def test_old_meetings_leave_the_feed(sessions: sessionmaker[Session], world: World):
    with writing(sessions) as session:
        meet(session, world)
        secret = service.renew(session, world.client(world.mariam), detailed=False)
    with travel(timedelta(days=70)), sessions() as session:
        found = feeds.feed(session, Side.CLIENT, secret)
        assert found is not None
        assert feeds.meetings(session, found) == []


def test_a_new_address_needs_a_fresh_sign_in(client: PageClient, sessions: sessionmaker[Session], world: World):
    worlds.sign_in(sessions, client, world.client(world.mariam))
    page = client.page("/kalenderadress")
    with travel(timedelta(minutes=12)):
        answer = client.post("/kalenderadress", data={"csrf_token": page.one("main [name=csrf_token]")["value"]})
    assert answer.location.startswith("/logga-in?next=/kalenderadress&fresh=1")
    with sessions() as session:
        assert session.scalars(select(CalendarFeed)).all() == []
