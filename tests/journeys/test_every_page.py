"""Every page that links lead to, on both sides: accessible and well laid out in each language, scheme and width.

In the ordinary run every page is seen in one of the combinations, so chosen that all of them occur; `make soak` sees
every page in all.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.looks import COMBINATIONS, Combination, dress, faults
from tests.journeys.pages import UUID, SideName, address, sign_in_as

pytestmark = ON_SQLITE
EACH_PAGE_SEEN = 1
# Not pages: they change something, lead away, or answer no HTML.
NO_PAGES = re.compile(
    r"^/(lamna|saml/|sprak/|static/|halsa|filer/)|^.*\.ics$|^/ansokan/.*/kopia$"
    r"|^/journal/.*/(fil|dokument)$|^/dokumentation/.*/fil$"
)


@dataclass(frozen=True)
class Visit:
    """Somebody whose pages are looked at, and those that must be among them."""

    side: SideName
    person: str | None
    expected: frozenset[str]


COMMON = frozenset({"/inloggningar", "/sprak", "/kalenderadress"})
OWN = frozenset({"/mina-uppgifter", "/moten"})
SENT = frozenset({"/ansokan", "/ansokan/*", "/ansokan/*/komplettera"})
BEGUN = frozenset({"/ansokan", "/ansokan/*", "/ansokan/*/del/household", "/ansokan/*/berakning", "/ansokan/*/ta-bort"})
CALENDAR = frozenset({"/kalender", "/kalender/i-dag", "/moten/forslag", "/moten/bjud-in/*"})
HOURS = frozenset({"/tider/*", "/tider/*/bokning", "/tider/*/vecka/ny", "/tider/*/franvaro/ny", "/tider/*/kalender"})
DOCUMENTATION = frozenset(f"/dokumentation/arende/*{more}" for more in ("", "/ny", "/dokument"))
KINDS = frozenset({"/motessorter", "/motessorter/ny", "/motessorter/*", "/platser/ny", "/platser/*"})
STATEMENTS = frozenset({"/tillganglighet", "/uppgifter"})
VISITS = {
    "signed-out": Visit("client", None, frozenset({"/logga-in"}) | STATEMENTS),
    "two-cases": Visit(
        "client",
        "Gunvor Stenhed",
        frozenset({"/idag", "/moten", "/moten/boka", "/moten/foresla", "/meddelanden", "/meddelanden/*"})
        | COMMON
        | OWN,
    ),
    "unread": Visit(
        "client",
        "Mariam Sandell",
        frozenset({"/idag", "/journal", "/journal/*", "/journal/*/andrat", "/meddelanden/*"})
        | COMMON
        | STATEMENTS
        | SENT,
    ),
    "no-case": Visit("client", "Oskar Bäckarv", frozenset({"/idag", "/meddelanden"}) | COMMON),
    "closed": Visit("client", "Daniel Forsmo", frozenset({"/idag", "/meddelanden/*"}) | COMMON),
    "arabic": Visit("client", "Layla Nourhed", frozenset({"/idag", "/meddelanden/*"}) | COMMON | BEGUN),
    "staff-signed-out": Visit("staff", None, frozenset({"/logga-in"})),
    "caseworker": Visit(
        "staff",
        "Karin Ekhamre",
        frozenset({"/arbetsko", "/meddelanden", "/meddelanden/*", "/klienter", "/klienter/*"})
        | DOCUMENTATION
        | COMMON
        | CALENDAR
        | HOURS,
    ),
    "manager": Visit(
        "staff",
        "Ulf Granhede",
        frozenset({"/drift", "/personal", "/personal/ny", "/personal/*", "/personal/*/stang"}) | COMMON | KINDS,
    ),
    "caseworker-elsewhere": Visit("staff", "Amina Lundavik", frozenset({"/arbetsko", "/meddelanden/*"})),
}


def pattern(path: str) -> str:
    return re.sub(UUID, "*", path)


def links(page: Page, origin: str) -> Iterator[str]:
    for href in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
        url = urljoin(page.url, href)
        path = urlsplit(url).path
        if url.startswith(origin + "/") and not NO_PAGES.match(path):
            yield path


@dataclass
class Crawl:
    """Follows links; each page that is new is looked at in the very load that brought it."""

    page: Page
    side: SideName
    origin: str
    chosen: Callable[[int], list[Combination]]
    seen: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def run(self, each: int = 2) -> None:
        """Go to every address that links lead to from the open page; of pages alike at most to a few."""
        asked: list[str] = []
        waiting = [urlsplit(self.page.url).path]
        while waiting:
            path = waiting.pop(0)
            if path in asked or sum(pattern(path) == pattern(one) for one in asked) >= each:
                continue
            asked.append(path)
            waiting += self._visit(path)

    def _visit(self, path: str) -> list[str]:
        first, *others = self.chosen(len(self.seen))
        dress(self.page, first)
        self.page.goto(self.origin + path)
        onwards = list(links(self.page, self.origin))
        landed = urlsplit(self.page.url).path
        if landed not in self.seen:
            self.seen.append(landed)
            self.faults += faults(self.page, self.side, first)
            for combination in others:
                dress(self.page, combination)
                self.page.goto(self.origin + landed)
                self.faults += faults(self.page, self.side, combination)
        return onwards


def look_at_all(
    portal: DemoStack, open_page: Callable[..., Page], visit: Visit, chosen: Callable[[int], list[Combination]]
) -> None:
    origin = address(portal, visit.side)
    page = open_page(device="desktop", base_url=origin)
    if visit.person:
        sign_in_as(page, portal, visit.person, visit.side)
    else:
        page.goto("/")
    crawl = Crawl(page, visit.side, origin, chosen)
    crawl.run()
    assert visit.expected <= set(map(pattern, crawl.seen))
    found = dict.fromkeys(crawl.faults)
    assert not found, "\n" + "\n".join(f"- {re.sub(UUID, '*', fault)}" for fault in found)


@pytest.mark.parametrize("name", VISITS)
def test_every_page_is_in_order(portal: DemoStack, open_page: Callable[..., Page], name: str) -> None:
    start = 5 * list(VISITS).index(name)

    def share(number: int) -> list[Combination]:
        # 5 and 12 have no common factor: step by step every combination comes.
        first = start + number * EACH_PAGE_SEEN
        return [COMBINATIONS[5 * (first + step) % len(COMBINATIONS)] for step in range(EACH_PAGE_SEEN)]

    look_at_all(portal, open_page, VISITS[name], share)


@pytest.mark.soak
@pytest.mark.parametrize("name", VISITS)
def test_every_page_is_in_order_in_every_way(portal: DemoStack, open_page: Callable[..., Page], name: str) -> None:
    look_at_all(portal, open_page, VISITS[name], lambda _number: COMBINATIONS)
