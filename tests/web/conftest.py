"""Fixtures of sign-in."""

from tests.identity.fixtures import provider, sessions, settings, staff_visitor, visitor, world

__all__ = ["provider", "sessions", "settings", "staff_visitor", "visitor", "world"]
