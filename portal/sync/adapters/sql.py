"""The embedded back office: a store of its own on SQLite or PostgreSQL, which also stands for a vendor's database."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast, get_args
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, event, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from portal.core.clock import now
from portal.core.db import make_engine
from portal.sync.adapters.base import Permanent, Retryable
from portal.sync.adapters.tables import CHANGE, COUNTER, DELIVERED_FILE, DELIVERY, FILE, OBJECTS, STORE
from portal.sync.contract import (
    ApplicationRecord,
    ApplicationStatusRecord,
    AssignmentRecord,
    AssistancePeriodRecord,
    BoardRecord,
    BusyRecord,
    CaseMessage,
    CaseRecord,
    Change,
    Cursor,
    Kind,
    MeetingRecord,
    NoteRecord,
    OutboundMessage,
    Page,
    PersonRecord,
    ProposalRecord,
    Receipt,
    Record,
    RemarkRecord,
    StaffRecord,
    SupplementRecord,
    UnitRecord,
    UnknownCode,
)

# What a client may add to the store; everything else is the back office's own.
Inbound = (
    CaseMessage | MeetingRecord | ProposalRecord | NoteRecord | RemarkRecord | ApplicationRecord | SupplementRecord
)
_INBOUND: tuple[type[Inbound], ...] = get_args(Inbound)


def store_engine(url: str, timeout: float) -> Engine:
    """Return an engine on the store, none of whose statements or lock waits lasts longer than ``timeout`` seconds."""
    ms = max(1, int(timeout * 1000))
    if make_url(url).get_backend_name() == "sqlite":
        engine = make_engine(url, pool_timeout=timeout)

        @event.listens_for(engine, "connect")
        def _limit(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA busy_timeout={ms}")

        return engine
    options = f"-c statement_timeout={ms} -c lock_timeout={ms} -c idle_in_transaction_session_timeout={ms}"
    connect = {"connect_timeout": max(2, int(timeout)), "options": options, "tcp_user_timeout": ms}
    return make_engine(url, connect_args=connect, pool_timeout=timeout, pool_size=8)


def create_store(url: str) -> None:
    """Make the store's tables where they are lacking."""
    engine = store_engine(url, 10)
    with engine.begin() as connection:
        STORE.create_all(connection)
    engine.dispose()


def _insert(connection: Connection, table: Any) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _next_position(connection: Connection, name: str) -> int:
    statement = _insert(connection, COUNTER).values(name=name, value=1)
    statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": COUNTER.c.value + 1})
    return int(connection.execute(statement.returning(COUNTER.c.value)).scalar_one())


def _put(connection: Connection, record: Record, *, deleted: bool = False) -> int:
    """Write an object one version up and return the version."""
    table = OBJECTS[record.kind]
    values = {**record.to_payload(), "deleted": deleted}
    statement = _insert(connection, table).values(**values, version=1)
    statement = statement.on_conflict_do_update(index_elements=["id"], set_={**values, "version": table.c.version + 1})
    return int(connection.execute(statement.returning(table.c.version)).scalar_one())


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as plain:
        connection = plain.execution_options(insyn_writing=True)
        with connection.begin():
            yield connection


@contextmanager
def _errors(*, writes: bool = False) -> Iterator[None]:
    """Turn the database's errors into the contract's; details are dropped, for they may repeat values."""
    try:
        yield
    except (IntegrityError, DataError):
        raise Permanent("refused") from None
    except SQLAlchemyError as error:
        raise Retryable(f"database:{type(error).__name__}", unknown=writes) from None


class SqlBackOffice:
    """The ``BackOffice`` on a store made by ``create_store``."""

    def __init__(self, url: str, timeout: float = 10) -> None:
        self._engine = store_engine(url, timeout)

    def deliver(self, message: OutboundMessage) -> Receipt:
        """Store a message and its receipt in one transaction.

        :raises Permanent: for a kind or payload that the store doesn't take, or a case that isn't the person's there.
        :raises Retryable: a file that it names isn't there; or the database doesn't answer, and whether it was written
            is then unknown.
        """
        reader = next((cls for cls in _INBOUND if cls.kind == message.kind), None)
        if reader is None:
            raise Permanent("unknown_kind")
        try:
            record = reader.from_payload(message.payload)
        except UnknownCode as error:
            raise Permanent(f"unknown_code:{error.where}") from None
        with _errors(writes=True), _writing(self._engine) as connection:
            return self._receipt(connection, message.id) or self._accept(connection, message, record)

    def _accept(self, connection: Connection, message: OutboundMessage, record: Inbound) -> Receipt:
        if not _has_case(connection, record):
            raise Permanent("unknown_case")
        if not _has_files(connection, message.files):
            raise Retryable("file_missing")
        position = _next_position(connection, "delivery")
        # Another delivery of the same message may have held the counter until now.
        twin = self._receipt(connection, message.id)
        if twin is not None:
            return twin
        receipt = Receipt(message.id, f"D{position:08d}", now())
        connection.execute(
            insert(DELIVERY).values(
                message_id=message.id,
                position=position,
                number=receipt.number,
                kind=str(message.kind),
                lane=message.lane,
                object_id=record.id,
                received_at=receipt.received_at,
            )
        )
        if message.files:
            rows = [{"message_id": message.id, "checksum": checksum} for checksum in message.files]
            connection.execute(insert(DELIVERED_FILE), rows)
        # Without a change in the feed: the portal, which wrote it, needs no echo.
        _put(connection, record)
        return receipt

    def find(self, message_id: UUID) -> Receipt | None:
        """Return the receipt of a message that has arrived."""
        with _errors(), self._engine.begin() as connection:
            return self._receipt(connection, message_id)

    @staticmethod
    def _receipt(connection: Connection, message_id: UUID) -> Receipt | None:
        row = connection.execute(
            select(DELIVERY.c.number, DELIVERY.c.received_at).where(DELIVERY.c.message_id == message_id)
        ).one_or_none()
        return None if row is None else Receipt(message_id, row.number, _aware(row.received_at))

    def changes(self, after: Cursor, limit: int) -> Page[Change]:
        """Return the changes after a position."""
        statement = select(CHANGE).where(CHANGE.c.position > int(after or 0)).order_by(CHANGE.c.position).limit(limit)
        with _errors(), self._engine.begin() as connection:
            rows = connection.execute(statement).all()
        return Page(tuple(_change(row) for row in rows), str(rows[-1].position) if rows else after)

    def put_file(self, checksum: str, content: bytes) -> None:
        """Store a file under its checksum."""
        if hashlib.sha256(content).hexdigest() != checksum:
            raise Permanent("checksum")
        with _errors(writes=True), _writing(self._engine) as connection:
            connection.execute(
                _insert(connection, FILE).values(checksum=checksum, content=content).on_conflict_do_nothing()
            )

    def get_file(self, checksum: str) -> bytes:
        """Return a file."""
        with _errors(), self._engine.begin() as connection:
            content = connection.execute(select(FILE.c.content).where(FILE.c.checksum == checksum)).scalar_one_or_none()
        if content is None:
            raise Permanent("no_such_file")
        return cast("bytes", content)

    def ping(self) -> None:
        """Ask the database for the simplest answer."""
        with _errors(), self._engine.begin() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()


def _has_case(connection: Connection, record: Inbound) -> bool:
    """Tell whether the case is the person's; a meeting with somebody who has none yet needs only the person."""
    if record.case_id is None:
        person = OBJECTS[Kind.PERSON].c
        return connection.execute(select(person.id).where(person.id == record.person_id)).first() is not None
    case = OBJECTS[Kind.CASE].c
    found = select(case.id).where(case.id == record.case_id, case.person_id == record.person_id)
    return connection.execute(found).first() is not None


def _has_files(connection: Connection, checksums: tuple[str, ...]) -> bool:
    found = connection.execute(select(FILE.c.checksum).where(FILE.c.checksum.in_(checksums))).scalars().all()
    return set(checksums) == set(found)


def _aware(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def _change(row: Row[Any]) -> Change:
    return Change(row.source_id, row.kind, row.version, row.payload, row.deleted, row.person)


class SqlStore:
    """The caseworkers' side of the store: each write puts the row and its change into one transaction.

    Used to seed the demonstration and the tests; ids are the back office's own strings.
    """

    def __init__(self, url: str) -> None:
        self._engine = store_engine(url, 10)

    def put_board(self, record: BoardRecord) -> int:
        """Write a board and return its version."""
        return self._write(record, None)

    def put_unit(self, record: UnitRecord) -> int:
        """Write a unit and return its version."""
        return self._write(record, None)

    def put_staff(self, record: StaffRecord) -> int:
        """Write a member of staff and return the version."""
        return self._write(record, None)

    def put_person(self, record: PersonRecord) -> int:
        """Write a client and return the version."""
        return self._write(record, record.id)

    def put_case(self, record: CaseRecord) -> int:
        """Write a case and return its version."""
        return self._write(record, record.person_id)

    def assign(self, record: AssignmentRecord) -> int:
        """Write who works on a case and return the version; the case must be there."""
        return self._write(record, self._person_of(record.case_id))

    def put_case_message(self, record: CaseMessage) -> int:
        """Write a caseworker's message and return its version."""
        return self._write(record, record.person_id)

    def put_meeting(self, record: MeetingRecord) -> int:
        """Write a meeting, made here or the portal's in a newer version, and return its version."""
        return self._write(record, record.person_id)

    def put_busy(self, record: BusyRecord) -> int:
        """Write a time in which a member of staff can't be met, and return its version."""
        return self._write(record, None)

    def put_note(self, record: NoteRecord) -> int:
        """Write a record of a case, made here or the portal's in a newer version, and return its version."""
        return self._write(record, record.person_id)

    def put_remark(self, record: RemarkRecord) -> int:
        """Write a remark of the portal's with what was answered here, and return its version."""
        return self._write(record, record.person_id)

    def put_application_status(self, record: ApplicationStatusRecord) -> int:
        """Write where an application of the portal's is, and return the version."""
        return self._write(record, record.person_id)

    def put_assistance_period(self, record: AssistancePeriodRecord) -> int:
        """Write a month that a person has applied for or been decided on, and return its version."""
        return self._write(record, record.person_id)

    def remove(self, record: Record) -> int:
        """Put a tombstone in the place of an object, given as it last was, and return the version."""
        if isinstance(record, AssignmentRecord):
            return self._write(record, self._person_of(record.case_id), deleted=True)
        person = record.id if isinstance(record, PersonRecord) else getattr(record, "person_id", None)
        return self._write(record, person, deleted=True)

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    def _person_of(self, case_id: str) -> str:
        case = OBJECTS[Kind.CASE]
        with self._engine.begin() as connection:
            return str(connection.execute(select(case.c.person_id).where(case.c.id == case_id)).scalar_one())

    def _write(self, record: Record, person: str | None, *, deleted: bool = False) -> int:
        with _writing(self._engine) as connection:
            position = _next_position(connection, "change")
            version = _put(connection, record, deleted=deleted)
            connection.execute(
                insert(CHANGE).values(
                    position=position,
                    kind=record.kind.value,
                    source_id=record.id,
                    version=version,
                    person=person,
                    payload={} if deleted else _sent(record),
                    deleted=deleted,
                )
            )
            return version


def _sent(record: Record) -> dict[str, Any]:
    payload = record.to_payload()
    # What the back office doesn't say is left out, so that the reader can tell it from what it denies.
    return {name: value for name, value in payload.items() if value is not None or name not in record.absent}
