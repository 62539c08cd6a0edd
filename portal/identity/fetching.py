"""Getting a federation's metadata or a logo: one file, or one https address, within bounds of time and size."""

from pathlib import Path
from urllib.parse import urlsplit

from portal.core.fetching import FetchError, fetch_url
from portal.identity.saml.metadata import AggregateSource
from portal.identity.saml.metadata_aggregate import MAX_BYTES
from portal.identity.saml.metadata_reader import LOOPBACK, ProviderFileError, check_url

__all__ = ["FetchError", "fetch", "fetch_address", "may_follow"]


def fetch(source: AggregateSource) -> bytes:
    """The bytes of an aggregate, unverified.

    :raises FetchError: it is not there, too slow, or too large.
    """
    if source.file is not None:
        return _read_file(source.file)
    accept = "application/samlmetadata+xml, application/xml"
    return fetch_address(source.url or "", accept=accept, limit=MAX_BYTES)


def fetch_address(address: str, *, accept: str, limit: int) -> bytes:
    """The bytes behind an address that ``check_url`` has judged, never more than ``limit``.

    :raises FetchError: it is not there, too slow, or too large.
    """
    return fetch_url(address, accept=accept, most=limit, may_follow=may_follow)


def may_follow(host: str, url: str) -> bool:
    """Tell whether a redirect leads to https; to this very machine leads only what is on it."""
    try:
        check_url(url)
    except ProviderFileError:
        return False
    return urlsplit(url).hostname not in LOOPBACK or host in LOOPBACK


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FetchError(type(error).__name__) from None
    if len(data) > MAX_BYTES:
        raise FetchError("too_large")
    return data
