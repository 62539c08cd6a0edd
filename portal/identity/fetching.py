"""Getting a federation's metadata or a logo: one file, or one https address, within bounds of time and size."""

import time
from pathlib import Path
from typing import IO, Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from portal.identity.saml.metadata import AggregateSource
from portal.identity.saml.metadata_aggregate import MAX_BYTES
from portal.identity.saml.metadata_reader import LOOPBACK, ProviderFileError, check_url

QUIET_SECONDS: Final = 10
WHOLE_SECONDS: Final = 60
_CHUNK: Final = 64 * 1024


class FetchError(Exception):
    """The metadata could not be had; the words are a code for logs."""


class _SafeRedirects(HTTPRedirectHandler):
    """Follows to addresses that could have been configured, and to no others."""

    max_redirections = 3

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Refuse what is not https; to this very machine leads only what is on it."""
        try:
            check_url(newurl)
        except ProviderFileError:
            raise FetchError("redirected_elsewhere") from None
        if urlsplit(newurl).hostname in LOOPBACK and req.host.partition(":")[0] not in LOOPBACK:
            raise FetchError("redirected_elsewhere")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def fetch(source: AggregateSource) -> bytes:
    """The bytes of an aggregate, unverified, at most one more than may be read.

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
    opener = OpenerDirector()
    # No handler for file:, ftp: or data: addresses.
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        _SafeRedirects(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    wanted = Request(address, headers={"Accept": accept})  # noqa: S310 - check_url has judged the address
    try:
        with opener.open(wanted, timeout=QUIET_SECONDS) as answer:
            return _read_all(answer, limit)
    except URLError as error:
        raise FetchError(f"http_{error.code}" if hasattr(error, "code") else "unreachable") from None
    except ConnectionError:
        raise FetchError("unreachable") from None
    except (OSError, ValueError) as error:
        raise FetchError(type(error).__name__) from None


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return _bounded(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise FetchError(type(error).__name__) from None


def _read_all(answer: Any, limit: int) -> bytes:
    # A server that drips a byte a second never times out by itself.
    ends, data = time.monotonic() + WHOLE_SECONDS, bytearray()
    while chunk := answer.read1(_CHUNK):
        data += chunk
        if len(data) > limit:
            raise FetchError("too_large")
        if time.monotonic() > ends:
            raise FetchError("too_slow")
    return bytes(data)


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_BYTES:
        raise FetchError("too_large")
    return data
