"""Engines and column types on both databases."""

import enum
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Engine, ForeignKey, bindparam, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from portal.core import db
from portal.core.db import Identified, make_engine, make_sessionmaker, plain_rows, writing
from tests.support import database
from tests.support.database import Kind


class Base(DeclarativeBase):
    """Tables of this file, with the portal's types."""

    type_annotation_map = db.Base.type_annotation_map


class Colour(enum.StrEnum):
    """A state."""

    RED = "rod"
    GREEN = "gron"


class Parent(Identified, Base):
    """A table with every kind of column that the portal maps."""

    __tablename__ = "parent"

    at: Mapped[datetime | None]
    colour: Mapped[Colour] = mapped_column(default=Colour.RED)
    number: Mapped[int] = mapped_column(default=0)


class Child(Identified, Base):
    """A table that refers to another."""

    __tablename__ = "child"

    parent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("parent.id"))


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine() -> Iterator[Engine]:
    url = database.empty_database("sqlite")
    engine = make_engine(url)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()
    database.drop(url)


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Parent(at=datetime(2026, 11, 22, 12, 0)))  # noqa: DTZ001 - that is the point
        with pytest.raises(StatementError, match="naive datetime"):
            session.commit()


def test_an_instant_comes_back_in_utc(engine: Engine) -> None:
    at = datetime(2026, 3, 29, 3, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with Session(engine) as session:
        session.add(Parent(at=at))
        session.commit()
        found = session.scalars(select(Parent.at)).one()
        assert found == at
        assert found is not None
        assert found.tzinfo is UTC
        assert len(session.scalars(select(Parent).where(Parent.at > at - timedelta(seconds=1))).all()) == 1
        assert session.scalars(select(Parent).where(Parent.at > at)).all() == []


def test_no_instant_stays_none(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Parent(at=None))
        session.commit()
        assert session.scalars(select(Parent.at)).one() is None


def test_a_state_is_stored_by_value(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Parent(colour=Colour.GREEN))
        session.commit()
        assert session.execute(text("SELECT colour FROM parent")).scalar_one() == "gron"
        assert session.scalars(select(Parent.colour)).one() is Colour.GREEN


def test_a_foreign_key_is_enforced(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Child(parent_id=uuid.uuid4()))
        with pytest.raises(IntegrityError):
            session.commit()


def test_errors_of_the_database_do_not_repeat_values(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Parent(number=1))
        session.flush()
        with pytest.raises(StatementError) as caught:
            session.execute(text("INSERT INTO nothing VALUES (:value)"), {"value": "hemligt ord"})
    assert "hemligt" not in str(caught.value)


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 10_000), ("secure_delete", 1)],
)
def test_every_connection_to_sqlite_is_tuned(sqlite_engine: Engine, pragma: str, value: object) -> None:
    with sqlite_engine.connect() as first, sqlite_engine.connect() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() == value


def test_ddl_rolls_back_with_its_transaction(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE half (x INTEGER)"))
        connection.rollback()
        with pytest.raises((OperationalError, StatementError)):
            connection.execute(text("SELECT * FROM half"))


def test_writing_commits_on_success_and_rolls_back_on_an_error(engine: Engine) -> None:
    sessions = make_sessionmaker(engine)
    with writing(sessions) as session:
        session.add(Parent())
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(sessions)
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Parent)) == 1


def _write(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        session.add(Parent())


def _write_and_fail(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        session.add(Parent())
        session.flush()
        raise ZeroDivisionError


def test_a_reader_that_becomes_a_writer_fails_on_sqlite_and_writing_is_the_cure(sqlite_engine: Engine) -> None:
    """Why ``writing`` exists: another's commit between a transaction's reading and writing can't be waited for."""
    sessions = make_sessionmaker(sqlite_engine)
    with sessions() as reader:
        reader.scalar(select(func.count()).select_from(Parent))
        _write(sessions)
        reader.add(Parent())
        with pytest.raises(OperationalError, match="locked"):
            reader.commit()
    with writing(sessions) as session:
        session.scalar(select(func.count()).select_from(Parent))
        other = threading.Thread(target=_write, args=(sessions,))
        other.start()
        other.join(0.2)
        assert other.is_alive()  # it waits for its turn
        session.add(Parent())
    other.join()
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(Parent)) == 3


def test_readers_are_not_held_up_by_a_writer(engine: Engine) -> None:
    sessions = make_sessionmaker(engine)
    with writing(sessions) as writer:
        writer.add(Parent())
        writer.flush()
        with sessions() as reader:
            assert reader.scalar(select(func.count()).select_from(Parent)) == 0


def test_counters_of_many_writers_all_count(engine: Engine, database_kind: Kind) -> None:
    sessions = make_sessionmaker(engine)
    with writing(sessions) as session:
        session.add(Parent())

    def work() -> None:
        for _ in range(10):
            with writing(sessions) as session:
                row = session.scalars(select(Parent).with_for_update()).one()
                row.number += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        assert session.scalars(select(Parent.number)).one() == 40


def test_plain_rows_are_of_the_sessions_own_transaction(engine: Engine) -> None:
    wanted = select(Parent.colour, Parent.at).where(Parent.number == bindparam("number"))
    at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    with Session(engine) as session:
        session.add(Parent(number=7, colour=Colour.GREEN, at=at))
        assert plain_rows(session, wanted, {"number": 7}).one() == (Colour.GREEN, at)
        session.rollback()
        assert plain_rows(session, wanted, {"number": 7}).all() == []


def test_the_database_kind_is_told(engine: Engine, database_kind: Kind) -> None:
    with make_sessionmaker(engine)() as session:
        assert db.is_postgresql(session) is (database_kind == "postgresql")


def test_what_a_person_sent_is_synchronised_to_the_disk(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/durable.db")
    with engine.connect().execution_options(insyn_writing=True, insyn_durable=True) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with engine.connect().execution_options(insyn_writing=True) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    engine.dispose()
