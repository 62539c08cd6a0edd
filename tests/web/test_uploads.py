"""The spool of uploaded files: what is written is read, from anywhere, and never stands readable beneath."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.web.uploads import SealedSpool


@given(st.lists(st.binary(max_size=200), max_size=8), st.lists(st.integers(0, 1000), max_size=5))
def test_it_reads_what_was_written_from_anywhere(parts: list[bytes], places: list[int]) -> None:
    whole = b"".join(parts)
    with SealedSpool() as spool:
        for part in parts:
            spool.write(part)
        for place in (0, *places):
            assert spool.seek(place) == place
            assert spool.read(7) == whole[place : place + 7]
            assert spool.read() == whole[place + 7 :]
            assert spool.tell() == max(place, len(whole))


def test_what_lies_beneath_is_not_readable() -> None:
    with SealedSpool() as spool:
        spool.write(b"Hyresavi" * 100_000)
        spool._file.seek(0)
        beneath = spool._file.read()
        assert len(beneath) == 800_000
        assert b"Hyresavi" not in beneath


def test_nothing_is_written_over() -> None:
    with SealedSpool() as spool:
        spool.write(b"abc")
        spool.seek(0)
        with pytest.raises(io.UnsupportedOperation):
            spool.write(b"x")


def test_it_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with SealedSpool() as spool:
        spool.write(b"x" * 1_000_000)
        assert list(tmp_path.iterdir()) == []
