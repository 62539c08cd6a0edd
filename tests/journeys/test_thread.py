"""The conversation with htmx: nothing is loaded anew, what happens is spoken, and the focus stays where one writes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import Thread, sign_in_as
from tests.journeys.stores import Stores
from tests.support.axe import check_axe

pytestmark = ON_SQLITE


@pytest.fixture
def thread(portal: DemoStack, phone: Page) -> Thread:
    sign_in_as(phone, portal, "Katarina Rönnlid")
    return Thread(phone).open()


def test_a_message_comes_in_without_a_reload_and_is_spoken(thread: Thread) -> None:
    page = thread.page
    page.evaluate("window.sameDocument = true")
    number = thread.write_message("Första")
    expect(page.locator("#status")).to_have_text(f"Skickat. Kvittens {number}")
    expect(thread.box).to_be_focused()
    expect(thread.box).to_have_value("")
    expect(thread.bubbles.last).to_contain_text("Första")
    page.keyboard.type("Andra")
    second = thread.page.get_by_role("button", name="Skicka")
    second.focus()
    page.keyboard.press("Enter")
    expect(thread.bubbles.last).to_contain_text("Andra")
    expect(page.locator("#status")).not_to_contain_text(number)
    assert page.evaluate("window.sameDocument") is True
    # Two in a row on one day stand under one heading.
    expect(page.locator(".i-day-sep").filter(has_text="I dag")).to_have_count(1)
    check_axe(page)


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])
def test_older_messages_are_fetched_in_order(
    portal: DemoStack, stores: Stores, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(device="phone", javascript=javascript)
    sign_in_as(page, portal, "Jonas Sandell")
    thread = Thread(page).open()
    missing = 55 - thread.bubbles.count()
    for number in range(missing):
        thread.write_message(f"Rad {number:02}")
        if javascript:
            expect(thread.with_text(f"Rad {number:02}")).to_have_count(1)
    page.reload()
    expect(thread.bubbles).to_have_count(50)
    first = page.get_by_text("Praktiken på återbruket kan börja")
    expect(first).to_have_count(0)
    page.get_by_role("link", name="Visa äldre").click()
    expect(first).to_be_visible()
    if javascript:
        expect(page.get_by_text("Här börjar samtalet.")).to_be_focused()
        expect(thread.bubbles).to_have_count(55)
        expect(thread.bubbles.first).to_contain_text("Praktiken på återbruket")
        check_axe(page)
    else:
        page.get_by_role("link", name="Visa de senaste").click()
        expect(thread.bubbles).to_have_count(50)
