"""What a store of sealed files offers; it sees only opaque names and encrypted bytes."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol


class StoreError(Exception):
    """The store didn't do what was asked (full, gone, out of reach); ``code`` never holds a name or a value."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NoSuchBlob(StoreError):  # noqa: N818 - named after what was met
    """There is nothing of that name."""

    def __init__(self) -> None:
        super().__init__("missing")


class BlobStore(Protocol):
    """A store of blobs by opaque name (32 hexadecimal digits)."""

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Store a blob, whole and lastingly or not at all.

        :raises StoreError: when it couldn't.
        """

    def read(self, name: str) -> Iterator[bytes]:
        """Yield a blob's bytes in parts of any size.

        :raises NoSuchBlob: there is none.
        :raises StoreError: when the store can't be read.
        """

    def remove(self, name: str) -> None:
        """Take a blob away; one that isn't there is no error."""

    def older_than(self, moment: datetime) -> Iterator[str]:
        """Yield the names of the blobs that were stored before an instant."""

    def ping(self) -> None:
        """Return when something can be stored.

        :raises StoreError: when not.
        """
