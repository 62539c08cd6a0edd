"""Fixtures of sign-in."""

from tests.identity.fixtures import provider, settings, staff_visitor, visitor, world

__all__ = ["provider", "settings", "staff_visitor", "visitor", "world"]
