"""Encryption of columns: what comes back, what is refused, and that nothing readable lies in the database."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from portal.core import crypto
from portal.core.crypto import CryptoError, EncryptedJson, EncryptedText, KeyRing
from portal.core.db import make_engine
from tests.core.ring import BOTH, INDEX_A, INDEX_B, KEY_1, KEY_2, NEW, OLD


class Base(DeclarativeBase):
    """Tables of this file."""


class Secret(Base):
    """A table with both encrypted types."""

    __tablename__ = "secret"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str | None] = mapped_column(EncryptedText("secret.words"))
    values: Mapped[Any] = mapped_column(EncryptedJson("secret.values"), nullable=True)


@pytest.fixture
def engine_of_secrets(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url, BOTH)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@given(st.text(), st.sampled_from(["a.b", "person.surname"]))
def test_what_was_encrypted_comes_back(plain: str, column: str) -> None:
    data = plain.encode("utf-8", "surrogatepass")
    assert BOTH.decrypt(BOTH.encrypt(data, column), column) == data


def test_the_same_text_never_looks_the_same() -> None:
    assert len({BOTH.encrypt(b"samma", "a.b") for _ in range(50)}) == 50


def test_the_highest_key_encrypts_and_every_key_decrypts() -> None:
    old = OLD.encrypt(b"x", "a.b")
    assert old.startswith(crypto.column_prefix(1))
    assert BOTH.decrypt(old, "a.b") == b"x"
    new = BOTH.encrypt(b"y", "a.b")
    assert new.startswith(crypto.column_prefix(2))
    assert NEW.decrypt(new, "a.b") == b"y"


def test_a_value_of_another_column_is_refused() -> None:
    with pytest.raises(CryptoError, match=r"damaged value in person\.surname"):
        OLD.decrypt(OLD.encrypt(b"x", "person.given_name"), "person.surname")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(CryptoError, match=r"no key 1 for a\.b"):
        NEW.decrypt(OLD.encrypt(b"x", "a.b"), "a.b")


def test_a_right_number_with_a_wrong_key_is_refused() -> None:
    other = KeyRing({1: KEY_2}, (INDEX_A,))
    with pytest.raises(CryptoError):
        other.decrypt(OLD.encrypt(b"x", "a.b"), "a.b")


@given(st.data())
def test_every_flipped_bit_is_noticed(data: st.DataObject) -> None:
    stored = bytearray(BOTH.encrypt(b"hemligt", "a.b"))
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(CryptoError):
        BOTH.decrypt(bytes(stored), "a.b")


@given(st.integers(0, 40))
def test_a_cut_value_is_refused(length: int) -> None:
    stored = BOTH.encrypt(b"a rather long value, so that it can be cut", "a.b")
    with pytest.raises(CryptoError):
        BOTH.decrypt(stored[:length], "a.b")


def test_an_error_never_tells_the_value_or_the_key() -> None:
    stored = bytearray(OLD.encrypt(b"hemligt", "a.b"))
    stored[-1] ^= 1
    with pytest.raises(CryptoError) as caught:
        OLD.decrypt(bytes(stored), "a.b")
    assert "hemligt" not in str(caught.value)
    assert KEY_1.hex() not in repr(OLD)
    assert repr(OLD) == "KeyRing(numbers=[1])"


@pytest.mark.parametrize(
    ("keys", "index_keys"),
    [
        ({}, (INDEX_A,)),
        ({1: KEY_1}, ()),
        ({1: KEY_1[:16]}, (INDEX_A,)),
        ({1: KEY_1}, (INDEX_A[:16],)),
        ({0: KEY_1}, (INDEX_A,)),
        ({65536: KEY_1}, (INDEX_A,)),
    ],
)
def test_a_bad_ring_is_refused(keys: dict[int, bytes], index_keys: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match=r"key"):
        KeyRing(keys, index_keys)


def test_blind_indexes_depend_on_key_purpose_and_value() -> None:
    found = {
        OLD.blind_index("person", "x"),
        OLD.blind_index("person", "y"),
        OLD.blind_index("other", "x"),
        NEW.blind_index("person", "x"),
    }
    assert len(found) == 4
    assert OLD.blind_index("person", "x") == OLD.blind_index("person", "x")


def test_candidates_hold_every_index_key_newest_first() -> None:
    assert BOTH.blind_candidates("p", "x") == [NEW.blind_index("p", "x"), OLD.blind_index("p", "x")]
    assert BOTH.blind_index("p", "x") == NEW.blind_index("p", "x")
    assert BOTH.index_keys[0] == INDEX_B


def test_a_fresh_key_is_a_key() -> None:
    assert len(crypto.decode_key(crypto.new_key())) == 32
    assert crypto.new_key() != crypto.new_key()


@pytest.mark.parametrize("bad", ["", "AAAA", "not base64!", "å" * 44])
def test_what_is_no_key_is_refused_without_repeating_it(bad: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        crypto.decode_key(bad)
    assert not bad or bad not in str(caught.value)


@pytest.mark.parametrize("plain", ["", "Åsa skrev: 東京 \U0001f468\u200d\U0001f469\u200d\U0001f467", "x" * 10_000])
def test_text_and_json_come_back_from_the_database(engine_of_secrets: Engine, plain: str) -> None:
    values = {"text": plain, "list": [1, None, True, {"å": "ö"}]}
    with Session(engine_of_secrets) as session:
        session.add(Secret(id=1, words=plain, values=values))
        session.commit()
        session.expire_all()
        found = session.get_one(Secret, 1)
        assert (found.words, found.values) == (plain, values)


def test_nothing_readable_lies_in_the_database(engine_of_secrets: Engine) -> None:
    with Session(engine_of_secrets) as session:
        session.add(Secret(id=1, words="mycket hemligt", values={"nyckel": "hemligare"}))
        session.add(Secret(id=2, words=None, values=None))
        session.commit()
        raw = session.execute(text('SELECT words, "values" FROM secret ORDER BY id')).all()
    for value in raw[0]:
        assert bytes(value).startswith(crypto.column_prefix(2))
        assert b"hemlig" not in bytes(value)
        assert b"nyckel" not in bytes(value)
    assert tuple(raw[1]) == (None, None)


def test_a_value_moved_to_another_column_does_not_come_out(engine_of_secrets: Engine) -> None:
    with Session(engine_of_secrets) as session:
        session.add(Secret(id=1, words="x", values={"a": 1}))
        session.commit()
        session.execute(text('UPDATE secret SET words = "values"'))
        with pytest.raises(CryptoError):
            session.scalars(select(Secret.words)).all()


def test_an_engine_without_a_ring_neither_writes_nor_reads(empty_url: str, engine_of_secrets: Engine) -> None:
    engine = make_engine(empty_url)
    with Session(engine) as session:
        session.add(Secret(id=1, words="x"))
        with pytest.raises(StatementError, match="no key ring"):
            session.commit()
    engine.dispose()
