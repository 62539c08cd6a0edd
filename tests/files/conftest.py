"""Fixtures of files: the world of messages, and a vault in a directory of the test's own."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.files.rules import Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.messages import world as worlds
from tests.messages.world import World

LIMITS = Limits(file_bytes=2_000_000, object_files=4, object_bytes=3_000_000, pages=20, pixels=4_000_000)


@pytest.fixture
def world(session: Session) -> World:
    """Two caseworkers, three clients and their cases."""
    return worlds.build(session)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """A vault with small limits."""
    return Vault(LocalStore(tmp_path / "files"), LIMITS)
