"""What staff list, on a phone: nothing is scrolled sideways, and a cell of what was a table says what it is."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.looks import COMBINATIONS, dress
from tests.journeys.pages import sign_in_as
from tests.support.axe import geometry, violations

pytestmark = ON_SQLITE
PHONE = [combination for combination in COMBINATIONS if combination[2] == 390 and combination[0] != "en"]
LISTS = {
    "Petra Almskog": ("/arbetsko", "/synpunkter", "/klienter", "/meddelanden", "/moten/forslag", "/kalender"),
    "Ulf Granhede": ("/personal", "/drift", "/motessorter"),
}
TABLES = {"/arbetsko", "/personal"}


@pytest.mark.parametrize("person", LISTS)
def test_lists_of_staff_need_no_scrolling_sideways(
    portal: DemoStack, open_page: Callable[..., Page], person: str
) -> None:
    page = open_page(device="phone", base_url=portal.staff_url)
    sign_in_as(page, portal, person, "staff")
    found = []
    for place, path in enumerate(LISTS[person]):
        for combination in PHONE[place % 2 :: 2]:
            dress(page, combination)
            page.goto(path)
            found += [f"{path} {combination}: {fault}" for fault in violations(page) + geometry(page, targets=False)]
            cells = page.locator(".i-queue tbody td[data-label]:visible")
            if path in TABLES:
                labels = cells.evaluate_all("all => all.map(one => getComputedStyle(one, '::before').content)")
                assert labels
                assert all(len(label.strip('"')) > 1 for label in labels)
                assert page.get_by_role("row").count() > 1
    assert not found, "\n" + "\n".join(f"- {fault}" for fault in found)
