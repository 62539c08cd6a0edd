"""The world of records, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.records.world import World, make


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    yield make(session)
    del session.info["world"]
