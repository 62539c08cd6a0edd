"""The one command: start the demonstration, tell where it is and who can sign in, stop it cleanly."""

import os
import signal
import sys
import time
from pathlib import Path

import click

from portal.core.logs import configure_logs
from portal.demo.environment import DemoError, Layout, default_directory
from portal.demo.people import CLIENTS, MUNICIPALITY, STAFF
from portal.demo.processes import Child, first_ended
from portal.demo.stack import DemoStack, Ports

_PAUSE_SECONDS = 0.2
_NAME_WIDTH = 22
_SERVERS = {"client": "the client side", "staff": "the staff side", "idp": "the identity provider"}


def run(directory: Path | None = None, ports: Ports | None = None) -> None:
    """Run the demonstration until Ctrl-C or SIGTERM; the exit status is 1 where it doesn't start or a process ends."""
    # A stop by SIGTERM takes the same orderly way; a shell may have started us with Ctrl-C ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    configure_logs("WARNING")  # the first data is quiet; the processes have logs of their own
    try:
        with DemoStack(
            directory or default_directory(),
            ports=ports or wanted_ports(),
            changes={"INSYN_ASSISTANCE_SEND_BY_DAY": "25"},
        ) as stack:
            click.echo(welcome(stack))
            ended = _watch(stack)
            click.echo(
                f"The {ended.name} ended with status {ended.status}; everything stops.\n{ended.tail()}", err=True
            )
        sys.exit(1)
    except DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        click.echo("\nStopped. The data is kept; `make demo-reset` starts anew.")


def reset(directory: Path | None = None) -> None:
    """Forget what the demonstration has stored; status 1 while one runs there."""
    layout = Layout(directory or default_directory())
    try:
        with layout.held():
            layout.clear()
    except DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def wanted_ports() -> Ports:
    """Return the ports that the environment names (``INSYN_DEMO_CLIENT_PORT`` …), else the usual ones.

    :raises DemoError: for what is no port.
    """
    usual = Ports()
    found = {}
    for name in ("client", "staff", "idp"):
        variable = f"INSYN_DEMO_{name.upper()}_PORT"
        value = os.environ.get(variable, str(getattr(usual, name)))
        if not value.isdecimal() or int(value) > 0xFFFF:
            raise DemoError(f"{variable} must be a port, 0 to 65535.")
        found[name] = int(value)
    return Ports(**found)


def _watch(stack: DemoStack) -> Child:
    while True:
        ended = first_ended(stack.children)
        if ended is not None:
            return ended
        time.sleep(_PAUSE_SECONDS)


def welcome(stack: DemoStack) -> str:
    """Return what is told at the start: addresses, and who can sign in as what."""
    moved = [
        f"Port {port.taken} is taken; {_SERVERS[name]} uses {port.number}."
        for name, port in stack.ports.items()
        if port.taken is not None
    ]
    lines = [
        "",
        *moved,
        f"Insyn, a demonstration with invented people of {MUNICIPALITY}",
        "",
        f"  Clients            {stack.client_url}",
        f"  Staff              {stack.staff_url}",
        f"  Identity provider  {stack.idp_url}  (the portal leads there)",
        "",
        "Staff: choose Kommunens inloggning (test), then",
        *(_row(one.name, one.note) for one in STAFF),
        "",
        "Clients: choose Testlegitimation, then",
        *(_row(one.name, one.note) for one in CLIENTS),
        "",
        f"Data and logs lie in {stack.layout.directory}. Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


def _row(name: str, note: str) -> str:
    return f"  {name:<{_NAME_WIDTH}}{note}"
