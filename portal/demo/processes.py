"""Child processes that are started together, waited for, and stopped together."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portal.demo.environment import CHECKOUT, DemoError

START_SECONDS = 60
STOP_SECONDS = 5
_PAUSE_SECONDS = 0.05
_TAIL_LINES = 20


@dataclass(frozen=True)
class Child:
    """A running process; it is ready when ``sign``, an address, answers or, other words, stand in its log."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    log_start: int
    sign: str

    @property
    def status(self) -> int | None:
        """The exit status, or None while it runs."""
        return self.process.poll()

    @property
    def ready(self) -> bool:
        """Tell whether it does its work."""
        return answers(self.sign) if self.sign.startswith("http://") else self.sign in self.written()

    def written(self) -> str:
        """Return what it has logged since its start."""
        return self.log.read_bytes()[self.log_start :].decode(errors="replace")

    def tail(self) -> str:
        """Return the last lines of its log."""
        return "\n".join(self.written().splitlines()[-_TAIL_LINES:])


def start(name: str, arguments: Sequence[str], variables: Mapping[str, str], logs: Path, sign: str) -> Child:
    """Start a Python module of ours; only the given settings reach it, not those of whoever starts it."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INSYN_")}
    environment.update(variables, PYTHONUNBUFFERED="1")
    logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = logs / f"{name}.log"
    wrapped = [sys.executable, "-m", "portal.demo.child", sys.executable, *arguments]
    with log.open("ab") as output:
        before = output.tell()
        # A session of its own: Ctrl-C in the terminal reaches the parent alone, which stops them in good order.
        process = subprocess.Popen(  # noqa: S603 - the command is our own
            wrapped,
            cwd=CHECKOUT,
            env=environment,
            stdin=subprocess.PIPE,  # never written to: it closes with us, also when we are killed
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    return Child(name, process, log, before, sign)


def wait_until_ready(children: Sequence[Child]) -> None:
    """Wait until every child answers.

    :raises DemoError: one ended, or didn't answer within a minute.
    """
    deadline = time.monotonic() + START_SECONDS
    waiting = list(children)
    while waiting:
        ended = first_ended(children)
        if ended is not None:
            raise DemoError(f"The {ended.name} ended with status {ended.status}:\n{ended.tail()}")
        if time.monotonic() > deadline:
            names = ", ".join(child.name for child in waiting)
            raise DemoError(f"No answer within {START_SECONDS} s from: {names}. See {children[0].log.parent}.")
        waiting = [child for child in waiting if not child.ready]
        time.sleep(_PAUSE_SECONDS)


def answers(url: str) -> bool:
    """Tell whether a server answers, with anything but an error of its own."""
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def first_ended(children: Iterable[Child]) -> Child | None:
    """Return a child that has ended, if any."""
    return next((child for child in children if child.status is not None), None)


def stop(children: Sequence[Child], seconds: float = STOP_SECONDS) -> None:
    """Ask every child to end, and end what still runs after the given time, with all that it has started."""
    for child in children:
        _signal(child.process.pid, signal.SIGTERM, group=False)
    deadline = time.monotonic() + seconds
    while any(child.status is None for child in children) and time.monotonic() < deadline:
        time.sleep(_PAUSE_SECONDS)
    for child in children:
        # The leader may be gone while one of its own children stays.
        _signal(child.process.pid, signal.SIGKILL, group=True)
        child.process.wait()
        if child.process.stdin is not None:
            child.process.stdin.close()


def _signal(pid: int, number: signal.Signals, *, group: bool) -> None:
    try:
        (os.killpg if group else os.kill)(pid, number)
    except ProcessLookupError:
        return
