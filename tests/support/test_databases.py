"""The test databases are separate, quick to copy, and taken away."""

from collections.abc import Callable

from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from tests.support import database
from tests.support.database import Kind


def test_two_copies_know_nothing_of_each_other(new_database: Callable[[], str]) -> None:
    first, second = (create_engine(new_database(), poolclass=NullPool) for _ in range(2))
    with first.begin() as connection:
        connection.execute(text("CREATE TABLE only_here (id INTEGER)"))
    assert "only_here" in inspect(first).get_table_names()
    assert "only_here" not in inspect(second).get_table_names()
    assert inspect(second).get_table_names()


def test_a_dropped_database_is_gone(database_kind: Kind) -> None:
    url = database.empty_database(database_kind)
    engine = create_engine(url)
    with engine.connect():
        database.drop(url)
    engine.dispose()
    again = database.empty_database(database_kind)
    assert again != url
    database.drop(again)
