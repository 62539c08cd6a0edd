"""The servers under measurement, on one core; whoever measures, and PostgreSQL, have the other."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from portal.demo import processes
from portal.demo.environment import LOOPBACK, Layout, choose_port, settings_from, variables
from portal.demo.processes import Child
from portal.demo.providers import identity_providers, prepare_keys, write_providers
from portal.settings import Settings

_CLI = "from portal.cli import main; main()"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Servers:
    """The three servers, and the settings of the two that are ours."""

    settings: Settings
    variables: dict[str, str]
    ports: dict[str, int]
    children: dict[str, Child]

    def cpu_seconds(self, name: str) -> float:
        """Return the processor time that a server and all its processes have used."""
        return sum(cpu_seconds(pid) for pid in _family(self.children[name].process.pid))


@contextmanager
def serving(database_url: str, directory: Path) -> Iterator[Servers]:
    """Start both sides of the portal and the bare hello, and stop them afterwards."""
    layout = Layout(directory)
    ports = {name: choose_port(0, set()).number for name in ("client", "staff", "hello")}
    urls = {name: f"http://{LOOPBACK}:{port}" for name, port in ports.items()}
    values = variables(
        layout, client_url=urls["client"], staff_url=urls["staff"], changes={"INSYN_DATABASE_URL": database_url}
    )
    prepare_keys(layout)
    idp = "http://localhost:9"
    write_providers(layout, identity_providers(layout, client_url=urls["client"], staff_url=urls["staff"], idp_url=idp))
    commands = {
        side: ["-c", _CLI, "serve", side, "--port", str(ports[side]), "--workers", "1"] for side in ("client", "staff")
    }
    commands["hello"] = ["-m", "tests.bench.hello", str(ports["hello"])]
    signs = {"client": "/halsa", "staff": "/halsa", "hello": "/"}
    with _core(0):
        children = {
            name: processes.start(name, command, values, layout.logs, urls[name] + signs[name])
            for name, command in commands.items()
        }
    try:
        processes.wait_until_ready(list(children.values()))
        with _core(-1):
            yield Servers(settings_from(values), values, ports, children)
    finally:
        processes.stop(list(children.values()))


@contextmanager
def _core(index: int) -> Iterator[None]:
    """Keep to one of this process's cores; children that are started meanwhile inherit it."""
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(all_cores)[index]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_cores)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that one process has used, in its code and in the kernel; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def backend_seconds(engine: Engine) -> float:
    """Return the processor time of PostgreSQL's own processes for everyone but this engine; 0 for SQLite."""
    if engine.dialect.name != "postgresql":
        return 0.0
    with engine.connect() as connection:
        pids = connection.scalars(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        ).all()
    return sum(cpu_seconds(pid) for pid in pids)


def _family(root: int) -> list[int]:
    """Return a process and all that descend from it."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it ended while we looked
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found
