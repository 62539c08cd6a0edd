"""What is measured of a page: its cost beside a bare hello on the same server, and its questions to the database."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, event

from portal.app import create_app
from portal.core.actor import Side
from portal.settings import Settings
from tests.bench.data import Place
from tests.bench.load import Load, Round
from tests.bench.servers import Servers, backend_seconds

BURST_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Page:
    """A page to measure; ``cookie`` is the browser's."""

    name: str
    side: Side
    path: str
    cookie: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a page costs; ratios are of hello (more is better), times in milliseconds a request.

    ``by_cpu`` compares processor time of the server alone: it hardly notices what else the machine does.
    """

    ratio: float
    by_cpu: float
    server_ms: float
    database_ms: float
    queries: int


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst of requests, with the processor time (s) of the server and of PostgreSQL's processes."""

    done: Round
    server: float
    database: float


def pages(place: Place) -> list[Page]:
    """Return the pages that are measured."""
    thread = f"/meddelanden/{place.case}"
    client = f"insyn-client-session={place.client_token}"
    staff = f"insyn-staff-session={place.staff_token}"
    return [
        Page("sign-in", Side.CLIENT, "/logga-in"),
        Page("client's start page", Side.CLIENT, "/idag", client),
        Page("client's thread", Side.CLIENT, thread, client),
        Page("caseworker's thread, logged", Side.STAFF, thread, staff),
    ]


def measure(servers: Servers, engine: Engine, wanted: Sequence[Page], rounds: int) -> list[Cost]:
    """Measure pages in turn with hello, many short bursts of each."""
    bursts: list[list[tuple[Burst, Burst]]] = [[] for _ in wanted]
    with ExitStack() as stack:
        hello = stack.enter_context(Load(servers.ports["hello"]))
        loads = [stack.enter_context(Load(servers.ports[page.side], page.path, page.cookie)) for page in wanted]
        for load in (hello, *loads):
            load.run(BURST_SECONDS)  # templates are compiled, statements prepared
        for _ in range(rounds):
            for page, load, pairs in zip(wanted, loads, bursts, strict=True):
                pairs.append((_burst(servers, engine, "hello", hello), _burst(servers, engine, page.side, load)))
    return [
        _cost(pairs, count_queries(servers.settings, engine, page)) for page, pairs in zip(wanted, bursts, strict=True)
    ]


def _burst(servers: Servers, engine: Engine, server: str, load: Load) -> Burst:
    cpu, backend = servers.cpu_seconds(server), backend_seconds(engine)
    done = load.run(BURST_SECONDS)
    return Burst(done, servers.cpu_seconds(server) - cpu, backend_seconds(engine) - backend)


def _cost(pairs: list[tuple[Burst, Burst]], queries: int) -> Cost:
    ratio = statistics.median(hello.done.each / page.done.each for hello, page in pairs)
    hellos, pages = [hello for hello, _ in pairs], [page for _, page in pairs]
    bare, server = _each(hellos, [burst.server for burst in hellos]), _each(pages, [burst.server for burst in pages])
    database = _each(pages, [burst.database for burst in pages])
    return Cost(ratio, bare / server, server * 1000, database * 1000, queries)


def _each(bursts: list[Burst], seconds: list[float]) -> float:
    return sum(seconds) / sum(burst.done.requests for burst in bursts)


def count_queries(settings: Settings, engine: Engine, page: Page) -> int:
    """Return how many statements a page sends, besides beginning and ending its transaction."""
    client = create_app(settings, {page.side}, engine).test_client(use_cookies=False)
    headers = {"Cookie": page.cookie} if page.cookie else {}
    with counted(engine) as statements:
        answer = client.get(page.path, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(f"{page.name}: {answer.status}")
    return len(statements)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that an engine sends."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
