"""Files in a real browser: rows that go on over a bad line, get ready by themselves, and go when they are removed."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Page, Route, expect

from tests.files import hostile
from tests.files.web.conftest import Papers
from tests.support.axe import check_axe, check_geometry
from tests.support.client import PageClient

pytestmark = pytest.mark.journey
COOKIE = "insyn-client-session"


class BadLine:
    """Lets every second part fail after it was taken in: the answer is lost."""

    def __init__(self) -> None:
        self.parts = 0

    def __call__(self, response: Response) -> Response:
        if request.path.endswith("/del"):
            self.parts += 1
            if self.parts % 2:
                return Response(status=503)
        return response


@pytest.fixture
def line(app: Flask, papers: Papers) -> BadLine:
    found = BadLine()
    app.after_request(found)
    return found


@pytest.fixture
def address(app: Flask, papers: Papers, serve: Callable[[Flask], AbstractContextManager[str]]) -> Iterator[str]:
    with serve(app) as found:
        yield found


def signed_in(page: Page, mariam: PageClient, address: str) -> Page:
    found = mariam.get_cookie(COOKIE)
    assert found is not None
    page.context.add_cookies([{"name": COOKIE, "value": found.value, "url": address}])
    return page


def test_files_come_in_over_a_bad_line_and_get_ready(
    phone: Page,
    mariam: PageClient,
    papers: Papers,
    address: str,
    line: BadLine,
    check: Callable[[], int],
    tmp_path: Path,
    guard: object,
) -> None:
    guard.ignore(r"503|409")  # type: ignore[attr-defined]
    large = tmp_path / "kontoutdrag.jpg"
    large.write_bytes(hostile.jpeg(600, 400) + b"\0" * 1_500_000)
    (tmp_path / "brev.docx").write_bytes(hostile.archive())
    page = signed_in(phone, mariam, address)
    page.goto(address + papers.url)
    page.locator("#papper").set_input_files([large, tmp_path / "brev.docx"])
    rows = page.locator(".i-filerow")
    expect(rows).to_have_count(2, timeout=30_000)
    expect(rows.nth(1)).to_contain_text("Kontrolleras", timeout=30_000)
    assert line.parts >= 3
    assert check() == 2
    expect(rows.nth(0)).to_contain_text("Klar.", timeout=15_000)
    expect(rows.nth(1)).to_contain_text("Den här sorten går inte", timeout=15_000)
    check_axe(page)
    check_geometry(page)
    rows.nth(1).get_by_role("button").click()
    expect(rows).to_have_count(1)
    expect(page.locator("#papper")).to_be_focused()


def test_a_file_that_is_chosen_before_the_script_has_come_goes_too(
    phone: Page, mariam: PageClient, papers: Papers, address: str, tmp_path: Path
) -> None:
    picture = tmp_path / "intyg.jpg"
    picture.write_bytes(hostile.jpeg(60, 40))
    page = signed_in(phone, mariam, address)

    def come_late(route: Route) -> None:
        page.locator("#papper").set_input_files([picture])
        route.continue_()

    page.route("**/static/insyn.*.js", come_late)
    page.goto(address + papers.url)
    expect(page.locator(".i-filerow")).to_contain_text("intyg")
