"""The database: engines for SQLite and PostgreSQL, the declarative base, and the types every table uses."""

import enum
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVarTuple

from sqlalchemy import (
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    Select,
    Uuid,
    create_engine,
    event,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from portal.core import events
from portal.core.crypto import RING_ATTRIBUTE, KeyRing
from portal.core.ids import new_id

BUSY_TIMEOUT_MS = 10_000
Columns = TypeVarTuple("Columns")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware instant in UTC, also from SQLite, which forgets the zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table of the portal's own database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - read by SQLAlchemy as is
        datetime: UtcDateTime,
        uuid.UUID: Uuid,
        # States are stored by value as text: adding one needs no change of type in the database.
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            length=32,
            create_constraint=False,
            values_callable=lambda e: [m.value for m in e],
        ),
    }


class Identified:
    """A table whose key is a UUIDv7 made by us."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)


def _tune_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transaction handling is off: SQLAlchemy's BEGIN below is the only one.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def make_engine(url: str, ring: KeyRing | None = None, **options: Any) -> Engine:
    """Make an engine with our settings; the key ring is what its encrypted columns use.

    SQLite runs in WAL mode with foreign keys on; PostgreSQL checks a pooled connection before use.
    """
    parsed = make_url(url)
    options = {"hide_parameters": True, **options}  # errors of the database never repeat values
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed, **options)
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _leave_sqlite)
    else:
        engine = create_engine(parsed, **{"pool_pre_ping": True, "pool_size": 5, "max_overflow": 5, **options})
    if ring is not None:
        setattr(engine.dialect, RING_ATTRIBUTE, ring)
    return engine


def _begin_sqlite(connection: Any) -> None:
    # A read transaction that later writes fails at once with "database is locked" when another wrote in between,
    # whatever the busy time-out. Those who will write say so through ``writing``.
    options = connection.get_execution_options()
    # What a person has sent is on the disk before it is confirmed; the rest may trail a power cut by a moment.
    connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if options.get('insyn_durable') else 'NORMAL'}")
    mode = "IMMEDIATE" if options.get("insyn_writing") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


def _leave_sqlite(connection: Any, _record: ConnectionPoolEntry) -> None:
    # After a COMMIT that failed (disk full, a deferred constraint) SQLite's transaction is still open, and the next
    # who borrows the connection could not begin. A connection that was lost is None.
    if connection is not None and connection.in_transaction:
        connection.execute("ROLLBACK")


def make_sessionmaker(engine: Engine, bus: events.EventBus | None = None) -> sessionmaker[Session]:
    """Make the factory of sessions; ``bus`` is what ``events.publish`` reaches."""
    return sessionmaker(engine, expire_on_commit=False, info=events.bind(bus or events.EventBus()))


@contextmanager
def writing(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """Open a session whose transaction takes the write lock from its start (SQLite); commit on success."""
    with sessions.begin() as session:
        session.connection(execution_options={"insyn_writing": True})
        yield session


def plain_rows(session: Session, statement: Select[*Columns], parameters: Mapping[str, Any]) -> CursorResult[*Columns]:
    """Execute a query for columns in the session's transaction, past the ORM's work on each answer.

    Not for entities: they would come back as bare columns.
    """
    session.flush()  # as the session's own queries do
    return session.connection().execute(statement, parameters)


def is_postgresql(session: Session) -> bool:
    """Tell whether the session speaks to PostgreSQL."""
    return session.get_bind().dialect.name == "postgresql"


def insert_into(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that can say what becomes of a row that is there already, as this database writes it."""
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)
