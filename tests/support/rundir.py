"""One directory for a whole test run, shared by the workers of pytest-xdist; whoever made it takes it away.

What outlives a test (the database server, the portal's processes) leaves its state there, so that the controller can
stop it at the end, and the next run can stop what a killed run left behind.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "INSYN_TEST_RUN"
PREFIX = "insyn-tests-"
OWNER = "owner"

Cleaner = Callable[[Path], None]


def make() -> Path:
    """Make the directory of this run; the workers find it through the environment."""
    path = Path(tempfile.mkdtemp(prefix=PREFIX))
    path.chmod(0o755)  # the database server may run as a user of its own
    (path / OWNER).write_text(str(os.getpid()))
    os.environ[VARIABLE] = str(path)
    return path


def current() -> Path:
    """Return the directory of this run."""
    return Path(os.environ[VARIABLE])


def remove(path: Path, cleaners: Sequence[Cleaner]) -> None:
    """Stop what still runs out of a directory and take the directory away."""
    for clean in cleaners:
        clean(path)
    shutil.rmtree(path, ignore_errors=True)
    if os.environ.get(VARIABLE) == str(path):
        del os.environ[VARIABLE]


def sweep(cleaners: Sequence[Cleaner]) -> None:
    """Remove the directories of our own runs whose process is gone."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            ours = path.stat().st_uid == os.getuid()
            owner = int((path / OWNER).read_text())
        except (OSError, ValueError):
            continue
        if ours and not alive(owner):
            remove(path, cleaners)


def alive(pid: int) -> bool:
    """Tell whether a process of this number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def locked(name: str) -> Iterator[Path]:
    """Hold a lock that all workers of this run respect; yields the run's directory."""
    path = current()
    with (path / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path
