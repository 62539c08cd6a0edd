"""The whole portal as real processes, for the tests in a browser: both sides, worker, identity providers."""

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support import database, rundir
from tests.support.database import Kind

if TYPE_CHECKING:
    from portal.demo.stack import DemoStack


@contextmanager
def running(name: str, kind: Kind = "sqlite", changes: Mapping[str, str] | None = None) -> Iterator["DemoStack"]:
    """Run the demonstration on free ports, with its files in the run's directory, on databases of its own.

    The back-office store is of the same kind as the portal's database; ``changes`` are settings (``INSYN_…``).

    :raises portal.demo.environment.DemoError: something does not start; it tells the last lines of the log.
    """
    # Imported here, so that tests of single features start without all the others.
    from portal.demo.stack import DemoStack, Ports

    # A new one each time: files that an earlier stack left would say of the new databases that they are filled.
    directory = rundir.current() / f"stack-{name}-{kind}-{secrets.token_hex(3)}"
    urls = _copy_of_filled(kind, directory)
    try:
        with DemoStack(
            directory, ports=Ports(0, 0, 0), database_url=urls[0], backoffice_url=urls[1], changes=changes
        ) as stack:
            yield stack
    finally:
        for url in urls:
            database.drop(url)


def _copy_of_filled(kind: Kind, directory: Path) -> list[str]:
    """Copy a demonstration that nobody runs, its directory and its two databases, which takes long to fill.

    It is filled once in a run for each kind, and then started as a second start does: with ports and settings of then.
    """
    from portal.demo.stack import DemoStack, Ports

    with rundir.locked(f"stack-{kind}") as run:
        filled, addresses = run / f"stack-filled-{kind}", run / f"stack-filled-{kind}.json"
        if not addresses.exists():
            shutil.rmtree(filled, ignore_errors=True)
            urls = [database.empty_database(kind) for _ in range(2)]
            DemoStack(filled, ports=Ports(0, 0, 0), database_url=urls[0], backoffice_url=urls[1]).prepare()
            addresses.write_text(json.dumps(urls))
        shutil.copytree(filled, directory)
        return [database.copy_of(url) for url in json.loads(addresses.read_text())]
