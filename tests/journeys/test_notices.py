"""A client proves a mail address with the code that comes there, and gets one neutral mail when staff have answered."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from portal.core.i18n import LOCALES
from portal.demo.stack import DemoStack
from portal.notices.rules import NoticeKind
from portal.notices.texts import sentence
from tests.journeys.pages import Thread, sign_in_as
from tests.notices import smtp
from tests.notices.smtp import Mailbox
from tests.support import stack
from tests.support.axe import geometry, violations

ADDRESS = "mariam@post.example"
PATIENCE = 30


@pytest.fixture(scope="module")
def box() -> Mailbox:
    return Mailbox()


@pytest.fixture(scope="module")
def mailing(box: Mailbox) -> Iterator[DemoStack]:
    """A portal that sends its mail to ours, at any hour and at once."""
    with smtp.serving(box) as port:
        changes = {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(port), "SMTP_TLS": "none"}
        changes |= {"MAIL_FROM": "insyn@kommun.example", "NOTICE_COLLAPSE_MINUTES": "0", "NOTICE_QUIET_FROM": "7"}
        with stack.running("notices", changes={f"INSYN_{name}": value for name, value in changes.items()}) as found:
            yield found


def arrived(box: Mailbox, number: int) -> str:
    """Wait for so many mails, and return what the last one says."""
    deadline = time.monotonic() + PATIENCE
    while len(box.mails) < number:
        assert time.monotonic() < deadline, f"{len(box.mails)} mails instead of {number}"
        time.sleep(0.1)
    assert len(box.mails) == number
    return str(box.parsed()[-1].get_content()).strip()


def in_order(page: Page) -> None:
    faults = violations(page) + geometry(page, targets=True)
    assert not faults, faults


def test_an_address_is_proved_and_one_neutral_mail_comes(
    mailing: DemoStack, box: Mailbox, open_page: Callable[..., Page]
) -> None:
    own = open_page(device="phone", javascript=False)
    sign_in_as(own, mailing, "Mariam Sandell")
    own.locator("details.i-menu > summary").click()
    own.get_by_role("link", name="Mina uppgifter").click()
    own.get_by_role("link", name=re.compile("Lägg till.*E-post")).click()
    own.get_by_label("Din e-postadress").fill(ADDRESS)
    own.get_by_role("button", name="Skicka kod").click()
    code = re.search(r"\d{6}", arrived(box, 1))
    assert code is not None
    own.get_by_label("Koden").fill(code.group())
    own.get_by_role("button", name="Klar", exact=True).click()
    expect(own.get_by_role("status").first).to_have_text("Klart. Vi skickar dit när något är nytt.")
    own.get_by_role("link", name="Ändra hur du får besked").click()
    own.get_by_label("Språk").select_option("ar")
    own.get_by_role("button", name="Spara").click()
    expect(own.locator(".i-bubble")).to_contain_text(sentence(NoticeKind.NEWS, "ar"))

    work = open_page(device="desktop")
    sign_in_as(work, mailing, "Petra Almskog", "staff")
    work.goto(mailing.staff_url + "/meddelanden")
    work.locator("main").get_by_role("link", name=re.compile("Mariam")).first.click()
    Thread(work).write_message("Hej Mariam! Vi hörs på torsdag.")
    assert arrived(box, 2) == sentence(NoticeKind.NEWS, "ar")
    assert [mail["To"] for mail in box.parsed()] == [ADDRESS, ADDRESS]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_pages_are_in_order_in_every_language(
    mailing: DemoStack, open_page: Callable[..., Page], locale: str
) -> None:
    page = open_page(device="phone")
    sign_in_as(page, mailing, "Linnea Björkvad")
    page.goto(f"{mailing.client_url}/sprak/{locale}")
    for path in ("", "/epost", "/mobil", "/aviseringar"):
        page.goto(f"{mailing.client_url}/mina-uppgifter{path}")
        in_order(page)
