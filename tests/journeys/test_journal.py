"""The journal in a browser: read, say whether it is right, saved while it is written, in Arabic, without JavaScript."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from portal.demo.stack import DemoStack
from portal.web.site import LANGUAGE_COOKIE
from tests.files.hostile import jpeg
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import UUID, sign_in_as
from tests.support.axe import check_axe
from tests.support.pdf import faults_of, text_of

pytestmark = ON_SQLITE
RECORD = re.compile(rf"/journal/{UUID}")
PERSON = "Mariam Sandell"


def open_record(page: Page, portal: DemoStack, title: str = "Möte på kontoret") -> None:
    sign_in_as(page, portal, PERSON)
    page.get_by_role("navigation").get_by_role("link", name=re.compile("^Journal")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Journal")
    page.get_by_role("link", name=re.compile(title)).first.click()
    expect(page).to_have_url(RECORD)


def passage(page: Page, place: int) -> Locator:
    return page.locator(f"#s{place}")


def say(page: Page, place: int, kind: str, text: str) -> None:
    where = passage(page, place)
    where.locator("details.i-react > summary").last.click()
    where.get_by_role("radio", name=kind, exact=True).check()
    where.get_by_label("Berätta mer").fill(text)
    where.get_by_role("button", name=re.compile("^Skicka")).click()


@pytest.mark.parametrize(
    ("device", "javascript", "place"),
    [("phone", True, 1), ("desktop", True, 2), ("phone", False, 3)],
    ids=["phone", "desktop", "without-javascript"],
)
def test_a_passage_is_said_to_be_wrong(
    portal: DemoStack, open_page: Callable[..., Page], device: str, javascript: bool, place: int
) -> None:
    page = open_page(device=device, javascript=javascript)
    open_record(page, portal)
    say(page, place, "Något saknas", "")
    expect(passage(page, place)).to_contain_text("Skriv vad som saknas.")
    expect(passage(page, place).get_by_role("radio", name="Något saknas")).to_be_checked()
    if javascript:
        check_axe(page)
    passage(page, place).get_by_role("radio", name="Stämmer inte").check()
    passage(page, place).get_by_label("Berätta mer").fill("Det var i oktober.")
    passage(page, place).get_by_role("button", name=re.compile("^Skicka")).click()
    expect(passage(page, place)).to_contain_text("Du: Stämmer inte")
    expect(passage(page, place)).to_contain_text("Det var i oktober.")
    expect(page.get_by_text("Sparat. Kvittens").first).to_be_attached()
    if javascript:
        expect(page.locator("#status")).to_contain_text("Sparat. Kvittens")
        check_axe(page)
    page.reload()
    expect(passage(page, place)).to_contain_text("Du: Stämmer inte")
    expect(passage(page, place).get_by_label("Berätta mer")).to_have_value("")


def test_what_is_written_is_saved_and_is_there_on_another_device(
    portal: DemoStack, open_page: Callable[..., Page]
) -> None:
    page = open_page(device="phone")
    open_record(page, portal)
    whole = passage(page, 0)
    whole.locator("details.i-react > summary").click()
    box = whole.get_by_label("Berätta mer")
    box.press_sequentially("Vi sa att")
    expect(whole.get_by_role("status")).to_contain_text(re.compile(r"Sparat \d\d\.\d\d"))
    expect(box).to_be_focused()
    check_axe(page)
    computer = open_page(device="desktop")
    open_record(computer, portal)
    there = passage(computer, 0)
    expect(there.get_by_label("Berätta mer")).to_have_value("Vi sa att")
    there.get_by_label("Berätta mer").fill("Vi sa att hyran")
    expect(there.get_by_role("status")).to_contain_text(re.compile(r"Sparat \d\d\.\d\d"))
    box.press_sequentially(" något annat")
    expect(whole.get_by_role("status")).to_contain_text("Inte sparat. Du har skrivit här på en annan enhet.")
    expect(box).to_have_value("Vi sa att något annat")
    there.get_by_role("button", name="Släng").click()
    expect(there.get_by_label("Berätta mer")).to_have_value("")
    computer.reload()
    expect(passage(computer, 0).get_by_label("Berätta mer")).to_have_value("")


def test_sending_at_once_leaves_no_draft_behind(portal: DemoStack, desktop: Page) -> None:
    """The button is pressed within the pause after which the text is saved, and again while it is."""
    open_record(desktop, portal)
    whole = passage(desktop, 0)
    say(desktop, 0, "Förstår inte", "Vad betyder det?")
    expect(whole).to_contain_text("Du: Förstår inte")
    desktop.wait_for_load_state("networkidle")
    desktop.reload()
    expect(whole.get_by_label("Berätta mer")).to_have_value("")
    expect(whole.get_by_text("Vad betyder det?")).to_have_count(1)


def test_what_changed_is_read_and_a_record_is_hidden_on_this_phone(portal: DemoStack, phone: Page) -> None:
    open_record(phone, portal, "Telefonsamtal")
    phone.get_by_text("Ett stycke är dolt. Varför?").tap()
    check_axe(phone)
    phone.get_by_role("link", name="Se vad som ändrades").tap()
    expect(phone.locator("ins").first).to_be_visible()
    check_axe(phone)
    phone.get_by_role("link", name="Tillbaka till texten").tap()
    phone.get_by_role("button", name="Dölj på den här enheten").tap()
    expect(phone.get_by_text("Texten är dold på den här enheten.")).to_be_visible()
    title = phone.get_by_role("link", name=re.compile("Telefonsamtal"))
    expect(title).to_be_hidden()
    check_axe(phone)
    phone.get_by_text("1 text är dold på den här enheten. Visa").tap()
    expect(title).to_be_visible()
    phone.get_by_role("button", name="Visa allt igen").tap()
    expect(title).to_be_visible()


def test_the_journal_is_read_in_arabic(portal: DemoStack, phone: Page) -> None:
    sign_in_as(phone, portal, PERSON)
    phone.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "ar", "url": portal.client_url}])
    phone.goto(portal.client_url + "/journal")
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    check_axe(phone)
    phone.get_by_role("link", name=re.compile("Telefonsamtal")).first.tap()
    expect(phone).to_have_url(RECORD)
    # The record itself is Swedish, and is read from the left.
    expect(passage(phone, 1).locator("[lang=sv]").first).to_have_attribute("dir", "auto")
    check_axe(phone)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without-javascript"])
def test_a_text_is_saved_as_an_accessible_pdf(
    portal: DemoStack, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(device="phone", javascript=javascript)
    open_record(page, portal)
    title = page.get_by_role("heading", level=1).inner_text()
    with page.expect_download() as started:
        page.get_by_role("link", name="Spara som pdf").click()
    assert re.fullmatch(r"insyn-\d{4}-\d\d-\d\d\.pdf", started.value.suggested_filename)
    content = started.value.path().read_bytes()
    assert title in " ".join(text_of(content).split())
    assert faults_of(content) == ""
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without-javascript"])
def test_a_document_of_the_back_office_is_read(
    portal: DemoStack, open_page: Callable[..., Page], javascript: bool
) -> None:
    page = open_page(device="phone", javascript=javascript)
    open_record(page, portal, "Genomförandeplan")
    if javascript:
        check_axe(page)
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(r"Läs \(pdf, 1 sida")).click()
    assert re.fullmatch(r"insyn-\d{4}-\d\d-\d\d\.pdf", started.value.suggested_filename)
    assert "Jonas söker tre arbeten" in text_of(started.value.path().read_bytes())


@pytest.mark.parametrize(
    ("javascript", "name"),
    [(True, "anställningsbevis.jpg"), (False, "intyg.jpg")],
    ids=["javascript", "without-javascript"],
)
def test_a_photo_goes_with_what_is_said(
    portal: DemoStack, open_page: Callable[..., Page], tmp_path: Path, javascript: bool, name: str
) -> None:
    photo = tmp_path / name
    photo.write_bytes(jpeg(600, 400))
    page = open_page(device="phone", javascript=javascript)
    # Of the whole document: other journeys count what is said of the passages elsewhere.
    open_record(page, portal, "Genomförandeplan")
    where = passage(page, 0)
    where.locator("details.i-react > summary").last.click()
    where.get_by_role("radio", name="Stämmer inte", exact=True).check()
    where.get_by_label("Berätta mer").fill("Se på bilden.")
    where.get_by_role("button", name="Lägg till bild eller fil").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bilder och filer")
    page.get_by_label("Välj fil eller ta en bild").set_input_files(photo)
    if javascript:
        expect(page.locator(".i-filerow")).to_contain_text("Klar.")
        check_axe(page)
    else:
        page.get_by_role("button", name="Ladda upp").click()
        for _look in range(40):
            if "Klar." in page.locator(".i-filerow").inner_text():
                break
            page.reload()
    page.get_by_role("link", name="Klar, tillbaka till texten").click()
    expect(where.get_by_label("Berätta mer")).to_have_value("Se på bilden.")
    expect(where).to_contain_text(name)
    if javascript:
        check_axe(page)
    where.get_by_role("button", name=re.compile("^Skicka")).click()
    expect(where).to_contain_text("Du: Stämmer inte")
    expect(where.get_by_role("link", name=name)).to_be_visible()
