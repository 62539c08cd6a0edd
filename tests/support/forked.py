"""Processes that tests kill and start by the dozen: forked off one that has everything loaded, so they begin at once.

A new interpreter takes two seconds for its imports, in which a kill proves nothing.
"""

import multiprocessing
import os
import traceback
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
# Only what the first test that asks will start is loaded; a module that is missing here is imported by each process.
_CONTEXT.set_forkserver_preload(["tests.assistance.deliver_process", "tests.assistance.hand_in_process"])


def start(main: Callable[..., None], *arguments: str, log: Path) -> BaseProcess:
    """Start a function of a module in a process of its own; what it says goes into a file."""
    process = _CONTEXT.Process(target=_run, args=(main, arguments, log))
    process.start()
    return process


def stop(process: BaseProcess, seconds: float = 15) -> None:
    """Let a process end by SIGTERM, or kill it when it doesn't in time."""
    process.terminate()
    process.join(seconds)
    kill(process)


def kill(process: BaseProcess) -> None:
    """Kill a process (SIGKILL) and wait for its end."""
    process.kill()
    process.join()


def _run(main: Callable[..., None], arguments: tuple[str, ...], log: Path) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        main(*arguments)
    except BaseException:
        traceback.print_exc()
        raise
