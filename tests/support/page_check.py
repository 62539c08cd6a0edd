"""What every HTML page of the portal must fulfil; each fault is one readable line.

Every page that a test fetches through `PageClient`, or opens through the browser fixtures, is held against this.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

TITLE_END = " – Insyn"
NOT_IN_TITLES = re.compile(r"socialtj|bistånd|försörjnings|orosanmäl|\b\d{6,8}[-+]?\d{4}\b", re.IGNORECASE)
IDENTITY_NUMBER = re.compile(r"(?<![\w-])(?:\d{12}|\d{10}|\d{6,8}[-+]\d{4})(?![\w-])")
ADDRESS_ATTRIBUTES = ("src", "href", "action", "formaction", "poster", "srcset", "data")
HTMX_ADDRESS_ATTRIBUTES = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete")
REFERRING_ATTRIBUTES = (
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-errormessage",
    "aria-owns",
    "list",
)
UNLABELLED_TYPES = {"hidden", "submit", "reset", "button", "image"}
# Addresses that a page may hold beside its own: telephone and mail, and where "Lämna sidan" leads.
SCHEMES = {"", "tel", "mailto", "sms", "webcal"}
EXIT_URL = "https://www.smhi.se/"
HEADERS = {
    "Content-Security-Policy": re.compile(r"default-src 'none'"),
    "Referrer-Policy": re.compile(r"^no-referrer$"),
    "Cache-Control": re.compile(r"no-store"),
    "X-Content-Type-Options": re.compile(r"^nosniff$"),
}


class BadPage(AssertionError):  # noqa: N818 - it is a failed assertion, told as such
    """A page that breaks the rules; the message lists every fault."""


@dataclass(frozen=True)
class Allowed:
    """Addresses that this page may lead to beside the portal's own (an identity provider, the exit)."""

    origins: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset({EXIT_URL})

    def __contains__(self, address: str) -> bool:
        parts = urlsplit(address)
        return address in self.addresses or f"{parts.scheme}://{parts.netloc}" in self.origins


NOTHING_ELSE = Allowed()


class Document:
    """A parsed page whose elements are listed once: every rule looks for some of them."""

    def __init__(self, html: str) -> None:
        self.soup = BeautifulSoup(html, "html5lib")
        self.tags = [tag for tag in self.soup.descendants if isinstance(tag, Tag)]
        self._named: dict[str, list[Tag]] = defaultdict(list)
        self._having: dict[str, list[Tag]] = defaultdict(list)
        for tag in self.tags:
            self._named[tag.name].append(tag)
            for attribute in tag.attrs:
                self._having[attribute].append(tag)
        self.ids = Counter(str(tag["id"]) for tag in self.having("id"))

    def named(self, *names: str) -> list[Tag]:
        """Return the elements of these names; those of one name in their order."""
        return [tag for name in names for tag in self._named.get(name, ())]

    def having(self, attribute: str) -> list[Tag]:
        """Return the elements that have an attribute, in their order."""
        return self._having.get(attribute, [])


@lru_cache(maxsize=1)
def parsed(html: str) -> Document:
    """Parse a page; what has just been checked isn't parsed again to be read, so nobody may change it."""
    return Document(html)


def check_page(html: str, headers: Mapping[str, str] | None = None, allowed: Allowed = NOTHING_ELSE) -> None:
    """Raise BadPage if a whole page, and its headers where given, break a rule."""
    page = parsed(html)
    faults = [fault for rule in RULES for fault in rule(page)]
    faults += foreign_addresses(page, allowed)
    if not html.lstrip().lower().startswith("<!doctype html>"):
        faults.append("no <!doctype html>")
    if headers is not None:
        faults += bad_headers(headers)
    _raise(faults)


def check_fragment(html: str, allowed: Allowed = NOTHING_ELSE) -> None:
    """Raise BadPage if an htmx fragment breaks a rule that holds for parts of pages."""
    page = parsed(html)
    faults = [fault for rule in FRAGMENT_RULES for fault in rule(page)]
    _raise(faults + list(foreign_addresses(page, allowed)))


def _raise(faults: list[str]) -> None:
    if faults:
        raise BadPage("\n".join(f"- {fault}" for fault in faults))


def headings(page: Document) -> Iterator[str]:
    """There is exactly one h1, with text, and no level is left out below it."""
    found = [tag for tag in page.named("h1") if not _hidden(tag)]
    if len(found) != 1:
        yield f"{len(found)} h1 instead of one"
    elif not found[0].get_text(strip=True):
        yield "the h1 is empty"


def title(page: Document) -> Iterator[str]:
    """The title ends with the portal's name and tells nothing about the person or the errand."""
    tag = page.soup.title
    text = tag.get_text(strip=True) if tag else ""
    if not text.endswith(TITLE_END) or text == TITLE_END.strip():
        yield f"the title {text!r} does not end with {TITLE_END!r}"
    if NOT_IN_TITLES.search(text):
        yield f"the title {text!r} is not neutral"
    first, _space, rest = text.partition(" ")
    if rest.startswith(f"{first} "):
        yield f"the title {text!r} begins twice alike"


def unique_ids(page: Document) -> Iterator[str]:
    """No id stands twice."""
    yield from (f"id {name!r} stands {count} times" for name, count in page.ids.items() if count > 1)


def references(page: Document) -> Iterator[str]:
    """What points at an id in the page points at one that is there."""
    for tag in page.named("label"):
        if "for" in tag.attrs and tag["for"] not in page.ids:
            yield f'<label for="{tag["for"]}"> points at nothing'
    for attribute in REFERRING_ATTRIBUTES:
        for tag in page.having(attribute):
            for name in str(tag[attribute]).split():
                if name not in page.ids:
                    yield f'<{tag.name} {attribute}="{name}"> points at nothing'
    for tag in page.named("a"):
        address = str(tag.get("href", ""))
        if len(address) > 1 and address.startswith("#") and address[1:] not in page.ids:
            yield f'<a href="{address}"> points at nothing'


def labels(page: Document) -> Iterator[str]:
    """Every control of a form has a name that is read out."""
    labelled = {str(tag["for"]) for tag in page.named("label") if tag.has_attr("for") and tag.get_text(strip=True)}
    for tag in page.named("input", "select", "textarea"):
        if str(tag.get("type", "")).lower() in UNLABELLED_TYPES or tag.has_attr("hidden"):
            continue
        parent = tag.find_parent("label")
        if not (
            str(tag.get("id", "")) in labelled
            or (parent is not None and parent.get_text(strip=True))
            or tag.get("aria-label")
            or tag.get("aria-labelledby")
        ):
            yield f"{_short(tag)} has no label"
    for tag in page.named("button", "a"):
        if tag.name == "a" and not tag.has_attr("href"):
            continue
        named = tag.get_text(strip=True) or tag.get("aria-label") or tag.get("aria-labelledby")
        if not named and not tag.find("img", alt=True) and not tag.find("title"):
            yield f"{_short(tag)} has no name"


def language(page: Document) -> Iterator[str]:
    """The page tells its language and its direction, and they agree."""
    root = page.soup.html
    lang, direction = (str(root.get(name, "")) for name in ("lang", "dir")) if root else ("", "")
    if not lang:
        yield "no lang on <html>"
    expected = "rtl" if lang.split("-")[0] in {"ar", "fa", "he", "ckb", "ps", "prs", "ur"} else "ltr"
    if direction != expected:
        yield f'dir="{direction}" on <html lang="{lang}">'


def skip_link(page: Document) -> Iterator[str]:
    """The first link leads past the menu, to the page's <main>."""
    first = next((tag for tag in page.named("a") if tag.has_attr("href")), None)
    main = page.soup.find("main")
    if main is None:
        yield "no <main>"
    elif first is None or str(first["href"]) != f"#{main.get('id', '')}":
        yield "the first link does not lead to <main>"


def forms(page: Document) -> Iterator[str]:
    """A form that posts to us carries the token against forgery; a form with a file says so."""
    for form in page.named("form"):
        action = str(form.get("action", ""))
        if str(form.get("method", "get")).lower() == "post" and not urlsplit(action).netloc:
            token = form.find("input", attrs={"name": "csrf_token"})
            if token is None or not token.get("value"):
                yield f"{_short(form)} has no csrf_token"
        if form.find("input", type="file") and form.get("enctype") != "multipart/form-data":
            yield f"{_short(form)} has a file but not enctype"


def nothing_inline(page: Document) -> Iterator[str]:
    """No style, script or handler stands in the page: the content security policy refuses them."""
    for tag in page.named("style"):
        yield f"{_short(tag)}: inline style"
    for tag in page.named("script"):
        if "src" not in tag.attrs and tag.get("type") not in {"application/json", "application/ld+json"}:
            yield f"{_short(tag)}: inline script"
    for tag in page.tags:
        for attribute in tag.attrs:
            if attribute == "style" or attribute.startswith(("on", "hx-on")):
                yield f"{_short(tag)}: inline {attribute}"
        if str(tag.get("href", "")).lower().startswith("javascript:"):
            yield f"{_short(tag)}: javascript address"


def images(page: Document) -> Iterator[str]:
    """Every image has a text, or an empty one; every drawing is named or hidden from screen readers."""
    yield from (f"{_short(tag)} has no alt" for tag in page.named("img") if "alt" not in tag.attrs)
    for tag in page.named("svg"):
        if not (tag.get("aria-hidden") == "true" or tag.get("role") == "img" or tag.find("title") or _hidden(tag)):
            yield f"{_short(tag)} is neither named nor hidden"


def neutral_addresses(page: Document) -> Iterator[str]:
    """No address holds what looks like an identity number."""
    for tag, _attribute, address in _addresses(page):
        if not address.startswith(("tel:", "sms:")) and IDENTITY_NUMBER.search(address):
            yield f"{_short(tag)[:20]}… has an address with what looks like an identity number"


def foreign_addresses(page: Document, allowed: Allowed) -> Iterator[str]:
    """No address leads elsewhere, but for those that are allowed; nothing is ever loaded from elsewhere."""
    for tag, attribute, address in _addresses(page):
        parts = urlsplit(address)
        if parts.scheme == "data" and attribute == "src":
            continue
        if (parts.netloc or parts.scheme not in SCHEMES) and not (
            tag.name in {"a", "form", "button"} and address in allowed
        ):
            yield f"{_short(tag)} leads elsewhere"


def bad_headers(headers: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a page's headers."""
    faults = []
    for name, wanted in HEADERS.items():
        value = headers.get(name, "")
        if not wanted.search(value):
            faults.append(f"header {name}: {value!r}")
    policy = headers.get("Content-Security-Policy", "")
    faults += [
        f"the content security policy has {word}" for word in ("unsafe-inline", "unsafe-eval", "*") if word in policy
    ]
    return faults


def _addresses(page: Document) -> Iterator[tuple[Tag, str, str]]:
    for attribute in (*ADDRESS_ATTRIBUTES, *HTMX_ADDRESS_ATTRIBUTES):
        for tag in page.having(attribute):
            value = str(tag[attribute])
            for address in value.split(",") if attribute == "srcset" else [value]:
                yield tag, attribute, address.strip().split(" ")[0] if attribute == "srcset" else address.strip()


def _hidden(tag: Tag) -> bool:
    return any(parent.has_attr("hidden") for parent in [tag, *tag.parents])


def _short(tag: Tag) -> str:
    """Return the opening tag without its content, and without what was typed into it."""
    attributes = "".join(
        f' {name}="{" ".join(value) if isinstance(value, list) else value}"'
        for name, value in tag.attrs.items()
        if name not in {"value", "class", "d"}
    )
    return f"<{tag.name}{attributes}>"[:160]


Rule = Callable[[Document], Iterator[str]]
FRAGMENT_RULES: tuple[Rule, ...] = (unique_ids, labels, forms, nothing_inline, images, neutral_addresses)
RULES: tuple[Rule, ...] = (*FRAGMENT_RULES, headings, title, references, language, skip_link)
