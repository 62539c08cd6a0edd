"""Sealed files in a store that speaks S3, through obstore."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore

from portal.files.stores.base import NoSuchBlob, StoreError

_READ = 256 * 1024


class RemoteStore:
    """Blobs as objects of one bucket; such stores show an object only when the whole of it has come."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Store an object, in several requests if it is large."""
        with _told():
            obstore.put(self._store, name, iter(content))

    def read(self, name: str) -> Iterator[bytes]:
        """Yield an object's bytes."""
        with _told():
            for part in obstore.get(self._store, name).stream(min_chunk_size=_READ):
                yield bytes(part)

    def remove(self, name: str) -> None:
        """Take an object away; S3 itself doesn't mind one that isn't there, others do."""
        try:
            with _told():
                obstore.delete(self._store, name)
        except NoSuchBlob:
            return

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Yield the names of old objects."""
        with _told():
            for page in obstore.list(self._store):
                yield from (item["path"] for item in page if item["last_modified"] < moment)

    def ping(self) -> None:
        """Store an object and take it away again."""
        name = secrets.token_hex(16)
        self.write(name, [b"ping"])
        self.remove(name)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the library's errors into the store's own, without addresses."""
    try:
        yield
    except (NotFoundError, FileNotFoundError):
        raise NoSuchBlob from None
    except (BaseError, OSError) as error:
        raise StoreError(f"object_store:{type(error).__name__}") from None
