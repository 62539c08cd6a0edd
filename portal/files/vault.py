"""The vault: where content is sealed and opened, and how much of it is taken in."""

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from portal.files import sealing
from portal.files.rules import Limits
from portal.files.stores.base import BlobStore


class TooMuch(Exception):  # noqa: N818 - named after what was met
    """More bytes came than may."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Content that lies in the store under a key of its own; nobody knows of it until a row tells."""

    file_id: uuid.UUID
    blob: str
    key: bytes = field(repr=False)
    size: int
    checksum: str = field(repr=False)


@dataclass(frozen=True)
class Vault:
    """A store of sealed content with its limits."""

    store: BlobStore
    limits: Limits

    def put(self, file_id: uuid.UUID, content: Iterable[bytes], *, most: int) -> Sealed:
        """Seal content into the store, in memory that doesn't grow with it; no transaction needs to be open.

        :raises TooMuch: there were more than ``most`` bytes; nothing is left in the store.
        :raises StoreError: the store failed; nothing is left there.
        """
        blob, key, count = secrets.token_hex(16), sealing.new_key(), _Count(most)
        self.store.write(blob, sealing.seal(key, _context(file_id, blob), count.watch(content)))
        return Sealed(file_id, blob, key, count.size, count.digest.hexdigest())

    def get(self, file_id: uuid.UUID, blob: str, key: bytes) -> Iterator[bytes]:
        """Yield sealed content, decrypted.

        :raises Damaged: it isn't what was sealed, perhaps only at its end.
        :raises StoreError: the store failed, or has nothing there.
        """
        return sealing.unseal(key, _context(file_id, blob), self.store.read(blob))


def _context(file_id: uuid.UUID, blob: str) -> bytes:
    return file_id.bytes + bytes.fromhex(blob)


class _Count:
    """Counts and hashes what passes."""

    def __init__(self, most: int) -> None:
        self.size, self.most, self.digest = 0, most, hashlib.sha256()

    def watch(self, content: Iterable[bytes]) -> Iterator[bytes]:
        for part in content:
            self.size += len(part)
            if self.size > self.most:
                raise TooMuch
            self.digest.update(part)
            yield part
