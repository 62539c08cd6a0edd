"""Measure pages, growth, the outbox and bytes over the wire, and print a table; `make bench`.

INSYN_BENCH=full measures with 200,000 persons too. Only what doesn't depend on the machine is asserted.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from portal.core.db import make_engine
from portal.core.resources import resource_dir
from portal.sync.rules import MessageState
from tests.bench import data, outbox, pages, wire
from tests.bench.servers import Servers, serving
from tests.support import database
from tests.support.database import Kind

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]

FULL = os.environ.get("INSYN_BENCH") == "full"
PERSONS = (100, 10_000, 200_000) if FULL else (100, 10_000)
WAITING = (0, 10_000, 100_000) if FULL else (0, 10_000)
DELIVERED = 100_000
ROUNDS = 8
FIRST_VISIT_KB = 45
LATER_PAGE_KB = 10


def show(line: str) -> None:
    """Print a line of the table; `make bench` runs with -s."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def url(kind: Kind) -> Iterator[str]:
    made = database.copy_of_template(kind)
    yield made
    database.drop(made)


@pytest.fixture
def servers(url: str, tmp_path: Path) -> Iterator[Servers]:
    with serving(url, tmp_path) as started:
        yield started


@pytest.fixture
def engine(url: str, servers: Servers) -> Iterator[Engine]:
    made = make_engine(url, servers.settings.key_ring)
    yield made
    made.dispose()


def test_pages_and_their_growth(kind: Kind, servers: Servers, engine: Engine) -> None:
    place = data.begin(engine)
    wanted = pages.pages(place)
    counts: list[list[int]] = []
    held = 0
    for persons in PERSONS:
        data.grow(engine, place, persons - held)
        held = persons
        costs = pages.measure(servers, engine, wanted, ROUNDS)
        counts.append([cost.queries for cost in costs])
        rows = ", ".join(f"{count:,} of {table}" for table, count in data.sizes(engine))
        show(f"\n{kind}: {rows}\n{'page':<28} of hello  by CPU  server ms  database ms  queries")
        for page, cost in zip(wanted, costs, strict=True):
            show(
                f"{page.name:<28} {cost.ratio:8.2f} {cost.by_cpu:7.2f} {cost.server_ms:10.2f} "
                f"{cost.database_ms:12.2f} {cost.queries:8}"
            )
    assert all(count == counts[0] for count in counts), "the number of queries grows with the data"


def test_claiming_from_the_outbox(kind: Kind, engine: Engine) -> None:
    place = data.begin(engine)
    data.grow(engine, place, 2_000)
    lanes = data.lanes(engine, 2_000)
    outbox.add(engine, lanes, MessageState.DELIVERED, DELIVERED, 1)
    show(f"\n{kind}: claiming {outbox.CLAIMED} messages beside {DELIVERED:,} delivered ones")
    held = 0
    for waiting in WAITING:
        outbox.add(engine, lanes, MessageState.PENDING, waiting - held, 1_000_000 + held)
        held = waiting
        show(f"{waiting:>9,} undelivered {outbox.claim_ms(engine):8.1f} ms")


@pytest.mark.parametrize("kind", ["sqlite"])
def test_bytes_over_the_wire(servers: Servers, engine: Engine) -> None:
    place = data.begin(engine)
    styles = next(resource_dir("static/dist").glob("insyn.*.css")).read_text()
    first = wire.first_visit(servers.ports["client"], "/logga-in", styles) / 1000
    later = {
        page.name: wire.fetch(servers.ports[page.side], page.path, page.cookie)[0] / 1000 for page in pages.pages(place)
    }
    show(f"\nfirst visit {first:.1f} kB (at most {FIRST_VISIT_KB})")
    for name, size in later.items():
        show(f"{name:<28} {size:6.1f} kB (at most {LATER_PAGE_KB})")
    assert first <= FIRST_VISIT_KB
    assert max(later.values()) <= LATER_PAGE_KB
