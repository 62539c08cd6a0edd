"""The pages of applications."""

from portal.assistance.client_views import feature

__all__ = ["feature"]
