"""One person's application for another month: on a phone, without a script, over a line or a session that breaks."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, expect

from portal.assistance.rules.kinds import Kind
from portal.core.i18n import today
from portal.demo.stack import DemoStack
from tests.assistance.browsing import add_row, choose, go_on, tick
from tests.assistance.world import ALONE
from tests.files import hostile
from tests.journeys.applications import THIS, Applications
from tests.journeys.applying import ATTEST, heading, receipt, sign, to_applications, vouch
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import (
    answer_at_provider,
    choose_provider,
    eventually,
    identify,
    is_signed_out,
    sign_in_as,
)
from tests.journeys.stores import Stores
from tests.support.axe import check_axe, check_geometry
from tests.support.browser import Guard

MOST_PAGES, MOST_SECONDS = 12, 180
LONG_IDLE = timedelta(minutes=31)
MOST_TRIES, LONGEST_PAUSE_MS = 100, 31_000


@pytest.fixture
def applications(portal: DemoStack) -> Iterator[Applications]:
    found = Applications(portal)
    yield found
    found.close()


def apply_for_next_month(page: Page, *, javascript: bool = True) -> None:
    """From the start page to the whole application in words."""
    to_applications(page)
    offer = page.locator("form").filter(has=page.locator(f'input[value="{THIS.plus(1)}"]'))
    offer.get_by_role("button", name="Börja").click()
    expect(page.get_by_text("Vi har fyllt i det du skrev förra gången.")).to_be_visible()
    page.get_by_role("link", name="Börja", exact=True).click()
    choose(page, "Har något ändrats", "Inget har förändrats")
    choose(page, "Är du i kommunen", "Ja")
    go_on(page)
    heading(page, "Inkomster")
    add_row(page, "Lägg till en inkomst", "Inkomst 1")
    page.get_by_label("Vad är det för inkomst?").select_option("deposit")
    page.get_by_label("Belopp efter skatt").fill("1 200,50")
    page.get_by_label("Vilken dag kom pengarna").fill(str(today()))
    tick(page, "Jag väntar inte på några pengar")
    if not javascript:  # without a script a new question comes with the answer to the one before
        go_on(page)
        expect(page.locator(".ds-error-summary")).to_be_visible()
    page.get_by_label("Från vem eller för vad?").fill("Swish från min bror")
    go_on(page)
    page.get_by_role("link", name="Kontrollera och skriv under").first.click()
    heading(page, "Stämmer allt?")


@pytest.mark.parametrize(
    ("portal", "javascript"),
    [
        pytest.param("sqlite", True, id="sqlite-htmx"),
        pytest.param("sqlite", False, id="sqlite-without-javascript"),
        pytest.param("postgresql", True, id="postgresql-htmx", marks=pytest.mark.postgresql),
    ],
    indirect=["portal"],
)
def test_another_month_takes_a_few_pages_from_the_start_page_to_the_receipt(
    portal: DemoStack, applications: Applications, stores: Stores, open_page: Callable[..., Page], javascript: bool
) -> None:
    person = "Samuel Ängsmo" if javascript else "Linnea Björkvad"
    applications.handed_in(person, ALONE, period=THIS)
    page = open_page(device="phone", javascript=javascript)
    sign_in_as(page, portal, person)
    begun, seen = time.monotonic(), [page.url]
    page.on("framenavigated", lambda frame: seen.append(frame.url))
    apply_for_next_month(page, javascript=javascript)
    sign(page, person)
    number = receipt(page, portal)
    assert len([url for url in seen if url.startswith(portal.client_url)]) < MOST_PAGES, seen
    assert time.monotonic() - begun < MOST_SECONDS
    page.reload()
    assert receipt(page, portal) == number
    expect(page.get_by_role("link", name="Spara hela ansökan")).to_be_visible()
    assert stores.applied(number) == 1


@ON_SQLITE
@pytest.mark.parametrize("javascript", [True, False], ids=["htmx", "without-javascript"])
def test_a_session_that_is_over_at_the_signature_loses_nothing_and_what_is_sent_is_added_to_and_taken_back(
    portal: DemoStack,
    applications: Applications,
    stores: Stores,
    open_page: Callable[..., Page],
    tmp_path: Path,
    javascript: bool,
) -> None:
    person = "Hanna Fjällrot" if javascript else "Katarina Rönnlid"
    draft = applications.begun(person, ALONE, kind=Kind.MONTHLY)
    page = open_page(device="phone", javascript=javascript)
    sign_in_as(page, portal, person)
    page.goto(f"{portal.client_url}/ansokan/{draft}/granska")
    stores.age_sessions(LONG_IDLE)
    vouch(page)
    is_signed_out(page)
    choose_provider(page, "Testlegitimation")
    identify(page, person)
    heading(page, "Stämmer allt?")
    expect(page.get_by_text("Du är inloggad igen. Inget är underskrivet än.")).to_be_visible()
    expect(page.get_by_role("checkbox", name=ATTEST)).to_be_checked()
    page.get_by_role("button", name="Skriv under med e-legitimation").click()
    answer_at_provider(page, "Avbryt")
    expect(page.get_by_text("Du avbröt. Inget är underskrivet.")).to_be_visible()
    sign(page, person)
    number = receipt(page, portal)

    page.get_by_role("link", name="Komplettera").click()
    picture = tmp_path / "intyg.jpg"
    picture.write_bytes(hostile.jpeg(300, 200))
    page.locator("input[type=file]").set_input_files([picture])
    if not javascript:
        page.get_by_role("button", name="Ladda upp").click()
    expect(page.locator(".i-filerow")).to_contain_text("intyg")
    eventually(page, lambda: page.locator(".i-filerow").filter(has_text="Klar"))
    page.get_by_label("Vad vill du berätta?").fill("Här är intyget.")
    page.get_by_role("button", name="Skicka", exact=True).click()
    expect(page.get_by_text(re.compile("Skickat. Kvitto"))).to_be_visible()
    expect(page.get_by_text("Här är intyget.")).to_be_visible()
    page.get_by_role("link", name="Ta tillbaka ansökan").click()
    page.get_by_role("button", name="Ta tillbaka ansökan").click()
    heading(page, "Ansökan är tillbakatagen")
    assert stores.applied(number) == 1


@ON_SQLITE
def test_a_line_that_breaks_in_the_middle_of_a_file_harms_nothing(
    portal: DemoStack, applications: Applications, open_page: Callable[..., Page], tmp_path: Path, guard: Guard
) -> None:
    guard.ignore(r"ERR_INTERNET_DISCONNECTED|ERR_FAILED|htmx:sendError")
    person = "Birger Nyhagen"
    draft = applications.begun(person, ALONE, kind=Kind.MONTHLY)
    page = open_page(device="phone")
    sign_in_as(page, portal, person)
    page.goto(f"{portal.client_url}/ansokan/{draft}/bilagor")
    line = Line(page)
    picture = tmp_path / "lakarintyg.jpg"
    picture.write_bytes(hostile.jpeg(600, 400) + b"\0" * 2_500_000)
    page.clock.install()
    line.goes(1_000_000)
    page.locator("#certificate").set_input_files([picture])
    row = page.locator("#certificate-filer .i-filerow")
    # The first part has come; the second one is on its way when the line breaks.
    expect(row.locator("progress")).not_to_have_attribute("value", "0")
    line.breaks()
    again = row.get_by_role("button", name="Försök igen")
    for _ in range(MOST_TRIES):
        page.clock.fast_forward(LONGEST_PAUSE_MS)
        page.wait_for_timeout(50)
        if again.count():
            break
    expect(row).to_contain_text("Uppladdningen stannade.")
    check_axe(page)
    check_geometry(page)
    line.goes()
    again.click()
    expect(row.locator("progress")).to_have_count(0)
    page.clock.resume()
    eventually(page, lambda: page.locator("#certificate-filer .i-filerow").filter(has_text="Klar"))
    expect(row).to_have_count(1)
    page.goto(f"{portal.client_url}/ansokan/{draft}")
    expect(page.get_by_text("8 av 8 delar klara")).to_be_visible()


class Line:
    """The line of a page: as fast as wanted (bytes a second), or cut."""

    def __init__(self, page: Page) -> None:
        self._wire: CDPSession = page.context.new_cdp_session(page)
        self._wire.send("Network.enable")

    def goes(self, speed: int = -1) -> None:
        """Let it carry so much."""
        self._emulate(offline=False, speed=speed)

    def breaks(self) -> None:
        """Cut it, and what is on its way."""
        self._emulate(offline=True, speed=0)

    def _emulate(self, *, offline: bool, speed: int) -> None:
        told = {"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": speed}
        self._wire.send("Network.emulateNetworkConditions", told)
