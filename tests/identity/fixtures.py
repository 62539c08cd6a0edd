"""Fixtures of tests that sign in: imported by the conftest of each folder that does."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.settings import Settings
from tests.conftest import make_settings
from tests.identity.provider import Provider, Visitor
from tests.messages import world as worlds
from tests.messages.world import World
from tests.support.client import PageClient


@pytest.fixture(scope="session")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The identity provider, with keys made once."""
    return Provider(tmp_path_factory.mktemp("provider"))


@pytest.fixture
def settings(database_url: str, provider: Provider, tmp_path: Path) -> Settings:
    """Settings that trust this provider."""
    return make_settings(
        database_url=database_url,
        backoffice_url=f"sqlite:///{tmp_path}/backoffice.db",
        saml_providers=provider.directory / "providers.toml",
        saml_keys=provider.directory,
        file_store=f"file:{tmp_path}/files",
    )


@pytest.fixture
def world(sessions: sessionmaker[Session]) -> World:
    """Caseworkers, clients and cases."""
    with sessions.begin() as session:
        return worlds.build(session)


@pytest.fixture
def visitor(client: PageClient, provider: Provider) -> Visitor:
    """A browser on the client side."""
    return Visitor(client, provider, Side.CLIENT)


@pytest.fixture
def staff_visitor(staff_client: PageClient, provider: Provider) -> Visitor:
    """A browser on the staff side."""
    return Visitor(staff_client, provider, Side.STAFF)
