"""The portal's processes answer while a test runs, on both kinds of database, and nothing is left afterwards."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from portal.demo.processes import answers
from portal.demo.stack import DemoStack
from tests.support import rundir, stack
from tests.support.axe import check_axe, check_geometry
from tests.support.database import Kind

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("stack")]


def test_every_side_answers_and_nothing_is_left(database_kind: Kind) -> None:
    with stack.running("own", database_kind) as found:
        pids = [child.process.pid for child in found.children]
        assert all(answers(url) for url in (found.client_url, found.staff_url, found.idp_url))
        assert found.logs()
        assert all(rundir.alive(pid) for pid in pids)
    assert pids
    assert not any(rundir.alive(pid) for pid in pids)


def test_the_first_page_shows_in_the_browser(portal: DemoStack, open_page: Callable[..., Page]) -> None:
    page = open_page(base_url=portal.client_url)
    page.goto("/")
    assert page.title().endswith(" – Insyn")
    check_axe(page)
    check_geometry(page)
