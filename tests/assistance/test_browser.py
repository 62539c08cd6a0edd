"""Applications in a real browser: on a phone, without a script, on two devices, over a bad line, in Arabic."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from portal.assistance.rules.kinds import Kind
from portal.web.site import LANGUAGE_COOKIE
from tests.assistance.browsing import choose, go_on
from tests.assistance.pages import Desk, part
from tests.files import hostile
from tests.support.axe import check_axe, check_geometry
from tests.support.browser import Guard
from tests.support.client import PageClient

pytestmark = pytest.mark.journey
COOKIE = "insyn-client-session"
PARTS = ("household", "home", "costs", "incomes", "assets", "payment", "planning", "contact")


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def enter(mariam: PageClient, address: str) -> Callable[[Page, str], Page]:
    """Let a browser be Mariam's, at an address."""

    def go(page: Page, path: str) -> Page:
        found = mariam.get_cookie(COOKIE)
        assert found is not None
        page.context.add_cookies([{"name": COOKIE, "value": found.value, "url": address}])
        page.goto(address + path)
        return page

    return go


def test_every_part_of_a_new_application_is_accessible_empty_and_refused(
    desk: Desk, enter: Callable[[Page, str], Page], open_page: Callable[..., Page]
) -> None:
    draft = desk.draft(kind=Kind.NEW)
    for device, scheme in (("phone", "light"), ("desktop", "dark")):
        page = open_page(device=device, scheme=scheme)
        for key in PARTS:
            enter(page, part(draft, key))
            looked_at(page)
            for add in page.get_by_role("button", name="Lägg till").all():
                add.click()
                expect(page.locator("#sparat")).to_contain_text("Sparat")
            go_on(page)
            expect(page.locator(".ds-error-summary")).to_be_focused()
            looked_at(page)
        for path in ("", "/bilagor", "/berakning", "/ta-bort"):
            enter(page, f"/ansokan/{draft}{path}")
            looked_at(page)
        enter(page, "/ansokan")
        looked_at(page)


def looked_at(page: Page) -> None:
    check_axe(page)
    check_geometry(page)


def test_what_is_typed_is_saved_and_new_questions_come_without_losing_the_place(
    desk: Desk, enter: Callable[[Page, str], Page], phone: Page
) -> None:
    draft = desk.draft()
    page = enter(phone, part(draft, "contact"))
    page.get_by_label("Telefonnummer").fill("070-174 06 05")
    choose(page, "Behöver du tolk", "Ja")
    page.get_by_label("Vill du berätta något mer?").focus()
    page.keyboard.type("Hej")
    expect(page.get_by_label("Vilket språk?")).to_be_visible()
    expect(page.get_by_label("Vill du berätta något mer?")).to_be_focused()
    expect(page.get_by_label("Vill du berätta något mer?")).to_have_value("Hej")
    expect(page.locator("#sparat")).to_contain_text("Sparat")
    eventually(
        lambda: (
            desk.texts(draft, "contact")
            == {
                "phone": "070-174 06 05",
                "interpreter": "yes",
                "message": "Hej",
            }
            or page.get_by_label("Telefonnummer").focus()
        )
    )


def eventually(holds: Callable[[], object], seconds: float = 10) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.1)


def test_two_devices_are_told_of_each_other(
    desk: Desk, enter: Callable[[Page, str], Page], phone: Page, desktop: Page
) -> None:
    draft = desk.draft()
    one, two = enter(phone, part(draft, "contact")), enter(desktop, part(draft, "contact"))
    box = "Vill du berätta något mer?"
    one.get_by_label(box).fill("Från telefonen")
    one.get_by_label("Telefonnummer").focus()
    expect(one.locator("#sparat")).to_contain_text("Sparat")
    two.get_by_label(box).fill("Från datorn")
    two.get_by_label("Telefonnummer").focus()
    expect(two.locator("#a-message-fel")).to_contain_text("Från telefonen")
    expect(two.get_by_label(box)).to_have_value("Från datorn")
    check_axe(two)
    assert desk.texts(draft, "contact")["message"] == "Från telefonen"
    two.get_by_role("button", name="Spara och stäng").click()
    expect(two.get_by_role("heading", level=1)).to_contain_text("Ansökan för")
    assert desk.texts(draft, "contact")["message"] == "Från datorn"


def test_what_could_not_be_saved_is_told_until_it_is(
    desk: Desk, enter: Callable[[Page, str], Page], phone: Page, guard: Guard
) -> None:
    guard.ignore(r"ERR_INTERNET_DISCONNECTED|htmx:(afterRequest|sendError)")
    draft = desk.draft()
    page = enter(phone, part(draft, "contact"))
    page.context.set_offline(True)
    page.get_by_label("Telefonnummer").fill("070-174 06 05")
    page.get_by_label("E-postadress").focus()
    expect(page.get_by_text("Inte sparat. Försök igen")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#sparat")).to_contain_text("Sparat")
    expect(page.get_by_text("Inte sparat. Försök igen")).to_be_hidden()
    assert desk.texts(draft, "contact")["phone"] == "070-174 06 05"


def test_a_picture_comes_in_over_a_line_that_breaks(
    app: Flask, desk: Desk, enter: Callable[[Page, str], Page], phone: Page, tmp_path: Path, guard: Guard
) -> None:
    guard.ignore(r"503|409")
    broken: list[str] = []

    @app.after_request
    def lose(response: Response) -> Response:
        if request.path.endswith("/del") and "/filer/" in request.path:
            broken.append(request.path)
            if len(broken) == 1:
                return Response(status=503)
        return response

    picture = tmp_path / "hyresavi.jpg"
    picture.write_bytes(hostile.jpeg(600, 400) + b"\0" * 1_500_000)
    draft = desk.draft({"planning": {"occupation": "sick"}}, kind=Kind.NEW)
    page = enter(phone, f"/ansokan/{draft}/bilagor")
    page.locator("#certificate").set_input_files([picture])
    row = page.locator("#certificate-filer .i-filerow")
    expect(row).to_contain_text("Kontrolleras", timeout=30_000)
    assert len(broken) >= 2
    looked_at(page)


def test_the_form_in_arabic(desk: Desk, enter: Callable[[Page, str], Page], phone: Page, address: str) -> None:
    draft: UUID = desk.draft(kind=Kind.NEW)
    phone.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "ar", "url": address}])
    for path in ("/ansokan", f"/ansokan/{draft}", f"/ansokan/{draft}/bilagor", f"/ansokan/{draft}/berakning"):
        page = enter(phone, path)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        looked_at(page)
    page = enter(phone, part(draft, "costs"))
    page.locator("#rad-a-costs").click()
    expect(page.locator("fieldset.i-repeat")).to_be_visible()
    go_on(page)
    expect(page.locator(".ds-error-summary")).to_be_visible()
    looked_at(page)
