"""The client's pages of meetings, from the first tap to the receipt, and what they say when something is wrong."""

import re
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.ids import new_id
from portal.meetings.models import BookingDraft, Meeting, StaffCalendar, WeeklyRule
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.states import HOLD, Form, MeetingState
from portal.meetings.service import drafts
from portal.people.models import Board, Case, CaseAssignment, StaffMember
from tests.meetings import world as worlds
from tests.meetings.world import Bookings, begin, book, claimed, slot
from tests.messages.world import case, person, sign_in
from tests.support.client import Page, PageClient

HTMX = {"HX-Request": "true"}
Sessions = sessionmaker[Session]


@pytest.fixture
def world(sessions: Sessions, monday: None) -> Bookings:
    with writing(sessions) as session:
        return worlds.build(session)


@pytest.fixture
def mariam(client: PageClient, sessions: Sessions, world: Bookings) -> PageClient:
    sign_in(sessions, client, world.mariam)
    return client


@pytest.fixture
def tor(app: Flask, sessions: Sessions, world: Bookings) -> PageClient:
    browser = cast("PageClient", app.test_client())
    sign_in(sessions, browser, world.tor)
    return browser


def stored(sessions: Sessions) -> list[Meeting]:
    with sessions() as session:
        return list(session.scalars(select(Meeting).order_by(Meeting.id)))


def made(sessions: Sessions, world: Bookings, days: int = 2, **changes: object) -> Meeting:
    with writing(sessions) as session:
        return book(session, world, world.mariam, slot(days), **changes)


def to_times(browser: PageClient, fields: dict[str, object] | None = None) -> Page:
    return browser.submit(browser.page("/moten/boka"), fields=fields, button="Visa lediga tider")


def press(browser: PageClient, page: Page, text: str, status: int = 200) -> Page:
    """Press the first button with a time."""
    value = next(str(tag["value"]) for tag in page.soup.select("button.i-slot") if tag.get_text() == text)
    form = page.form()
    token = str(form.select_one("[name=csrf_token]")["value"])  # type: ignore[index]  # the form has one
    answer = browser.post(str(form["action"]), data={"csrf_token": token, "tid": value}, follow_redirects=True)
    assert answer.status_code == status
    return Page(answer)


def test_from_today_to_the_receipt_in_four_taps(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    today = mariam.page("/idag")
    page = mariam.page(today.link("Boka ett möte"))
    page = mariam.submit(page, button="Visa lediga tider")
    assert page.heading == "Välj dag och tid"
    assert "Telefon med Petra Almskog, 30 minuter." in page.text
    page = press(mariam, page, "10.00")
    assert page.heading == "Tisdag 2 mars kl. 10–10.30"
    assert "Tiden är reserverad åt dig i 10 minuter till, till 08.10." in page.text
    page = mariam.submit(page, button="Boka mötet")
    (meeting,) = stored(sessions)
    assert f"Bokat. Kvittens {meeting.receipt_no}" in page.one("main .ds-alert").get_text()
    assert page.address == f"/moten/{meeting.id}"
    assert page.heading == "Tisdag 2 mars kl. 10–10.30"
    assert "Det ringer från: dolt nummer." in page.text
    assert "Du bokade mötet" in page.text
    assert page.link("Lägg i kalendern") == f"/moten/{meeting.id}/mote.ics"
    assert "Bokat. Kvittens" not in mariam.page(page.address).text


def test_the_list_shows_what_is_booked_and_what_has_been(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    assert "Du har inget möte bokat." in mariam.page("/moten").text
    ahead = made(sessions, world, 3, wanted=Arrangement(Form.VISIT, interpreter="ar"))
    gone = made(sessions, world, 2)
    mariam.submit(mariam.page(f"/moten/{gone.id}/avboka"), fields={"reason": ""}, button="Avboka mötet")
    page = mariam.page("/moten")
    assert "Torsdag 4 mars kl. 10–10.45" in page.one("#kommande ~ .i-list").get_text()
    assert "Besök hos oss, Medborgarhuset. Petra Almskog och tolk." in page.text
    assert "Avbokat" in page.one("#tidigare ~ .i-list").get_text()
    assert mariam.page(page.link("Torsdag 4 mars")).address == f"/moten/{ahead.id}"


def test_the_next_meeting_stands_on_the_start_page(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    assert "Du har inget möte bokat." in mariam.page("/idag").text
    made(sessions, world, 3)
    first = made(sessions, world, 2)
    page = mariam.page("/idag")
    assert page.link("Onsdag 3 mars kl. 10–10.30") == f"/moten/{first.id}"
    assert "Torsdag 4 mars" not in page.text


def test_of_protected_persons_lists_tell_no_place(client: PageClient, sessions: Sessions, world: Bookings) -> None:
    vera = world.people.client(world.people.vera)
    with writing(sessions) as session:
        meeting = book(
            session,
            world,
            vera,
            slot(2),
            case_id=world.people.veras,
            staff_id=world.people.petra,
            wanted=Arrangement(Form.VISIT),
        )
    sign_in(sessions, client, vera)
    for address in ("/moten", "/idag"):
        assert "Medborgarhuset" not in client.page(address).text
        assert "Besök hos oss. Petra Almskog." in client.page(address).text
    assert "Medborgarhuset" in client.page(f"/moten/{meeting.id}").text


def test_the_interpreter_decides_over_the_length_and_is_remembered(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    wish = {"interpreter": "yes", "language": "ar", "interpreter_wish": "Syrisk dialekt", "how": "visit"}
    page = to_times(mariam, wish)
    assert "Besök hos Petra Almskog, 45 minuter med tolk." in page.text
    page = press(mariam, page, "09.00")
    assert "Medborgarhuset, Storgatan 4" in page.text
    assert "Säg att du ska till plan 2." in page.text
    assert "Arabiska. Syrisk dialekt" in page.text
    mariam.submit(page, fields={"needs": "Hiss", "support": "Min bror", "agenda": "Hyran"}, button="Boka mötet")
    (meeting,) = stored(sessions)
    assert (meeting.needs, meeting.support, meeting.agenda, meeting.interpreter) == ("Hiss", "Min bror", "Hyran", "ar")
    again = mariam.page("/moten/boka")
    assert again.one("[name=how][checked]")["value"] == "visit"
    assert again.one("[name=interpreter][checked]")["value"] == "yes"
    assert again.one("#language option[selected]")["value"] == "ar"
    confirm = press(mariam, mariam.submit(again, button="Visa lediga tider"), "11.00")
    assert confirm.one("#needs")["value"] == "Hiss"
    assert confirm.one("#support")["value"] == ""


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"interpreter": "yes"}, "Välj vilket språk du vill ha tolk till."),
        ({"interpreter": "yes", "language": "other"}, "Skriv vilket språk du vill ha tolk till."),
        ({"how": "pigeon"}, "Välj något av det som finns i listan."),
        ({"whom": f"{new_id()}:{new_id()}"}, "Välj något av det som finns i listan."),
        ({"kind": "x"}, "Välj något av det som finns i listan."),
        ({"interpreter_wish": "x" * 301, "interpreter": "yes", "language": "ar"}, "Texten är 1 tecken för lång."),
    ],
)
def test_bad_choices_come_back_with_words(
    mariam: PageClient, sessions: Sessions, world: Bookings, fields: dict[str, object], said: str
) -> None:
    page = mariam.submit(mariam.page("/moten/boka"), fields=fields, status=422)
    assert page.soup.title is not None
    assert page.soup.title.get_text().startswith("Fel: ")
    assert said in page.one(".ds-error-summary").get_text()
    with sessions() as session:
        assert worlds.count(session, BookingDraft) == 0


def test_a_visit_at_home_is_chosen_by_its_form(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    page = mariam.page("/moten/boka")
    assert "Du får alltid säga nej till hembesök" in page.text
    page = mariam.submit(page, fields={"how": "home"})
    assert "Hemma hos dig med Petra Almskog, 60 minuter." in page.text
    page = press(mariam, page, "10.00")
    assert "Du får alltid säga nej till hembesök." in page.text
    mariam.submit(page, fields={"place_text": "Storgatan 9"}, button="Boka mötet")
    (meeting,) = stored(sessions)
    assert (meeting.type_id, meeting.place_text) == (world.home, "Storgatan 9")


def test_a_kind_that_is_not_held_in_that_form_is_told(mariam: PageClient, world: Bookings) -> None:
    page = mariam.submit(mariam.page("/moten/boka"), fields={"kind": str(world.first), "how": "video"}, status=422)
    assert "Det mötet går inte att ha på det sättet." in page.one(".ds-error-summary").get_text()


def test_another_place_has_to_be_said(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    page = press(mariam, to_times(mariam, {"how": "other"}), "10.00")
    again = mariam.submit(page, fields={"agenda": "Hyran"}, status=422)
    assert "Skriv var du vill träffas." in again.one(".ds-error-summary").get_text()
    assert again.one("#agenda").get_text().strip() == "Hyran"
    mariam.submit(again, fields={"place_text": "Biblioteket"})
    assert stored(sessions)[0].place_text == "Biblioteket"


def test_more_days_come_with_and_without_htmx(mariam: PageClient, world: Bookings) -> None:
    page = to_times(mariam)
    assert len(page.soup.select(".i-day")) == 5
    more = page.link("Visa fler dagar")
    later = mariam.page(more)
    assert later.soup.select(".i-day legend")[0].get_text() == "Söndag 7 mars"
    assert later.link("Visa de första dagarna") == page.address
    answer = mariam.get(more, headers=HTMX)
    assert "<html" not in answer.text
    part = Page(answer)
    assert part.soup.select(".i-day legend")[0].has_attr("autofocus")
    assert [tag.get_text() for tag in part.soup.select(".i-day legend")] == [
        tag.get_text() for tag in later.soup.select(".i-day legend")
    ]
    assert part.one("#fler")["hx-swap-oob"] == "true"


@pytest.mark.parametrize("text", ["", "x", "0001-01-01", "9999-12-31", "2027-13-40"])
def test_a_strange_day_is_no_reason_to_fail(mariam: PageClient, world: Bookings, text: str) -> None:
    page = to_times(mariam)
    assert mariam.page(f"{page.address}?fran={text}").heading == "Välj dag och tid"


def test_a_time_just_taken_is_answered_with_others(
    mariam: PageClient, tor: PageClient, sessions: Sessions, world: Bookings
) -> None:
    with writing(sessions) as session:
        session.add(CaseAssignment(case_id=world.people.tors, staff_id=world.people.petra, named=False))
    mine = to_times(mariam)
    theirs = to_times(tor, {"whom": f"{world.people.tors}:{world.people.petra}"})
    press(tor, theirs, "10.00")
    page = press(mariam, mine, "10.00", status=409)
    assert "Tiden hann bli tagen av någon annan." in page.one("[role=alert].ds-alert").get_text()
    assert "10.00" not in page.soup.select(".i-day")[0].get_text()
    assert press(mariam, page, "11.00").heading == "Tisdag 2 mars kl. 11–11.30"


def test_a_hold_that_was_lost_is_answered_with_others(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    page = press(mariam, to_times(mariam), "10.00")
    with travel(now() + HOLD + timedelta(minutes=1)):
        assert "Tiden är inte längre reserverad åt dig." in mariam.page(page.address).text
        with writing(sessions) as session:
            other = begin(session, world, world.mariam)
            drafts.hold(session, world.mariam, other, starts_at=slot(1))
        again = mariam.submit(page, status=409)
    assert "Tiden hann bli tagen" in again.text
    assert again.soup.select("button.i-slot")
    assert stored(sessions) == []


@pytest.mark.parametrize(
    ("tid", "said"),
    [
        ("2027-02-26T10:00:00+00:00", "Den tiden har redan varit."),
        ("2027-03-01T10:00:00+00:00", "Det är för nära inpå"),
        ("2029-03-01T10:00:00+00:00", "Så långt fram går det inte att boka än."),
        ("2027-03-03T03:00:00+00:00", "Tiden hann bli tagen"),
        ("2027-03-02T10:00:00", "Den tiden har redan varit."),
        ("0001-01-01T00:00:00+14:00", "Den tiden har redan varit."),
        ("9999-12-31T23:59:59-12:00", "Så långt fram går det inte att boka än."),
        ("nonsense", "Den tiden har redan varit."),
        ("", "Den tiden har redan varit."),
    ],
)
def test_times_that_nobody_offered(
    mariam: PageClient, sessions: Sessions, world: Bookings, tid: str, said: str
) -> None:
    page = to_times(mariam)
    token = str(page.one("main [name=csrf_token]")["value"])
    answer = mariam.post(page.address, data={"csrf_token": token, "tid": tid})
    assert answer.status_code == 409
    assert said in Page(answer).text
    with sessions() as session:
        assert claimed(session, world.people.petra) == {}


def test_the_button_pressed_twice_leads_to_the_same_meeting(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    page = press(mariam, to_times(mariam), "10.00")
    both = [mariam.submit(page, button="Boka mötet").address for _ in range(2)]
    assert len(set(both)) == 1
    assert len(stored(sessions)) == 1


def test_a_meeting_is_moved(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    meeting = made(sessions, world, wanted=Arrangement(agenda="Hyran"))
    page = mariam.page(mariam.page(f"/moten/{meeting.id}").link("Flytta mötet"))
    assert page.heading == "Välj ny dag och tid"
    page = press(mariam, page, "14.00")
    assert page.one("#agenda").get_text().strip() == "Hyran"
    page = mariam.submit(page, button="Flytta mötet")
    (moved,) = stored(sessions)
    assert page.address == f"/moten/{meeting.id}"
    assert f"Flyttat. Kvittens {moved.receipt_no}" in page.text
    assert (moved.starts_at, moved.agenda, moved.sequence) == (slot(1, 14), "Hyran", 1)
    assert "Du flyttade mötet" in page.text
    assert "Från onsdag 3 mars kl. 10 till tisdag 2 mars kl. 14." in page.text
    with sessions() as session:
        assert min(claimed(session, world.people.petra)) == slot(1, 14)


def test_a_meeting_is_held_in_another_way(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    meeting = made(sessions, world)
    page = mariam.page(mariam.page(f"/moten/{meeting.id}").link("Träffas på ett annat sätt"))
    page = mariam.submit(page, fields={"how": "video"})
    page = press(mariam, page, "10.00")
    mariam.submit(page, button="Flytta mötet")
    (changed,) = stored(sessions)
    assert changed.form is Form.VIDEO
    assert changed.room


def test_a_meeting_is_cancelled_with_or_without_a_reason(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    meeting = made(sessions, world)
    page = mariam.page(mariam.page(f"/moten/{meeting.id}").link("Avboka"))
    too_long = mariam.submit(page, fields={"reason": "x" * 1001}, status=422)
    assert "Texten är 1 tecken för lång." in too_long.one(".ds-error-summary").get_text()
    assert stored(sessions)[0].state is MeetingState.BOOKED
    page = mariam.submit(page, fields={"reason": "Jag är sjuk."}, button="Avboka mötet")
    assert f"Avbokat. Kvittens {meeting.receipt_no}" in page.text
    assert "Jag är sjuk." in page.text
    assert not page.soup.select('a[href$="/flytta"]')
    assert mariam.get(f"/moten/{meeting.id}/avboka").status_code == 409


def test_what_comes_late_is_told_and_not_stopped(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    meeting = made(sessions, world, 2)
    assert "Mötet är snart." not in mariam.page(f"/moten/{meeting.id}").text
    with travel(slot(2) - timedelta(minutes=10)):
        sign_in(sessions, mariam, world.mariam)
        page = mariam.page(f"/moten/{meeting.id}/avboka")
        assert "Mötet är snart." in page.text
        mariam.submit(page, button="Avboka mötet")
    assert stored(sessions)[0].state is MeetingState.CANCELLED


def test_details_are_changed(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    meeting = made(sessions, world)
    page = mariam.page(mariam.page(f"/moten/{meeting.id}").link("Ändra"))
    page = mariam.submit(
        page, fields={"agenda": "Hyran\nTandvård", "support": "Min bror", "place_text": "070-000 00 00"}
    )
    assert "Sparat." in page.one("main .ds-alert").get_text()
    assert "Min bror" in page.text
    assert "Du ändrade mötet" in page.text
    assert stored(sessions)[0].agenda == "Hyran\nTandvård"


def test_an_interpreter_that_does_not_fit_leads_to_other_times(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    meeting = made(sessions, world, 2, wanted=Arrangement())
    with writing(sessions) as session:
        session.execute(update(WeeklyRule).values(to_minute=10 * 60 + 30))
    page = mariam.page(f"/moten/{meeting.id}/andra")
    page = mariam.submit(page, fields={"interpreter": "yes", "language": "ar"})
    assert page.heading == "Välj ny dag och tid"
    assert "det får inte plats. Välj en ny tid." in page.one("main .ds-alert").get_text()
    assert "45 minuter med tolk" in page.text
    assert stored(sessions)[0].interpreter == ""
    page = mariam.submit(press(mariam, page, "09.00"), button="Flytta mötet")
    assert stored(sessions)[0].interpreter == "ar"


def test_whom_one_meets_has_left(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    with writing(sessions) as session:
        session.add(CaseAssignment(case_id=world.people.money, staff_id=world.people.henrik, named=False))
    meeting = made(sessions, world)
    before = press(mariam, to_times(mariam, {"whom": f"{world.people.money}:{world.people.petra}"}), "11.00")
    with writing(sessions) as session:
        session.execute(update(StaffMember).where(StaffMember.id == world.people.petra).values(active=False))
    page = mariam.page(f"/moten/{meeting.id}")
    assert "Petra arbetar inte längre med ditt ärende." in page.text
    page = mariam.page(page.link("Flytta mötet"))
    assert "Petra arbetar inte längre med ditt ärende. Här är tider hos andra." in page.text
    assert "Telefon med Henrik Lyckevik" in page.text
    again = mariam.submit(before, status=409)
    assert "arbetar inte längre med ditt ärende" in again.one("[role=alert].ds-alert").get_text()
    page = mariam.submit(press(mariam, page, "14.00"), button="Flytta mötet")
    assert stored(sessions)[0].staff_id == world.people.henrik


def test_a_colleague_who_covers_and_the_intake_havent_left(
    mariam: PageClient, sessions: Sessions, world: Bookings
) -> None:
    meeting = made(sessions, world)
    with writing(sessions) as session:
        session.get_one(Meeting, meeting.id).staff_id = world.people.henrik
    page = mariam.page(f"/moten/{meeting.id}")
    assert "Telefon med Henrik Lyckevik" in page.text
    assert "arbetar inte längre" not in page.text


def test_foreign_and_unknown_addresses_are_not_there(
    mariam: PageClient, tor: PageClient, sessions: Sessions, world: Bookings
) -> None:
    meeting = made(sessions, world)
    draft = to_times(mariam).address.removesuffix("/tider")
    addresses = [f"/moten/{meeting.id}{rest}" for rest in ("", "/flytta", "/byt", "/avboka", "/andra")]
    addresses += [draft, f"{draft}/tider", f"{draft}/andra"]
    token = str(tor.page("/moten/boka").one("main [name=csrf_token]")["value"])
    for address in addresses:
        assert tor.get(address).status_code == 404
        if address != f"/moten/{meeting.id}":
            assert tor.post(address, data={"csrf_token": token, "submission": "x"}).status_code == 404
    assert tor.get(f"/moten/{new_id()}").status_code == 404
    assert stored(sessions)[0].state is MeetingState.BOOKED


def test_without_a_case_one_meets_the_intake_or_is_told_whom_to_call(
    client: PageClient, sessions: Sessions, world: Bookings
) -> None:
    with writing(sessions) as session:
        oskar = world.people.client(person(session, "200110142395", "Oskar", "Bäckarv").id)
    sign_in(sessions, client, oskar)
    page = client.page("/moten/boka")
    assert "Här finns ingen att boka än" in page.text
    assert page.one('main a[href^="tel:"]')
    with writing(sessions) as session:
        session.execute(update(StaffCalendar).where(StaffCalendar.staff_id == world.people.henrik).values(intake=True))
    page = client.page("/moten/boka")
    assert "Mottagningen" in page.text
    page = client.submit(page, button="Visa lediga tider")
    assert (
        "Telefon med Henrik Lyckevik, 60 minuter." in page.text or "Besök hos Henrik Lyckevik, 60 minuter." in page.text
    )
    client.submit(press(client, page, "10.00"), button="Boka mötet")
    (meeting,) = stored(sessions)
    assert (meeting.case_id, meeting.staff_id) == (None, world.people.henrik)


def test_several_cases_and_whoever_is_free_first(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    with writing(sessions) as session:
        board = session.scalars(select(Board)).one()
        case(session, world.people.mariam, board, "Boendestöd", world.people.henrik, world.people.petra)
    page = mariam.page("/moten/boka")
    labels = [tag.get_text() for tag in page.soup.select("[name=whom] + label")]
    assert labels == ["Petra Almskog", "Henrik Lyckevik", "Petra Almskog", "Den som är ledig först"]
    assert "Din handläggare. Boendestöd" in page.text
    value = str(page.soup.select("[name=whom]")[3]["value"])
    page = mariam.submit(page, fields={"whom": value})
    assert "Telefon med den som är ledig först, 30 minuter." in page.text
    assert [tag.get_text() for tag in page.soup.select(".i-day")[0].select("button")].count("10.00") == 1
    page = press(mariam, page, "10.00")
    assert re.search("Telefon med (Henrik Lyckevik|Petra Almskog)", page.text)


def test_the_limit_is_named(mariam: PageClient, app: Flask, sessions: Sessions, world: Bookings) -> None:
    conf = app.extensions["insyn.settings"]
    app.extensions["insyn.settings"] = conf.model_copy(update={"meetings_ahead": 1})
    made(sessions, world)
    page = press(mariam, to_times(mariam), "10.00")
    again = mariam.submit(page, fields={"agenda": "Hyran"}, status=409)
    assert "Du har redan 1 möten bokade." in again.text
    assert again.one("#agenda").get_text().strip() == "Hyran"


def test_no_more_queries_for_more_meetings_and_cases(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    engine = sessions.kw["bind"]

    def cost(address: str) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        mariam.page(address)
        event.remove(engine, "before_cursor_execute", note)
        return len([statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN"))])

    first = made(sessions, world)
    times = to_times(mariam).address
    addresses = ("/idag", "/moten", "/moten/boka", f"/moten/{first.id}", times, f"/moten/{first.id}/flytta")
    few = [cost(address) for address in addresses]
    with writing(sessions) as session:
        board = session.scalars(select(Board)).one()
        for number in range(8):
            case(session, world.people.mariam, board, f"Ärende {number}", world.people.petra, world.people.henrik)
    for days in range(3, 10):
        made(sessions, world, days)
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 20


def test_a_closed_case_is_not_offered(mariam: PageClient, sessions: Sessions, world: Bookings) -> None:
    with writing(sessions) as session:
        session.execute(update(Case).values(state="closed"))
    assert "Här finns ingen att boka än" in mariam.page("/moten/boka").text
