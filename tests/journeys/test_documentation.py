"""Documentation in a browser, on both sides: read, said to be wrong, corrected, and seen as changed."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from portal.web.site import LANGUAGE_COOKIE
from tests.files.hostile import plain_pdf
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import UUID, sign_in_as
from tests.support.axe import check_axe

pytestmark = ON_SQLITE
RECORD = re.compile(rf"/journal/{UUID}")
REMARK = re.compile(rf"/synpunkter/{UUID}")


def is_well(page: Page, *, axe: bool) -> None:
    if axe:
        check_axe(page)


def said(page: Page, words: str) -> None:
    """See what a page confirms."""
    expect(page.locator("main .ds-alert[data-color=success]")).to_contain_text(words)


def write(staff: Page, portal: DemoStack, title: str, *, axe: bool) -> None:
    """Go from the list of clients to a new note of Mariam's, and write it."""
    staff.goto(portal.staff_url + "/klienter")
    staff.get_by_role("link", name=re.compile("Mariam Sandell")).click()
    staff.get_by_role("link", name="Läs och skriv").first.click()
    staff.get_by_role("link", name="Skriv en anteckning").click()
    is_well(staff, axe=axe)
    staff.get_by_role("textbox", name="Rubrik").fill(title)
    staff.get_by_label("Dag").fill("2026-01-05")
    staff.get_by_label("Tid").fill("13:00")
    text = "Mariam kommer ensam.\n\nJonas arbetar heltid.\n\nGrannen har ringt och klagat."
    staff.get_by_role("textbox", name="Text", exact=True).fill(text)
    staff.get_by_role("button", name="Spara").click()
    said(staff, "Sparat som arbetsanteckning.")
    is_well(staff, axe=axe)


def lock_and_show(staff: Page, *, axe: bool) -> None:
    """Lock the note that is open, hide its last passage, look at it as the client will, and show it."""
    staff.get_by_role("button", name="Lås", exact=True).click()
    said(staff, "Låst.")
    staff.get_by_role("link", name="Visa för klienten").click()
    last = staff.locator(".i-pub").last
    last.get_by_role("radio", name="Dölj").check()
    last.get_by_label("Grund för att dölja").select_option("reporter")
    staff.locator("label[for=checked]").click()
    is_well(staff, axe=axe)
    staff.get_by_role("button", name="Se som klienten").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Så här ser klienten texten")
    expect(staff.get_by_role("main")).not_to_contain_text("Grannen")
    is_well(staff, axe=axe)
    staff.get_by_role("button", name="Visa för klienten").click()
    said(staff, "Klienten kan läsa nu.")


def open_record(client: Page, portal: DemoStack, title: str) -> None:
    client.goto(portal.client_url + "/journal")
    client.get_by_role("link", name=re.compile(title)).first.click()
    expect(client).to_have_url(RECORD)


@pytest.mark.parametrize(
    ("javascript", "device"), [(True, "desktop"), (False, "phone")], ids=["desktop", "phone-without-javascript"]
)
def test_what_is_wrong_is_corrected_and_the_change_is_seen_and_the_objection_stays(
    portal: DemoStack, open_page: Callable[..., Page], javascript: bool, device: str
) -> None:
    title, objection = f"Besök på {device}", f"Han arbetar halvtid ({device})."
    staff = open_page(device=device, javascript=javascript)
    sign_in_as(staff, portal, "Petra Almskog", "staff")
    write(staff, portal, title, axe=javascript)
    lock_and_show(staff, axe=javascript)
    written = staff.url

    client = open_page(device="phone", javascript=javascript)
    sign_in_as(client, portal, "Mariam Sandell")
    open_record(client, portal, title)
    expect(client.get_by_role("main")).not_to_contain_text("Grannen")
    passage = client.locator("#s2")
    passage.locator("details > summary").last.click()
    passage.get_by_role("radio", name="Stämmer inte", exact=True).check()
    passage.get_by_label("Berätta mer").fill(objection)
    passage.get_by_role("button", name=re.compile("^Skicka")).click()
    expect(passage).to_contain_text("Du: Stämmer inte")
    expect(passage).to_contain_text("svarar senast")

    staff.goto(portal.staff_url + "/synpunkter")
    is_well(staff, axe=javascript)
    staff.goto(written)
    staff.get_by_role("link", name="Klienten: Stämmer inte").click()
    expect(staff).to_have_url(REMARK)
    expect(staff.get_by_role("main")).to_contain_text(objection)
    is_well(staff, axe=javascript)
    staff.get_by_role("link", name="Rätta texten").click()
    expect(staff.locator("#synpunkt")).to_contain_text(objection)
    is_well(staff, axe=javascript)
    staff.get_by_label("Stycke 2").fill("Jonas arbetar halvtid.")
    staff.get_by_label("Varför ändrar du?").fill("Mariam sa till.")
    staff.get_by_role("button", name="Spara").click()
    staff.get_by_role("button", name="Lås", exact=True).click()
    staff.get_by_role("link", name="Visa för klienten").click()
    # What the check of before hid is hidden from the start.
    expect(staff.get_by_label("Grund för att dölja").last).to_have_value("reporter")
    staff.locator("label[for=checked]").click()
    staff.get_by_role("button", name="Visa för klienten").click()
    expect(staff).to_have_url(REMARK)
    expect(staff.get_by_role("radio", name="Texten är rättad")).to_be_checked()
    staff.get_by_label("Svar till klienten").fill("Tack, du har rätt.")
    is_well(staff, axe=javascript)
    staff.get_by_role("button", name="Skicka svar").click()
    said(staff, "Svaret är skickat. Kvittens")

    open_record(client, portal, title)
    expect(passage).to_contain_text("Jonas arbetar halvtid.")
    for words in ("Du: Stämmer inte", objection, "Tack, du har rätt.", "Du skrev det om version 1."):
        expect(passage).to_contain_text(words)
    is_well(client, axe=javascript)
    passage.get_by_role("link", name="Se vad som ändrades").click()
    expect(client.locator("ins")).to_have_text("halvtid")
    expect(client.locator("del")).to_have_text("heltid")
    expect(client.get_by_role("main")).not_to_contain_text("Grannen")
    is_well(client, axe=javascript)

    client.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": "ar", "url": portal.client_url}])
    client.reload()
    expect(client.locator("html")).to_have_attribute("dir", "rtl")
    expect(client.locator("ins")).to_have_text("halvtid")
    is_well(client, axe=javascript)
    open_record(client, portal, title)
    expect(passage).to_contain_text(objection)
    is_well(client, axe=javascript)


@pytest.mark.parametrize(
    ("javascript", "device"), [(True, "phone"), (False, "desktop")], ids=["phone", "desktop-without-javascript"]
)
def test_a_pdf_is_uploaded_checked_shown_and_read(
    portal: DemoStack, open_page: Callable[..., Page], tmp_path: Path, javascript: bool, device: str
) -> None:
    title, document = f"Intyg på {device}", tmp_path / "intyg.pdf"
    document.write_bytes(plain_pdf(pages=2))
    staff = open_page(device=device, javascript=javascript)
    sign_in_as(staff, portal, "Petra Almskog", "staff")
    staff.goto(portal.staff_url + "/klienter")
    staff.get_by_role("link", name=re.compile("Mariam Sandell")).click()
    staff.get_by_role("link", name="Läs och skriv").first.click()
    staff.get_by_role("link", name="Lägg till en pdf").click()
    is_well(staff, axe=javascript)
    staff.get_by_role("textbox", name="Rubrik").fill(title)
    staff.get_by_label("Dag").fill("2026-01-05")
    staff.get_by_label("Tid").fill("13:00")
    staff.get_by_label("Välj pdf").set_input_files(document)
    staff.get_by_role("button", name="Spara").click()
    said(staff, "Filen kontrolleras nu.")
    lock = staff.get_by_role("button", name="Lås", exact=True)
    if javascript:
        expect(lock).to_be_visible(timeout=30_000)
    for _look in range(40):
        if lock.is_visible():
            break
        staff.reload()
    is_well(staff, axe=javascript)
    lock.click()
    said(staff, "Låst.")
    staff.get_by_role("link", name="Visa för klienten").click()
    expect(staff.get_by_text("Inget i filen kan döljas.")).to_be_visible()
    staff.locator("label[for=checked]").click()
    staff.get_by_role("button", name="Visa för klienten").click()
    said(staff, "Klienten kan läsa nu.")

    client = open_page(device="phone", javascript=javascript)
    sign_in_as(client, portal, "Mariam Sandell")
    open_record(client, portal, title)
    with client.expect_download() as started:
        client.get_by_role("link", name=re.compile(r"Läs \(pdf, 2 sidor")).click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")
    is_well(client, axe=javascript)


def test_the_rest_is_right_in_one_go_and_back(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(device="phone")
    sign_in_as(page, portal, "Mariam Sandell")
    open_record(page, portal, "Telefonsamtal")
    page.get_by_role("button", name="Resten stämmer").click()
    said(page, "markerade som rätt.")
    expect(page.get_by_role("button", name="Resten stämmer")).to_have_count(0)
    check_axe(page)
    page.get_by_role("button", name="Ångra").click()
    said(page, "Du har tagit tillbaka")
    expect(page.get_by_role("button", name="Resten stämmer")).to_be_visible()
