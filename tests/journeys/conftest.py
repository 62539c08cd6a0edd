"""The journeys of a worker share one portal for each kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from portal.demo.stack import DemoStack
from tests.journeys.appointments import Appointments
from tests.journeys.looks import Looks
from tests.journeys.stores import Stores

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys, and keep those of one file and kind of database together: a portal takes seconds to start."""
    for item in items:
        if HERE in item.path.parents:
            call = getattr(item, "callspec", None)
            kind = call.params.get("portal", "") if call else ""
            item.add_marker(pytest.mark.journey)
            item.add_marker(pytest.mark.xdist_group(f"portal-{kind}-{item.path.stem}"))


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    # Two cores carry a browser, three servers and a worker.
    expect.set_options(timeout=10_000)


@pytest.fixture
def stores(portal: DemoStack) -> Iterator[Stores]:
    """The two databases behind the portal."""
    found = Stores(portal)
    yield found
    found.close()


@pytest.fixture
def appointments(portal: DemoStack) -> Iterator[Appointments]:
    """Meetings at times that nobody could wait for."""
    found = Appointments(portal)
    yield found
    found.close()


@pytest.fixture(params=["a-share", pytest.param("every-way", marks=pytest.mark.soak)])
def looks(request: pytest.FixtureRequest) -> Looks:
    """See that pages on the way look right: in a few ways in the ordinary run, in every way in the long one."""
    return Looks(request.node.originalname, all_of_them=request.param == "every-way")
