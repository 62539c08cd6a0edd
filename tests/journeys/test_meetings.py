"""Meetings in a browser: booked in four taps on a phone, moved, cancelled, in Arabic, and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo.stack import DemoStack
from portal.web.site import LANGUAGE_COOKIE
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import RECEIPT, UUID, sign_in_as
from tests.support.axe import check_axe

pytestmark = ON_SQLITE
MEETING = re.compile(rf"/moten/{UUID}$")


class Taps:
    """A finger that counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, target: Locator) -> None:
        target.tap()
        self.count += 1


def book(page: Page, tap: Callable[[Locator], None], which: int = 0) -> str:
    """Book from the start page; return the receipt."""
    tap(page.get_by_role("link", name="Boka ett möte"))
    tap(page.get_by_role("button", name="Visa lediga tider"))
    tap(page.locator("button.i-slot").nth(which))
    tap(page.get_by_role("button", name="Boka mötet"))
    expect(page).to_have_url(MEETING)
    confirmation = page.locator("main .ds-alert[data-color=success]")
    expect(confirmation).to_contain_text("Bokat. Kvittens")
    found = RECEIPT.search(confirmation.inner_text())
    assert found
    return found.group()


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])
def test_four_taps_book_a_meeting_which_is_moved_and_cancelled(
    portal: DemoStack, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(device="phone", javascript=javascript)
    sign_in_as(page, portal, "Hanna Fjällrot" if javascript else "Samuel Ängsmo")
    taps = Taps()
    receipt = book(page, taps)
    assert taps.count <= 4
    first = page.get_by_role("heading", level=1).inner_text()
    page.goto(portal.client_url + "/idag")
    expect(page.locator("#mote ~ .i-list")).to_contain_text(first.partition(" kl.")[0])

    page.get_by_role("link", name=re.compile("kl\\.")).tap()
    page.get_by_role("link", name="Flytta mötet").tap()
    page.get_by_role("link", name="Visa fler dagar").tap()
    if javascript:
        expect(page.locator(".i-day")).to_have_count(10)
        expect(page.locator(".i-day legend").nth(5)).to_be_focused()
    page.locator("button.i-slot").last.tap()
    page.get_by_role("button", name="Flytta mötet").tap()
    expect(page.locator("main .ds-alert")).to_contain_text(f"Flyttat. Kvittens {receipt}")
    expect(page.get_by_role("heading", level=1)).not_to_have_text(first)

    page.get_by_role("link", name="Avboka").tap()
    page.get_by_label("Vill du säga varför?").fill("Jag är sjuk.")
    page.get_by_role("button", name="Avboka mötet").tap()
    expect(page.locator("main .ds-alert")).to_contain_text(f"Avbokat. Kvittens {receipt}")
    expect(page.get_by_text("Jag är sjuk.")).to_be_visible()
    expect(page.get_by_role("link", name="Flytta mötet")).to_have_count(0)


def test_every_step_is_accessible(portal: DemoStack, phone: Page) -> None:
    sign_in_as(phone, portal, "Yusuf Marklunda")
    phone.get_by_role("link", name="Boka ett möte").tap()
    expect(phone.get_by_label("Språk")).to_be_hidden()
    # The label covers its card, so that a thumb meets it anywhere.
    phone.locator("label", has_text=re.compile("^Ja$")).tap()
    expect(phone.get_by_label("Språk")).to_be_visible()
    check_axe(phone)
    phone.get_by_role("button", name="Visa lediga tider").tap()
    expect(phone.locator(".ds-error-summary")).to_be_focused()
    check_axe(phone)
    phone.get_by_label("Språk").select_option("ar")
    phone.get_by_role("button", name="Visa lediga tider").tap()
    expect(phone.locator("main")).to_contain_text("minuter med tolk")
    check_axe(phone)
    phone.locator("button.i-slot").first.tap()
    expect(phone.locator("main")).to_contain_text("Tiden är reserverad åt dig")
    check_axe(phone)
    phone.get_by_role("button", name="Boka mötet").tap()
    expect(phone).to_have_url(MEETING)
    check_axe(phone)
    for name, heading in (("Ändra", "Ändra mötet"), ("Avboka", "Vill du avboka mötet?")):
        phone.get_by_role("link", name=name, exact=True).tap()
        expect(phone.get_by_role("heading", level=1)).to_have_text(heading)
        check_axe(phone)
        phone.get_by_role("link", name="Mötet", exact=True).tap()
        expect(phone).to_have_url(MEETING)


def test_a_meeting_is_booked_in_arabic(portal: DemoStack, phone: Page) -> None:
    sign_in_as(phone, portal, "Layla Nourhed")
    phone.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "ar", "url": portal.client_url}])
    phone.goto(portal.client_url + "/idag")
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    phone.get_by_role("link", name="حجز موعد").tap()
    phone.get_by_role("button", name="عرض الأوقات المتاحة").tap()
    phone.locator("button.i-slot").first.tap()
    phone.get_by_role("button", name="احجز اللقاء").tap()
    expect(phone).to_have_url(MEETING)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("من")
    check_axe(phone)
