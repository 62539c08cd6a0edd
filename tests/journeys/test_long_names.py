"""Names of people, cases and boards as long as they come: they wrap, and lie over nothing else."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from portal.demo.stack import DemoStack
from tests.journeys.kinds import ON_SQLITE
from tests.journeys.pages import SideName, address, sign_in_as
from tests.support.axe import geometry

pytestmark = ON_SQLITE
LONG = "Insatser enligt lagen om stöd och service till vissa funktionshindrade"
# Every name on the page becomes that long; told are those that leave the line they stand in.
LENGTHEN = """text => {
  const names = [...document.querySelectorAll("main bdi:not(.i-num)")]
    .filter(name => !name.closest("a[href^='tel:'], .i-tablecard"));
  for (const name of names) name.textContent = text;
  return names.map(name => {
    const [own, line] = [name, name.closest("h1, p, dd, li, .i-row__t, .i-row__m")].map(x => x.getBoundingClientRect());
    return own.right > line.right + 1 || own.left < line.left - 1 ? name.parentElement.className || "a line" : "";
  });
}"""


@pytest.mark.parametrize(
    ("side", "person", "paths"),
    [
        ("client", "Gunvor Stenhed", ["/idag", "/meddelanden", "/inloggningar"]),
        ("staff", "Petra Almskog", ["/meddelanden", "/klienter", "/klienter/*"]),
    ],
)
def test_long_names_wrap(
    portal: DemoStack, open_page: Callable[..., Page], side: SideName, person: str, paths: list[str]
) -> None:
    page = open_page(device="phone", base_url=address(portal, side))
    sign_in_as(page, portal, person, side)
    for path in paths:
        if path.endswith("*"):
            path = str(page.locator(f"main a[href^='{path[:-1]}']").first.get_attribute("href"))
        page.goto(path)
        page.set_viewport_size({"width": 320, "height": 640})
        told = page.evaluate(LENGTHEN, LONG)
        assert told
        assert set(told) == {""}, path
        assert geometry(page, targets=False) == []
