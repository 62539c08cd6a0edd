"""Applications in a browser as people fill them in: questions by their words, rows by their legends."""

import re

from playwright.sync_api import Locator, Page

Place = Page | Locator


def choose(place: Place, question: str, answer: str) -> None:
    """Answer a question by one of its cards."""
    asked = place.get_by_role("radiogroup", name=question).or_(place.get_by_role("group", name=question)).last
    asked.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(answer)}\s*$")).click()


def tick(place: Place, words: str) -> None:
    """Tick a card that stands alone: "there is none", or what is vouched for."""
    place.locator("label", has_text=words).click()


def add_row(page: Page, button: str, legend: str) -> Locator:
    """Press a button that adds a row, and return the row."""
    page.get_by_role("button", name=button).click()
    return page.get_by_role("group", name=legend, exact=True)


def go_on(page: Page) -> None:
    """Press the filled button of a part."""
    page.locator(".i-actions button[value=next]").click()
