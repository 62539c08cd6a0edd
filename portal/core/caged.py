"""Asking a process that looks at hostile content: fed and read within limits, and killed when it takes too long.

The process locks itself with ``core.cage`` before it looks; what it answers is the caller's to judge.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO

_READ = 64 * 1024


class TookTooLong(Exception):  # noqa: N818 - named after what happened
    """The process didn't end in time: perhaps the machine's fault, so worth another attempt."""


def ask(module: str, arguments: Sequence[str], content: bytes, *, most: int, patience: float) -> bytes:
    """Return what a module of ours answers about some content, run as a process of its own.

    Nothing where it said more than ``most`` bytes. None of the content may be among the arguments.

    :raises TookTooLong: after ``patience`` seconds by the clock.
    """
    process = subprocess.Popen(  # noqa: S603 - our own module; nothing of the content is on its command line
        [sys.executable, "-I", "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a parser says repeats the content
        env={"LC_ALL": "C.UTF-8"},  # no settings and no keys
        cwd="/",
        close_fds=True,
    )
    with process, _Feeder(process, content), _Alarm(process, patience) as alarm:
        answer = _read(process.stdout, most)
        process.kill()  # it has answered, or said too much
    if alarm.rang:
        raise TookTooLong
    return answer


def _read(pipe: IO[bytes] | None, most: int) -> bytes:
    answer = bytearray()
    while pipe is not None and len(answer) <= most and (part := os.read(pipe.fileno(), _READ)):
        answer += part
    return bytes(answer) if len(answer) <= most else b""


class _Feeder:
    """Gives a process its content from a thread of its own, so that neither waits for the other."""

    def __init__(self, process: "subprocess.Popen[bytes]", content: bytes) -> None:
        self._pipe, self._content = process.stdin, content
        self._thread = threading.Thread(target=self._feed, name="feed", daemon=True)

    def _feed(self) -> None:
        if self._pipe is None:
            return
        try:
            with self._pipe as pipe:
                pipe.write(self._content)
        except BrokenPipeError:
            return  # it has seen enough

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._thread.join()


class _Alarm:
    """Kills a process after some seconds."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self.rang = False
        self._process, self._timer = process, threading.Timer(seconds, self._ring)

    def _ring(self) -> None:
        self.rang = True
        self._process.kill()

    def __enter__(self) -> "_Alarm":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
