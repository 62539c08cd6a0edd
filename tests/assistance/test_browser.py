"""Applications in a real browser: on a phone, without a script, on two devices, over a bad line, in Arabic."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page, expect

from portal.assistance.forms.fields import field_id
from portal.assistance.rules.kinds import Kind
from tests.assistance.browsing import choose, go_on
from tests.assistance.pages import Desk, part
from tests.assistance.world import ROW
from tests.files import hostile
from tests.journeys.looks import COMBINATIONS, Combination, dress
from tests.support.axe import check_axe, check_geometry
from tests.support.browser import Guard
from tests.support.client import PageClient

pytestmark = pytest.mark.journey
COOKIE = "insyn-client-session"
ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"])
SHARE: list[Combination] = [("sv", "light", 390), ("ar", "dark", 1280)]
PARTS = ("household", "home", "costs", "incomes", "assets", "payment", "planning", "contact")


def row(number: int) -> str:
    return ROW.format(number)


COSTS = {f"costs:{row(number)}": "1" for number in range(1, 8)} | {
    f"costs:{row(number)}:{key}": value
    for number, kind in enumerate(("rent", "electricity", "internet", "union", "medicine", "dental", "care"), 1)
    for key, value in {"kind": kind, "whose": "household"}.items()
}
CHILD = {f"children:{row(1)}": "1", f"children:{row(1)}:name": "Ella", f"children:{row(1)}:lives": "part"}
WAGE = {f"incomes:{row(1)}": "1", f"incomes:{row(1)}:kind": "salary", f"incomes:{row(1)}:whose": "applicant"}
# By part: what stands there already, then what is typed, each with what is said of it; nothing where it is right.
WRONG = {
    "costs": (
        COSTS,
        {
            f"costs:{row(1)}:amount": ("12OO", "bokstaven O i stället för en nolla"),
            f"costs:{row(2)}:amount": ("1.200", "Skriv beloppet utan punkt."),
            f"costs:{row(3)}:amount": ("-500", "Skriv beloppet utan minustecken."),
            f"costs:{row(4)}:amount": ("99999999999", "Beloppet är för stort."),
            f"costs:{row(5)}:amount": ("", "Skriv beloppet."),
            f"costs:{row(6)}:amount": ("1 200,50", ""),
            f"costs:{row(7)}:amount": ("12 00", "Skriv det utan mellanslag"),
        },
    ),
    "household": (
        CHILD,
        {
            f"children:{row(1)}:number": ("170320-2381", "Personnumret stämmer inte."),
            f"children:{row(1)}:days": ("32", "Skriv ett tal från 1 till 31."),
            f"children:{row(1)}:name": ("Ella Maria", ""),
        },
    ),
    "incomes": (
        WAGE,
        {
            f"incomes:{row(1)}:date": ("2026-02-30", "Den dagen finns inte."),
            f"incomes:{row(1)}:amount": ("12 480,50", ""),
            "support": ("Med lönen.", ""),
        },
    ),
    "payment": (
        {"way": "account"},
        {"clearing": ("12", "Skriv clearingnumret"), "account": ("SE45 5000 0000", "inte IBAN")},
    ),
    "contact": ({"interpreter": "no"}, {"phone": ("vet inte", "Skriv telefonnumret"), "email": ("mariam@", "e-post")}),
}


@pytest.fixture
def address(app: Flask, serve: Callable[[Flask], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(app) as found:
        yield found


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


@ON_SQLITE
@pytest.mark.parametrize(
    "ways", [pytest.param(SHARE, id="a-share"), pytest.param(COMBINATIONS, id="every-way", marks=pytest.mark.soak)]
)
def test_every_part_of_a_new_application_is_accessible_empty_and_refused(
    desk: Desk, enter: Callable[[Page, str], Page], open_page: Callable[..., Page], ways: list[Combination]
) -> None:
    draft = desk.draft(kind=Kind.NEW)
    for way in ways:
        page = open_page(device="phone" if way[2] < 500 else "desktop")
        enter(page, "/ansokan")
        dress(page, way)
        for key in PARTS:
            enter(page, part(draft, key))
            looked_at(page)
            for add in page.locator("button[name=add]").all():
                add.click()
                expect(page.locator("#sparat .i-saved")).to_be_visible()
            go_on(page)
            expect(page.locator(".ds-error-summary")).to_be_focused()
            expect(page.locator("html")).to_have_attribute("lang", way[0])
            looked_at(page)
        for path in ("", f"/{draft}", f"/{draft}/bilagor", f"/{draft}/berakning", f"/{draft}/ta-bort"):
            enter(page, f"/ansokan{path}")
            looked_at(page)


@ON_SQLITE
def test_what_is_typed_wrongly_is_told_beside_it_and_what_is_right_stays_saved(
    desk: Desk, enter: Callable[[Page, str], Page], open_page: Callable[..., Page]
) -> None:
    draft = desk.draft({key: there for key, (there, _typed) in WRONG.items()}, kind=Kind.NEW)
    for number, (key, (_there, typed)) in enumerate(WRONG.items()):
        page = open_page(device=("phone", "desktop")[number % 2], scheme=("light", "dark")[number % 2])
        enter(page, part(draft, key))
        for answer, (text, _said) in typed.items():
            control = page.locator(f"#{field_id(answer)}")
            if control.get_attribute("type") == "date":  # an old phone has no calendar: there any text can be typed
                control.evaluate("control => { control.type = 'text' }")
            control.fill(text)
        go_on(page)
        expect(page.locator(".ds-error-summary")).to_be_focused()
        for answer, (text, said) in typed.items():
            control = page.locator(f"#{field_id(answer)}")
            expect(control).to_have_value(text)
            if said:
                expect(page.locator(f"#{field_id(answer)}-fel")).to_contain_text(said)
                expect(control).to_have_attribute("aria-invalid", "true")
            assert desk.texts(draft, key).get(answer, "") == text
        looked_at(page)
        enter(page, part(draft, key))
        expect(page.locator(".ds-error-summary")).to_have_count(0)


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
