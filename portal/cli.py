"""The `portal` command: thin calls to services."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from portal.assistance.norm_commands import norm
from portal.core import migrate
from portal.core.actor import Side
from portal.core.crypto import new_key
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.logs import configure_logs
from portal.identity.signing.commands import signature
from portal.settings import Settings, SettingsError, load_settings

Command = TypeVar("Command", bound=Callable[..., Any])


def with_settings(command: Command) -> Command:
    """Give a command the settings, or say what is wrong with them and stop with status 2."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            settings = load_settings()
        except SettingsError as error:
            for fault in error.faults:
                click.echo(fault, err=True)
            sys.exit(2)
        configure_logs(settings.log_level)
        return command(settings, *args, **kwargs)

    return run  # type: ignore[return-value]  # the wrapper drops the first argument


@click.group()
def main() -> None:
    """Insyn, the client portal."""


main.add_command(signature)
main.add_command(norm)


@main.group()
def config() -> None:
    """Settings."""


@config.command("check")
def config_check() -> None:
    """Print every missing or bad setting; status 0 when there is none."""
    try:
        load_settings()
    except SettingsError as error:
        for fault in error.faults:
            click.echo(fault)
        sys.exit(1)
    click.echo("The settings are complete.")


@config.command("table")
def config_table() -> None:
    """Print the table of settings, as it stands in the README."""
    click.echo(settings_table())


def settings_table() -> str:
    """Return the settings as a Markdown table, made from the settings class."""
    lines = ["| Variable | Default | What it is |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "*required*" if field.is_required() else f"`{field.default}`" if str(field.default) else "–"
        lines.append(f"| `INSYN_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines)


@main.group()
def db() -> None:
    """The portal's database."""


@db.command("upgrade")
@with_settings
def db_upgrade(settings: Settings) -> None:
    """Bring the database up to the newest migration."""
    engine = make_engine(settings.database_url, settings.key_ring)
    migrate.upgrade(engine)
    engine.dispose()
    click.echo(f"The database is at {migrate.head()}.")


@db.command("revision")
@click.argument("message")
@with_settings
def db_revision(settings: Settings, message: str) -> None:
    """Write a new migration from the models (for developers)."""
    from portal import tables

    migrate.new_revision(make_engine(settings.database_url, settings.key_ring), tables.metadata(), message)


@main.group()
def saml() -> None:
    """Sign-in: our metadata, and the identity providers."""


@saml.command("metadata")
@click.argument("side", type=click.Choice([side.value for side in Side]))
@with_settings
def saml_metadata(settings: Settings, side: str) -> None:
    """Print our metadata of one side, for the federation's operator or an identity provider."""
    from portal.identity import saml_report

    click.echo(saml_report.metadata(settings, Side(side)))


@saml.command("refresh")
@with_settings
def saml_refresh(settings: Settings) -> None:
    """Fetch and verify the metadata of the federations now, as the worker does every hour."""
    from portal.identity import saml_report

    _tell(saml_report.refreshed(settings))


@saml.command("providers")
@with_settings
def saml_providers(settings: Settings) -> None:
    """List the identity providers: levels, keys, and how long their metadata is valid."""
    from portal.identity import saml_report

    for line in saml_report.providers(settings):
        click.echo(line)


@saml.command("check")
@with_settings
def saml_check(settings: Settings) -> None:
    """Tell everything that is wrong with our keys and certificates, the list, and the providers."""
    from portal.identity import saml_report

    _tell(saml_report.checked(settings))


def _tell(lines: list[tuple[bool, str]]) -> None:
    for well, words in lines:
        click.echo(f"{'ok  ' if well else 'FAIL'}  {words}")
    sys.exit(0 if all(well for well, _words in lines) else 1)


@main.group()
def keys() -> None:
    """Encryption keys."""


@keys.command("new")
def keys_new() -> None:
    """Print a fresh key for INSYN_ENCRYPTION_KEYS or INSYN_INDEX_KEYS."""
    click.echo(new_key())


@keys.command("rotate")
@click.option("--batch", default=500, show_default=True, help="Rows a transaction.")
@with_settings
def keys_rotate(settings: Settings, batch: int) -> None:
    """Renew every value that stands under an older key; it can be interrupted and started again."""
    from portal import tables
    from portal.core.rotation import rotate

    engine = make_engine(settings.database_url, settings.key_ring)
    sessions = make_sessionmaker(engine)
    total = 0
    for progress in rotate(sessions, tables.metadata(), batch=batch):
        total += progress.renewed
        click.echo(f"{progress.table}: {progress.renewed}", err=True)
    click.echo(f"{total} rows renewed; every value stands under key {settings.key_ring.current}.")
    engine.dispose()


@main.group()
def meetings() -> None:
    """Meetings."""


@meetings.command("defaults")
@with_settings
def meetings_defaults(settings: Settings) -> None:
    """Add the usual kinds of meetings, where there is none of their sort yet."""
    from portal.meetings.service.kinds import add_defaults

    engine = make_engine(settings.database_url, settings.key_ring)
    with writing(make_sessionmaker(engine)) as session:
        count = add_defaults(session)
    engine.dispose()
    click.echo(f"{count} kinds of meetings added.")


@main.command()
@with_settings
def doctor(settings: Settings) -> None:
    """Tell the state of databases, migrations, keys, identity providers, back office and queue."""
    from portal.health import examine

    findings = list(examine(settings))
    for finding in findings:
        click.echo(f"{'ok  ' if finding.well else 'FAIL'}  {finding.name:<20} {finding.words}")
    sys.exit(0 if all(finding.well for finding in findings) else 1)


@main.command()
@with_settings
def worker(settings: Settings) -> None:
    """Deliver to the back office and fetch its changes until stopped."""
    from portal.wiring import run_worker

    run_worker(settings)


@main.command()
@click.argument("side", type=click.Choice([side.value for side in Side]))
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Processes.")
@with_settings
def serve(settings: Settings, side: str, host: str, port: int, workers: int) -> None:
    """Serve one side of the portal with granian, behind a reverse proxy."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["INSYN_SIDE"] = side
    Granian(
        "portal.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=1,
        log_access=False,
    ).serve()


@main.command()
@click.option("--reset", is_flag=True, help="Forget what earlier demonstrations stored, and begin with the first data.")
def demo(reset: bool) -> None:
    """Run the whole portal with invented people on this machine."""
    from portal.demo import runner

    if reset:
        runner.reset()
    runner.run()
