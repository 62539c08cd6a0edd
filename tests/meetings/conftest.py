"""Fixtures of the tests of bookings: a fixed Monday, and the people with their hours."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal.core.clock import travel
from tests.meetings import world as worlds
from tests.meetings.world import MONDAY, Bookings


@pytest.fixture
def monday() -> Iterator[None]:
    """Let it be eight in the morning of a Monday without holidays near it."""
    with travel(MONDAY):
        yield


@pytest.fixture
def world(session: Session, monday: None) -> Bookings:
    """The people, kinds of meetings and hours, in the session that is rolled back."""
    return worlds.build(session)
