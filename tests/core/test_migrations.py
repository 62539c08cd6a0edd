"""Migrations: up, down and up again on both databases, equal to the models, with logs that can't be changed."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal import tables
from portal.audit.models import AccessEntry, AuditEntry
from portal.core import migrate
from portal.core.db import make_engine
from portal.core.ids import new_id

LOGS = ("audit_entry", "access_entry")


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


def table_names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_to_the_newest_is_equal_to_the_models(engine: Engine) -> None:
    assert migrate.current(engine) is None
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()
    assert migrate.differences(engine, tables.metadata()) == []
    assert table_names(engine) == set(tables.metadata().tables)


def test_down_leaves_nothing_and_up_again_works(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.downgrade(engine, "base")
    assert table_names(engine) == set()
    migrate.upgrade(engine)
    assert migrate.differences(engine, tables.metadata()) == []


def test_every_step_goes_up_and_down_and_up(engine: Engine) -> None:
    below = "base"
    for revision in migrate.revisions():
        migrate.upgrade(engine, revision)
        migrate.downgrade(engine, below)
        migrate.upgrade(engine, revision)
        assert migrate.current(engine) == revision
        below = revision


def test_a_second_upgrade_has_nothing_to_do(engine: Engine) -> None:
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert migrate.current(engine) == migrate.head()


def test_a_missing_column_is_seen_as_a_difference(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE board DROP COLUMN name"))
    assert any("name" in str(difference) for difference in migrate.differences(engine, tables.metadata()))


def test_revisions_are_numbered_in_one_line() -> None:
    assert migrate.revisions() == [f"{number:04d}" for number in range(1, len(migrate.revisions()) + 1)]


def fill_logs(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(AuditEntry(side="client", action="x"))
        session.add(AccessEntry(staff_id=new_id(), role="r", unit="u", subject_id=new_id(), what="w", reason="x"))
        session.commit()


@pytest.mark.parametrize("table", LOGS)
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = :at", "DELETE FROM {}", "DELETE FROM {} WHERE at < :at"])
def test_the_database_itself_refuses_to_change_the_logs(engine: Engine, table: str, statement: str) -> None:
    migrate.upgrade(engine)
    fill_logs(engine)
    values = {"at": datetime(2030, 1, 1, tzinfo=UTC).isoformat()} if ":at" in statement else {}
    with engine.connect() as connection:
        with pytest.raises(DBAPIError, match=r"append.only|refuse"):
            connection.execute(text(statement.format(table)), values)
        connection.rollback()
        assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1  # noqa: S608 - ours


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
@pytest.mark.parametrize("table", LOGS)
def test_postgresql_refuses_to_empty_the_logs(engine: Engine, table: str) -> None:
    migrate.upgrade(engine)
    fill_logs(engine)
    with engine.connect() as connection, pytest.raises(DBAPIError, match=r"append.only|refuse"):
        connection.execute(text(f"TRUNCATE {table}"))


def test_the_logs_take_new_entries(engine: Engine) -> None:
    migrate.upgrade(engine)
    fill_logs(engine)
    fill_logs(engine)
    with Session(engine) as session:
        assert len(session.scalars(select(AuditEntry.id)).all()) == 2
