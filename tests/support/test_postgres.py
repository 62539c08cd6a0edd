"""What a killed run leaves of its PostgreSQL server hinders no later run, and no other process pays for it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.support import postgres, rundir

pytestmark = pytest.mark.postgresql


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A run of its own, whose server nobody else uses."""
    monkeypatch.setenv(rundir.VARIABLE, "")
    path = rundir.make()
    yield path
    rundir.remove(path, [postgres.stop])


def numbered(run: Path, number: int) -> Path:
    """Leave a server's directory behind that names this process."""
    data = run / postgres.FOLDER
    data.mkdir()
    (data / "postmaster.pid").write_text(f"{number}\n{data}\n")
    return data


def test_a_server_is_stopped(run: Path) -> None:
    postgres.server_url()
    assert postgres.runs(run / postgres.FOLDER)
    postgres.stop(run)
    assert not postgres.runs(run / postgres.FOLDER)


def test_a_killed_server_needs_no_stopping(run: Path) -> None:
    postgres.server_url()
    number = int((run / postgres.FOLDER / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    gone, alive = psutil.wait_procs([psutil.Process(number)], timeout=30)
    assert gone or alive[0].status() == psutil.STATUS_ZOMBIE
    postgres.stop(run)


def test_a_process_that_got_the_number_of_a_dead_server_is_left_alone(run: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, cwd=run)
    numbered(run, other.pid)
    postgres.stop(run)
    assert other.poll() is None
    other.communicate(b"\n", timeout=30)


def test_the_next_run_takes_away_what_a_killed_one_left(run: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait(timeout=30)
    numbered(run, gone.pid)
    (run / rundir.OWNER).write_text(str(gone.pid))
    rundir.sweep([postgres.stop])
    assert not run.exists()


def test_two_who_sweep_at_once_are_both_content(run: Path) -> None:
    postgres.server_url()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(postgres.stop, [run] * 4)) == [None] * 4
    assert not postgres.runs(run / postgres.FOLDER)
