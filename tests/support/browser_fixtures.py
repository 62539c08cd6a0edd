"""The fixtures of tests in a browser.

`open_page(device="phone", javascript=True, scheme="light", locale="sv-SE", base_url=None)` opens as many pages as a
journey needs, each in a context of its own. A test that lets a console error, a refused script, a broken asset or a
request to another machine happen fails at its end; `guard.ignore(pattern)` tells what is expected.
"""

import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from tests.support import stack
from tests.support.browser import Guard, launch, new_context
from tests.support.database import Kind

if TYPE_CHECKING:
    from portal.demo.stack import DemoStack

PICTURES = Path(__file__).resolve().parents[2] / "build/failed"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember whether the test failed, for the picture."""
    report: Any = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per worker."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def guard() -> Guard:
    """What watches the pages of this test."""
    return Guard()


class Contexts(list[BrowserContext]):
    """Contexts of a test, which leave pictures behind where it failed."""

    def __init__(self, test: pytest.Item) -> None:
        super().__init__()
        self.test = test

    def close(self) -> None:
        """Close all, once."""
        if self.test.stash.get(FAILED, False):
            _take_pictures(self.test.name, self)
        while self:
            self.pop().close()


@pytest.fixture
def contexts(request: pytest.FixtureRequest) -> Contexts:
    """The contexts that this test has open."""
    return Contexts(request.node)


@pytest.fixture
def open_page(browser: Browser, guard: Guard, contexts: Contexts) -> Iterator[Callable[..., Page]]:
    """Open a page in a context of its own; what went wrong in any of them fails the test."""

    def make(**options: Any) -> Page:
        contexts.append(new_context(browser, guard, **options))
        return contexts[-1].new_page()

    yield make
    contexts.close()
    guard.check()


@pytest.fixture
def serve(contexts: Contexts) -> Callable[[Flask], AbstractContextManager[str]]:
    """Serve an app of the test; its pages are closed first, for one that still asks would find the portal half gone."""

    @contextmanager
    def running(app: Flask) -> Iterator[str]:
        with make_server("127.0.0.1", 0, app, threaded=True) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            contexts.close()
            server.shutdown()

    return running


def _take_pictures(name: str, contexts: list[BrowserContext]) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    for number, page in enumerate(pages):
        page.screenshot(path=PICTURES / f"{re.sub(r'[^a-z0-9-]+', '_', name)}-{number}.png", full_page=True)


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A phone's page, 390 × 844."""
    return open_page(device="phone")


@pytest.fixture
def desktop(open_page: Callable[..., Page]) -> Page:
    """A desktop computer's page, 1280 × 900."""
    return open_page(device="desktop")


@pytest.fixture(scope="session")
def portals() -> Iterator[Callable[[Kind], "DemoStack"]]:
    """Start a portal on a kind of database, once for each worker that asks: four processes, which take seconds."""
    with ExitStack() as running:
        started: dict[Kind, DemoStack] = {}

        def portal_on(kind: Kind) -> "DemoStack":
            if kind not in started:
                name = os.environ.get("PYTEST_XDIST_WORKER", "main")
                started[kind] = running.enter_context(stack.running(name, kind))
            return started[kind]

        yield portal_on


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def portal(request: pytest.FixtureRequest, portals: Callable[[Kind], "DemoStack"]) -> "DemoStack":
    """The whole portal as processes of its own, on both kinds of database."""
    return portals(request.param)
