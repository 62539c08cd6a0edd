"""Fixtures of the system manager's pages."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from portal.people.models import StaffMember
from portal.people.rules import Role
from tests.identity.fixtures import provider, settings, staff_visitor, visitor, world
from tests.identity.provider import PETRA, Visitor
from tests.messages.world import World

__all__ = ["manager", "provider", "settings", "staff_visitor", "visitor", "world"]


@pytest.fixture
def manager(staff_visitor: Visitor, sessions: sessionmaker[Session], world: World) -> Visitor:
    """A browser in which a system manager is signed in."""
    with sessions.begin() as session:
        session.get_one(StaffMember, world.petra).role = Role.MANAGER
    staff_visitor.sign_in(PETRA)
    return staff_visitor
