"""The world of applications, on both databases."""

import pytest
from sqlalchemy.orm import Session

from tests.assistance.world import Scene, make


@pytest.fixture
def scene(session: Session) -> Scene:
    return make(session)
