"""The whole way of a message: written by a client, answered by a caseworker, read, and safe in the back office."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from portal.demo.stack import DemoStack
from tests.journeys.pages import Thread, is_signed_out, sign_in_as, sign_out
from tests.journeys.stores import Stores

WAYS = [
    pytest.param("phone", True, "Torsten Källmyr", "Trygghetslarm", "Tove Rosenmyr", id="phone"),
    pytest.param("desktop", False, "Axel Lövdala", "Hemtjänst", "Tove Rosenmyr", id="desktop-without-javascript"),
]


@pytest.mark.parametrize(("device", "javascript", "client", "case", "caseworker"), WAYS)
def test_a_message_is_written_answered_read_and_delivered(
    portal: DemoStack,
    stores: Stores,
    open_page: Callable[..., Page],
    device: str,
    javascript: bool,
    client: str,
    case: str,
    caseworker: str,
) -> None:
    question = f"Hej! När kommer ni på {device}? Ring gärna före lunch."
    answer = f"Vi kommer på torsdag klockan 10, {client.partition(' ')[0]}."
    own = open_page(device=device, javascript=javascript)
    sign_in_as(own, portal, client)
    # The start page is filled from the back-office store.
    expect(own.get_by_text(case, exact=True).first).to_be_visible()
    expect(own.get_by_text(caseworker, exact=True).first).to_be_visible()
    mine = Thread(own).open()
    receipt = mine.write_message(question)
    expect(mine.with_text(question)).to_have_count(1)

    work = open_page(device="desktop", javascript=javascript)
    sign_in_as(work, portal, caseworker, "staff")
    work.get_by_role("link", name=re.compile(f"^Svara.*{client}")).click()
    theirs = Thread(work)
    expect(theirs.with_text(question)).to_have_count(1)
    theirs.write_message(answer)
    expect(theirs.with_text(answer)).to_have_count(1)

    own.goto(portal.client_url + "/idag")
    own.locator(".i-hero").get_by_role("link", name="Läs och svara").click()
    expect(mine.with_text(answer)).to_have_count(1)
    expect(mine.with_text(question)).to_contain_text(f"läst av {caseworker.partition(' ')[0]}")
    mine.is_delivered(question)

    received = stores.received(question)
    assert [(found.author, found.receipt is not None) for found in received] == [("client", True)]
    assert receipt not in {"", received[0].id}
    theirs.is_delivered(answer)
    assert len(stores.received(answer)) == 1

    sign_out(own)
    expect(own.get_by_role("heading", level=1)).to_have_text("Du är utloggad")
    own.goto(portal.client_url + "/meddelanden")
    is_signed_out(own)
