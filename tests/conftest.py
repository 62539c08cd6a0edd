"""Fixtures of every test: databases of both kinds, settings, the application, clients that check their pages.

`database_url`, `engine`, `session`, `app` and `client` run each test twice, on SQLite and on PostgreSQL; the second
bears the marker `postgresql`. Sockets reach loopback only.
"""

import base64
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import pytest
import structlog
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Dialect, Engine
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from portal.core import events
from portal.core.actor import Side
from portal.core.crypto import ring_of
from portal.core.db import make_engine, make_sessionmaker
from portal.core.i18n import SOURCE_LOCALE, set_locale
from portal.settings import Settings
from tests.support import database, postgres, rundir
from tests.support.client import IDP_URL, PageClient
from tests.support.database import Kind

if TYPE_CHECKING:
    from portal.demo.environment import Layout

pytest_plugins = ["tests.support.browser_fixtures"]

RUN = pytest.StashKey[Path]()
CLEANERS = [postgres.stop]


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's directory, in the controller alone."""
    if not hasattr(config, "workerinput"):
        rundir.sweep(CLEANERS)
        config.stash[RUN] = rundir.make()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run started, after the last worker is done."""
    if RUN in config.stash:
        rundir.remove(config.stash[RUN], CLEANERS)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option by which continuous integration refuses skipped tests."""
    parser.addoption("--no-skips", action="store_true", help="a skipped test is a failure")


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over the thousands of collected tests: looking at them is a fifth of a test."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Turn a skip into a failure where skips are refused."""
    report: Any = yield
    if report.skipped and not hasattr(report, "wasxfail") and item.config.getoption("--no-skips"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def as_found() -> Iterator[None]:
    """Leave the process as the next test expects it: commands set up logs, requests bind a language."""
    yield
    structlog.reset_defaults()
    set_locale(SOURCE_LOCALE)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> Kind:
    """The kind of database: every test that asks, directly or not, runs on both."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def new_database(database_kind: Kind) -> Iterator[Callable[[], str]]:
    """A maker of migrated databases of this kind, which are taken away after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(database.copy_of_template(database_kind))
        return made[-1]

    yield make
    for url in made:
        database.drop(url)


@pytest.fixture
def database_url(new_database: Callable[[], str]) -> str:
    """The address of a migrated database that is this test's own."""
    return new_database()


@pytest.fixture(scope="session")
def worker_engines() -> Iterator[Callable[[Kind], Engine]]:
    """Engines of this worker, one per kind, on databases where nothing is ever committed."""
    made: dict[Kind, Engine] = {}

    def engine_of(kind: Kind) -> Engine:
        if kind not in made:
            made[kind] = make_engine(database.copy_of_template(kind), make_settings().key_ring)
        return made[kind]

    yield engine_of
    for engine in made.values():
        engine.dispose()


@pytest.fixture
def engine(database_kind: Kind, worker_engines: Callable[[Kind], Engine]) -> Engine:
    """The worker's engine of this kind; use it through `session`, so that nothing is left behind."""
    return worker_engines(database_kind)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose every commit is a savepoint of a transaction that is rolled back after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        bound = Session(
            connection,
            join_transaction_mode="create_savepoint",
            expire_on_commit=False,
            info=events.bind(events.EventBus()),
        )
        yield bound
        bound.close()
        outer.rollback()


def make_settings(**changes: Any) -> Settings:
    """Return settings for tests, with fixed keys; `changes` override them."""
    key = base64.b64encode(bytes(range(32))).decode()
    values = {
        "environment": "test",
        "database_url": "sqlite:///unused.db",
        "backoffice_url": "sqlite:///unused-backoffice.db",
        "encryption_keys": f"1:{key}",
        "index_keys": base64.b64encode(bytes(range(32, 64))).decode(),
        "secret_key": "only-for-tests-only-for-tests-only-for-tests",
        "client_url": "http://localhost",
        "staff_url": "http://localhost",
        "saml_providers": "/nonexistent/providers.toml",
        "saml_keys": "/nonexistent/keys",
        "file_store": "file:/nonexistent/files",
        "virus_scan": "off",
        "municipality": "Testkommun",
        "reception_phone": "010-000 00 00",
        "emergency_phone": "010-000 00 01",
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def saml_files(tmp_path_factory: pytest.TempPathFactory) -> "Layout":
    """Keys of both sides, and the list of the demonstration's identity providers, at IDP_URL."""
    from portal.demo.environment import Layout
    from portal.demo.providers import identity_providers, prepare_keys, write_providers

    layout = Layout(tmp_path_factory.mktemp("saml"))
    prepare_keys(layout)
    configs = identity_providers(layout, client_url="http://localhost", staff_url="http://localhost", idp_url=IDP_URL)
    write_providers(layout, configs)
    return layout


@pytest.fixture
def settings(database_url: str, saml_files: "Layout", tmp_path: Path) -> Settings:
    """Settings on a database of this test's own."""
    return make_settings(
        database_url=database_url,
        backoffice_url=f"sqlite:///{tmp_path}/backoffice.db",
        saml_providers=saml_files.providers / "providers.toml",
        saml_keys=saml_files.keys,
        file_store=f"file:{tmp_path}/files",
    )


class Compiled(BytecodeCache):
    """Compiled templates in memory, each under its name and the checksum of its source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket, if its template has been compiled before."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds."""
        self._kept[bucket.key, bucket.checksum] = bucket.code


@pytest.fixture(scope="session")
def compiled_templates() -> BytecodeCache:
    """Templates are compiled once for all applications of a worker: it takes a third of a test of pages."""
    return Compiled()


class KeptRule(Rule):
    """A route whose makers of addresses are compiled once: it is three quarters of making an application."""

    _kept: ClassVar[dict[tuple[str, bool], Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        assert not self.defaults, "what is compiled depends on the defaults too"
        key = (self.rule, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


@pytest.fixture(scope="session")
def compiled_routes() -> Iterator[None]:
    """Routes are compiled once for all applications of a worker."""
    from portal.web.db import PortalFlask

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PortalFlask, "url_rule_class", KeptRule)
        yield


@pytest.fixture(scope="session")
def compiled_statements() -> Callable[[Engine], None]:
    """Let the engines of a worker share what SQLAlchemy compiles: anew for each of them it takes a fifth of a test.

    Compiled statements are kept by dialect, hence all engines of a kind get the first one's. A key ring hangs on the
    dialect: whoever changes it keeps to an engine of their own.
    """
    first: dict[str, Dialect] = {}
    kept: dict[Any, Any] = {}

    def share(engine: Engine) -> None:
        name = engine.dialect.name
        if name not in first:
            engine.connect().close()  # a dialect learns what the server can do from the first connection of its engine
            first[name] = engine.dialect
        assert ring_of(first[name]) == ring_of(engine.dialect), "an earlier test has changed the shared key ring"
        engine.dialect = first[name]
        engine.update_execution_options(compiled_cache=kept)

    return share


@pytest.fixture
def own_engine(database_url: str, compiled_statements: Callable[[Engine], None]) -> Iterator[Engine]:
    """An engine on a database of this test's own, for whatever commits."""
    engine = make_engine(database_url, make_settings().key_ring)
    compiled_statements(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(own_engine: Engine) -> sessionmaker[Session]:
    """The transactions of this test's own database, wired as an application's are."""
    # Imported here, so that tests of single features start without all the others.
    from portal.wiring import subscribe

    bus = events.EventBus()
    subscribe(bus)
    return make_sessionmaker(own_engine, bus)


@pytest.fixture
def make_app(
    settings: Settings, own_engine: Engine, compiled_templates: BytecodeCache, compiled_routes: None
) -> Callable[..., Flask]:
    """A maker of applications on this test's database: `make_app(Side.STAFF)`."""
    from portal.app import create_app

    def make(*sides: Side) -> Flask:
        app = create_app(settings, sides, own_engine)
        app.jinja_env.bytecode_cache = compiled_templates
        app.test_client_class = PageClient
        return app

    return make


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The client side's application."""
    return make_app(Side.CLIENT)


@pytest.fixture
def staff_app(make_app: Callable[..., Flask]) -> Flask:
    """The staff side's application, on the same database as `app`."""
    return make_app(Side.STAFF)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A client of the client side; every page it fetches is checked."""
    return cast("PageClient", app.test_client())


@pytest.fixture
def staff_client(staff_app: Flask) -> PageClient:
    """A client of the staff side; every page it fetches is checked."""
    return cast("PageClient", staff_app.test_client())
