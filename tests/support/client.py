"""A test client that checks every page it fetches, and submits forms as a browser would."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from bs4 import Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.page_check import Allowed, check_fragment, check_page, parsed

Value = str | Iterable[str] | Any
# Where the identity providers of the tests' settings are said to be; nothing answers there.
IDP_URL = "http://localhost:8003"
UNSENT_TYPES = {"submit", "button", "reset", "image", "file"}


class PageClient(FlaskClient):
    """Flask's client; every answer that is HTML is held against the rules of `page_check`."""

    # A feed's address is given to the device's calendar program.
    allowed = Allowed(origins=frozenset({IDP_URL, "webcal://localhost"}))

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request and check the page that answers it, also each one on the way of a redirect."""
        response = super().open(*args, **kwargs)
        for answer in (*response.history, response):
            if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400 and answer.status_code != 204:
                if answer.request.headers.get("HX-Request") == "true" and "<html" not in answer.text:
                    check_fragment(answer.text, self.allowed)
                else:
                    check_page(answer.text, dict(answer.headers), self.allowed)
        return response

    def page(self, address: str, status: int = 200) -> "Page":
        """Fetch a page, following redirects, and expect this status."""
        return self._page(self.get(address, follow_redirects=True), status)

    def submit(
        self,
        page: "Page",
        form: str | None = None,
        fields: dict[str, Value] | None = None,
        *,
        status: int = 200,
        button: str = "",
    ) -> "Page":
        """Fill a form in and send it, following redirects.

        `form` is a CSS selector (may be left out where the page's <main> has one form); `fields` holds what is typed,
        the rest keeps its value; a list sends a name several times, None leaves it out; `button` is the text of the
        button that is pressed. Raises LookupError for a field that the form does not have.
        """
        found = page.form(form)
        values = form_values(found)
        names = {str(tag["name"]) for tag in found.find_all(True, attrs={"name": True})}
        for name, value in (fields or {}).items():
            if name not in names:
                raise LookupError(f"the form has no field {name!r}, only {sorted(names)}")
            values.pop(name, None)
            if value is not None:
                values[name] = (
                    list(value) if isinstance(value, list | tuple | set) and name not in _files(found) else value
                )
        pressed = _button(found, button)
        if pressed is not None and pressed.get("name"):
            values[str(pressed["name"])] = str(pressed.get("value", ""))
        action = str((pressed.get("formaction") if pressed else None) or found.get("action") or page.address)
        method = str(found.get("method", "get")).upper()
        sent = {"data": values} if method == "POST" else {"query_string": values}
        return self._page(self.open(action, method=method, follow_redirects=True, **sent), status)

    def _page(self, response: TestResponse, status: int) -> "Page":
        if response.status_code != status:
            heading = parsed(response.text).soup.h1 if response.mimetype == "text/html" else None
            shown = heading.get_text(" ", strip=True) if heading else response.mimetype
            raise AssertionError(f"{response.request.path}: {response.status_code} ({shown}) instead of {status}")
        return Page(response)


class Page:
    """A fetched page, with what tests ask of it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.soup = parsed(response.text).soup
        parts = urlsplit(response.request.url)
        self.address = parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def heading(self) -> str:
        """The text of the h1."""
        return self.soup.h1.get_text(" ", strip=True) if self.soup.h1 else ""

    @property
    def text(self) -> str:
        """The text of <main>, with single spaces."""
        return " ".join((self.soup.main or self.soup).get_text(" ").split())

    def one(self, selector: str) -> Tag:
        """Return the only element of a CSS selector; LookupError if there are none or several."""
        found = self.soup.select(selector)
        if len(found) != 1:
            raise LookupError(f"{self.address}: {len(found)} elements for {selector!r}")
        return found[0]

    def link(self, text: str) -> str:
        """Return the address of the only link with this text; LookupError if there is no such link."""
        found = {
            str(tag["href"]) for tag in self.soup.find_all("a", href=True) if text in tag.get_text(" ", strip=True)
        }
        if len(found) != 1:
            raise LookupError(f"{self.address}: {len(found)} links with {text!r}")
        return found.pop()

    def form(self, selector: str | None = None) -> Tag:
        """Return a form: by CSS selector, or the only one in <main>."""
        return self.one(selector or "main form")

    def errors(self) -> list[str]:
        """Return the texts of the fields that are marked as wrong."""
        ids = {
            name
            for tag in self.soup.find_all(True, attrs={"aria-invalid": "true"})
            for name in str(tag.get("aria-describedby", "")).split()
        }
        found = [self.soup.find(id=name) for name in sorted(ids)]
        return [tag.get_text(" ", strip=True) for tag in found if isinstance(tag, Tag)]


def form_values(form: Tag) -> dict[str, Any]:
    """Return what a browser would send for an untouched form, buttons and files left out."""
    values: dict[str, Any] = {}
    for tag in form.find_all(["input", "select", "textarea"], attrs={"name": True}):
        if tag.has_attr("disabled"):
            continue
        for value in _control_values(tag):
            values.setdefault(str(tag["name"]), []).append(value)
    return values


def _control_values(tag: Tag) -> list[str]:
    if tag.name == "textarea":
        return [tag.get_text().removeprefix("\n")]
    if tag.name == "select":
        options = tag.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not chosen and options and not tag.has_attr("multiple"):
            chosen = options[:1]
        return [str(option.get("value", option.get_text(strip=True))) for option in chosen]
    kind = str(tag.get("type", "text")).lower()
    if kind in UNSENT_TYPES or (kind in {"radio", "checkbox"} and not tag.has_attr("checked")):
        return []
    return [str(tag.get("value", "on" if kind in {"radio", "checkbox"} else ""))]


def _files(form: Tag) -> set[str]:
    return {str(tag["name"]) for tag in form.find_all("input", type="file") if tag.get("name")}


def _button(form: Tag, text: str) -> Tag | None:
    buttons = [tag for tag in form.find_all("button") if str(tag.get("type", "submit")) == "submit"]
    if not text:
        return buttons[0] if len(buttons) == 1 else None
    found = [tag for tag in buttons if text in tag.get_text(" ", strip=True)]
    if len(found) != 1:
        raise LookupError(f"{len(found)} buttons with {text!r}")
    return found[0]


def multipart(fields: dict[str, str], *files: tuple[str, bytes, str]) -> dict[str, Any]:
    """Return what to post of a form with files (field, content, name), as a browser would send it.

    Made in memory, for the test client leaves large bodies in files of its own.
    """
    lines: list[bytes] = []
    for field, value in fields.items():
        lines += [b"--edge", f'Content-Disposition: form-data; name="{field}"'.encode(), b"", value.encode()]
    for field, content, name in files:
        head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"'
        lines += [b"--edge", head.encode(), b"", content]
    body = b"\r\n".join([*lines, b"--edge--", b""])
    return {"data": body, "content_type": "multipart/form-data; boundary=edge"}
