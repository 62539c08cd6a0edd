"""The skeleton in Arabic: right to left, no Swedish word left unmarked, numbers and names in their own order."""

import re
from collections.abc import Iterator
from copy import copy

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.core import i18n
from portal.core.db import writing
from tests.messages.world import World, answer, build, sign_in, write
from tests.support.client import Page, PageClient

LATIN_WORDS = re.compile(r"[A-Za-zÅÄÖåäö]{2,}")
RECEIPT = re.compile(r"\b\d{6}-\w{6,}\b")
# Names and marks that are the same in every language.
SAME = {"Insyn", "Esc", "WCAG", "AA", "Digg", "IMY", "Kvinnofridslinjen", "Socialjouren", "Petra", "Almskog", "Mariam"}


@pytest.fixture(autouse=True)
def swedish_afterwards() -> Iterator[None]:
    """A request sets the language for the rest of its thread, which here is the thread of all tests."""
    with i18n.use_locale(i18n.SOURCE_LOCALE):
        yield


def in_arabic(browser: PageClient) -> PageClient:
    browser.set_cookie("insyn-sprak", "ar")
    return browser


def latin(page: Page) -> set[str]:
    """Return the Latin words of a page's <main> that are not marked as another language."""
    main = copy(page.one("main"))
    for tag in main.select("[lang]"):
        tag.decompose()
    return set(LATIN_WORDS.findall(RECEIPT.sub("", main.get_text(" ")))) - SAME


def root(page: Page) -> Tag:
    return page.one("html")


def test_the_sign_in_pages_run_from_right_to_left(client: PageClient, staff_client: PageClient) -> None:
    for browser in (client, staff_client):
        page = in_arabic(browser).page("/logga-in")
        assert (root(page)["lang"], root(page)["dir"]) == ("ar", "rtl")
        assert set(LATIN_WORDS.findall(page.heading)) <= SAME


def test_the_language_is_taken_from_the_browsers_wish(client: PageClient) -> None:
    page = Page(client.get("/logga-in", headers={"Accept-Language": "ar-SY,ar;q=0.9,en;q=0.5"}))
    assert (root(page)["lang"], root(page)["dir"]) == ("ar", "rtl")


@pytest.mark.parametrize("address", ["/tillganglighet", "/uppgifter", "/sprak"])
def test_open_pages_have_no_unmarked_swedish(client: PageClient, address: str) -> None:
    page = in_arabic(client).page(address)
    assert latin(page) - {"Testkommun"} == set()


def test_telephone_numbers_keep_their_order(client: PageClient) -> None:
    page = in_arabic(client).page("/logga-in")
    for link in page.soup.select("main a[href^='tel:']"):
        assert link.bdi is not None, link


def test_a_page_that_is_not_there_says_so_in_arabic(client: PageClient) -> None:
    page = in_arabic(client).page("/finns-inte", 404)
    assert root(page)["dir"] == "rtl"
    assert latin(page) == set()


def test_a_forged_post_is_refused_in_arabic_without_words_of_a_library(client: PageClient) -> None:
    answer = in_arabic(client).post("/logga-in/okand", data={})
    page = Page(answer)
    assert answer.status_code == 400
    assert root(page)["lang"] == "ar"
    assert latin(page) == set()


@pytest.fixture
def conversation(app: Flask, client: PageClient) -> Page:
    sessions: sessionmaker[Session] = app.extensions["insyn.sessions"]
    with writing(sessions) as session:
        world: World = build(session)
        write(session, world, "مرحبا")
        answer(session, world, "Hej!")
    sign_in(sessions, client, world.client(world.mariam))
    return in_arabic(client).page(f"/meddelanden/{world.money}")


def test_a_conversation_is_arabic_around_what_people_wrote(conversation: Page) -> None:
    assert root(conversation)["dir"] == "rtl"
    assert latin(conversation) - {"Hej"} == set()
    assert all(tag["dir"] == "auto" for tag in conversation.soup.select(".i-bubble .i-pre"))


def test_todays_page_marks_swedish_titles_as_swedish(conversation: Page, client: PageClient) -> None:
    page = client.page("/idag")
    assert [tag.text for tag in page.soup.select("bdi[lang=sv]")] == ["Ekonomi"]
    assert latin(page) == set()


def test_every_language_can_be_chosen_and_names_itself(client: PageClient) -> None:
    for code, language in i18n.LOCALES.items():
        page = client.page(f"/sprak/{code}?next=/logga-in")
        assert (root(page)["lang"], root(page)["dir"]) == (code, language.direction)
