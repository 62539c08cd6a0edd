"""A visitor of real servers: keeps cookies, follows redirects, sends forms; what a browser does, without one."""

from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
from bs4 import BeautifulSoup, Tag

# By the name of its field: the name of a file and its content.
Files = dict[str, tuple[str, bytes]]


class Visitor:
    """One browser; cookies are kept for each host, also secure ones, which Chromium sends to loopback without TLS."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}
        self._http = httpx.Client(timeout=20)
        self.url = ""
        self.page = BeautifulSoup("", "html5lib")
        self.status = 0

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def go(self, url: str, data: dict[str, str] | None = None, files: Files | None = None) -> None:
        """Fetch an address, or send a form to it, with files if there are any, and follow where it leads."""
        target, method = urljoin(self.url, url), "GET" if data is None else "POST"
        for _ in range(10):
            answer = self._send(method, target, data, files)
            if not answer.is_redirect:
                break
            method, data, files, target = "GET", None, None, urljoin(target, answer.headers["location"])
        self.url, self.status = target, answer.status_code
        self.page = BeautifulSoup(answer.text, "html5lib")

    def submit(self, form: Tag, files: Files | None = None, **fields: str) -> None:
        """Fill a form in and send it."""
        values = {
            str(tag["name"]): str(tag.get("value", "")) for tag in form.select("input[type=hidden][name]")
        } | fields
        self.go(str(form.get("action") or self.url), values, files)

    def sign_in(self, portal_url: str, provider: str, person: str) -> None:
        """Sign in on one side of the portal, by the names that are shown."""
        self.go(f"{portal_url}/logga-in")
        button = self._with_text("form", provider)
        self.submit(button)
        chosen = next(tag for tag in self.page.select("label") if person in tag.get_text())
        level = self.page.select_one("input[name=level][checked]")
        assert level is not None
        self.submit(self.form(), person=str(chosen.select("input")[0]["value"]), level=str(level["value"]))
        self.submit(self.form())

    def follow(self, text: str) -> None:
        """Go where the first link in the page leads that holds a text."""
        self.go(next(str(link["href"]) for link in self.page.select("main a") if text in link.get_text()))

    def form(self, selector: str = "main form") -> Tag:
        """Return the first form that a CSS selector finds."""
        return self.page.select(selector)[0]

    def shows(self, text: str) -> bool:
        """Fetch the page anew and tell whether it shows a text."""
        self.go(self.url)
        return text in self.page.get_text()

    @property
    def heading(self) -> str:
        """The text of the h1."""
        return self.page.h1.get_text(" ", strip=True) if self.page.h1 else ""

    def _with_text(self, selector: str, text: str) -> Tag:
        # The shortest one: "Testlegitimation" stands in "Annan testlegitimation" but for its capital.
        return min(
            (tag for tag in self.page.select(selector) if text in tag.get_text()), key=lambda t: len(t.get_text())
        )

    def _send(self, method: str, url: str, data: dict[str, str] | None, files: Files | None) -> httpx.Response:
        jar = self._cookies.setdefault(urlsplit(url).hostname or "", {})
        headers: dict[str, Any] = {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())} if jar else {}
        answer = self._http.request(method, url, data=data, files=files, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name] = value
        return answer
