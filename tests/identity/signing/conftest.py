"""Fixtures of signing: an application with a document to sign."""

import pytest
from flask import Flask

from tests.identity.fixtures import provider, settings, staff_visitor, visitor, world
from tests.identity.saml.conftest import parties, scene
from tests.identity.signing.desk import Desk, add_desk

__all__ = ["parties", "provider", "scene", "settings", "staff_visitor", "visitor", "world"]


@pytest.fixture
def desk(app: Flask) -> Desk:
    """What lies on the table to be signed."""
    return add_desk(app)
