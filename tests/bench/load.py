"""A small client for measuring: kept-alive raw sockets on loopback, bounded in requests and in time."""

import socket
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

CONNECTIONS = 4
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Round:
    """What one burst came to; time in seconds."""

    requests: int
    seconds: float

    @property
    def each(self) -> float:
        """Seconds a request."""
        return self.seconds / self.requests


class Load:
    """Asks for one page over a few connections, so that the server always has the next request at hand."""

    def __init__(self, port: int, path: str = "/", cookie: str = "") -> None:
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: text/html", "Accept-Language: sv"]
        lines += ["Accept-Encoding: gzip, br", "Sec-Fetch-Site: same-origin"]
        if cookie:
            lines.append(f"Cookie: {cookie}")
        self._request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._address = ("127.0.0.1", port)
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        for _ in range(CONNECTIONS):
            self._sockets.append(socket.create_connection(self._address, TIMEOUT_SECONDS))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._sockets:
            connection.close()
        self._sockets = []

    def run(self, seconds: float, most: int = 5000) -> Round:
        """Ask for so long, or so often, whichever ends first."""
        begin = time.perf_counter()
        for connection in self._sockets:
            connection.sendall(self._request)
        done = 0
        while done < most and time.perf_counter() - begin < seconds:
            connection = self._sockets[done % CONNECTIONS]
            _answer(connection)
            done += 1
            connection.sendall(self._request)
        for late in range(CONNECTIONS):
            _answer(self._sockets[(done + late) % CONNECTIONS])
        return Round(done + CONNECTIONS, time.perf_counter() - begin)


def _answer(connection: socket.socket) -> None:
    """Read one whole answer, which must be a page."""
    data = connection.recv(65536)
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = data[:end].lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"not a page: {head[:40]!r}")
    length = int(head.partition(b"content-length:")[2].partition(b"\r")[0])
    left = end + 4 + length - len(data)
    while left > 0:
        left -= len(_more(connection))


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise RuntimeError("the server hung up")
    return data
