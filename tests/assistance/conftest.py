"""The world of applications, on both databases."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.files.rules import Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.assistance.pages import Desk
from tests.assistance.world import Scene, make
from tests.support.client import PageClient

LIMITS = Limits(file_bytes=3_000_000, object_files=6, object_bytes=6_000_000, pages=20, pixels=4_000_000)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make(session)


@pytest.fixture
def desk(app: Flask, tmp_path: Path) -> Desk:
    app.extensions["insyn.vault"] = Vault(LocalStore(tmp_path / "files"), LIMITS)
    return Desk(app.extensions["insyn.sessions"])


@pytest.fixture
def mariam(client: PageClient, desk: Desk) -> PageClient:
    desk.sign_in(client, desk.mariam)
    return client
