"""What ``portal doctor`` asks: databases, migrations, keys, sign-in, back office, queue, notices, worker, files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from portal import tables
from portal.core import migrate
from portal.core.actor import Side
from portal.core.db import make_engine, make_sessionmaker
from portal.core.rotation import remaining, unreadable
from portal.files import incoming
from portal.files import queries as file_queries
from portal.files import service as files
from portal.files.scanner import ScannerDown
from portal.files.stores.base import StoreError
from portal.identity import refresh
from portal.identity.keeper import FederationKeeper
from portal.identity.saml.metadata import load_listing
from portal.notices import queries as notices
from portal.notices.channels import offered
from portal.settings import Settings
from portal.sync.adapters import make_back_office
from portal.sync.queries import queue_state, worker_seen_seconds

WORKER_SILENT_SECONDS = 60
OLDEST_MESSAGE_SECONDS = 3600
OLDEST_CHECK_SECONDS = 600
LATEST_NOTICE_SECONDS = 3600


@dataclass(frozen=True)
class Finding:
    """One answer of the doctor: what, whether it is well, and a few words without values or persons."""

    name: str
    well: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Examine everything, each part on its own: one that fails does not hide the others."""
    engine = make_engine(settings.database_url, settings.key_ring)
    sessions = make_sessionmaker(engine)
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("database", lambda: _database(engine)),
        ("migrations", lambda: _migrations(engine)),
        ("keys", lambda: _keys(sessions, settings)),
        ("identity providers", lambda: _providers(settings, sessions)),
        ("federation metadata", lambda: _metadata(settings, sessions)),
        ("back office", lambda: _back_office(settings)),
        ("queue", lambda: _queue(sessions)),
        ("notices", lambda: _notices(settings, sessions)),
        ("worker", lambda: _worker(sessions)),
        ("file store", lambda: _file_store(settings)),
        ("virus scan", lambda: _virus_scan(settings)),
        ("file checks", lambda: _file_checks(sessions)),
        ("incoming documents", lambda: _incoming(sessions)),
    )
    for name, check in checks:
        try:
            yield check()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one part is that part's finding
            yield Finding(name, False, f"{type(error).__name__}")
    engine.dispose()


def _database(engine: Engine) -> Finding:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return Finding("database", True, engine.dialect.name)


def _migrations(engine: Engine) -> Finding:
    current, head = migrate.current(engine), migrate.head()
    words = f"at {current}" if current == head else f"at {current or 'nothing'}, should be {head}: portal db upgrade"
    return Finding("migrations", current == head, words)


def _keys(sessions: sessionmaker[Session], settings: Settings) -> Finding:
    with sessions() as session:
        stale, shut = remaining(session, tables.metadata()), unreadable(session, tables.metadata())
    words = f"key {settings.key_ring.current}"
    words += f"; {stale} rows under older keys: portal keys rotate" if stale else ""
    words += f"; a key is missing or mistaken, it doesn't fit {', '.join(shut)}" if shut else ""
    return Finding("keys", not shut, words)


def _providers(settings: Settings, sessions: sessionmaker[Session]) -> Finding:
    federation = FederationKeeper(settings, sessions).federation
    counts = {side: len(federation.providers[side]) for side in Side}
    words = ", ".join(f"{side}: {count}" for side, count in counts.items())
    return Finding("identity providers", all(counts.values()), words)


def _metadata(settings: Settings, sessions: sessionmaker[Session]) -> Finding:
    wanted = {source.name for source in load_listing(settings.saml_providers).aggregates}
    if not wanted:
        return Finding("federation metadata", True, "no aggregates are listed")
    with sessions() as session:
        found = {state.source: state for state in refresh.states(session) if state.source in wanted}
    never = wanted - found.keys()
    failing = [state.problem for state in found.values() if state.problem]
    ends = min((state.valid_until for state in found.values() if state.valid_until), default=None)
    words = f"{len(wanted)} listed, {len(never)} never fetched, {len(failing)} failing"
    words += f" ({'; '.join(failing)})" if failing else ""
    words += f", valid until {ends:%Y-%m-%d}" if ends else ""
    return Finding("federation metadata", not (never or failing), words)


def _back_office(settings: Settings) -> Finding:
    office = make_back_office(settings)
    try:
        office.ping()
    finally:
        office.close()
    return Finding("back office", True, "answers")


def _queue(sessions: sessionmaker[Session]) -> Finding:
    with sessions() as session:
        state = queue_state(session)
    oldest = state.oldest_age_seconds or 0
    well = state.stuck == 0 and oldest < OLDEST_MESSAGE_SECONDS
    return Finding("queue", well, f"{state.pending} waiting, {state.stuck} stuck, oldest {oldest:.0f} s")


def _notices(settings: Settings, sessions: sessionmaker[Session]) -> Finding:
    with sessions() as session:
        state = notices.queue_state(session)
    channels = ", ".join(offered(settings)) or "no channel is set up"
    words = f"{channels}; {state.waiting} waiting, in a day {state.refused} refused and {state.given_up} given up"
    # What has just happened waits for more of it, and over night.
    quiet = (settings.notice_quiet_until - settings.notice_quiet_from) % 24
    latest = LATEST_NOTICE_SECONDS + 60 * settings.notice_collapse_minutes + 3600 * quiet
    return Finding("notices", not state.given_up and state.late_seconds < latest, words)


def _worker(sessions: sessionmaker[Session]) -> Finding:
    with sessions() as session:
        seen = worker_seen_seconds(session)
    if seen is None:
        return Finding("worker", False, "has never run: portal worker")
    return Finding("worker", seen < WORKER_SILENT_SECONDS, f"seen {seen:.0f} s ago")


def _file_store(settings: Settings) -> Finding:
    try:
        files.make_vault(settings).store.ping()
    except StoreError as error:
        return Finding("file store", False, f"can't be written: {error.code}")
    return Finding("file store", True, "takes and gives back")


def _virus_scan(settings: Settings) -> Finding:
    scanner = files.make_scanner(settings)
    if scanner is None:
        return Finding("virus scan", settings.environment != "production", "off: files are taken in unsearched")
    try:
        scanner.ping()
    except ScannerDown as error:
        return Finding("virus scan", False, f"doesn't answer, so that no file gets ready: {error.code}")
    return Finding("virus scan", True, "answers")


def _file_checks(sessions: sessionmaker[Session]) -> Finding:
    with sessions() as session:
        state = file_queries.check_state(session)
    words = f"{state.waiting} waiting, oldest {state.oldest_age_seconds:.0f} s"
    return Finding("file checks", state.oldest_age_seconds < OLDEST_CHECK_SECONDS, words)


def _incoming(sessions: sessionmaker[Session]) -> Finding:
    with sessions() as session:
        failed = incoming.failed_count(session)
    return Finding("incoming documents", failed == 0, f"{failed} could not be taken in")
