"""Chromium for the tests: found or installed, started with no way out of the machine, and guarded.

Run as a module (the set-up does) it sees to it that there is one, or says in one line what is missing. The order: the
one named by CHROMIUM, the system's, playwright's own download, Debian's package where the user may install it. The
shell without windows is preferred: it draws the same pages, and a journey takes a quarter less work.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Playwright, Request, Response

ROOT = Path(__file__).resolve().parents[2]
REMEMBERED = ROOT / ".venv/stamps/chromium"
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOPBACK = {"localhost", "127.0.0.1", "::1", ""}
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # Whatever a page asks for, the browser finds no other machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
Device = Literal["phone", "desktop"]
VIEWPORTS: dict[str, tuple[int, int]] = {"phone": (390, 844), "desktop": (1280, 900)}
ASSETS = {"stylesheet", "script", "image", "font", "manifest"}


def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    if os.environ.get("CHROMIUM"):
        return os.environ["CHROMIUM"]
    if REMEMBERED.exists() and Path(REMEMBERED.read_text()).exists():
        return REMEMBERED.read_text()
    candidates = [path for path in map(shutil.which, NAMES) if path] + [_playwright_path()]
    return next((path for path in candidates if _starts(path)), None)


def ensure() -> str:
    """Return the path of a Chromium, installing one if need be; SystemExit with one line where that is impossible."""
    steps: tuple[Callable[[], None], ...] = (lambda: None, _install_with_playwright, _install_with_apt)
    for step in steps:
        step()
        path = find()
        if path is not None:
            REMEMBERED.parent.mkdir(parents=True, exist_ok=True)
            REMEMBERED.write_text(path)
            return path
    raise SystemExit(
        "set-up: the tests need Chromium; install it (Debian: apt install chromium) or name it in CHROMIUM"
    )


def _starts(path: str) -> bool:
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _playwright_path() -> str:
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def _install_with_playwright() -> None:
    print("set-up: chromium (playwright's download)", flush=True)
    _try(sys.executable, "-m", "playwright", "install", "chromium")


def _install_with_apt() -> None:
    apt = shutil.which("apt-get")
    if apt is None:
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        return
    print("set-up: chromium (Debian's package)", flush=True)
    _try(*sudo, apt, "update")
    for package in (SHELL, "chromium"):
        _try(*sudo, apt, "install", "--yes", "--no-install-recommends", package)
        if find() is not None:
            return


def _try(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    # A failure shows in what is found afterwards; the next way is tried.
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment, check=False)


def launch(playwright: Playwright) -> Browser:
    """Start a browser that reaches loopback only."""
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)
    return playwright.chromium.launch(executable_path=ensure(), args=flags)


@dataclass
class Guard:
    """Collects what must never happen in a page; `check` fails the test that let it happen."""

    faults: list[str] = field(default_factory=list)
    ignored: list[re.Pattern[str]] = field(default_factory=list)

    def ignore(self, pattern: str) -> None:
        """Expect faults that match a pattern, for tests that bring them about."""
        self.ignored.append(re.compile(pattern))

    def watch(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self._add(f"page error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def check(self) -> None:
        """Raise AssertionError with every fault that was not expected."""
        found = [fault for fault in self.faults if not any(pattern.search(fault) for pattern in self.ignored)]
        assert not found, "in the browser:\n" + "\n".join(f"- {fault}" for fault in dict.fromkeys(found))

    def _add(self, fault: str) -> None:
        self.faults.append(fault)

    def _console(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 4xx, which Chromium reports as an error too; broken assets are seen below.
        expected = re.search(r"the server responded with a status of 4\d\d", message.text)
        if message.type == "error" and not expected:
            self._add(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in LOOPBACK:
            self._add(f"request to another machine: {parts.scheme}://{parts.hostname}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self._add(f"{response.status}: {urlsplit(response.url).path}")
        elif response.status >= 400 and response.request.resource_type in ASSETS:
            self._add(f"{response.status}: {response.request.resource_type} {urlsplit(response.url).path}")


def new_context(
    browser: Browser,
    guard: Guard,
    *,
    device: Device = "phone",
    javascript: bool = True,
    scheme: Literal["light", "dark"] = "light",
    locale: str = "sv-SE",
    base_url: str | None = None,
) -> BrowserContext:
    """Make a guarded context: a phone or a desktop computer, with or without JavaScript, light or dark."""
    width, height = VIEWPORTS[device]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=device == "phone",
        is_mobile=device == "phone",
        java_script_enabled=javascript,
        color_scheme=scheme,
        locale=locale,
        timezone_id="Europe/Stockholm",
        reduced_motion="reduce",
        service_workers="block",
        base_url=base_url,
    )
    context.set_default_timeout(10_000)
    guard.watch(context)
    return context


if __name__ == "__main__":
    ensure()
