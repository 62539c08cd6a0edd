"""Accessibility and geometry of a page in the browser.

axe does not notice a page that is laid out wrongly from right to left, nor one that must be scrolled sideways:
`check_geometry` does.
"""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only what breaks a rule is reported. axe would also fetch and read every style sheet beforehand, a third of its work,
# for one rule alone, which is an experiment and has none of the tags (`test_no_rule_needs_the_style_sheets`).
OPTIONS: dict[str, Any] = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    "reporter": "no-passes",
    "preload": {"assets": ["media"]},
}
SMALLEST_TARGET = 44
SMALLEST_DENSE_TARGET = 24

_RUN = """
options => window.axe.run(document, options).then(results => results.violations.flatMap(violation =>
  violation.nodes.map(node => `${violation.id}: ${violation.help}: ${node.target.join(" ")}`)))
"""

_GEOMETRY = """
({smallest}) => {
  const faults = [];
  const root = document.documentElement;
  const name = element => {
    const classes = [...element.classList].map(word => "." + word).join("");
    return `<${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}${classes}>`;
  };
  const shown = element => element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})
    && !element.closest("[hidden], .visually-hidden, .ds-sr-only");
  const box = element => element.getBoundingClientRect();
  if (root.scrollWidth > root.clientWidth) {
    const wide = [...document.body.querySelectorAll("*")].filter(shown)
      .filter(element => box(element).right > root.clientWidth + 1 || box(element).left < -1);
    faults.push(`must be scrolled sideways (${root.scrollWidth} > ${root.clientWidth}): `
      + wide.slice(-3).map(name).join(" "));
  }
  for (const part of document.querySelectorAll("main *")) {
    if (part.scrollWidth > part.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(part).overflowX)
        && shown(part) && part.tagName !== "TEXTAREA") {
      faults.push(`${name(part)} must be scrolled sideways (${part.scrollWidth} > ${part.clientWidth})`);
    }
  }
  const rtl = root.dir === "rtl";
  if (getComputedStyle(document.body).direction !== (rtl ? "rtl" : "ltr")) faults.push("the body's direction is wrong");
  for (const block of document.querySelectorAll("main h1, main h2, main p, main label, main legend")) {
    if (!shown(block) || block.closest("[dir]") !== root) continue;
    const style = getComputedStyle(block);
    if (["center", "-webkit-center", "end"].includes(style.textAlign)) continue;
    const range = document.createRange();
    range.selectNodeContents(block);
    const lines = [...range.getClientRects()].filter(line => line.width > 0);
    const outer = block.parentElement;
    if (!lines.length || ["flex", "grid"].some(kind => getComputedStyle(outer).display.includes(kind))) continue;
    const {left, right} = box(block);
    const inner = {left: left + parseFloat(style.paddingLeft), right: right - parseFloat(style.paddingRight)};
    const before = rtl ? inner.right - Math.max(...lines.map(line => line.right))
                       : Math.min(...lines.map(line => line.left)) - inner.left;
    const after = rtl ? Math.min(...lines.map(line => line.left)) - inner.left
                      : inner.right - Math.max(...lines.map(line => line.right));
    if (before > after + 8) faults.push(`${name(block)} does not start at the ${rtl ? "right" : "left"}`);
  }
  if (smallest) {
    const targets = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
    for (const target of document.querySelectorAll(targets)) {
      if (!shown(target) || target.disabled) continue;
      const style = getComputedStyle(target);
      if (target.tagName === "A" && style.display === "inline") continue;
      let {width, height} = box(target);
      if (width <= 1 && height <= 1) continue;  // a skip link, which grows when it is reached
      // A radio or a box is pressed through its label as well.
      for (const label of target.labels || []) {
        if (["radio", "checkbox", "file"].includes(target.type)) {
          // A card's label is stretched over all of it by a pseudo-element.
          const after = getComputedStyle(label, "::after");
          const stretched = after.content !== "none" && after.position === "absolute";
          const pressed = stretched && label.offsetParent ? label.offsetParent : label;
          width = Math.max(width, box(pressed).width);
          height = Math.max(height, box(pressed).height);
        }
      }
      if (width < smallest - 0.5 || height < smallest - 0.5) {
        faults.push(`${name(target)} is ${Math.round(width)} × ${Math.round(height)} px, less than ${smallest}`);
      }
    }
  }
  return [...new Set(faults)];
}
"""


@cache
def _source() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds, one readable line for each element."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {_source()} }} }}")
    found: list[str] = page.evaluate(_RUN, OPTIONS)
    return found


def check_axe(page: Page) -> None:
    """Raise AssertionError with every accessibility fault that axe finds; the page must have JavaScript on."""
    _raise(page, violations(page))


def geometry(page: Page, *, targets: bool = True) -> list[str]:
    """Return the faults of layout: scrolling sideways, wrong side to start from, too small targets."""
    faults: list[str] = page.evaluate(_GEOMETRY, {"smallest": SMALLEST_TARGET if targets else SMALLEST_DENSE_TARGET})
    return faults


def check_geometry(page: Page, *, targets: bool = True) -> None:
    """Raise AssertionError with every fault of layout; `targets=False` on staff pages: they may be denser, 24 px."""
    _raise(page, geometry(page, targets=targets))


def _raise(page: Page, faults: list[str]) -> None:
    assert not faults, f"{page.title()!r}:\n" + "\n".join(f"- {fault}" for fault in faults)
