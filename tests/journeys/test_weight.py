"""What the pages weigh on the wire, as they are served: for old phones and dear data.

The portal compresses its assets, not its HTML: a conversation of many messages is heavier than what is measured here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import sign_in_as

pytestmark = ON_SQLITE
FIRST_VISIT_BYTES = 45_000
LATER_PAGE_BYTES = 10_000


@contextmanager
def weighed(page: Page) -> Iterator[list[int]]:
    """Collect how many bytes each answer took on the wire, headers and all; what the cache had takes none."""
    wire = page.context.new_cdp_session(page)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    wire.send("Network.enable")
    yield sizes
    wire.detach()


def test_the_first_visit_is_light(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(device="phone")
    with weighed(page) as sizes:
        page.goto(portal.client_url + "/", wait_until="networkidle")
    assert 0 < sum(sizes) <= FIRST_VISIT_BYTES, sizes


@pytest.mark.parametrize("path", ["/idag", "/meddelanden", "/inloggningar", "/sprak", "/tillganglighet"])
def test_a_later_page_is_lighter(portal: DemoStack, phone: Page, path: str) -> None:
    sign_in_as(phone, portal, "Semira Oxhagen")
    with weighed(phone) as sizes:
        phone.goto(portal.client_url + path, wait_until="networkidle")
    assert 0 < sum(sizes) <= LATER_PAGE_BYTES, sizes
