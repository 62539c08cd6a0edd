"""The world of records, on both databases, the client and the caseworker signed in to it, and where files are kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from portal.files.checking import Checker
from portal.files.rules import Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.records.world import World, make, sign_in
from tests.support.client import PageClient

LIMITS = Limits(file_bytes=2_000_000, object_files=4, object_bytes=3_000_000, pages=5)


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


@pytest.fixture
def vault(app: Flask, staff_app: Flask, tmp_path: Path) -> Vault:
    """A vault with small limits, of both sides."""
    made = Vault(LocalStore(tmp_path / "files"), LIMITS)
    app.extensions["insyn.vault"] = staff_app.extensions["insyn.vault"] = made
    return made


@pytest.fixture
def check(sessions: sessionmaker[Session], vault: Vault) -> Callable[[], int]:
    """Let the worker check the files that have come."""
    return lambda: Checker(sessions, vault, None).run()
