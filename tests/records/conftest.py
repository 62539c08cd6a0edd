"""The world of records, on both databases, and the client and the caseworker signed in to it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.records.world import World, make, sign_in
from tests.support.client import PageClient


@pytest.fixture
def world(session: Session) -> Iterator[World]:
    yield make(session)
    del session.info["world"]


@pytest.fixture
def mariam(client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    """The client whose records they are."""
    sign_in(sessions, client, world.client(world.mariam))
    return client


@pytest.fixture
def petra(staff_client: PageClient, sessions: sessionmaker[Session], world: World) -> PageClient:
    """The caseworker of her case."""
    sign_in(sessions, staff_client, world.staff(world.petra))
    return staff_client
