"""A caseworker's meetings in a browser: two versions, one time booked twice, what is stuck, and what became of them."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.core.clock import now
from portal.core.i18n import STOCKHOLM, today
from portal.core.workdays import is_holiday
from portal.demo.stack import DemoStack
from tests.journeys.appointments import Appointments, at
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.looks import Looks
from tests.journeys.pages import eventually, sign_in_as

pytestmark = ON_SQLITE
CASEWORKER = "Tove Rosenmyr"


@pytest.fixture
def staff(portal: DemoStack, open_page: Callable[..., Page]) -> Page:
    page = open_page(device="desktop", base_url=portal.staff_url)
    sign_in_as(page, portal, CASEWORKER, "staff")
    return page


def warning(page: Page, text: str) -> Locator:
    return page.locator("main .ds-alert[data-color=warning]", has_text=text)


def told(page: Page) -> Locator:
    return page.locator("main .ds-alert[data-color=success]")


def test_a_meeting_that_both_sides_have_moved_waits_for_a_choice(
    staff: Page, appointments: Appointments, looks: Looks
) -> None:
    meeting = appointments.book("Axel Lövdala", at(6, 9))
    staff.goto(f"/moten/{meeting}")
    appointments.is_moved_by_both(meeting, at(7, 9), at(8, 11))
    staff.goto("/kalender")
    eventually(staff, lambda: warning(staff, "Välj vilken version som gäller"))
    looks(staff, "staff")
    warning(staff, "Välj vilken version").get_by_role("link", name="Axel Lövdala").click()
    both = warning(staff, "Mötet har ändrats både i Insyn och i verksamhetssystemet.")
    expect(both).to_contain_text("kl. 9–9.30, telefon")
    expect(both).to_contain_text("kl. 11–11.30, telefon")
    looks(staff, "staff")
    both.get_by_role("button", name="Ta verksamhetssystemets version").click()
    expect(told(staff)).to_have_text("Sparat. Det andra systemet får samma uppgifter.")
    expect(both).to_have_count(0)
    expect(staff.locator("main")).to_contain_text("kl. 11–11.30")
    staff.goto("/kalender")
    expect(warning(staff, "Välj vilken version som gäller")).to_have_count(0)


def test_a_time_that_both_have_booked_is_settled_by_moving_one(
    staff: Page, appointments: Appointments, looks: Looks
) -> None:
    first = appointments.book("Axel Lövdala", at(6, 13))
    appointments.is_booked_there_too("Torsten Källmyr", first)
    staff.goto(f"/kalender?dag={at(6, 13).date()}")
    cell = staff.locator("table.i-week td", has=staff.get_by_text("Två versioner"))
    eventually(staff, lambda: cell)
    # Both stand in one cell, one below the other.
    expect(cell.locator(".is-booked")).to_have_count(2)
    boxes = [box for box in (one.bounding_box() for one in cell.locator(".is-booked").all()) if box]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    looks(staff, "staff")
    cell.get_by_role("link", name="Torsten Källmyr").click()
    clash = warning(staff, "på en tid som redan var tagen")
    expect(clash.get_by_role("link", name="Axel Lövdala")).to_be_visible()
    looks(staff, "staff")
    clash.get_by_role("button", name="Tiden gäller").click()
    expect(staff.get_by_role("alert")).to_contain_text("Den tiden är upptagen av ett annat möte.")
    looks(staff, "staff", answer=True)

    staff.get_by_role("link", name="Axel Lövdala").click()
    staff.get_by_role("link", name="Flytta", exact=True).click()
    staff.get_by_label("Ny tid").or_(staff.locator("[name=start]")).first.fill("15:00")
    staff.locator("[name=reason]").fill("Tiden blev bokad två gånger.")
    staff.get_by_role("button", name="Flytta").click()
    expect(told(staff)).to_have_text("Flyttat. Klienten får veta det.")
    staff.goto("/kalender")
    warning(staff, "Välj vilken version").get_by_role("link", name="Torsten Källmyr").click()
    warning(staff, "Tiden är nu densamma").get_by_role("button", name="Tiden gäller").click()
    expect(told(staff)).to_be_visible()
    expect(staff.get_by_role("button", name="Tiden gäller")).to_have_count(0)


def test_what_is_stuck_says_so_to_both_sides(
    staff: Page, portal: DemoStack, open_page: Callable[..., Page], appointments: Appointments, looks: Looks
) -> None:
    meeting = appointments.book("Axel Lövdala", at(9, 9))
    appointments.get_stuck(meeting)
    staff.goto("/kalender")
    warning(staff, "inte har kommit fram").get_by_role("link", name=re.compile("Axel Lövdala, .* kl. 9–9.30")).click()
    expect(warning(staff, "Förvaltningen ser det och hjälper till.")).to_be_visible()
    looks(staff, "staff")

    client = open_page(device="phone", base_url=portal.client_url)
    sign_in_as(client, portal, "Axel Lövdala")
    client.goto(f"/moten/{meeting}")
    expect(warning(client, "har fastnat på väg till handläggarens system")).to_be_visible()
    looks(client, "client")


def test_what_became_of_a_meeting_is_marked_and_can_be_set_right(
    staff: Page, portal: DemoStack, open_page: Callable[..., Page], appointments: Appointments, looks: Looks
) -> None:
    hour = (now() - timedelta(minutes=20)).replace(second=0, microsecond=0)
    begun = hour - timedelta(minutes=hour.minute % 5)
    meeting = appointments.book("Isak Tallmyr", begun)
    staff.goto(f"/kalender/i-dag?dag={begun.astimezone(STOCKHOLM).date()}")
    staff.get_by_role("link", name="Isak Tallmyr").click()
    asked = staff.locator(".ds-card", has=staff.get_by_role("heading", name="Blev mötet av?"))
    expect(asked).to_be_visible()
    expect(staff.get_by_role("link", name="Flytta", exact=True)).to_have_count(0)
    looks(staff, "staff")
    asked.get_by_role("button", name="Nej, klienten kom inte").click()
    expect(told(staff)).to_have_text("Sparat: mötet blev inte av.")
    expect(staff.locator(".ds-tag", has_text="Kom inte")).to_be_visible()
    expect(asked).to_have_count(0)
    looks(staff, "staff")

    client = open_page(device="phone", base_url=portal.client_url)
    sign_in_as(client, portal, "Isak Tallmyr")
    client.goto(f"/moten/{meeting}")
    expect(client.locator(".ds-tag", has_text="Blev inte av")).to_be_visible()
    looks(client, "client")

    staff.get_by_role("button", name="Vi träffades").click()
    expect(staff.locator(".ds-tag", has_text="Träffades")).to_be_visible()


def week_without_holiday() -> date:
    """Return the Monday of a week, past the other meetings of this file, in which every day is a working day."""
    monday = today() + timedelta(days=28 - today().weekday())
    while any(is_holiday(monday + timedelta(days=number)) for number in range(5)):
        monday += timedelta(days=7)
    return monday


def test_hours_and_absences_are_drawn_in_the_week_and_on_the_day(
    staff: Page, appointments: Appointments, looks: Looks
) -> None:
    monday = week_without_holiday()
    staff.goto("/tider")
    staff.get_by_role("link", name="Lägg in frånvaro").click()
    staff.locator("[name=first_day]").fill(str(monday + timedelta(days=3)))
    staff.locator("[name=last_day]").fill(str(monday + timedelta(days=4)))
    staff.get_by_role("button", name="Spara").click()
    staff.goto(f"/kalender?dag={monday}")
    week = staff.locator("table.i-week")
    expect(week.locator(".is-open", has_text="Ledig tid 09.00–12.00")).to_have_count(2)
    expect(week.locator(".is-block", has_text="Frånvaro")).to_have_count(2)
    expect(week.locator(".is-block", has_text="hela dagen")).to_have_count(2)
    # Not by colour alone: a dashed line and words.
    style = week.locator(".is-open").first.evaluate("one => getComputedStyle(one).borderStyle")
    assert style == "dashed"
    looks(staff, "staff")
    staff.goto(f"/kalender/i-dag?dag={monday}")
    expect(staff.locator("main .is-open")).not_to_have_count(0)
    looks(staff, "staff")
