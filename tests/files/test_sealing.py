"""A sealed stream opens to what was sealed, and to nothing else."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files import sealing
from portal.files.sealing import CHUNK, Damaged, blocks, seal, unseal

FRAME = CHUNK + 28
KEY = bytes(range(32))
# Lengths around the borders of chunks, where such code goes wrong.
lengths = st.one_of(st.integers(0, 300), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7]))


def content(length: int) -> bytes:
    return (bytes(range(251)) * (length // 251 + 1))[:length]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def opened(sealed: bytes, key: bytes = KEY, context: bytes = b"file") -> bytes:
    return b"".join(unseal(key, context, [sealed]))


@given(lengths, st.lists(st.integers(0, 200_000), max_size=5), st.lists(st.integers(0, 200_000), max_size=5))
def test_whatever_is_sealed_opens_however_it_is_cut(length: int, given_: list[int], stored: list[int]) -> None:
    sealed = b"".join(seal(KEY, b"file", cut(content(length), given_)))
    assert b"".join(unseal(KEY, b"file", cut(sealed, stored))) == content(length)


@given(lengths, st.data())
def test_every_changed_byte_is_found(length: int, data: st.DataObject) -> None:
    sealed = bytearray(b"".join(seal(KEY, b"file", [content(length)])))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Damaged):
        opened(bytes(sealed))


@given(lengths, st.data())
def test_every_cut_off_end_is_found(length: int, data: st.DataObject) -> None:
    sealed = b"".join(seal(KEY, b"file", [content(length)]))
    with pytest.raises(Damaged):
        opened(sealed[: data.draw(st.integers(0, len(sealed) - 1))])


@pytest.mark.parametrize("frames", [(0,), (0, 1), (1, 0, 2), (0, 0, 1, 2), (0, 2), (0, 1, 2, 2), (1, 2), ()])
def test_chunks_left_out_doubled_or_in_another_order_are_found(frames: tuple[int, ...]) -> None:
    sealed = b"".join(seal(KEY, b"file", [content(2 * CHUNK + 7)]))
    parts = [sealed[1 + FRAME * n : 1 + FRAME * (n + 1)] for n in range(3)]
    assert opened(sealed[:1] + b"".join(parts)) == content(2 * CHUNK + 7)
    with pytest.raises(Damaged):
        opened(sealed[:1] + b"".join(parts[n] for n in frames))


def test_another_file_and_another_key_open_nothing() -> None:
    sealed = b"".join(seal(KEY, b"file", [b"text"]))
    for key, context in ((KEY, b"other"), (bytes(32), b"file")):
        with pytest.raises(Damaged):
            opened(sealed, key, context)
    assert opened(sealed) == b"text"


def test_what_is_added_at_the_end_is_found() -> None:
    sealed = b"".join(seal(KEY, b"file", [b"text"]))
    for more in (b"x", sealed[1:], b"\0" * FRAME):
        with pytest.raises(Damaged):
            opened(sealed + more)


def test_the_same_content_never_looks_the_same_and_is_not_readable() -> None:
    once, twice = (b"".join(seal(KEY, b"file", [b"Hyresavi " * 9000])) for _ in range(2))
    assert once != twice
    assert b"Hyresavi" not in once
    assert sealing.new_key() != sealing.new_key()


def test_blocks_keep_every_byte() -> None:
    assert list(blocks([b"ab", b"", b"cde", b"f"], 4)) == [b"abcd", b"ef"]
    assert list(blocks([], 4)) == []
