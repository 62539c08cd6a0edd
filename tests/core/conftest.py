"""Databases without the portal's tables: the core is tested with tables of the tests' own."""

from collections.abc import Iterator

import pytest

from tests.support import database
from tests.support.database import Kind


@pytest.fixture
def empty_url(database_kind: Kind) -> Iterator[str]:
    """The address of a database without any table."""
    url = database.empty_database(database_kind)
    yield url
    database.drop(url)
