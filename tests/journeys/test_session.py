"""A session that ends in the middle of something: what was typed is kept for its writer, and nobody else."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import THREAD, Thread, choose_provider, identify, is_signed_out, sign_in_as
from tests.journeys.stores import Stores

LONG_IDLE = timedelta(minutes=31)
PERSON = "Pavel Strandmon"


@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])
def test_what_was_typed_comes_back_after_the_sign_in_and_is_sent_once(
    portal: DemoStack, stores: Stores, open_page: Callable[..., Page], javascript: bool
) -> None:
    text = f"Min nya adress är Lingonstigen 4.\n\nFrån den 1:a, {javascript}."
    page = open_page(device="phone", javascript=javascript)
    sign_in_as(page, portal, PERSON)
    thread = Thread(page).open()
    thread.write(text)
    stores.age_sessions(LONG_IDLE)
    thread.send()
    expect(page.get_by_text("Texten du skrev är sparad")).to_be_visible()
    is_signed_out(page)

    choose_provider(page, "Testlegitimation")
    identify(page, PERSON)
    expect(page).to_have_url(THREAD)
    expect(thread.box).to_have_value(text)
    expect(page.get_by_text("Texten du skrev finns kvar.")).to_be_visible()
    thread.send()
    expect(thread.confirmation).to_be_visible()
    expect(thread.with_text(f"Från den 1:a, {javascript}.")).to_have_count(1)
    page.reload()
    expect(thread.box).to_have_value("")
    thread.is_delivered(f"Från den 1:a, {javascript}.")
    assert len(stores.received(text)) == 1


@ON_SQLITE
def test_somebody_else_gets_nothing_of_what_was_typed(portal: DemoStack, stores: Stores, phone: Page) -> None:
    sign_in_as(phone, portal, PERSON)
    thread = Thread(phone).open()
    thread.write("Det här är bara mitt.")
    stores.age_sessions(LONG_IDLE)
    thread.send()
    choose_provider(phone, "Testlegitimation")
    identify(phone, "Isak Tallmyr")
    # The way back was somebody else's: this person begins at their own start.
    expect(phone.get_by_role("heading", level=1)).to_have_text("Idag")
    phone.goto(portal.client_url + "/meddelanden")
    expect(thread.box).to_have_value("")
    expect(thread.with_text("Det här är bara mitt.")).to_have_count(0)


@pytest.fixture
def slow_clock(portal: DemoStack, phone: Page) -> Page:
    """A signed-in page whose clock the test moves."""
    sign_in_as(phone, portal, "Birger Nyhagen")
    phone.clock.install()
    phone.goto(portal.client_url + "/meddelanden")
    return phone


@ON_SQLITE
def test_two_minutes_before_the_end_one_is_asked_and_may_stay(slow_clock: Page) -> None:
    dialog = slow_clock.get_by_role("dialog", name="Är du kvar?")
    slow_clock.clock.fast_forward("17:50")
    expect(dialog).to_be_hidden()
    slow_clock.clock.fast_forward("00:15")
    expect(dialog).to_be_visible()
    with slow_clock.expect_response(re.compile("/session/forlang")) as extended:
        dialog.get_by_role("button", name="Ja, fortsätt").click()
    assert extended.value.status == 204
    expect(dialog).to_be_hidden()
    slow_clock.clock.fast_forward("17:50")
    expect(dialog).to_be_hidden()
    slow_clock.clock.fast_forward("00:15")
    expect(dialog).to_be_visible()


@ON_SQLITE
def test_when_time_is_out_the_page_goes_away(slow_clock: Page, stores: Stores) -> None:
    stores.age_sessions(LONG_IDLE)
    slow_clock.clock.fast_forward("20:05")
    is_signed_out(slow_clock)


@ON_SQLITE
def test_what_is_being_typed_when_time_is_out_comes_back(slow_clock: Page, stores: Stores) -> None:
    text = "Det här hann jag inte skicka.\n\nMen jag hade skrivit länge."
    thread = Thread(slow_clock)
    thread.open()
    thread.write(text)
    stores.age_sessions(LONG_IDLE)
    slow_clock.clock.fast_forward("20:05")
    expect(slow_clock.get_by_text("Texten du skrev är sparad")).to_be_visible()
    is_signed_out(slow_clock)
    choose_provider(slow_clock, "Testlegitimation")
    identify(slow_clock, "Birger Nyhagen")
    expect(thread.box).to_have_value(text)
    expect(thread.with_text("Det här hann jag inte skicka.")).to_have_count(0)


@ON_SQLITE
def test_log_out_from_the_dialog(slow_clock: Page) -> None:
    slow_clock.clock.fast_forward("18:05")
    slow_clock.get_by_role("button", name="Logga ut nu").click()
    expect(slow_clock.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
