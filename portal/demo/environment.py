"""Where the demonstration keeps its things, its secrets, and the settings that its processes are started with."""

import fcntl
import json
import os
import secrets
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.core.crypto import new_key
from portal.demo.people import EMERGENCY_PHONE, MUNICIPALITY, RECEPTION_PHONE
from portal.settings import Settings

DIRECTORY_VARIABLE = "INSYN_DEMO_DIR"
CHECKOUT = Path(__file__).resolve().parents[2]
LOOPBACK = "127.0.0.1"
_TRIES = 50


class DemoError(Exception):
    """The demonstration can't be started or reset; the words tell why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of the demonstration in its directory."""

    directory: Path

    @property
    def secrets(self) -> Path:
        """Keys and secrets, kept over restarts."""
        return self.directory / "secrets.json"

    @property
    def seeded(self) -> Path:
        """Stands where the first data is whole."""
        return self.directory / "seeded"

    @property
    def keys(self) -> Path:
        """SAML keys of the portal and of the identity provider."""
        return self.directory / "keys"

    @property
    def providers(self) -> Path:
        """Metadata of the identity providers, and their list."""
        return self.directory / "providers"

    @property
    def logs(self) -> Path:
        """What the processes write."""
        return self.directory / "logs"

    @property
    def files(self) -> Path:
        """What is uploaded, sealed."""
        return self.directory / "files"

    def database(self, name: str) -> str:
        """Return the address of an embedded database."""
        return f"sqlite:///{self.directory / name}.db"

    def clear(self) -> None:
        """Remove what the demonstration has made, and nothing else: the directory may be somebody's own."""
        for name in ("portal", "backoffice"):
            for suffix in (".db", ".db-wal", ".db-shm", ".db.worker.lock"):
                (self.directory / f"{name}{suffix}").unlink(missing_ok=True)
        for folder in (self.keys, self.providers, self.logs):
            for file in folder.glob("*"):
                file.unlink()
            if folder.is_dir():
                folder.rmdir()
        if self.files.is_dir():
            shutil.rmtree(self.files)
        self.secrets.unlink(missing_ok=True)
        self.seeded.unlink(missing_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep the directory for oneself.

        :raises DemoError: another demonstration runs there.
        """
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.directory / "demo.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise DemoError(f"A demonstration already runs in {self.directory}. Stop it first.") from None
            yield


def default_directory() -> Path:
    """Return the directory that the environment names, else ``var/demo`` in the checkout."""
    named = os.environ.get(DIRECTORY_VARIABLE)
    return Path(named).resolve() if named else CHECKOUT / "var" / "demo"


def kept_secrets(layout: Layout) -> dict[str, str]:
    """Return the generated secrets, made at the first start."""
    if not layout.secrets.exists():
        made = {
            "INSYN_ENCRYPTION_KEYS": f"1:{new_key()}",
            "INSYN_INDEX_KEYS": new_key(),
            "INSYN_SECRET_KEY": secrets.token_urlsafe(48),
        }
        descriptor = os.open(layout.secrets, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(made, file)
    found: dict[str, str] = json.loads(layout.secrets.read_text())
    return found


def variables(layout: Layout, *, client_url: str, staff_url: str, changes: Mapping[str, str]) -> dict[str, str]:
    """Return the portal's settings as environment variables; ``changes`` come last."""
    return {
        **kept_secrets(layout),
        "INSYN_ENVIRONMENT": "demo",
        "INSYN_DATABASE_URL": layout.database("portal"),
        "INSYN_BACKOFFICE_URL": layout.database("backoffice"),
        "INSYN_FILE_STORE": f"file:{layout.files}",
        "INSYN_VIRUS_SCAN": "off",
        "INSYN_CLIENT_URL": client_url,
        "INSYN_STAFF_URL": staff_url,
        "INSYN_SAML_PROVIDERS": str(layout.providers / "providers.toml"),
        "INSYN_SAML_KEYS": str(layout.keys),
        "INSYN_MUNICIPALITY": MUNICIPALITY,
        "INSYN_RECEPTION_PHONE": RECEPTION_PHONE,
        "INSYN_EMERGENCY_PHONE": EMERGENCY_PHONE,
        **changes,
    }


def settings_from(values: Mapping[str, str]) -> Settings:
    """Return the settings that a process with these environment variables reads."""
    given: dict[str, Any] = {name.removeprefix("INSYN_").lower(): value for name, value in values.items()}
    return Settings(**{name: value for name, value in given.items() if name in Settings.model_fields})


@dataclass(frozen=True, slots=True)
class Port:
    """A port to listen on, and the wanted one where that was taken."""

    number: int
    taken: int | None = None


def choose_port(wanted: int, besides: set[int]) -> Port:
    """Return a port of this machine: the wanted one, the next that is free, or any for 0.

    :raises DemoError: a whole row of ports is taken.
    """
    if wanted == 0:
        return Port(_any_free())
    for number in range(wanted, wanted + _TRIES):
        if number not in besides and _is_free(number):
            return Port(number, None if number == wanted else wanted)
    raise DemoError(f"The ports {wanted} to {wanted + _TRIES - 1} are all taken.")


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _is_free(number: int) -> bool:
    with socket.socket() as probe:
        # Without this a port that was ours a moment ago counts as taken (TIME_WAIT).
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, number))
        except OSError:
            return False
    return True
