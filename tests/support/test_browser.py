"""The browser's guard, axe and the geometry check each find the fault they are there for."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Page

from tests.support.axe import OPTIONS, check_axe, check_geometry
from tests.support.browser import Guard

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("browser-support"), pytest.mark.timeout(60)]

GOOD = """<!doctype html><html lang="sv" dir="ltr"><head><title>Möten – Insyn</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>a.knapp,button{display:inline-block;min-height:44px;min-width:44px}</style></head>
<body><main><h1>Möten</h1>
<p>Ett stycke om mötet med <a href="/mer">mer att läsa</a>.</p><button>Boka</button></main></body></html>"""


class Pages(BaseHTTPRequestHandler):
    pages: dict[str, str] = {}  # noqa: RUF012 - filled by the tests
    policy = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        text = self.pages.get(self.path)
        body = (text if text is not None else "Finns inte").encode()
        self.send_response(200 if text is not None else 404)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/html; charset=utf-8")
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def show(html: str, policy: str = "") -> str:
        monkeypatch.setattr(Pages, "pages", {"/": html, "/favicon.ico": ""})
        monkeypatch.setattr(Pages, "policy", policy)
        return f"http://127.0.0.1:{server.server_port}/"

    yield show
    server.shutdown()
    server.server_close()


def test_a_good_page_passes(open_page: Callable[..., Page], site: Callable[..., str]) -> None:
    for options in ({"device": "phone"}, {"device": "desktop", "scheme": "dark"}, {"javascript": False}):
        page = open_page(**options)
        page.goto(site(GOOD))
        check_geometry(page)
        if options.get("javascript", True):
            check_axe(page)


def test_no_rule_needs_the_style_sheets(open_page: Callable[..., Page], site: Callable[..., str]) -> None:
    page = open_page()
    page.goto(site(GOOD))
    check_axe(page)
    run = """options => window.axe.run(document, options).then(results =>
        ["violations", "passes", "incomplete", "inapplicable"].flatMap(kind => results[kind].map(rule => rule.id)))"""
    rules = page.evaluate(run, {"runOnly": OPTIONS["runOnly"]})
    needing = page.evaluate("window.axe._audit.rules.filter(rule => rule.preload).map(rule => rule.id)")
    assert set(rules) & set(needing) == {"no-autoplay-audio"}  # it needs media


@pytest.mark.parametrize(
    ("bad", "policy", "fault"),
    [
        ("<script>console.error('oj')</script>", "", "console: oj"),
        ("<script>throw new Error('oj')</script>", "", "page error: .*oj"),
        ("<script>1</script>", "script-src 'none'", "Content Security Policy"),
        ("<p style='color:red'>Hej</p>", "style-src 'self'", "Content Security Policy"),
        ("<img src='http://example.org/a.png' alt=''>", "", "another machine: http://example.org"),
        ("<img src='/saknas.png' alt=''>", "", "404: image /saknas.png"),
    ],
)
def test_the_guard_finds(
    open_page: Callable[..., Page], guard: Guard, site: Callable[..., str], bad: str, policy: str, fault: str
) -> None:
    page = open_page()
    page.goto(
        site(
            GOOD.replace("<style>", "<meta name='x' content='")
            .replace("</style>", "'>")
            .replace("</main>", bad + "</main>"),
            policy,
        )
    )
    page.wait_for_load_state("networkidle")
    with pytest.raises(AssertionError, match=fault):
        guard.check()
    guard.ignore(".")


def test_a_refused_form_is_no_fault(open_page: Callable[..., Page], guard: Guard, site: Callable[..., str]) -> None:
    page = open_page()
    page.goto(site(GOOD) + "finns-inte")
    guard.check()


def test_the_browser_reaches_no_other_machine(open_page: Callable[..., Page], guard: Guard) -> None:
    guard.ignore("another machine")
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        open_page().goto("http://example.org/")


@pytest.mark.parametrize("fault", ["image-alt", "label", "color-contrast"])
def test_axe_finds(open_page: Callable[..., Page], site: Callable[..., str], fault: str) -> None:
    page = open_page()
    bad = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><input><p style='color:#ccc;background:#fff'>Blek</p>"
    page.goto(site(GOOD.replace("</main>", bad + "</main>")))
    with pytest.raises(AssertionError, match=rf"- {fault}: "):
        check_axe(page)


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<h1>", "<div style='width:500px'>Bred</div><h1>", "scrolled sideways"),
        ("<button>", "<button style='min-height:20px;height:20px'>", "less than 44"),
        ('<a href="/mer">', '<a href="/mer" style="display:inline-block">', "less than 44"),
        ("<h1>", "<h1 style='text-align:right'>", "does not start at the left"),
        ('dir="ltr"', 'dir="rtl" style="direction:ltr"', "direction is wrong"),
        ('lang="sv" dir="ltr"', 'lang="ar" dir="rtl" class="l"', "does not start at the right"),
    ],
)
def test_geometry_finds(
    open_page: Callable[..., Page], site: Callable[..., str], good: str, bad: str, fault: str
) -> None:
    assert good in GOOD
    page = open_page()
    page.goto(site(GOOD.replace(good, bad).replace("<style>", "<style>.l h1{text-align:left}")))
    with pytest.raises(AssertionError, match=fault):
        check_geometry(page)


def test_right_to_left_passes_when_it_starts_at_the_right(
    open_page: Callable[..., Page], site: Callable[..., str]
) -> None:
    page = open_page(locale="ar")
    page.goto(site(GOOD.replace('lang="sv" dir="ltr"', 'lang="ar" dir="rtl"')))
    check_geometry(page)
