"""What can't be had of meetings: told on a page with a way on, and nothing of what was done or written is lost.

The portal is this module's own: it leads into video rooms, takes few proposals, and loses a caseworker.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.core.i18n import STOCKHOLM
from portal.demo.stack import DemoStack
from portal.meetings.rules.busy import MAX_BYTES
from portal.meetings.rules.states import Form
from tests.journeys.appointments import Appointments, at
from tests.journeys.looks import Looks
from tests.journeys.pages import UUID, sign_in_as
from tests.journeys.test_proposals import write
from tests.meetings.calendars import calendar, event
from tests.support import stack
from tests.support.browser import Guard

VIDEO = "https://video.example/"
MEETING = re.compile(rf"/moten/{UUID}$")


@pytest.fixture(scope="module")
def portal() -> Iterator[DemoStack]:
    changes = {"INSYN_VIDEO_URL": VIDEO + "{room}", "INSYN_PROPOSALS_WAITING": "1"}
    with stack.running("refused", changes=changes) as found:
        yield found


@pytest.fixture
def enter(portal: DemoStack, open_page: Callable[..., Page]) -> Callable[[str], Page]:
    """Sign a client in, on a phone."""

    def make(person: str) -> Page:
        page = open_page(device="phone", base_url=portal.client_url)
        sign_in_as(page, portal, person)
        return page

    return make


@pytest.fixture
def petra(portal: DemoStack, open_page: Callable[..., Page]) -> Page:
    page = open_page(device="desktop", base_url=portal.staff_url)
    sign_in_as(page, portal, "Petra Almskog", "staff")
    return page


def alert(page: Page) -> Locator:
    return page.locator("main").get_by_role("alert")


def to_times(page: Page) -> Locator:
    """Go to the page of free times, and return them."""
    page.goto("/moten/boka")
    page.get_by_role("button", name="Visa lediga tider").click()
    slots = page.locator("button.i-slot")
    expect(slots.first).to_be_visible()
    return slots


def test_the_room_is_entered_from_ten_minutes_before(
    enter: Callable[[str], Page], petra: Page, appointments: Appointments, looks: Looks, guard: Guard
) -> None:
    # Nobody answers there: the browser finds no other machine.
    guard.ignore("video.example|ERR_NAME_NOT_RESOLVED")
    meeting = appointments.book("Pavel Strandmon", at(5, 9), form=Form.VIDEO)
    appointments.begins_in(meeting, 12)
    client = enter("Pavel Strandmon")
    join = client.get_by_role("link", name="Gå till videomötet")
    client.goto(f"/moten/{meeting}")
    expect(client.get_by_role("heading", level=1)).to_be_visible()
    expect(join).to_have_count(0)
    answer = client.goto(f"/moten/{meeting}/video")
    assert answer
    assert answer.status == 409
    expect(client.locator("main")).to_contain_text("Videomötet öppnar tio minuter innan det börjar.")
    looks(client, "client")

    appointments.begins_in(meeting, 9)
    client.goto(f"/moten/{meeting}")
    looks(client, "client")
    with client.expect_request(re.compile(rf"^{VIDEO}[\w-]{{32,}}$")) as entered:
        join.tap()
    petra.goto(f"/moten/{meeting}")
    looks(petra, "staff")
    with petra.expect_request(entered.value.url):
        petra.get_by_role("link", name="Gå till videomötet").click()


def test_a_time_that_has_been_is_answered_with_those_that_are_left(enter: Callable[[str], Page], looks: Looks) -> None:
    page = enter("Hanna Fjällrot")
    slots = to_times(page)
    before = slots.count()
    slots.first.evaluate("(slot, past) => { slot.value = past }", (at(1, 9) - timedelta(days=30)).isoformat())
    slots.first.click()
    expect(alert(page)).to_have_text("Den tiden har redan varit. Välj en annan tid.")
    expect(slots).to_have_count(before)
    looks(page, "client", answer=True)


def test_a_slot_just_taken_is_answered_with_other_times_and_the_wishes_are_kept(
    enter: Callable[[str], Page], appointments: Appointments, looks: Looks
) -> None:
    page = enter("Hanna Fjällrot")
    slots = to_times(page)
    value = slots.nth(1).get_attribute("value") or ""
    chosen = page.locator(".i-chosen").inner_text()
    appointments.book("Yusuf Marklunda", datetime.fromisoformat(value), staff="Petra Almskog")
    slots.nth(1).click()
    expect(alert(page)).to_have_text("Tiden hann bli tagen av någon annan. Välj en annan tid.")
    expect(page.locator(f"button.i-slot[value='{value}']")).to_have_count(0)
    expect(page.locator(".i-chosen")).to_have_text(chosen)
    looks(page, "client", answer=True)
    slots.first.click()
    page.get_by_role("button", name="Boka mötet").click()
    expect(page).to_have_url(MEETING)


def test_a_proposed_time_just_taken_leaves_the_others_to_say_yes_to(
    enter: Callable[[str], Page], petra: Page, appointments: Appointments, looks: Looks
) -> None:
    petra.goto("/klienter")
    petra.get_by_role("link", name=re.compile("Jonas Sandell")).click()
    petra.get_by_role("link", name=re.compile("Bjud in")).first.click()
    petra.get_by_role("button", name="Lägg till ett förslag").click()
    expect(petra.locator(".i-repeat")).to_have_count(2)
    for number, hour in enumerate((9, 13)):
        write(petra, number, str(at(12, hour).astimezone(STOCKHOLM).date()), f"{hour:02}:00", f"{hour + 1:02}:00")
    petra.get_by_role("button", name="Skicka", exact=True).click()

    client = enter("Jonas Sandell")
    client.goto("/moten")
    client.get_by_role("link", name=re.compile("Petra föreslår")).click()
    appointments.book("Mariam Sandell", at(12, 9), staff="Petra Almskog")
    yes = client.get_by_role("button", name=re.compile("^Ja"))
    expect(yes).to_have_count(2)
    yes.first.click()
    expect(alert(client)).to_contain_text("Tiden hann bli tagen av någon annan.")
    expect(alert(client)).to_contain_text("Förslaget finns kvar.")
    expect(client.locator(".i-offer .ds-tag", has_text="Tagen av någon annan")).to_be_visible()
    expect(yes).to_have_count(1)
    looks(client, "client", answer=True)
    alert(client).get_by_role("link", name="Se vilka tider som är lediga").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("Vem vill du träffa, och hur?")
    client.goto("/moten")
    client.get_by_role("link", name=re.compile("Petra föreslår")).click()
    yes.last.click()
    expect(client).to_have_url(MEETING)
    expect(client.locator("main .ds-alert")).to_contain_text("Bokat. Kvittens")


def test_a_clients_time_just_taken_tells_the_caseworker_so(
    enter: Callable[[str], Page], petra: Page, appointments: Appointments, looks: Looks
) -> None:
    client = enter("Yusuf Marklunda")
    client.goto("/moten/foresla")
    write(client, 0, str(at(14, 9).astimezone(STOCKHOLM).date()), "09:00", "09:45")
    client.get_by_role("button", name="Skicka förslag").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("Ditt förslag är skickat")
    petra.goto("/moten/forslag")
    petra.get_by_role("link", name="Yusuf Marklunda").click()
    appointments.book("Mariam Sandell", at(14, 9), staff="Petra Almskog")
    petra.get_by_role("button", name="Boka", exact=True).click()
    expect(alert(petra)).to_contain_text("Tiden hann bli tagen av någon annan.")
    expect(petra.locator("main")).to_contain_text("Ingen av tiderna är ledig i din kalender.")
    expect(petra.get_by_role("link", name="Föreslå en annan tid")).to_be_visible()
    looks(petra, "staff", answer=True)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("15:00", "13:00")], "Sluttiden måste vara efter starttiden."),
        ([("13:00", "15:00"), ("14:00", "16:00")], "Två av tiderna går in i varandra. Ändra eller ta bort en."),
    ],
    ids=["reversed", "overlapping"],
)
def test_times_that_cannot_be_are_told_and_what_was_written_stays(
    enter: Callable[[str], Page], looks: Looks, rows: list[tuple[str, str]], words: str
) -> None:
    page = enter("Semira Oxhagen")
    page.goto("/moten/foresla")
    day = str(at(10, 9).astimezone(STOCKHOLM).date())
    for number, (start, end) in enumerate(rows):
        if number:
            page.get_by_role("button", name="Lägg till ett förslag").click()
            expect(page.locator(".i-repeat")).to_have_count(number + 1)
        write(page, number, day, start, end)
    page.locator("[name=text]").fill("Helst en eftermiddag.")
    page.get_by_role("button", name="Skicka förslag").click()
    expect(page.locator(".ds-error-summary")).to_contain_text(words)
    expect(page.locator(".ds-error-summary")).to_be_focused()
    expect(page.locator("[name=windows-0-start]")).to_have_value(rows[0][0])
    expect(page.locator("[name=text]")).to_have_value("Helst en eftermiddag.")
    looks(page, "client", answer=True)


def test_more_proposals_than_may_wait_are_refused_with_the_limit_and_stay_written(
    enter: Callable[[str], Page], looks: Looks
) -> None:
    page = enter("Samuel Ängsmo")
    day = str(at(11, 9).astimezone(STOCKHOLM).date())
    for text in ("Först", "Sedan"):
        page.goto("/moten/foresla")
        write(page, 0, day, "09:00", "11:00")
        page.locator("[name=text]").fill(text)
        page.get_by_role("button", name="Skicka förslag").click()
    expect(alert(page)).to_contain_text("Du har redan 1 förslag som väntar.")
    expect(page.locator("[name=text]")).to_have_value("Sedan")
    looks(page, "client", answer=True)


def test_another_clients_meeting_is_not_found_in_any_way(
    enter: Callable[[str], Page], appointments: Appointments, looks: Looks
) -> None:
    meeting = appointments.book("Katarina Rönnlid", at(13, 9))
    page = enter("Layla Nourhed")
    for way in ("", "/flytta", "/annat-satt", "/andra", "/avboka", "/video", "/mote.ics"):
        answer = page.goto(f"/moten/{meeting}{way}")
        assert answer
        assert answer.status == 404, way
        expect(page.get_by_role("heading", level=1)).to_have_text("Vi hittar inte sidan")
        expect(page.locator("body")).not_to_contain_text("Katarina")
    looks(page, "client")


def test_a_meeting_whose_caseworker_has_left_is_moved_to_somebody_else(
    enter: Callable[[str], Page], appointments: Appointments, looks: Looks
) -> None:
    meeting = appointments.book("Linnea Björkvad", at(10, 10))
    appointments.loses_the_caseworker("Linnea Björkvad")
    page = enter("Linnea Björkvad")
    page.goto(f"/moten/{meeting}")
    warning = page.locator("main .ds-alert[data-color=warning]")
    expect(warning).to_contain_text("Amina arbetar inte längre med ditt ärende.")
    looks(page, "client")
    page.get_by_role("link", name="Flytta mötet").tap()
    expect(warning).to_contain_text("Här är tider hos andra.")
    looks(page, "client")
    page.locator("button.i-slot").first.tap()
    page.get_by_role("button", name="Flytta mötet").tap()
    expect(page.locator("main .ds-alert[data-color=success]")).to_contain_text("Flyttat. Kvittens")
    expect(warning).to_have_count(0)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x00\xff" * 500, "Det gick inte att läsa kalendern."),
        (calendar(event("RRULE:FREQ=SECONDLY")), "Kalendern har för många tider. Den får ha högst"),
        (b"BEGIN:VCALENDAR\r\n" + b"X" * (2 * MAX_BYTES), "Kalendern är för stor. Den får vara högst"),
    ],
    ids=["garbage", "bomb", "large"],
)
def test_a_calendar_file_that_cannot_be_is_refused_by_name(
    petra: Page, looks: Looks, content: bytes, words: str
) -> None:
    petra.goto("/tider")
    petra.get_by_role("link", name="Upptaget i andra kalendrar").click()
    petra.locator("input[type=file]").set_input_files({"name": "k.ics", "mimeType": "text/calendar", "buffer": content})
    petra.get_by_role("button", name="Lägg till").click()
    expect(petra.locator(".ds-error-summary")).to_contain_text(words)
    looks(petra, "staff", answer=True)
