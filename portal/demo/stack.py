"""The whole demonstration as an object: prepared, started, waited for and stopped; also what browser tests run.

with DemoStack(directory, ports=Ports(0, 0, 0)) as stack:
    ...  # stack.client_url, stack.staff_url, stack.idp_url, stack.logs()
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.core import migrate
from portal.core.db import make_engine
from portal.demo import processes
from portal.demo.environment import LOOPBACK, DemoError, Layout, Port, choose_port, settings_from, variables
from portal.demo.idp_config import IdpConfig
from portal.demo.processes import Child
from portal.demo.providers import identity_providers, prepare_keys, write_providers
from portal.demo.seed import seed
from portal.settings import Settings
from portal.sync.adapters.sql import create_store
from portal.sync.adapters.tables import OBJECTS
from portal.sync.contract import Kind

# What the script `portal` does, also where it is not on the path.
_COMMAND = ("-c", "from portal.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Ports:
    """The wanted ports; 0 means any that is free."""

    client: int = 8001
    staff: int = 8002
    idp: int = 8003


def store_shape() -> str:
    """Return what the back office's tables look like: nobody migrates them, for they stand in for another's system."""
    tables = OBJECTS[Kind.PERSON].metadata.sorted_tables
    return sha256(
        repr([(table.name, [column.name for column in table.columns]) for table in tables]).encode()
    ).hexdigest()


class DemoStack:
    """Client side, staff side, worker and identity provider, with everything that they store in one directory.

    ``changes`` are settings (``INSYN_…``) that come before the demonstration's own. A database given by address must
    be empty or the demonstration's own; ``reset`` knows only the embedded ones.

    :raises DemoError: when it is entered and something doesn't start.
    """

    def __init__(
        self,
        directory: Path,
        *,
        ports: Ports | None = None,
        database_url: str | None = None,
        backoffice_url: str | None = None,
        seed: bool = True,
        changes: Mapping[str, str] | None = None,
    ) -> None:
        self.layout = Layout(directory.resolve())
        self._wanted = ports or Ports()
        self._seed = seed
        self._changes = dict(changes or {})
        for name, url in (("INSYN_DATABASE_URL", database_url), ("INSYN_BACKOFFICE_URL", backoffice_url)):
            if url is not None:
                self._changes[name] = url
        self._closing = ExitStack()
        self.children: list[Child] = []
        self.ports: dict[str, Port] = {}
        self.variables: dict[str, str] = {}
        self.client_url = self.staff_url = self.idp_url = ""

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.enter_context(self.layout.held())
            self._prepare()
            undo.callback(self.stop)
            self._start()
            processes.wait_until_ready(self.children)
            self._closing = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    @property
    def settings(self) -> Settings:
        """What the processes read."""
        return settings_from(self.variables)

    def logs(self) -> str:
        """Return everything that the processes have written so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.layout.logs.glob("*.log")))

    def stop(self) -> None:
        """Stop every process; harmless when it is done already."""
        children, self.children = self.children, []
        processes.stop(children)

    def prepare(self) -> None:
        """Make everything that the processes need, first data included, and start none; entering does it too.

        :raises DemoError: another demonstration runs there, or its data are of another version.
        """
        with self.layout.held():
            self._prepare()

    def _prepare(self) -> None:
        self._choose_addresses()
        self.variables = variables(
            self.layout, client_url=self.client_url, staff_url=self.staff_url, changes=self._changes
        )
        prepare_keys(self.layout)
        configs = identity_providers(
            self.layout, client_url=self.client_url, staff_url=self.staff_url, idp_url=self.idp_url
        )
        write_providers(self.layout, configs)
        if not self.layout.seeded.exists():
            self._fill(configs[0])
        elif self.layout.seeded.read_text() != store_shape():
            raise DemoError("The demonstration's data are of another version. `make demo-reset` starts anew.")
        else:
            self._upgrade()

    def _choose_addresses(self) -> None:
        used: set[int] = set()
        for name in ("client", "staff", "idp"):
            port = choose_port(getattr(self._wanted, name), used)
            used.add(port.number)
            self.ports[name] = port
        self.client_url = f"http://{LOOPBACK}:{self.ports['client'].number}"
        self.staff_url = f"http://{LOOPBACK}:{self.ports['staff'].number}"
        # Another site than the portal's, as in reality: ports do not separate sites (SAML.md section 3).
        self.idp_url = f"http://localhost:{self.ports['idp'].number}"

    def _upgrade(self) -> None:
        settings = self.settings
        engine = make_engine(settings.database_url, settings.key_ring)
        migrate.upgrade(engine)
        engine.dispose()
        create_store(settings.backoffice_url)

    def _fill(self, provider: IdpConfig) -> None:
        # What an interrupted first start left behind is half a municipality: begin again.
        for name in ("portal", "backoffice"):
            for file in self.layout.directory.glob(f"{name}.db*"):
                file.unlink()
        self._upgrade()
        if self._seed:
            seed(self.settings, provider)
        self.layout.seeded.write_text(store_shape())

    def _start(self) -> None:
        for name in ("client", "staff"):
            number = str(self.ports[name].number)
            serve = ["serve", name, "--host", LOOPBACK, "--port", number, "--workers", "1"]
            self._child(name, [*_COMMAND, *serve], f"http://{LOOPBACK}:{number}/halsa")
        self._child("worker", [*_COMMAND, "worker"], "worker.started")
        addresses = [str(self.layout.directory), self.client_url, self.staff_url, self.idp_url]
        self._child("idp", ["-m", "portal.demo.idp_server", *addresses], self.idp_url)

    def _child(self, name: str, arguments: list[str], sign: str) -> None:
        self.children.append(processes.start(name, arguments, self.variables, self.layout.logs, sign))
