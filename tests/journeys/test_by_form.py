"""A provider that takes requests by form, and one that starts a log-out itself: in a real browser, under the policy."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import choose_provider, identify, is_signed_out, sign_in_as, sign_out

pytestmark = ON_SQLITE
PERSON = "Mariam Sandell"


def test_a_request_goes_by_form_and_comes_back_signed_in(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(device="phone", base_url=portal.client_url)
    page.goto("/")
    choose_provider(page, "Annan testlegitimation")
    identify(page, PERSON)
    expect(page.get_by_role("heading", level=1)).to_have_text("Idag")
    sign_out(page)


def test_a_log_out_that_starts_at_the_provider(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(base_url=portal.client_url)
    sign_in_as(page, portal, PERSON)
    page.goto(f"{portal.idp_url}/client/sessions")
    page.get_by_role("radio", name=PERSON).check()
    page.get_by_role("button", name="Logga ut överallt").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
    page.goto(f"{portal.client_url}/inloggningar")
    is_signed_out(page)
