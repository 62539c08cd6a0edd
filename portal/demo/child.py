"""Run a command that never outlives its parent: ``python -m portal.demo.child COMMAND…``.

A parent that is killed can stop nobody, but its end of the pipe to our standard input closes with it. We lead a
session of our own; whatever the command has started is in it and ends with us.
"""

import os
import select
import signal
import subprocess
import sys
import time
from types import FrameType

_PAUSE_SECONDS = 0.2
_GRACE_SECONDS = 4


def main(arguments: list[str]) -> int:
    """Run the command and return its exit status; a SIGTERM is handed on to it."""
    command = subprocess.Popen(arguments, stdin=subprocess.DEVNULL)  # noqa: S603 - the demonstration's own command

    def hand_on(number: int, _frame: FrameType | None) -> None:
        command.send_signal(number)

    signal.signal(signal.SIGTERM, hand_on)
    while command.poll() is None:
        if parent_is_gone(_PAUSE_SECONDS):
            end(command)
    return command.returncode if command.returncode >= 0 else 128 - command.returncode


def parent_is_gone(seconds: float) -> bool:
    """Wait for so long, and tell whether the parent has let go of our standard input; it never writes."""
    readable, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(readable)


def end(command: "subprocess.Popen[bytes]") -> None:
    """Ask the command to end, again and again: a server that just starts may miss it once. Then end the session."""
    deadline = time.monotonic() + _GRACE_SECONDS
    while command.poll() is None and time.monotonic() < deadline:
        command.terminate()
        time.sleep(_PAUSE_SECONDS)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
