"""Every store keeps what it is given, whole or not at all."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal.core.clock import now
from portal.core.ids import new_id
from portal.files.rules import Limits
from portal.files.stores import make_store
from portal.files.stores.base import BlobStore, NoSuchBlob, StoreError
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.files import s3

NAME, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[s3.Bucket]:
    """A bucket that the usual variables lead to."""
    found = s3.Bucket()
    with s3.running(found) as address:
        for name, value in (
            ("ACCESS_KEY_ID", "the-key"),
            ("SECRET_ACCESS_KEY", "the-secret"),
            ("REGION", "the-region"),
            ("ENDPOINT", address),
            ("ALLOW_HTTP", "true"),
        ):
            monkeypatch.setenv(f"AWS_{name}", value)
        yield found


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """A store of each kind."""
    if request.param == "local":
        return make_store(f"file:{tmp_path}/files")
    request.getfixturevalue("bucket")
    return make_store("s3://papers/insyn")


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


def test_an_object_lies_sealed_under_the_prefix_and_a_large_one_comes_in_parts(bucket: s3.Bucket) -> None:
    vault, file_id = Vault(make_store("s3://papers/insyn"), Limits()), new_id()
    content = [bytes([number]) * 1_000_000 for number in range(25)]
    sealed = vault.put(file_id, content, most=10**9)
    ((path, (stored, _changed)),) = bucket.objects.items()
    assert path == f"papers/insyn/{sealed.blob}"
    assert len(stored) > sealed.size == 25_000_000
    assert bytes(1000) not in stored
    assert b"".join(vault.get(file_id, sealed.blob, sealed.key)) == b"".join(content)
    assert bucket.uploads == {}


def test_a_store_that_fails_is_told_of_without_its_address(bucket: s3.Bucket) -> None:
    store = make_store("s3://papers/insyn")
    bucket.down = True
    for act in (store.ping, lambda: list(store.read(NAME)), lambda: store.write(NAME, [b"x"])):
        with pytest.raises(StoreError, match=r"^object_store:\w+$"):
            act()
