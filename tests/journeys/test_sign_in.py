"""Signing in, out and away: at the provider, by a deep link, in a hurry, and from another browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import (
    PROVIDERS,
    answer_at_provider,
    choose_provider,
    identify,
    is_signed_out,
    sign_in_as,
    sign_out,
)
from tests.support.browser import Guard

pytestmark = ON_SQLITE
PERSON = "Semira Oxhagen"


@pytest.fixture
def page(portal: DemoStack, open_page: Callable[..., Page]) -> Page:
    return open_page(device="phone", base_url=portal.client_url)


@pytest.fixture
def signed_in(portal: DemoStack, page: Page) -> Page:
    sign_in_as(page, portal, PERSON)
    return page


def is_refused(page: Page, words: str) -> None:
    expect(page).to_have_title("Du är inte inloggad – Insyn")
    expect(page.get_by_role("main")).to_contain_text(words)
    page.get_by_role("main").get_by_role("link", name="Till startsidan").click()
    is_signed_out(page)


def test_every_provider_that_is_offered_signs_in(page: Page) -> None:
    page.goto("/")
    expect(page.locator(".i-eid button")).to_have_count(2)
    choose_provider(page, "Annan testlegitimation")
    identify(page, PERSON)
    expect(page.get_by_role("heading", level=1)).to_have_text("Idag")


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ("Avbryt", "Du avbröt inloggningen."),
        ("Svara: bedrägeri", "Inloggningen gick inte att slutföra."),
        ("Svara: misstänkt bedrägeri", "Inloggningen gick inte att slutföra."),
    ],
)
def test_a_refusal_of_the_provider_is_told_in_plain_words(page: Page, button: str, words: str) -> None:
    page.goto("/")
    choose_provider(page, PROVIDERS["client"])
    page.get_by_text("Prova ett fel").click()
    answer_at_provider(page, button)
    is_refused(page, words)


def test_too_low_a_level_signs_nobody_in(page: Page) -> None:
    page.goto("/")
    choose_provider(page, PROVIDERS["client"])
    page.get_by_text("Tillitsnivå", exact=True).click()
    page.get_by_role("radio", name=re.compile("Nivå 2")).check()
    identify(page, PERSON)
    is_refused(page, "Inloggningen gick inte att slutföra.")


def test_a_deep_link_is_come_back_to(page: Page) -> None:
    page.goto("/inloggningar")
    expect(page.get_by_text("Logga in för att fortsätta.")).to_be_visible()
    choose_provider(page, PROVIDERS["client"])
    identify(page, PERSON)
    expect(page).to_have_url(re.compile("/inloggningar$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Där du är inloggad")


def test_the_cookies_of_a_sign_in_across_sites(portal: DemoStack, page: Page) -> None:
    # The provider is another site than the portal, as in reality: its answer carries no Lax cookie.
    assert portal.idp_url.startswith("http://localhost:")
    assert portal.client_url.startswith("http://127.0.0.1:")
    page.goto("/")
    choose_provider(page, PROVIDERS["client"])
    [login] = [cookie for cookie in page.context.cookies(portal.client_url) if cookie["name"].endswith("-login")]
    assert (login["sameSite"], login["secure"], login["httpOnly"]) == ("None", True, True)
    identify(page, PERSON)
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies(portal.client_url)}
    assert "insyn-client-login" not in cookies
    assert (cookies["insyn-client-session"]["sameSite"], cookies["insyn-client-session"]["httpOnly"]) == ("Lax", True)


def test_signed_out_the_way_back_shows_nothing(portal: DemoStack, signed_in: Page) -> None:
    sign_out(signed_in)
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
    seen = 0
    for _ in range(5):
        if not went_back(signed_in):
            continue
        if signed_in.url.startswith(portal.client_url):
            seen += 1
            is_signed_out(signed_in)
    assert seen


def went_back(page: Page) -> bool:
    """Go back a step; tell whether the browser had a page there.

    A page that a form led to is not stored: Chromium then shows one of its own and asks whether to send anew. Whether
    such a step is in the history at all depends on how fast the provider's form sent itself.
    """
    try:
        page.go_back(wait_until="load")
    except Error as error:
        if "ERR_CACHE_MISS" not in error.message:
            raise
        return False
    return True


@pytest.mark.parametrize("way", ["link", "keys"])
def test_leaving_is_at_once_and_the_way_back_shows_nothing(signed_in: Page, guard: Guard, way: str) -> None:
    guard.ignore("request to another machine: https://www.smhi.se")
    guard.ignore("ERR_NAME_NOT_RESOLVED")
    signed_in.goto("/meddelanden")
    with signed_in.context.expect_event("requestfailed", lambda request: "www.smhi.se" in request.url):
        if way == "link":
            signed_in.get_by_role("link", name="Lämna sidan").click()
        else:
            for _ in range(3):
                signed_in.keyboard.press("Escape")
    signed_in.wait_for_timeout(200)
    signed_in.go_back()
    is_signed_out(signed_in)


def test_another_browser_is_signed_out_from_here(
    portal: DemoStack, signed_in: Page, open_page: Callable[..., Page]
) -> None:
    other = open_page(device="desktop", base_url=portal.client_url)
    sign_in_as(other, portal, PERSON)
    signed_in.goto("/inloggningar")
    others = signed_in.get_by_role("main").get_by_role("button", name=re.compile("^Logga ut"))
    # Earlier tests of this person may have left sessions of their own: all but this one go.
    if others.count() > 1:
        signed_in.get_by_role("button", name="Logga ut på alla andra enheter").click()
    else:
        others.click()
    expect(signed_in.get_by_role("status").filter(has_text="Utloggad på")).to_be_visible()
    expect(signed_in.locator("main .i-list > li")).to_have_count(1)
    other.get_by_role("link", name=re.compile("^Meddelanden")).first.click()
    is_signed_out(other)
    signed_in.goto("/idag")
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Idag")
