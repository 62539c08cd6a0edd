"""Searching for viruses: a small client of ClamAV's daemon (clamd), which gets the content as a stream.

Source: clamd(8), command INSTREAM: chunks with their length in four bytes, an empty one at the end, one line back.
"""

import socket
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

_CHUNK = 256 * 1024
_LONGEST_ANSWER = 4096
_CONNECT_SECONDS = 5.0


class ScannerDown(Exception):  # noqa: N818 - named after what it means
    """No answer that can be believed: nothing may be let through. ``code`` holds nothing of the file."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Scanner:
    """A clamd at ``unix:PATH`` or ``tcp:HOST:PORT``; one call lasts at most ``seconds``."""

    address: str
    seconds: float = 60.0

    def is_infected(self, content: bytes) -> bool:
        """Tell whether the scanner found something.

        :raises ScannerDown: it is out of reach, too slow, refused to look, or said something else than found or not.
        """
        answer = self._ask(b"zINSTREAM\0", content)
        if answer == b"stream: OK":
            return False
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return True
        raise ScannerDown("size_limit" if answer.startswith(b"INSTREAM size limit") else "answer")

    def ping(self) -> None:
        """Return when the scanner answers.

        :raises ScannerDown: when not.
        """
        if self._ask(b"zPING\0") != b"PONG":
            raise ScannerDown("answer")

    def _ask(self, command: bytes, content: bytes | None = None) -> bytes:
        end = time.monotonic() + self.seconds
        try:
            with self._connect() as line:
                try:
                    _send(line, command, content, end)
                except (BrokenPipeError, ConnectionResetError):
                    # It stopped listening, and may have said why: it takes no more, or has found something.
                    return _receive(line, end)
                return _receive(line, end)
        except TimeoutError:
            raise ScannerDown("timeout") from None
        except OSError as error:
            raise ScannerDown(type(error).__name__) from None

    def _connect(self) -> socket.socket:
        kind, _, rest = self.address.partition(":")
        if kind == "unix":
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(min(self.seconds, _CONNECT_SECONDS))
            try:
                line.connect(rest)
            except BaseException:
                line.close()
                raise
            return line
        parts = urlsplit(f"//{rest}")
        return socket.create_connection((parts.hostname or "", parts.port or 3310), min(self.seconds, _CONNECT_SECONDS))


def _send(line: socket.socket, command: bytes, content: bytes | None, end: float) -> None:
    _wait(line, end)
    line.sendall(command)
    if content is None:
        return
    for start in range(0, len(content), _CHUNK):
        block = memoryview(content)[start : start + _CHUNK]
        _wait(line, end)
        line.sendall(len(block).to_bytes(4, "big") + block)
    line.sendall(bytes(4))


def _receive(line: socket.socket, end: float) -> bytes:
    answer = b""
    while b"\0" not in answer and b"\n" not in answer and len(answer) < _LONGEST_ANSWER:
        _wait(line, end)
        part = line.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    # An answer without its end was cut off, perhaps before the words that matter.
    whole, mark, _ = answer.replace(b"\n", b"\0").partition(b"\0")
    return whole.strip() if mark else b""


def _wait(line: socket.socket, end: float) -> None:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
