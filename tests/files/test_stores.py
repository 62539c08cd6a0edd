"""Every store keeps what it is given, whole or not at all."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from portal.core.clock import now
from portal.files.stores import make_store
from portal.files.stores.base import BlobStore, NoSuchBlob
from portal.files.stores.local import LocalStore
from portal.files.stores.remote import RemoteStore

NAME, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """A store of each kind."""
    makers: dict[str, Callable[[], BlobStore]] = {
        "local": lambda: make_store(f"file:{tmp_path}/files"),
        "memory": lambda: RemoteStore(MemoryStore()),
    }
    return makers[request.param]()


def test_what_was_written_is_read(store: BlobStore) -> None:
    parts = [bytes([n]) * 300_000 for n in range(5)]
    store.write(NAME, iter(parts))
    store.write(OTHER, [])
    assert b"".join(store.read(NAME)) == b"".join(parts)
    assert b"".join(store.read(OTHER)) == b""


def test_what_was_removed_is_gone_and_may_be_removed_again(store: BlobStore) -> None:
    store.write(NAME, [b"x"])
    store.remove(NAME)
    store.remove(NAME)
    with pytest.raises(NoSuchBlob):
        list(store.read(NAME))


def test_a_write_that_breaks_off_leaves_nothing(store: BlobStore) -> None:
    def breaking() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise ValueError("the sender is gone")

    with pytest.raises(ValueError, match="gone"):
        store.write(NAME, breaking())
    with pytest.raises(NoSuchBlob):
        list(store.read(NAME))
    assert list(store.older_than(now() + timedelta(minutes=1))) == []


def test_names_are_told_by_age(store: BlobStore) -> None:
    store.write(NAME, [b"x"])
    assert list(store.older_than(now() - timedelta(minutes=1))) == []
    assert list(store.older_than(now() + timedelta(minutes=1))) == [NAME]


def test_a_ping_leaves_nothing(store: BlobStore) -> None:
    store.ping()
    assert list(store.older_than(now() + timedelta(minutes=1))) == []


def test_what_a_crash_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.write(NAME, [b"x"])
    half = tmp_path / "ab" / ".0123.part"
    half.write_bytes(b"half")
    assert list(store.older_than(now() + timedelta(minutes=1))) == [NAME]
    assert not half.exists()
