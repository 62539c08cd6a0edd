"""Proposals in a browser: to and fro between client and staff, home visits answered no, rows, Arabic, the week."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.core.i18n import format_day, today
from portal.demo.stack import DemoStack
from portal.web.site import LANGUAGE_COOKIE
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import UUID, sign_in_as
from tests.support.axe import check_axe, check_geometry

pytestmark = ON_SQLITE
PROPOSAL = re.compile(rf"/moten/forslag/{UUID}$")
MEETING = re.compile(rf"/moten/{UUID}$")


def weekday(ahead: int) -> str:
    """Return the first working day at least so many days ahead, as a field wants it."""
    day = today() + timedelta(days=ahead)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.isoformat()


def write(page: Page, row: int, day: str, start: str, end: str) -> None:
    """Fill a row of times in."""
    for name, value in (("day", day), ("start", start), ("end", end)):
        page.locator(f"[name=windows-{row}-{name}]").fill(value)


def check(page: Page, *, targets: bool = True) -> None:
    """See that a page is accessible and well laid out on a phone and on a computer."""
    before = page.viewport_size
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        check_axe(page)
        check_geometry(page, targets=targets)
    if before:
        page.set_viewport_size(before)


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])
def test_a_proposal_goes_to_and_fro_until_the_client_says_yes(
    portal: DemoStack, open_page: Callable[..., Page], javascript: bool
) -> None:
    person = "Mariam Sandell" if javascript else "Katarina Rönnlid"
    client = open_page(device="phone", javascript=javascript, base_url=portal.client_url)
    sign_in_as(client, portal, person)
    client.goto("/moten/foresla")
    write(client, 0, weekday(20), "13:00", "15:00")
    client.get_by_role("button", name="Lägg till ett förslag").click()
    expect(client.locator(".i-repeat")).to_have_count(2)
    expect(client.locator("[name=windows-1-day]")).to_be_focused()
    expect(client.locator("[name=windows-0-start]")).to_have_value("13:00")
    client.get_by_role("button", name="Lägg till ett förslag").click()
    expect(client.locator(".i-repeat")).to_have_count(3)
    expect(client.get_by_role("button", name="Lägg till ett förslag")).to_have_count(0)
    write(client, 2, weekday(22), "09:00", "11:00")
    client.get_by_role("button", name="Ta bort förslag 2").click()
    expect(client.locator(".i-repeat")).to_have_count(2)
    expect(client.get_by_label("Till", exact=True).last).to_have_value("11:00")
    if javascript:
        check(client)
    client.locator("[name=text]").fill("Inte före klockan 13.")
    client.get_by_role("button", name="Skicka förslag").click()
    expect(client).to_have_url(PROPOSAL)
    expect(client.get_by_role("heading", level=1)).to_have_text("Ditt förslag är skickat")

    staff = open_page(device="desktop", javascript=javascript, base_url=portal.staff_url)
    sign_in_as(staff, portal, "Petra Almskog" if javascript else "Henrik Lyckevik", "staff")
    staff.goto("/moten/forslag")
    staff.get_by_role("link", name=person).click()
    expect(staff.get_by_text("Inte före klockan 13.")).to_be_visible()
    if javascript:
        check(staff, targets=False)
    staff.get_by_role("link", name="Föreslå en annan tid").click()
    write(staff, 0, weekday(21), "14:00", "15:00")
    staff.locator("[name=text]").fill("Då är jag i rätten.")
    staff.get_by_role("button", name="Skicka", exact=True).click()
    expect(staff.locator("main")).to_contain_text("Väntar på klienten")
    staff.goto(f"/kalender?dag={weekday(21)}")
    expect(staff.locator("table.i-week .is-prop")).not_to_have_count(0)

    client.goto("/moten")
    client.get_by_role("link", name=re.compile("föreslår")).click()
    expect(client.get_by_text("Då är jag i rätten.")).to_be_visible()
    if javascript:
        check(client)
    client.get_by_role("button", name="Ja, tiden passar").click()
    expect(client).to_have_url(MEETING)
    expect(client.locator("main .ds-alert")).to_contain_text("Bokat. Kvittens")
    staff.goto(f"/kalender?dag={weekday(21)}")
    expect(staff.locator("table.i-week .is-booked", has_text=person)).to_be_visible()


def test_an_invitation_to_a_home_visit_can_be_answered_no(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    staff = open_page(device="phone", base_url=portal.staff_url)
    sign_in_as(staff, portal, "Tove Rosenmyr", "staff")
    staff.goto("/klienter")
    staff.get_by_role("link", name=re.compile("Gunvor Stenhed")).click()
    staff.get_by_role("link", name=re.compile("Bjud in")).first.click()
    staff.get_by_role("link", name="Hembesök").click()
    staff.get_by_role("button", name="Skicka", exact=True).click()
    expect(staff.locator(".ds-error-summary")).to_be_focused()
    check(staff, targets=False)
    write(staff, 0, weekday(12), "13:00", "15:00")
    staff.get_by_role("button", name="Skicka", exact=True).click()
    expect(staff).to_have_url(PROPOSAL)
    at = staff.url

    client = open_page(device="phone", base_url=portal.client_url)
    sign_in_as(client, portal, "Gunvor Stenhed")
    client.goto("/moten/foresla")
    expect(client.get_by_role("heading", level=1)).to_have_text("Vem vill du träffa?")
    check(client)
    client.goto("/moten")
    client.get_by_role("link", name=re.compile("Tove föreslår")).click()
    expect(client.get_by_text("Du får alltid säga nej till hembesök.")).to_be_visible()
    check(client)
    client.get_by_role("link", name="Säg nej").click()
    expect(client.get_by_text("Det påverkar inte din rätt till hjälp.")).to_be_visible()
    check(client)
    client.get_by_role("button", name="Säg nej").click()
    expect(client.get_by_role("heading", level=1)).to_have_text("Det blev inget möte")
    check(client)
    staff.goto(at)
    expect(staff.locator("main")).to_contain_text("Blev inte av")


def test_a_caseworker_must_say_why_not(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    client = open_page(device="phone", base_url=portal.client_url)
    sign_in_as(client, portal, "Gunvor Stenhed")
    client.goto("/moten/foresla")
    client.get_by_role("link", name=re.compile("Petra Almskog")).click()
    client.get_by_role("button", name="Skicka förslag").click()
    expect(client.locator(".ds-error-summary")).to_be_focused()
    check(client)
    write(client, 0, weekday(25), "09:00", "10:00")
    client.get_by_role("button", name="Skicka förslag").click()
    expect(client).to_have_url(PROPOSAL)

    staff = open_page(device="desktop", base_url=portal.staff_url)
    sign_in_as(staff, portal, "Petra Almskog", "staff")
    staff.goto("/moten/forslag")
    staff.get_by_role("link", name="Gunvor Stenhed").click()
    staff.get_by_role("link", name="Säg nej").click()
    staff.get_by_role("button", name="Säg nej").click()
    expect(staff.locator(".ds-error-summary")).to_be_focused()
    check(staff, targets=False)
    staff.locator("[name=reason]").fill("Jag är på kurs hela den veckan.")
    staff.get_by_role("button", name="Säg nej").click()
    expect(staff.locator("main")).to_contain_text("Klienten får läsa varför.")
    client.reload()
    expect(client.get_by_text("Jag är på kurs hela den veckan.")).to_be_visible()


def test_a_proposal_in_arabic(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(device="phone", base_url=portal.client_url)
    sign_in_as(page, portal, "Layla Nourhed")
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "ar", "url": portal.client_url}])
    page.goto("/moten/foresla")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.get_by_role("button", name="أرسل الاقتراح").click()
    expect(page.locator(".ds-error-summary")).to_be_focused()
    check(page)
    write(page, 0, weekday(9), "10:00", "12:00")
    page.get_by_role("button", name="أرسل الاقتراح").click()
    expect(page).to_have_url(PROPOSAL)
    check(page)
    page.get_by_role("button", name="اسحب اقتراحي").click()
    expect(page.locator("main .ds-alert")).to_be_visible()
    check(page)


def test_the_week_is_a_table_or_a_list_of_days(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(device="desktop", base_url=portal.staff_url)
    sign_in_as(page, portal, "Henrik Lyckevik", "staff")
    page.goto("/kalender")
    name = format_day(today()).capitalize()
    expect(page.locator("table.i-week")).to_be_visible()
    check(page, targets=False)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("table.i-week")).to_be_hidden()
    if today().weekday() < 5:
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("link", name="Nästa vecka").click()
    expect(page.get_by_role("heading", name=name)).to_have_count(0)
    page.get_by_role("link", name="Den här veckan").click()
    page.get_by_role("link", name="Dagens möten").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    check(page, targets=False)
