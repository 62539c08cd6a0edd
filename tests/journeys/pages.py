"""The pages as people use them: by names, labels and headings, never by the insides of the markup where words do."""

import re
from collections.abc import Callable
from typing import Literal

from playwright.sync_api import Locator, Page, expect

from portal.demo.stack import DemoStack

SideName = Literal["client", "staff"]
PROVIDERS: dict[str, str] = {"client": "Testlegitimation", "staff": "Kommunens inloggning (test)"}
PATIENCE_MS = 15_000
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
THREAD = re.compile(rf"/meddelanden/{UUID}")
RECEIPT = re.compile(r"\d{6}-[0-9A-Z]{4,12}")


def address(portal: DemoStack, side: SideName) -> str:
    """Return where a side of the portal answers."""
    return portal.client_url if side == "client" else portal.staff_url


def choose_provider(page: Page, name: str) -> None:
    """Press the button of a way to sign in, and wait for its page."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(page).to_have_title(re.compile("Demo-legitimation"))


def answer_at_provider(page: Page, button: str) -> None:
    """Press one of the provider's buttons, go on to the portal, also without JavaScript, and wait for its page."""
    page.get_by_role("button", name=button, exact=True).click()
    onwards = page.get_by_role("button", name="Fortsätt", exact=True)
    onwards.or_(page.locator("main#innehall")).first.wait_for()
    if onwards.is_visible():
        onwards.click()
    page.locator("main#innehall").wait_for()


def identify(page: Page, person: str) -> None:
    """Choose a person at the provider and sign in."""
    page.get_by_role("radio", name=re.compile(re.escape(person))).check()
    answer_at_provider(page, "Logga in")


def sign_in_as(page: Page, portal: DemoStack, person: str, side: SideName = "client") -> None:
    """Sign in from the start, through a real round trip to the provider."""
    page.goto(address(portal, side) + "/")
    choose_provider(page, PROVIDERS[side])
    identify(page, person)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Idag" if side == "client" else re.compile("^(Arbetskö|Drift)$")
    )


def sign_out(page: Page) -> None:
    """Sign out by the menu."""
    page.locator("details.i-menu > summary").click()
    page.get_by_role("button", name="Logga ut", exact=True).first.click()


def is_signed_out(page: Page) -> None:
    """See that the page is the one to sign in on, with nothing of a person's."""
    expect(page).to_have_title("Logga in – Insyn")
    expect(page.get_by_role("button", name="Testlegitimation", exact=True)).to_be_visible()
    expect(page.locator(".i-menu")).to_have_count(0)


def eventually(page: Page, there: Callable[[], Locator]) -> None:
    """Load the page anew until something is there, as a person does who waits."""
    for _ in range(20):
        if there().count():
            return
        page.wait_for_timeout(PATIENCE_MS / 20)
        page.reload()
    expect(there()).not_to_have_count(0)


class Thread:
    """A conversation, of either side."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.locator("#skriv textarea")
        self.send_button = page.locator("#skriv").get_by_role("button", name="Skicka")
        self.confirmation = page.locator("#svara .ds-alert[data-color=success]")
        self.summary = page.locator(".ds-error-summary")
        self.bubbles = page.locator(".i-msg")

    def open(self) -> "Thread":
        """Go to the only conversation of a client by the main menu."""
        self.page.get_by_role("navigation").get_by_role("link", name=re.compile("^Meddelanden")).click()
        expect(self.page).to_have_url(THREAD)
        expect(self.box).to_be_visible()
        return self

    def write(self, text: str) -> None:
        """Fill the box without sending."""
        self.box.fill(text)

    def send(self) -> None:
        """Press the button."""
        self.send_button.click()

    def write_message(self, text: str) -> str:
        """Write, send, and return the number of the receipt."""
        earlier = self.confirmation.inner_text() if self.confirmation.count() else "-"
        self.write(text)
        self.send()
        # The confirmation of an earlier message may still be there: it is not this one's.
        expect(self.confirmation).not_to_have_text(earlier)
        expect(self.confirmation).to_contain_text("Skickat. Kvittens")
        found = RECEIPT.search(self.confirmation.inner_text())
        assert found
        return found.group()

    def with_text(self, text: str) -> Locator:
        """Return the messages with a text."""
        return self.bubbles.filter(has_text=text)

    def is_delivered(self, text: str) -> None:
        """Wait until the page says that the message has arrived."""
        # "Inte levererat än" also says "levererat".
        eventually(self.page, lambda: self.with_text(text).filter(has_text="levererat", has_not_text="inte levererat"))
