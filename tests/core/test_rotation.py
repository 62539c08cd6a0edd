"""Rotation of keys: complete, interruptible, and never over what the portal writes meanwhile."""

import multiprocessing
import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import MetaData, event, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from portal.core import crypto
from portal.core.crypto import BlindIndex, EncryptedJson, EncryptedText, KeyRing
from portal.core.db import Identified, make_engine, make_sessionmaker, writing
from portal.core.rotation import Progress, remaining, rotate
from tests.core.ring import BOTH, INDEX_A, INDEX_B, KEY_1, KEY_2, NEW, OLD

ROWS = 25


class Base(DeclarativeBase):
    """Tables of this file."""


class Human(Identified, Base):
    """A table with an encrypted column that is looked up, and others that may be empty."""

    __tablename__ = "human"

    number: Mapped[str | None] = mapped_column(EncryptedText("human.number"))
    number_index: Mapped[bytes | None] = mapped_column(BlindIndex("number", "human"), unique=True)
    word: Mapped[str | None] = mapped_column(EncryptedText("human.word"))
    more: Mapped[dict[str, int] | None] = mapped_column(EncryptedJson("human.more"))
    plain: Mapped[str] = mapped_column(default="")


class Note(Identified, Base):
    """Another table."""

    __tablename__ = "note"

    text: Mapped[str] = mapped_column(EncryptedText("note.text"))


class Plain(Identified, Base):
    """A table without anything encrypted."""

    __tablename__ = "plain"

    text: Mapped[str]


METADATA: MetaData = Base.metadata


class Store:
    """One database, seen with the keys of before, during and after a rotation."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engines = [make_engine(url, ring) for ring in (OLD, BOTH, NEW)]
        self.old, self.both, self.new = (make_sessionmaker(engine) for engine in self.engines)

    def fill(self) -> None:
        METADATA.create_all(self.engines[0])
        with writing(self.old) as session:
            for number in range(ROWS):
                index = OLD.blind_index("human", str(number))
                session.add(Human(number=str(number), number_index=index, word=None, more={"n": number}))
                session.add(Note(text=f"text {number}"))
                session.add(Plain(text="x"))

    def left(self) -> int:
        with self.both() as session:
            return remaining(session, METADATA)


@pytest.fixture
def store(empty_url: str) -> Iterator[Store]:
    store = Store(empty_url)
    store.fill()
    yield store
    for engine in store.engines:
        engine.dispose()


def find(sessions: sessionmaker[Session], ring: KeyRing, number: int) -> Human | None:
    candidates = ring.blind_candidates("human", str(number))
    with sessions() as session:
        return session.scalars(select(Human).where(Human.number_index.in_(candidates))).one_or_none()


def everything_is_under_the_new_keys(store: Store) -> None:
    assert store.left() == 0
    with store.new() as session:  # whose ring knows no older key
        assert sorted(session.scalars(select(Note.text))) == sorted(f"text {number}" for number in range(ROWS))
        people = {int(human.number or ""): human for human in session.scalars(select(Human))}
    assert sorted(people) == list(range(ROWS))
    for number, human in people.items():
        assert (human.more, human.word) == ({"n": number}, None)
        assert find(store.new, NEW, number) is not None


def test_every_value_is_renewed(store: Store) -> None:
    assert store.left() == 2 * ROWS
    progress = list(rotate(store.both, METADATA, batch=10))
    assert [step.renewed for step in progress if step.table == "human"] == [10, 10, 5]
    assert {step.table for step in progress} == {"human", "note"}
    everything_is_under_the_new_keys(store)


def test_a_second_run_has_nothing_to_do(store: Store) -> None:
    list(rotate(store.both, METADATA))
    assert list(rotate(store.both, METADATA)) == []


def test_without_a_newer_key_nothing_happens(store: Store) -> None:
    assert list(rotate(store.old, METADATA)) == []


def test_an_interrupted_rotation_goes_on_where_it_was(store: Store) -> None:
    steps = rotate(store.both, METADATA, batch=10)
    assert isinstance(next(steps), Progress)
    steps.close()  # type: ignore[attr-defined]  # a generator
    assert store.left() == 2 * ROWS - 10
    list(rotate(store.both, METADATA, batch=10))
    everything_is_under_the_new_keys(store)


def _die_in_the_second_batch(url: str) -> None:
    import os
    import signal

    engine = make_engine(url, BOTH)
    batches = 0

    def count(*_arguments: object) -> None:
        nonlocal batches
        batches += 1
        if batches > 14:  # in the middle of the second batch of ten
            os.kill(os.getpid(), signal.SIGKILL)

    @event.listens_for(engine, "before_cursor_execute")
    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE"):
            count()

    list(rotate(make_sessionmaker(engine), METADATA, batch=10))


def test_a_killed_rotation_goes_on_where_it_was(store: Store) -> None:
    for engine in store.engines:
        engine.dispose()
    process = multiprocessing.get_context("spawn").Process(target=_die_in_the_second_batch, args=(store.url,))
    process.start()
    process.join(60)
    assert process.exitcode == -9
    assert store.left() == 2 * ROWS - 10
    list(rotate(store.both, METADATA, batch=10))
    everything_is_under_the_new_keys(store)


def test_what_the_portal_writes_meanwhile_stays(store: Store) -> None:
    with store.both() as session:
        chosen: uuid.UUID = session.scalars(select(Note.id).order_by(Note.id).limit(1)).one()
    written: list[threading.Thread] = []
    engine = store.engines[1]

    @event.listens_for(engine, "before_cursor_execute")
    def write_between(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        # Just before rotation's first UPDATE of a note, as the other process might.
        if statement.startswith("UPDATE note") and not written:
            written.append(threading.Thread(target=_write_elsewhere, args=(store, chosen), daemon=True))
            written[0].start()
            # On PostgreSQL the other comes in between; on SQLite rotation holds the write lock, and the other waits.
            written[0].join(None if store.url.startswith("postgresql") else 0.1)

    list(rotate(store.both, METADATA, batch=10))
    written[0].join()
    with store.new() as session:
        assert session.get_one(Note, chosen).text == "newer"
    assert store.left() == 0


def _write_elsewhere(store: Store, chosen: uuid.UUID) -> None:
    with writing(store.both) as session:
        session.get_one(Note, chosen).text = "newer"


def test_look_ups_work_before_during_and_after(store: Store) -> None:
    for number in range(ROWS):
        assert find(store.both, BOTH, number) is not None
    for _ in rotate(store.both, METADATA, batch=7):
        for number in range(ROWS):
            found = find(store.both, BOTH, number)
            assert found is not None
            assert found.number == str(number)
    for number in range(ROWS):
        assert find(store.new, NEW, number) is not None


def test_a_new_index_key_alone_is_rotated_too(store: Store) -> None:
    """An operator who adds an index key, rotates, and removes the old one must find everybody again."""
    ring = KeyRing({1: KEY_1}, (INDEX_B, INDEX_A))
    engine = make_engine(store.url, ring)
    list(rotate(make_sessionmaker(engine), METADATA, batch=10))
    engine.dispose()
    after = KeyRing({1: KEY_1}, (INDEX_B,))
    for number in range(ROWS):
        assert find(store.old, after, number) is not None, number


def test_a_value_under_a_lost_key_stops_the_rotation(store: Store) -> None:
    lost = make_engine(store.url, KeyRing({2: KEY_2}, (INDEX_B,)))
    with pytest.raises(crypto.CryptoError, match=r"no key 1 for human\."):
        list(rotate(make_sessionmaker(lost), METADATA))
    lost.dispose()
    assert store.left() == 2 * ROWS


def test_the_other_columns_stay_as_they_are(store: Store) -> None:
    with writing(store.old) as session:
        session.execute(text("UPDATE human SET plain = 'öppet'"))
    list(rotate(store.both, METADATA))
    with store.new() as session:
        assert set(session.scalars(select(Human.plain))) == {"öppet"}
