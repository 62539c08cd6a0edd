"""The back offices that the portal can speak to; which one is told by the address in the settings."""

from portal.settings import Settings
from portal.sync.adapters.base import BackOffice
from portal.sync.adapters.sql import SqlBackOffice


def make_back_office(settings: Settings) -> BackOffice:
    """Return the adapter for ``settings.backoffice_url``, which the settings have already found to be one we know."""
    return SqlBackOffice(settings.backoffice_url, settings.backoffice_timeout_seconds)
