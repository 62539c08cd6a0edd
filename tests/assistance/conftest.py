"""The world of applications, on both databases."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.assistance.pages import Desk
from tests.assistance.world import Scene, make
from tests.support.client import PageClient


@pytest.fixture
def scene(session: Session) -> Scene:
    return make(session)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app.extensions["insyn.sessions"])


@pytest.fixture
def mariam(client: PageClient, desk: Desk) -> PageClient:
    desk.sign_in(client, desk.mariam)
    return client
