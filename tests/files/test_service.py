"""What features do with files: take in, whole and in parts, remove, hand over, open."""

import tracemalloc
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit.models import AccessEntry
from portal.core.errors import Conflict, NotFound
from portal.core.ids import new_id
from portal.files import delivering, queries, service
from portal.files.models import DoomedBlob, FilePart, StoredFile
from portal.files.rules import FileKind, FileState, Refusal
from portal.files.sealing import Damaged
from portal.files.service import OffsetMismatch, Place
from portal.files.stores.base import StoreError
from portal.files.vault import Vault
from tests.files.conftest import LIMITS
from tests.messages.world import World

PURPOSE = "assistance.paper"
CONTENT = b"%PDF-1.7 Hyresavi" * 1000


def place(world: World, **changes: object) -> Place:
    return replace(Place(PURPOSE, new_id(), world.mariam), **changes)  # type: ignore[arg-type]


def receive(
    session: Session, world: World, vault: Vault, where: Place, content: bytes = CONTENT, name: str = "avi.pdf"
) -> StoredFile:
    stream = [content[start : start + 1000] for start in range(0, len(content), 1000)]
    return service.receive(session, world.client(world.mariam), vault, place=where, name=name, stream=stream)


def made_ready(session: Session, vault: Vault, row: StoredFile, content: bytes = CONTENT) -> StoredFile:
    """Let a file pass its checks."""
    sealed = vault.put(row.id, [content], most=len(content))
    row.state, row.kind, row.size, row.checksum = FileState.READY, FileKind.PDF, sealed.size, sealed.checksum
    row.checksum_index = session.get_bind().dialect.insyn_key_ring.blind_index("file", sealed.checksum)  # type: ignore[attr-defined]
    row.blob, row.content_key = sealed.blob, sealed.key
    session.flush()
    return row


def put(vault: Vault, row: StoredFile, content: bytes) -> service.Sealed:
    return vault.put(row.id, [content], most=len(content))


def test_a_file_is_taken_in_and_waits_for_its_checks(session: Session, world: World, vault: Vault) -> None:
    where = place(world)
    row = receive(session, world, vault, where, name="../avi\u202e.pdf")
    assert (row.state, row.name, row.received) == (FileState.CHECKING, "avi.pdf", len(CONTENT))
    (view,) = queries.listing(session, world.client(world.mariam), PURPOSE, where.object_id)
    assert (view.id, view.size, view.under_way) == (row.id, len(CONTENT), True)
    (part,) = session.scalars(select(FilePart).where(FilePart.file_id == row.id))
    assert b"".join(vault.get(row.id, part.blob, part.content_key)) == CONTENT


@pytest.mark.parametrize(("content", "reason"), [(b"", Refusal.EMPTY), (b"x" * 2_000_001, Refusal.TOO_LARGE)])
def test_a_file_that_breaks_a_limit_has_a_row_that_says_why(
    session: Session, world: World, vault: Vault, content: bytes, reason: Refusal
) -> None:
    row = receive(session, world, vault, place(world), content)
    assert (row.state, row.reason) == (FileState.REFUSED, reason)
    assert session.scalars(select(FilePart)).all() == []


def test_an_object_takes_so_many_files_and_bytes(session: Session, world: World, vault: Vault) -> None:
    where = place(world)
    rows = [receive(session, world, vault, where, b"x" * 10) for _ in range(LIMITS.object_files + 1)]
    assert [row.reason for row in rows] == [None] * 4 + [Refusal.TOO_MANY]
    service.remove(session, world.client(world.mariam), rows[0].id)
    assert receive(session, world, vault, where, b"x" * 10).state is FileState.CHECKING
    other = place(world)
    assert receive(session, world, vault, other, b"x" * 1_900_000).reason is None
    assert receive(session, world, vault, other, b"x" * 1_900_000).reason is Refusal.TOO_MUCH


def test_parts_are_put_together_in_their_order(session: Session, world: World, vault: Vault) -> None:
    actor, where = world.client(world.mariam), place(world)
    row = service.begin(session, actor, vault, place=where, name="avi.pdf", size=10)
    service.append(session, actor, put(vault, row, b"01234"), start=0)
    assert (row.state, row.received) == (FileState.RECEIVING, 5)
    # The answer was lost: the same part comes again, and is told where to go on.
    for start, content in ((0, b"01234"), (6, b"6789"), (5, b"567890")):
        with pytest.raises(OffsetMismatch) as caught:
            service.append(session, actor, put(vault, row, content), start=start)
        assert caught.value.expected == 5
    service.append(session, actor, put(vault, row, b"56789"), start=5)
    assert (row.state, row.received) == (FileState.CHECKING, 10)
    with pytest.raises(OffsetMismatch) as caught:
        service.append(session, actor, put(vault, row, b"56789"), start=5)
    assert caught.value.expected == 10


@pytest.mark.parametrize(("size", "reason"), [(0, Refusal.EMPTY), (2_000_001, Refusal.TOO_LARGE)])
def test_what_is_announced_is_held_against_the_limits(
    session: Session, world: World, vault: Vault, size: int, reason: Refusal
) -> None:
    row = service.begin(session, world.client(world.mariam), vault, place=place(world), name="a.pdf", size=size)
    assert (row.state, row.reason) == (FileState.REFUSED, reason)


def test_only_the_owner_puts_files_and_only_the_uploader_changes_them(
    session: Session, world: World, vault: Vault
) -> None:
    row = receive(session, world, vault, place(world))
    for actor in (world.client(world.tor), world.staff(world.petra)):
        with pytest.raises(NotFound):
            service.remove(session, actor, row.id)
        with pytest.raises(NotFound):
            service.hand_over(session, actor, [row.id])
        with pytest.raises(NotFound):
            service.append(session, actor, put(vault, row, b"x"), start=0)
    for actor in (world.client(world.tor), world.staff(world.henrik)):
        with pytest.raises(NotFound):
            service.begin(session, actor, vault, place=place(world), name="a", size=1)
    with pytest.raises(NotFound):
        service.begin(
            session, world.staff(world.petra), vault, place=place(world, case_id=world.tors), name="a", size=1
        )
    with pytest.raises(NotFound):
        service.begin(
            session, world.staff(world.petra), vault, place=place(world, case_id=world.veras), name="a", size=1
        )


def test_removing_takes_name_and_content_away(session: Session, world: World, vault: Vault) -> None:
    actor, where = world.client(world.mariam), place(world)
    row = receive(session, world, vault, where)
    service.remove(session, actor, row.id)
    service.remove(session, actor, row.id)
    assert (row.state, row.name) == (FileState.REMOVED, "")
    assert queries.listing(session, actor, PURPOSE, where.object_id) == []
    assert session.scalars(select(FilePart)).all() == []
    assert len(session.scalars(select(DoomedBlob)).all()) == 1
    with pytest.raises(NotFound):
        queries.one(session, actor, row.id)


def test_what_is_handed_over_stays(session: Session, world: World, vault: Vault) -> None:
    actor, where = world.client(world.mariam), place(world)
    row = receive(session, world, vault, where)
    with pytest.raises(Conflict):
        service.hand_over(session, actor, [row.id])
    made_ready(session, vault, row)
    service.hand_over(session, actor, [row.id])
    with pytest.raises(Conflict):
        service.remove(session, actor, row.id)
    assert service.discard(session, PURPOSE, where.object_id) == 0
    draft = receive(session, world, vault, where)
    assert service.discard(session, PURPOSE, where.object_id) == 1
    assert draft.state is FileState.REMOVED


def read(session: Session, actor: object, vault: Vault, file_id: uuid.UUID) -> bytes:
    return b"".join(service.open_for(session, actor, vault, file_id).content)  # type: ignore[arg-type]


def test_staff_see_a_clients_file_when_it_is_handed_over_and_the_reading_is_logged(
    session: Session, world: World, vault: Vault
) -> None:
    row = made_ready(session, vault, receive(session, world, vault, place(world)))
    mine, petra, henrik = world.client(world.mariam), world.staff(world.petra), world.staff(world.henrik)
    assert read(session, mine, vault, row.id) == CONTENT
    for actor in (petra, henrik, world.client(world.tor)):
        with pytest.raises(NotFound):
            read(session, actor, vault, row.id)
    service.hand_over(session, mine, [row.id], case_id=world.money)
    assert read(session, petra, vault, row.id) == CONTENT
    for actor in (henrik, world.client(world.tor)):
        with pytest.raises(NotFound):
            read(session, actor, vault, row.id)
    (entry,) = session.scalars(select(AccessEntry))
    assert (entry.staff_id, entry.subject_id, entry.what, entry.object_id) == (
        world.petra,
        world.mariam,
        "file",
        row.id,
    )


def test_a_case_of_another_caseworker_hides_its_files(session: Session, world: World, vault: Vault) -> None:
    """Petra works on another case of the same client."""
    row = made_ready(session, vault, receive(session, world, vault, place(world)))
    service.hand_over(session, world.client(world.mariam), [row.id], case_id=world.tors)
    with pytest.raises(NotFound):
        queries.one(session, world.staff(world.petra), row.id)


def test_a_client_sees_what_staff_hand_over(session: Session, world: World, vault: Vault) -> None:
    petra, mariam = world.staff(world.petra), world.client(world.mariam)
    where = place(world, case_id=world.money)
    row = service.receive(session, petra, vault, place=where, name="beslut.pdf", stream=[CONTENT])
    made_ready(session, vault, row)
    assert read(session, petra, vault, row.id) == CONTENT
    with pytest.raises(NotFound):
        queries.one(session, mariam, row.id)
    service.hand_over(session, petra, [row.id])
    assert read(session, mariam, vault, row.id) == CONTENT


def test_a_manifest_names_only_what_is_ready(session: Session, world: World, vault: Vault) -> None:
    where = place(world)
    first, second = (receive(session, world, vault, where) for _ in range(2))
    made_ready(session, vault, first)
    with pytest.raises(Conflict):
        queries.manifest(session, [first.id, second.id])
    made_ready(session, vault, second, b"other")
    found = queries.manifest(session, [second.id, first.id])
    assert [(entry.id, entry.size, entry.kind) for entry in found] == [
        (second.id, 5, FileKind.PDF),
        (first.id, len(CONTENT), FileKind.PDF),
    ]
    assert delivering.content_by_checksum(session, vault, found[0].checksum) == b"other"


def test_a_file_that_was_changed_in_the_store_is_not_believed(
    session: Session, world: World, vault: Vault, tmp_path: Path
) -> None:
    row = made_ready(session, vault, receive(session, world, vault, place(world)))
    (path,) = (tmp_path / "files").glob(f"*/{row.blob}")
    stored = bytearray(path.read_bytes())
    stored[-20] ^= 1
    path.write_bytes(stored)
    with pytest.raises(Damaged):
        read(session, world.client(world.mariam), vault, row.id)


def test_a_file_put_in_anothers_place_is_not_believed(session: Session, world: World, vault: Vault) -> None:
    """Someone with the database swaps blob and key of two rows."""
    first, second = (made_ready(session, vault, receive(session, world, vault, place(world))) for _ in range(2))
    blob, key = second.blob, second.content_key
    second.blob, second.content_key = None, None
    session.flush()
    first.blob, first.content_key = blob, key
    session.flush()
    with pytest.raises(Damaged):
        read(session, world.client(world.mariam), vault, first.id)


def test_nothing_of_a_file_is_readable_in_the_store(
    session: Session, world: World, vault: Vault, tmp_path: Path
) -> None:
    receive(session, world, vault, place(world))
    stored = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(stored) == 1
    for path in stored:
        assert b"Hyresavi" not in path.read_bytes()
        assert "avi" not in path.name
        assert path.stat().st_mode & 0o077 == 0


class FullStore:
    """A store whose disk is full after some bytes."""

    def __init__(self, inner: service.Vault, room: int) -> None:
        self.inner, self.room = inner.store, room

    def write(self, name: str, content: Iterable[bytes]) -> None:
        def limited() -> Iterator[bytes]:
            for part in content:
                self.room -= len(part)
                if self.room < 0:
                    raise OSError(28, "no space")
                yield part

        self.inner.write(name, limited())

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)


def test_a_full_disk_takes_nothing_in_and_leaves_nothing(
    session: Session, world: World, vault: Vault, tmp_path: Path
) -> None:
    full = replace(vault, store=FullStore(vault, 5000))  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="os:28"):
        receive(session, world, full, place(world), b"x" * 1_000_000)
    assert session.scalars(select(StoredFile)).all() == []
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_large_stream_is_sealed_and_opened_in_little_memory(vault: Vault) -> None:
    """200 MB pass; none of it may be held."""
    file_id, block = new_id(), bytes(range(256)) * 256
    tracemalloc.start()
    sealed = vault.put(file_id, (block for _ in range(3200)), most=10**9)
    read = sum(len(part) for part in vault.get(file_id, sealed.blob, sealed.key))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (sealed.size, read) == (209_715_200, 209_715_200)
    assert peak < 5_000_000
