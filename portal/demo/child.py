"""Become a command that never outlives its parent: ``python -m portal.demo.child PARENT_PID COMMAND…``.

A parent that is killed can stop nobody. On Linux the kernel then tells the child to end (prctl(2), PR_SET_PDEATHSIG,
which execve(2) keeps); elsewhere there is no such promise, and only an orderly stop ends the children.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(parent: int) -> None:
    """Ask for SIGTERM at the parent's end, and end at once if that has already come."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


if __name__ == "__main__":
    end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is the demonstration's own
