"""The whole portal as real processes for the browser tests: client side, staff side, worker, identity providers.

`running(name)` starts one stack in a directory and on free loopback ports of its own, waits until every side answers,
and stops all of it afterwards, also what a killed test run left (`stop_all`). The logs stay in the directory while the
stack runs; `Stack.logs()` returns them for the tests that look for personal data.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support import rundir

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
GRACE_SECONDS = 15
PID_FILES = "stack-*.pid"


@dataclass(frozen=True)
class Stack:
    """A running portal: where its sides answer, and its directory (databases, files, logs)."""

    client_url: str
    staff_url: str
    idp_url: str
    directory: Path
    process: "subprocess.Popen[bytes]"

    @property
    def log_file(self) -> Path:
        """What the processes wrote on standard output and error."""
        return self.directory / "output.log"

    def logs(self) -> str:
        """Return everything that any process has logged so far."""
        files = [self.log_file, *sorted(self.directory.rglob("*.log"))]
        return "\n".join(path.read_text(errors="replace") for path in dict.fromkeys(files) if path.exists())


Command = Callable[[Path, int, int, int], Sequence[str]]


def demo_command(directory: Path, client: int, staff: int, idp: int) -> list[str]:
    """Return the command that starts the demonstration in a directory, on these ports."""
    options = {"directory": directory, "client-port": client, "staff-port": staff, "idp-port": idp}
    return [sys.executable, "-m", "portal", "demo", *(f"--{name}={value}" for name, value in options.items())]


@contextmanager
def running(name: str, command: Command = demo_command) -> Iterator[Stack]:
    """Start a stack, wait until it answers, stop it at the end.

    Raises RuntimeError with the last lines of its output if it ends early or does not answer in time.
    """
    directory = rundir.current() / f"stack-{name}"
    directory.mkdir()
    ports = free_ports(3)
    process = _start(command(directory, *ports), directory)
    pid_file = rundir.current() / f"stack-{name}.pid"
    pid_file.write_text(str(process.pid))
    urls = [f"http://localhost:{port}" for port in ports]
    stack = Stack(urls[0], urls[1], urls[2], directory, process)
    try:
        wait_until_ready(stack)
        yield stack
    finally:
        stop(process)
        pid_file.unlink(missing_ok=True)


def _start(command: Sequence[str], directory: Path) -> "subprocess.Popen[bytes]":
    # Settings of the developer's own must not leak into the portal under test.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INSYN_")}
    environment["PYTHONUNBUFFERED"] = "1"
    with (directory / "output.log").open("wb") as log:
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def wait_until_ready(stack: Stack) -> None:
    """Wait until every address answers; a 5xx is not yet an answer."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    waiting = [stack.client_url, stack.staff_url, stack.idp_url]
    while waiting:
        if stack.process.poll() is not None:
            raise RuntimeError(f"the portal ended with {stack.process.returncode}:\n{_tail(stack)}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer from {', '.join(waiting)} in {PATIENCE_SECONDS} s:\n{_tail(stack)}")
        waiting = [url for url in waiting if not _answers(url)]
        if waiting:
            time.sleep(0.1)


def _tail(stack: Stack) -> str:
    return "\n".join(stack.logs().splitlines()[-40:])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def free_ports(count: int) -> list[int]:
    """Return loopback ports that nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a stack: ask its process group to end, and end it if it does not."""
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GRACE_SECONDS)
    # The leader may be gone while a child stays.
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()


def stop_all(run: Path) -> None:
    """Stop the stacks that a run left, if the processes are still those of the run."""
    for file in run.glob(PID_FILES):
        pid = int(file.read_text())
        if str(run) in _command_line(pid):
            _signal_group(pid, signal.SIGKILL)
        file.unlink()


def _command_line(pid: int) -> str:
    done = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        return
