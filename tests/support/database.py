"""Migrated databases for the tests: migrated once per run and kind, then copied for whoever needs one.

A copy takes a few milliseconds on SQLite (a file) and some tens on PostgreSQL (`CREATE DATABASE … TEMPLATE`).
"""

import shutil
import uuid
from pathlib import Path
from typing import Literal

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from portal.core.db import make_engine
from portal.core.migrate import upgrade
from tests.support import postgres, rundir

Kind = Literal["sqlite", "postgresql"]
TEMPLATE = "template_insyn"


def migrate(url: str) -> None:
    """Bring an empty database to the newest version, as `portal` does it."""
    engine = make_engine(url)
    upgrade(engine)
    engine.dispose()


def copy_of_template(kind: Kind) -> str:
    """Return the address of a new database that holds what the migrations make."""
    return _copy_sqlite() if kind == "sqlite" else _copy_postgresql()


def empty_database(kind: Kind) -> str:
    """Return the address of a new database without any table: for tests of the migrations themselves."""
    name = f"t{uuid.uuid4().hex}"
    if kind == "sqlite":
        return f"sqlite:///{rundir.current() / name}.sqlite"
    _administer(f'CREATE DATABASE "{name}"')
    return _postgresql_url(name)


def drop(url: str) -> None:
    """Take a database away, whoever is still connected."""
    if url.startswith("sqlite:"):
        file = Path(url.removeprefix("sqlite:///"))
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return
    _administer(f'DROP DATABASE IF EXISTS "{_database_name(url)}" WITH (FORCE)')


def disconnect(url: str) -> None:
    """End every connection to a PostgreSQL database at once, as a server that crashes does."""
    _administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name", name=_database_name(url)
    )


def copy_of(url: str) -> str:
    """Return the address of a new database that holds what another one does; nobody may be connected to that one."""
    if url.startswith("sqlite:"):
        source = Path(url.removeprefix("sqlite:///"))
        _fold_wal(source)
        return _copy_file(source)
    # Its files are copied as they are: each page through the write-ahead log, PostgreSQL's own choice, takes the server
    # more than twice the work.
    name = f"t{uuid.uuid4().hex}"
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{_database_name(url)}" STRATEGY FILE_COPY')
    return _postgresql_url(name)


def _copy_sqlite() -> str:
    with rundir.locked("sqlite") as run:
        template = run / f"{TEMPLATE}.sqlite"
        if not template.exists():
            building = run / f"{TEMPLATE}-building.sqlite"
            drop(f"sqlite:///{building}")
            migrate(f"sqlite:///{building}")
            _fold_wal(building)
            building.rename(template)
    return _copy_file(template)


def _copy_file(source: Path) -> str:
    path = rundir.current() / f"t{uuid.uuid4().hex}.sqlite"
    shutil.copyfile(source, path)
    return f"sqlite:///{path}"


def _fold_wal(path: Path) -> None:
    """Put what stands in the write-ahead log into the file itself, which alone is copied."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _copy_postgresql() -> str:
    server = postgres.server_url()
    with rundir.locked("postgresql-template") as run:
        ready = run / "postgresql-template.ready"
        if not ready.exists():
            _administer(f"DROP DATABASE IF EXISTS {TEMPLATE}")
            _administer(f"CREATE DATABASE {TEMPLATE}")
            migrate(server.format(database=TEMPLATE))
            ready.touch()
        # Only one at a time may copy the template, hence inside the lock.
        return copy_of(_postgresql_url(TEMPLATE))


def _postgresql_url(name: str) -> str:
    return postgres.server_url().format(database=name)


def _database_name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _administer(statement: str, **values: str) -> None:
    engine = create_engine(_postgresql_url("postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement), values)
    engine.dispose()
