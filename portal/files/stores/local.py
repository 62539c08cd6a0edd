"""Sealed files in a local directory."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from portal.files.stores.base import NoSuchBlob, StoreError

_READ = 256 * 1024


class LocalStore:
    """Blobs as files in subdirectories named after their first two digits; only this user may read them.

    The directory is made at the first use, in one that must be there: a disk that isn't mounted is not written beside.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Write beside, make it lasting, and give it its name: after a crash it is there whole or not at all."""
        path = self._path(name)
        with _told():
            for folder in (self._root, path.parent):
                folder.mkdir(mode=0o700, exist_ok=True)
            beside = path.with_name(f".{secrets.token_hex(8)}.part")
            try:
                with open(beside, "xb", opener=_private) as file:
                    file.writelines(content)
                    file.flush()
                    os.fsync(file.fileno())
                beside.rename(path)
            except BaseException:
                beside.unlink(missing_ok=True)
                raise
            _sync_directory(path.parent)

    def read(self, name: str) -> Iterator[bytes]:
        """Yield a blob's bytes."""
        with _told(), self._path(name).open("rb") as file:
            while part := file.read(_READ):
                yield part

    def remove(self, name: str) -> None:
        """Take a blob away."""
        with _told():
            self._path(name).unlink(missing_ok=True)

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Yield the names of old blobs, and clear away what a crash left half written."""
        with _told():
            for path in self._root.glob("??/*"):
                if datetime.fromtimestamp(path.stat().st_mtime, UTC) >= moment:
                    continue
                if path.suffix == ".part":
                    path.unlink(missing_ok=True)
                else:
                    yield path.name

    def ping(self) -> None:
        """Store a blob and take it away again."""
        name = secrets.token_hex(16)
        self.write(name, [b"ping"])
        self.remove(name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors of the file system into the store's own, without the path."""
    try:
        yield
    except FileNotFoundError:
        raise NoSuchBlob from None
    except OSError as error:
        raise StoreError(f"os:{error.errno}") from None
