"""Asking the cage: one process for each file, fed and read within limits, and killed when it takes too long."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import IO

from portal.files.kinds import HEAD, Sort, sort_of
from portal.files.rules import FileKind, Limits, Refusal

_GIB = 1024**3
_MOST_HEAD = 1000
_READ = 64 * 1024


@dataclass(frozen=True, slots=True)
class Budget:
    """What one file may cost: memory (bytes), processor time, and time by the clock (s)."""

    memory: int = _GIB
    seconds: int = 30
    patience: float = 120.0


USUAL_BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Content that is safe to store and show, and what it is."""

    kind: FileKind
    content: bytes


class TookTooLong(Exception):  # noqa: N818 - named after what happened
    """The process didn't end in time: perhaps the machine's fault, so worth another attempt."""


def clean(content: bytes, limits: Limits, budget: Budget = USUAL_BUDGET) -> Cleaned | Refusal:
    """Return the clean content of a file, or why it is refused.

    :raises TookTooLong: after ``budget.patience`` seconds by the clock.
    """
    match sort_of(content[:HEAD]):
        case Sort.HEIC:
            return Refusal.HEIC
        case Sort.OTHER:
            return Refusal.WRONG_KIND
        case sort:
            return _ask(sort, content, limits, budget)


def _ask(sort: Sort, content: bytes, limits: Limits, budget: Budget) -> Cleaned | Refusal:
    told = {
        "bytes": limits.file_bytes,
        "pages": limits.pages,
        "pixels": limits.pixels,
        "memory": budget.memory,
        "seconds": budget.seconds,
    }
    command = [sys.executable, "-I", "-m", "portal.files.cleaning.child", sort.value, json.dumps(told)]
    process = subprocess.Popen(  # noqa: S603 - our own module; nothing of the file is on its command line
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # what a parser says repeats the file
        env={"LC_ALL": "C.UTF-8"},  # no settings and no keys
        cwd="/",
        close_fds=True,
    )
    with process, _Feeder(process, content), _Alarm(process, budget.patience) as alarm:
        answer = _read(process.stdout, limits.file_bytes + _MOST_HEAD)
        process.kill()  # it has answered, or said too much
    if alarm.rang:
        raise TookTooLong
    return _verdict(answer)


def _read(pipe: IO[bytes] | None, most: int) -> bytes:
    answer = bytearray()
    while pipe is not None and len(answer) <= most and (part := os.read(pipe.fileno(), _READ)):
        answer += part
    return bytes(answer) if len(answer) <= most else b""


def _verdict(answer: bytes) -> Cleaned | Refusal:
    """Read the answer of a process that may have been taken over: nothing in it is believed beyond its two forms."""
    line, _, content = answer.partition(b"\n")
    try:
        head = json.loads(line)
        if head.keys() == {"refused"}:
            return Refusal(head["refused"])
        kind = FileKind(head["media_type"])
    except (ValueError, KeyError, AttributeError, TypeError):
        return Refusal.UNREADABLE
    wanted = {FileKind.PDF: b"%PDF-", FileKind.JPEG: b"\xff\xd8\xff", FileKind.PNG: b"\x89PNG\r\n\x1a\n"}[kind]
    return Cleaned(kind, content) if content.startswith(wanted) else Refusal.UNREADABLE


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
