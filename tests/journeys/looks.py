"""How a page looks in each language, colour scheme and width: accessible, and laid out with nothing out of place."""

from itertools import product
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from playwright.sync_api import Page

from portal.web.site import LANGUAGE_COOKIE
from tests.journeys.pages import SideName
from tests.support.axe import geometry, violations

Combination = tuple[str, str, int]
COMBINATIONS: list[Combination] = list(product(["sv", "en", "ar"], ["light", "dark"], [390, 1280]))
NARROW = 320


def dress(page: Page, combination: Combination) -> None:
    """Set language, colour scheme and width; the language is that of the next page."""
    language, scheme, width = combination
    # The address without a path: else the cookie is one beside the others, for pages below that path alone.
    page.context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": urljoin(page.url, "/")}])
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 844})


def faults(page: Page, side: SideName, combination: Combination) -> list[str]:
    """Return what is wrong with the page that is open, in the width that it has and in the narrowest one."""
    language = page.locator("html").get_attribute("lang")
    found = [] if language == combination[0] else [f"lang is {language}"]
    found += violations(page) + geometry(page, targets=side == "client")
    page.set_viewport_size({"width": NARROW, "height": 640})
    found += [f"at {NARROW} px: {fault}" for fault in geometry(page, targets=side == "client")]
    return [f"{urlsplit(page.url).path} {combination}: {fault}" for fault in found]


class Looks:
    """Sees a page in some of the combinations, in others with each page, or in all of them (`make soak`).

    Staff read Swedish.
    """

    def __init__(self, test: str, *, all_of_them: bool) -> None:
        self._all = all_of_them
        # The same ones each time, so that what fails does so again.
        self._next = crc32(test.encode())

    def __call__(self, page: Page, side: SideName, *, answer: bool = False) -> None:
        """Raise AssertionError with everything that is wrong, and leave the page as it was.

        ``answer``: the page answers a form that was sent; it can't be loaded again, so its language stays.
        """
        before = page.viewport_size
        wanted = [one for one in COMBINATIONS if one[0] == "sv" or (side == "client" and not answer)]
        found = [fault for one in self._share(wanted) for fault in self._seen(page, side, one, answer=answer)]
        dress(page, ("sv", "light", before["width"] if before else 1280))
        if before:
            page.set_viewport_size(before)
        if not answer:
            page.reload()
        assert not found, "\n" + "\n".join(f"- {fault}" for fault in dict.fromkeys(found))

    def _share(self, wanted: list[Combination]) -> list[Combination]:
        if self._all:
            return wanted
        self._next += 1
        # Two that have nothing in common: wherever one looks right, the other may not.
        first = wanted[self._next % len(wanted)]
        others = [one for one in wanted if one[1:] == ("dark" if first[1] == "light" else "light", 1670 - first[2])]
        return [first, others[self._next % len(others)]]

    def _seen(self, page: Page, side: SideName, combination: Combination, *, answer: bool) -> list[str]:
        dress(page, combination)
        if not answer:
            page.reload()
        return faults(page, side, combination)
