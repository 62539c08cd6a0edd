"""Addresses, methods and forms that are wrong: one plain page each, which says nothing about anybody."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.core.ids import new_id
from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import SideName, Thread, address, sign_in_as
from tests.support.axe import check_axe, check_geometry

pytestmark = ON_SQLITE
PEOPLE: dict[SideName, str] = {"client": "Alva Sjöskog", "staff": "Amina Lundavik"}
# A form that a page of ours would never send, as another tab or an old page may.
POST = """([action, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action});
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("textarea");
    Object.assign(field, {name, value});
    form.append(field);
  }
  document.body.append(form);
  HTMLFormElement.prototype.submit.call(form);
}"""


def is_plain(page: Page, heading: str, side: SideName) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page).to_have_title(f"{heading} – Insyn")
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        check_geometry(page, targets=side == "client")
    check_axe(page)
    page.get_by_role("main").get_by_role("link", name="Till startsidan").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Idag" if side == "client" else "Arbetskö")


@pytest.mark.parametrize("side", ["client", "staff"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_unknown_and_foreign_addresses_look_alike(
    portal: DemoStack, open_page: Callable[..., Page], side: SideName, scheme: str
) -> None:
    page = open_page(device="phone" if side == "client" else "desktop", scheme=scheme)
    sign_in_as(page, portal, PEOPLE[side], side)
    for path in ("/finns-inte", f"/meddelanden/{new_id()}", "/meddelanden/1"):
        answer = page.goto(address(portal, side) + path)
        assert answer
        assert answer.status == 404
        is_plain(page, "Vi hittar inte sidan", side)


def test_another_persons_thread_is_not_found(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    theirs = open_page(device="phone")
    sign_in_as(theirs, portal, "Mikael Grönvret")
    url = Thread(theirs).open().page.url
    own = open_page(device="phone")
    sign_in_as(own, portal, PEOPLE["client"])
    answer = own.goto(url)
    assert answer
    assert answer.status == 404
    is_plain(own, "Vi hittar inte sidan", "client")


def test_the_wrong_method(portal: DemoStack, phone: Page) -> None:
    sign_in_as(phone, portal, PEOPLE["client"])
    answer = phone.goto(portal.client_url + "/logga-ut")
    assert answer
    assert answer.status == 405
    is_plain(phone, "Sidan går inte att öppna på det sättet", "client")


def test_a_form_without_its_token(portal: DemoStack, phone: Page) -> None:
    sign_in_as(phone, portal, PEOPLE["client"])
    thread = Thread(phone).open()
    before = thread.bubbles.count()
    url = phone.url
    with phone.expect_navigation() as navigation:
        phone.evaluate(POST, [url, {"text": "smyger in", "submission": "abc"}])
    assert navigation.value.status == 400
    is_plain(phone, "Sidan kunde inte ta emot det du skickade", "client")
    phone.goto(url)
    expect(thread.bubbles).to_have_count(before)


def test_what_is_not_allowed(portal: DemoStack, desktop: Page) -> None:
    # The manager of the system may see no client.
    desktop.goto(portal.staff_url + "/")
    sign_in_as_manager(desktop, portal)
    answer = desktop.goto(portal.staff_url + "/meddelanden")
    assert answer
    assert answer.status == 403
    expect(desktop.get_by_role("heading", level=1)).to_have_text("Du kommer inte åt den här sidan")
    check_axe(desktop)
    check_geometry(desktop, targets=False)


def sign_in_as_manager(page: Page, portal: DemoStack) -> None:
    from tests.journeys.pages import PROVIDERS, choose_provider, identify

    page.goto(portal.staff_url + "/logga-in")
    choose_provider(page, PROVIDERS["staff"])
    identify(page, "Ulf Granhede")
