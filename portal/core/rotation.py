"""Rotation of keys: every encrypted value is renewed in batches; it can be stopped and started at any time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, MetaData, Table, cast, func, or_, select, type_coerce, update
from sqlalchemy.orm import Session, sessionmaker

from portal.core.crypto import PREFIX_LENGTH, BlindIndex, CryptoError, Encrypted, KeyRing, column_prefix, ring_of
from portal.core.db import writing


@dataclass(frozen=True)
class Progress:
    """How far rotation has come in one table: rows renewed by this run."""

    table: str
    renewed: int


def encrypted_columns(table: Table) -> list[Column[Any]]:
    """Return the encrypted columns of a table."""
    return [column for column in table.columns if isinstance(column.type, Encrypted)]


def _raw(column: Column[Any]) -> Any:
    # The stored bytes, without decryption: both databases cast a binary column to itself.
    return type_coerce(cast(column, LargeBinary), LargeBinary)


def remaining(session: Session, metadata: MetaData) -> int:
    """Return how many rows hold a value under an older key."""
    ring = ring_of(session.get_bind().dialect)
    total = 0
    for table in metadata.sorted_tables:
        if encrypted_columns(table):
            total += session.scalar(select(func.count()).select_from(table).where(_stale(table, ring))) or 0
    return total


def unreadable(session: Session, metadata: MetaData) -> list[str]:
    """Return the columns whose values our keys don't fit, as ``table.column``, by one sample of each key in use.

    A key that is missing or mistaken shows here before a person meets it.
    """
    ring = ring_of(session.get_bind().dialect)
    return [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if (isinstance(column.type, Encrypted) and not _decrypts(session, ring, column, column.type))
        or (isinstance(column.type, BlindIndex) and not _finds(session, ring, column, column.type))
    ]


def _decrypts(session: Session, ring: KeyRing, column: Column[Any], kind: Encrypted) -> bool:
    prefix = func.substr(_raw(column), 1, PREFIX_LENGTH)
    for used in session.scalars(select(prefix).where(column.is_not(None)).distinct()).all():
        sample = session.scalar(select(_raw(column)).where(prefix == used).limit(1))
        try:
            ring.decrypt(bytes(sample or b""), kind.column)
        except CryptoError:
            return False
    return True


def _finds(session: Session, ring: KeyRing, index: Column[Any], kind: BlindIndex) -> bool:
    source = index.table.columns[kind.source]
    try:
        found = session.execute(select(index, source).where(source.is_not(None)).limit(1)).one_or_none()
    except CryptoError:
        return True  # its source is told of
    return found is None or found[0] in ring.blind_candidates(kind.purpose, found[1])


def _stale(table: Table, ring: KeyRing) -> Any:
    current = column_prefix(ring.current)
    columns = encrypted_columns(table)
    return or_(*(func.substr(_raw(column), 1, PREFIX_LENGTH) != current for column in columns))


def rotate(sessions: sessionmaker[Session], metadata: MetaData, *, batch: int = 500) -> Iterator[Progress]:
    """Renew every value that stands under an older key, and every blind index; yield after each batch.

    Each batch is a transaction of its own. A row that the portal changes meanwhile is left to the portal: it is
    written under the new key anyhow.
    """
    for table in metadata.sorted_tables:
        if not encrypted_columns(table):
            continue
        while renewed := _rotate_batch(sessions, table, batch):
            yield Progress(table.name, renewed)
        yield from _renew_indexes(sessions, table, batch)


def _renew_indexes(sessions: sessionmaker[Session], table: Table, batch: int) -> Iterator[Progress]:
    """Renew the look-up values under an older index key: nothing in them tells which key, so all are computed."""
    if not any(isinstance(column.type, BlindIndex) for column in table.columns):
        return
    last: Any = None
    while True:
        with writing(sessions) as session:
            last, renewed = _renew_index_page(session, table, last, batch)
        if renewed:
            yield Progress(table.name, renewed)
        if last is None:
            return


def _renew_index_page(session: Session, table: Table, last: Any, batch: int) -> tuple[Any, int]:
    ring = ring_of(session.get_bind().dialect)
    indexes = [(column, column.type) for column in table.columns if isinstance(column.type, BlindIndex)]
    page = select(table).order_by(table.c.id).limit(batch).with_for_update()
    rows = session.execute(page if last is None else page.where(table.c.id > last)).mappings().all()
    renewed = 0
    for row in rows:
        wanted = {
            column.name: ring.blind_index(kind.purpose, row[kind.source])
            for column, kind in indexes
            if row[kind.source] is not None
        }
        if any(row[name] != value for name, value in wanted.items()):
            session.execute(update(table).where(table.c.id == row["id"]).values(wanted))
            renewed += 1
    return (rows[-1]["id"] if len(rows) == batch else None), renewed


def _rotate_batch(sessions: sessionmaker[Session], table: Table, batch: int) -> int:
    with writing(sessions) as session:
        ring = ring_of(session.get_bind().dialect)
        columns = encrypted_columns(table)
        keys = list(table.primary_key.columns)
        raw = [_raw(column).label(f"raw_{column.name}") for column in columns]
        rows = session.execute(select(*keys, *raw).where(_stale(table, ring)).limit(batch)).all()
        for row in rows:
            stored = dict(zip((column.name for column in columns), row[len(keys) :], strict=True))
            same = [key == value for key, value in zip(keys, row[: len(keys)], strict=True)]
            unchanged = [_raw(column) == stored[column.name] for column in columns if stored[column.name] is not None]
            session.execute(update(table).where(*same, *unchanged).values(_renewed(table, ring, stored)))
        return len(rows)


def _renewed(table: Table, ring: KeyRing, stored: dict[str, bytes | None]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column in encrypted_columns(table):
        old = stored[column.name]
        assert isinstance(column.type, Encrypted)  # noqa: S101 - narrows the type
        if old is not None:
            values[column.name] = column.type.from_bytes(ring.decrypt(bytes(old), column.type.column))
    for column in table.columns:
        if isinstance(column.type, BlindIndex) and values.get(column.type.source) is not None:
            values[column.name] = ring.blind_index(column.type.purpose, values[column.type.source])
    return values
