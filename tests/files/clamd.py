"""A clamd for tests, on a real socket, that finds EICAR and misbehaves on request."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.files.hostile import EICAR


@dataclass
class Clamd:
    """What it does: ``fault`` is one of "", "slow", "close", "close early", "garbage", "cut off", "endless", "busy"."""

    fault: str = ""
    limit: int = 25_000_000
    seen: list[int] = field(default_factory=list)

    def answer(self, line: Any) -> None:
        command = _until_zero(line)
        if self.fault == "close":
            return
        if self.fault == "slow":
            time.sleep(1.5)
        if command == b"zPING":
            line.sendall(b"PONG\0")
            return
        assert command == b"zINSTREAM"
        if self.fault == "close early":
            line.recv(10)
            return
        content = self._content(line)
        if content is None:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return
        self.seen.append(len(content))
        line.sendall(self._verdict(content))

    def _content(self, line: Any) -> bytes | None:
        content = b""
        while length := int.from_bytes(_exactly(line, 4), "big"):
            content += _exactly(line, length)
            if len(content) > self.limit:
                return None
        return content

    def _verdict(self, content: bytes) -> bytes:
        faults = {
            "garbage": b"\xff\xfe hello\0",
            "cut off": b"stream: O",
            "endless": b"x" * 100_000,
            "busy": b"COMMAND READ TIMED OUT\0",
            "error": b"stream: lstat() failed: OK ERROR\0",
        }
        if self.fault in faults:
            return faults[self.fault]
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


def _exactly(line: Any, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = line.recv(count - len(content))
        if not part:
            raise ConnectionError
        content += part
    return content


def _until_zero(line: Any) -> bytes:
    command = b""
    while not command.endswith(b"\0"):
        part = line.recv(1)
        if not part:
            raise ConnectionError
        command += part
    return command[:-1]


@contextmanager
def running(clamd: Clamd, path: Path | None = None) -> Iterator[str]:
    """Let it listen, on a unix socket or a TCP port, and yield its address as the settings tell it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                clamd.answer(self.request)
            except ConnectionError:
                return

    kind = socketserver.ThreadingUnixStreamServer if path else socketserver.ThreadingTCPServer
    with kind(str(path) if path else ("127.0.0.1", 0), Handler) as server:  # type: ignore[arg-type]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"unix:{path}" if path else f"tcp:127.0.0.1:{server.server_address[1]}"
        server.shutdown()
