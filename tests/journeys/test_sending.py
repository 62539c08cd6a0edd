"""Impatience and bad networks: a message arrives once, or says that it did not and is still there."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import Thread, sign_in_as
from tests.journeys.stores import Stores
from tests.support.browser import Guard

BOTH_WAYS = pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])


@pytest.fixture
def thread(portal: DemoStack, open_page: Callable[..., Page]) -> Callable[..., Thread]:
    def make(person: str, **options: object) -> Thread:
        page = open_page(device="phone", **options)
        sign_in_as(page, portal, person)
        return Thread(page).open()

    return make


def arrived_once(thread: Thread, stores: Stores, text: str) -> None:
    expect(thread.confirmation).to_be_visible()
    expect(thread.with_text(text)).to_have_count(1)
    thread.page.reload()
    expect(thread.with_text(text)).to_have_count(1)
    thread.is_delivered(text)
    assert len(stores.received(text)) == 1


@BOTH_WAYS
def test_a_double_click_sends_one_message(thread: Callable[..., Thread], stores: Stores, javascript: bool) -> None:
    found = thread("Linnea Björkvad", javascript=javascript)
    text = f"Dubbelklick {javascript}"
    found.write(text)
    found.send_button.dblclick(no_wait_after=True)
    arrived_once(found, stores, text)


@ON_SQLITE
@BOTH_WAYS
def test_impatience_with_a_slow_network_sends_one_message(
    thread: Callable[..., Thread], stores: Stores, javascript: bool
) -> None:
    found = thread("Linnea Björkvad", javascript=javascript)
    text = f"Långsamt nät {javascript}"

    def slowly(route: Route) -> None:
        if route.request.method == "POST":
            found.page.wait_for_timeout(1500)
        route.continue_()

    found.page.route("**/meddelanden/*", slowly)
    found.write(text)
    found.send_button.scroll_into_view_if_needed()
    box = found.send_button.bounding_box()
    assert box
    for _ in range(4):
        # The mouse presses whatever happens, like a finger; a locator's click would wait for the page.
        found.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        found.page.wait_for_timeout(100)
    arrived_once(found, stores, text)


@ON_SQLITE
def test_without_a_network_the_text_stays_and_can_be_sent_later(
    thread: Callable[..., Thread], stores: Stores, guard: Guard
) -> None:
    guard.ignore("ERR_INTERNET_DISCONNECTED|console: htmx:")
    found = thread("Linnea Björkvad")
    banner = found.page.get_by_role("alert").filter(has_text="Du har ingen uppkoppling.")
    found.write("Skrivet i tunneln")
    found.page.context.set_offline(True)
    found.send()
    expect(banner).to_be_visible()
    expect(found.box).to_have_value("Skrivet i tunneln")
    found.page.context.set_offline(False)
    found.send()
    expect(banner).to_be_hidden()
    arrived_once(found, stores, "Skrivet i tunneln")


@ON_SQLITE
def test_a_server_that_fails_is_told_of_and_the_text_stays(
    thread: Callable[..., Thread], stores: Stores, guard: Guard
) -> None:
    guard.ignore("^503:|status of 503|Status Error Code 503")
    found = thread("Linnea Björkvad")
    found.page.route("**/meddelanden/*", lambda route: route.fulfill(status=503, body="no"), times=1)
    found.write("Andra försöket")
    found.send()
    banner = found.page.get_by_role("alert").filter(has_text="Det gick inte just nu.")
    expect(banner).to_be_visible()
    expect(found.box).to_have_value("Andra försöket")
    banner.get_by_role("button", name="Stäng").click()
    expect(banner).to_be_hidden()
    found.send()
    arrived_once(found, stores, "Andra försöket")
