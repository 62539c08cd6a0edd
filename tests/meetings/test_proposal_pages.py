"""Proposals in pages of both sides: the whole way, rows of times, errors beside their fields, and foreign ids."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AccessEntry
from portal.core.clock import travel
from portal.core.db import writing
from portal.core.i18n import STOCKHOLM
from portal.core.ids import new_id
from portal.meetings.models import Meeting, Proposal
from portal.meetings.rules.states import Form, MeetingState, ProposalState
from tests.meetings.test_proposals import offer, propose
from tests.meetings.world import MONDAY, Bookings, book, build, slot
from tests.messages import world as worlds
from tests.support.client import Page, PageClient


@pytest.fixture(autouse=True)
def monday():
    with travel(MONDAY):
        yield


@pytest.fixture
def world(sessions: sessionmaker[Session], client: PageClient, staff_client: PageClient) -> Bookings:
    with writing(sessions) as session:
        made = build(session)
    worlds.sign_in(sessions, client, made.mariam)
    worlds.sign_in(sessions, staff_client, made.people.staff(made.people.petra))
    return made


def row(number: int, days: int, start: str, end: str) -> dict[str, str]:
    day = slot(days).astimezone(STOCKHOLM).date().isoformat()
    return {f"windows-{number}-day": day, f"windows-{number}-start": start, f"windows-{number}-end": end}


def one(sessions: sessionmaker[Session]) -> Proposal:
    with sessions() as session:
        return session.scalars(select(Proposal)).one()


def send(client: PageClient, page: Page, status: int = 200, **fields: object) -> Page:
    return client.submit(page, "main form", {**row(0, 3, "13:00", "15:00"), **fields}, button="Skicka", status=status)  # type: ignore[dict-item]


def test_the_whole_way_across_both_sides(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    sent = send(client, client.page("/moten/foresla"), how=["phone", "video"], text="Inte före 13")
    assert sent.heading == "Ditt förslag är skickat"
    assert "Kvittens" in sent.text
    assert "Väntar på svar från Petra" in client.page("/moten").text
    assert "Du föreslår torsdag 4 mars kl. 13–15" in client.page("/moten").text

    listed = staff_client.page("/moten/forslag")
    assert "Mariam Sandell" in listed.text
    page = staff_client.page(listed.link("Mariam Sandell"))
    assert "Inte före 13" in page.text
    with sessions() as session:
        assert session.scalars(select(AccessEntry.what)).all() == ["meetings"]
    form = staff_client.page(page.link("Föreslå en annan tid"))
    answered = send(staff_client, form, **row(0, 4, "14:00", "14:30"), how=["phone"], text="Jag är i rätten då")
    assert "Väntar på klienten" in answered.text

    offered = client.page(client.page("/moten").link("Petra föreslår"))
    assert offered.heading == "Petra föreslår en annan tid"
    assert "Du bad om torsdag 4 mars kl. 13–15" in offered.text
    booked = client.submit(offered, "main form[action$='/ja']", button="Ja, tiden passar")
    assert booked.heading == "Fredag 5 mars kl. 14–14.30"
    with sessions() as session:
        meeting = session.scalars(select(Meeting)).one()
        assert (meeting.starts_at, meeting.form) == (slot(4, 14), Form.PHONE)
    assert one(sessions).state is ProposalState.ACCEPTED
    assert "Bokat" in staff_client.page(f"/moten/forslag/{one(sessions).id}").text


def test_staff_book_a_time_within_a_window_that_is_free(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = propose(session, world)
        book(
            session,
            world,
            world.people.client(world.people.vera),
            slot(3, 13),
            case_id=world.people.veras,
            staff_id=world.people.petra,
        )
    page = staff_client.page(f"/moten/forslag/{proposal.id}")
    times = [option.get_text() for option in page.one("select[name=time]").find_all("option")]
    assert times[0] == "torsdag 4 mars kl. 13.45"
    chosen = page.one("select[name=time]").find_all("option")[1]["value"]
    done = staff_client.submit(page, "form[action$='/ja']", {"time": chosen, "how": "video"})
    assert "Bokat. Kvittens" in done.text
    with sessions() as session:
        meeting = session.scalars(select(Meeting).where(Meeting.person_id == world.people.mariam)).one()
    assert meeting.starts_at == slot(3, 14)


def test_staff_say_no_with_a_reason_that_the_client_reads(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = propose(session, world)
    address = f"/moten/forslag/{proposal.id}/nej"
    assert staff_client.submit(staff_client.page(address), status=422).errors()
    staff_client.submit(staff_client.page(address), fields={"reason": "Jag är ledig hela veckan"})
    page = client.page(f"/moten/forslag/{proposal.id}")
    assert page.heading == "Det blev inget möte"
    assert "Jag är ledig hela veckan" in page.text


def test_an_invitation_to_a_visit_at_home_can_be_answered_no(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    form = staff_client.page(f"/moten/bjud-in/{world.people.money}?typ={world.home}")
    assert "60 minuter" in form.text
    invited = send(staff_client, form, **row(0, 3, "13:00", "14:00"), how=["home"], text="Vi vill se bostaden")
    assert "Väntar på klienten" in invited.text
    page = client.page(client.page("/moten").link("Petra föreslår"))
    assert page.heading == "Petra vill träffa dig"
    assert "Du får alltid säga nej till hembesök" in page.text
    said = client.submit(client.page(page.link("Säg nej")))
    assert said.heading == "Det blev inget möte"
    assert one(sessions).state is ProposalState.DECLINED


def test_rows_are_added_and_removed_without_script(client: PageClient, world: Bookings):
    page = client.page("/moten/foresla")
    page = client.submit(page, "main form", row(0, 3, "13:00", "15:00"), button="Lägg till ett förslag")
    assert not page.errors()
    page = client.submit(page, "main form", row(1, 4, "09:00", "10:00"), button="Lägg till ett förslag")
    assert len(page.soup.select("fieldset.i-repeat")) == 3
    assert not page.soup.select("button[name=lagg-till]")
    page = client.submit(page, "main form", button="Ta bort förslag 1")
    kept = [tag["value"] for tag in page.soup.select("input[name$='-start']") if tag.get("value")]
    assert kept == ["09:00"]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"windows-0-day": "", "windows-0-start": "", "windows-0-end": ""}, "Välj en dag."),
        (row(0, 3, "15:00", "13:00"), "Sluttiden måste vara efter starttiden."),
        (row(0, -3, "13:00", "15:00"), "Tiden har redan varit."),
        (row(0, 3, "13:00", "13:10"), "Mötet tar 30 minuter."),
        (row(0, 3, "13:02", "15:00"), "hela fem minuter"),
        ({"windows-0-start": "klockan ett"}, "Skriv från vilken tid"),
        ({"how": []}, "Välj minst ett sätt att träffas."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_the_rest_is_kept(
    client: PageClient, sessions: sessionmaker[Session], world: Bookings, fields: dict[str, str], text: str
):
    page = send(client, client.page("/moten/foresla"), 422, text="Det här ska stå kvar", **fields)
    assert any(text in tag.get_text() for tag in page.soup.select("main .ds-validation-message"))
    assert text in page.one(".ds-error-summary").get_text()
    assert page.one("textarea[name=text]").get_text().strip() == "Det här ska stå kvar"
    with sessions() as session:
        assert session.scalars(select(Proposal)).all() == []


def test_a_row_that_stays_empty_is_left_out(client: PageClient, sessions: sessionmaker[Session], world: Bookings):
    page = client.page("/moten/foresla")
    for _ in range(2):
        page = client.submit(page, "main form", row(0, 3, "13:00", "15:00"), button="Lägg till ett förslag")
    sent = client.submit(page, "main form", {"how": ["phone"]}, button="Skicka")
    assert sent.heading == "Ditt förslag är skickat"
    half = {"windows-1-day": "i morgon", "how": ["phone"]}
    page = client.submit(page, "main form", half, button="Skicka", status=422)
    assert "Not a valid" not in page.text
    assert any("Välj en dag." in error for error in page.errors())


def test_two_rows_that_run_into_each_other(client: PageClient, world: Bookings):
    page = client.submit(client.page("/moten/foresla"), "main form", row(0, 3, "13:00", "15:00"), button="Lägg till")
    page = client.submit(
        page, "main form", {**row(1, 3, "14:00", "16:00"), "how": ["phone"]}, button="Skicka", status=422
    )
    assert any("går in i varandra" in error for error in page.errors())


def test_a_script_that_proposes_again_and_again_gets_a_clear_answer(
    client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    for _ in range(5):
        send(client, client.page("/moten/foresla"), how=["phone"])
    page = send(client, client.page("/moten/foresla"), 422, how=["phone"])
    assert "Du har redan 5 förslag som väntar" in page.text
    with sessions() as session:
        assert len(session.scalars(select(Proposal)).all()) == 5


def test_a_taken_time_is_told_and_the_proposal_stays(
    client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = offer(session, world, propose(session, world))
        book(
            session,
            world,
            world.people.client(world.people.vera),
            slot(4, 14),
            case_id=world.people.veras,
            staff_id=world.people.petra,
        )
    page = client.submit(
        client.page(f"/moten/forslag/{proposal.id}"), "form[action$='/ja']", button="Ja, tiden passar", status=409
    )
    assert "Tiden hann bli tagen" in page.text
    assert page.link("Föreslå en annan tid")
    assert one(sessions).state is ProposalState.WITH_CLIENT


@pytest.mark.parametrize("tid", ["", "i morgon", "2027-03-05T14:00:00", "2027-03-05T15:00:00+00:00"])
def test_a_time_that_was_not_offered_is_refused(
    client: PageClient, sessions: sessionmaker[Session], world: Bookings, tid: str
):
    with writing(sessions) as session:
        proposal = offer(session, world, propose(session, world))
    page = client.page(f"/moten/forslag/{proposal.id}")
    values = {"tid": tid}
    answer = client.submit(
        page, "form[action$='/ja']", values, button="Ja, tiden passar", status=422 if "15:00" not in tid else 409
    )
    assert "Välj en tid som finns i förslaget" in answer.text


def test_taking_it_back(client: PageClient, sessions: sessionmaker[Session], world: Bookings):
    with writing(sessions) as session:
        proposal = propose(session, world)
    page = client.submit(client.page(f"/moten/forslag/{proposal.id}"), button="Ta tillbaka")
    assert page.heading == "Förslaget är tillbakadraget"


def test_a_proposal_that_would_move_a_meeting_begins_as_it_is(
    client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        meeting = book(session, world, world.mariam, slot(1, 9))
    page = client.page(f"/moten/foresla?flytta={meeting.id}")
    send(client, page)
    with sessions() as session:
        assert session.scalars(select(Proposal.moves_id)).one() == meeting.id
        assert session.get_one(Meeting, meeting.id).state is MeetingState.BOOKED


def test_foreign_and_unknown_ids_are_not_found(
    client: PageClient, staff_client: PageClient, sessions: sessionmaker[Session], world: Bookings
):
    with writing(sessions) as session:
        proposal = propose(session, world)
        meeting = book(session, world, world.mariam, slot(1, 9))
    worlds.sign_in(sessions, client, world.tor)
    worlds.sign_in(sessions, staff_client, world.people.staff(world.people.henrik))
    for where in (f"/moten/forslag/{proposal.id}", f"/moten/forslag/{new_id()}"):
        for browser in (client, staff_client):
            assert browser.get(where).status_code == 404
            assert browser.get(f"{where}/annat").status_code == 404
            assert browser.get(f"{where}/nej").status_code == 404
    assert client.get(f"/moten/foresla?flytta={meeting.id}").status_code == 404
    assert client.get(f"/moten/foresla?arende={world.people.money}").status_code == 404
    assert staff_client.get(f"/moten/bjud-in/{world.people.money}").status_code == 404
    assert client.get(f"/moten/forslag/{uuid.uuid4()}x").status_code == 404


def test_what_runs_out_can_not_be_answered(client: PageClient, sessions: sessionmaker[Session], world: Bookings):
    with writing(sessions) as session:
        proposal = offer(session, world, propose(session, world))
    with travel(proposal.expires_at + timedelta(minutes=1)):
        worlds.sign_in(sessions, client, world.mariam)
        page = client.page(f"/moten/forslag/{proposal.id}")
        assert page.heading == "Tiden för att svara gick ut"
        assert not page.soup.select("main form")
        assert "förslag" not in client.page("/moten").text.lower()


def test_a_visit_that_staff_propose_is_somewhere(client: PageClient, staff_client: PageClient, world: Bookings):
    form = staff_client.page(f"/moten/bjud-in/{world.people.money}")
    assert form.one("select[name=place] option:first-child")["value"] == str(world.place)
    nowhere = send(staff_client, form, 422, how=["visit"], **row(0, 3, "13:00", "13:30"), place="")
    assert "Fel: Välj var besöket är, eller ett annat sätt att träffas." in nowhere.text
    send(staff_client, form, how=["visit"], **row(0, 3, "13:00", "13:30"), place=world.place)
    offered = client.page(client.page("/moten").link("Petra"))
    assert "Medborgarhuset, Storgatan 4" in offered.text
    booked = client.submit(offered, "form[action$='/ja']", button="Ja, tiden passar")
    assert "Medborgarhuset" in booked.text
