"""Fetching from an address on the internet, within bounds of time and size; never file:, ftp: or data:.

With ``public_only`` the address came from a user, and must not reach what only this machine reaches (SSRF): https on
its usual port, no proxy, no redirect, and the very address that was judged is the one that is connected to, so that a
name can't be answered otherwise the second time (DNS rebinding).
"""

import socket
import time
from collections.abc import Callable
from http.client import HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import IO, Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    BaseHandler,
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

QUIET_SECONDS: Final = 10
WHOLE_SECONDS: Final = 60
_CHUNK: Final = 64 * 1024
_HTTPS_PORT: Final = 443
# Addresses that stand for an IPv4 address behind a gateway (RFC 6052 section 2.1, RFC 8215).
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class FetchError(Exception):
    """It could not be had; the words are a code for logs."""


class _Redirects(HTTPRedirectHandler):
    """Follows from a host to where ``may_follow`` says, and nowhere else."""

    max_redirections = 3

    def __init__(self, may_follow: Callable[[str, str], bool]) -> None:
        self.may_follow = may_follow

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Refuse any other address."""
        if not self.may_follow(req.host.partition(":")[0], newurl):
            raise FetchError("redirected_elsewhere")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet's: not this machine, its network, or a way round to them."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo and found.teredo[1])
        if inner is not None or any(found in network for network in _TRANSLATED):
            return isinstance(found.ipv4_mapped, IPv4Address) and is_public(str(found.ipv4_mapped))
    return found.is_global and not found.is_multicast


def _connect_publicly(address: tuple[str, int], timeout: float, *_: object, **__: object) -> socket.socket:
    host, port = address
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # One bad answer among good ones is a trick, too.
    if not found or not all(is_public(str(entry[4][0])) for entry in found):
        raise FetchError("private_address")
    return socket.create_connection((str(found[0][4][0]), port), timeout)


class _PublicConnection(HTTPSConnection):
    """A connection to a public address; its certificate is checked against the name as ever."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._create_connection = _connect_publicly


class _PublicHandler(HTTPSHandler):
    """Opens https addresses through ``_PublicConnection``."""

    def https_open(self, req: Request) -> Any:
        """Open an address."""
        return self.do_open(_PublicConnection, req)


def fetch_url(
    url: str,
    *,
    accept: str,
    most: int,
    may_follow: Callable[[str, str], bool] = lambda _host, _url: False,
    public_only: bool = False,
) -> bytes:
    """Return the bytes at an address, ``most`` at most.

    :raises FetchError: it is not there, too slow, too large, or not to be reached.
    """
    if public_only:
        _check_public(url)
    transport: tuple[BaseHandler, ...] = (ProxyHandler(), HTTPHandler(), HTTPSHandler())
    opener = OpenerDirector()
    for handler in (
        *((_PublicHandler(),) if public_only else transport),
        HTTPDefaultErrorHandler(),
        _Redirects(may_follow),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    wanted = Request(url, headers={"Accept": accept})  # noqa: S310 - only http and https have a handler
    try:
        with opener.open(wanted, timeout=QUIET_SECONDS) as answer:
            return _read_all(answer, most)
    except URLError as error:
        raise FetchError(f"http_{error.code}" if hasattr(error, "code") else "unreachable") from None
    except ConnectionError:
        raise FetchError("unreachable") from None
    except (OSError, ValueError) as error:
        raise FetchError(type(error).__name__) from None


def _check_public(url: str) -> None:
    try:
        parts = urlsplit(url)
        port = parts.port or _HTTPS_PORT
    except ValueError:
        raise FetchError("bad_address") from None
    if parts.scheme != "https" or not parts.hostname or port != _HTTPS_PORT or parts.username is not None:
        raise FetchError("bad_address")


def _read_all(answer: Any, most: int) -> bytes:
    # A server that drips a byte a second never times out by itself.
    ends, data = time.monotonic() + WHOLE_SECONDS, bytearray()
    while chunk := answer.read1(_CHUNK):
        data += chunk
        if len(data) > most:
            raise FetchError("too_large")
        if time.monotonic() > ends:
            raise FetchError("too_slow")
    return bytes(data)
