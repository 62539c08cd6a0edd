"""What is typed wrongly, by mistake or on purpose, is told in plain words, and nothing of it is lost or stored."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import Thread, sign_in_as
from tests.journeys.stores import Stores
from tests.support.axe import check_axe, check_geometry

pytestmark = ON_SQLITE
WAYS = [pytest.param("phone", True, id="htmx"), pytest.param("desktop", False, id="without-javascript")]
BAD = [
    pytest.param("", "Skriv något innan du skickar.", id="empty"),
    pytest.param("  \n\t \n", "Skriv något innan du skickar.", id="blank"),
    pytest.param("\u202e\u2066\u200b\ufeff\u200e", "Skriv något innan du skickar.", id="invisible"),
    pytest.param("å" * 10_001, "Texten är 1 tecken för lång.", id="a-letter-too-many"),
    pytest.param("lång " * 20_000, "Texten är 89999 tecken för lång.", id="100000"),
]


@pytest.fixture
def thread(portal: DemoStack, open_page: Callable[..., Page]) -> Callable[..., Thread]:
    def make(device: str, javascript: bool) -> Thread:
        page = open_page(device=device, javascript=javascript)
        sign_in_as(page, portal, "Hanna Fjällrot")
        return Thread(page).open()

    return make


@pytest.mark.parametrize(("device", "javascript"), WAYS)
@pytest.mark.parametrize(("text", "words"), BAD)
def test_a_bad_message_is_refused_and_can_be_mended(
    thread: Callable[..., Thread], stores: Stores, device: str, javascript: bool, text: str, words: str
) -> None:
    found = thread(device, javascript)
    before = found.bubbles.count()
    found.write(text)
    found.send()
    link = found.summary.get_by_role("link")
    expect(link).to_contain_text(words)
    expect(found.page).to_have_title("Fel: Meddelanden – Insyn")
    if len(text) > 10_000:
        expect(found.box).to_have_value(text.strip())
    expect(found.box).to_have_attribute("aria-invalid", "true")
    if javascript:
        expect(found.summary).to_be_focused()
        check_axe(found.page)
        check_geometry(found.page)
    link.click()
    expect(found.box).to_be_focused()
    expect(found.bubbles).to_have_count(before)
    if text:
        assert stores.received(text) == []


@pytest.mark.parametrize(("device", "javascript"), WAYS)
def test_a_mended_message_is_sent_and_the_errors_go(
    thread: Callable[..., Thread], device: str, javascript: bool
) -> None:
    found = thread(device, javascript)
    found.send()
    expect(found.summary).to_be_visible()
    found.write_message(f"Nu står det något, {device}.")
    expect(found.summary).to_have_count(0)
    expect(found.page).to_have_title("Meddelanden – Insyn")
    expect(found.with_text(f"Nu står det något, {device}.")).to_have_count(1)


@pytest.mark.parametrize(("device", "javascript"), WAYS)
def test_characters_that_hide_or_turn_text_are_taken_out(
    thread: Callable[..., Thread], stores: Stores, device: str, javascript: bool
) -> None:
    found = thread(device, javascript)
    found.write_message(f"Räk\u202ening\x07 <b>{device}</b>\u2066 & 'kvitto'\u200b العربية")
    clean = f"Räkning <b>{device}</b> & 'kvitto' العربية"
    expect(found.with_text(clean)).to_have_count(1)
    found.is_delivered(clean)
    assert len(stores.received(clean)) == 1


def test_the_longest_message_is_sent_whole(thread: Callable[..., Thread], stores: Stores) -> None:
    found = thread("phone", True)
    text = ("Tio tecken" * 1000)[:-3] + "end"
    found.write_message(text)
    found.page.reload()
    expect(found.bubbles.last.locator(".i-pre")).to_have_text(text)
    check_geometry(found.page)
