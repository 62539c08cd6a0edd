"""The scanner is believed only when it says found or not found."""

import socket
from pathlib import Path

import pytest

from portal.files.scanner import Scanner, ScannerDown
from tests.files.clamd import Clamd, running
from tests.files.hostile import EICAR


@pytest.mark.parametrize("over", ["unix", "tcp"])
def test_it_finds_and_does_not_find(tmp_path: Path, over: str) -> None:
    clamd = Clamd()
    with running(clamd, tmp_path / "clamd.ctl" if over == "unix" else None) as address:
        scanner = Scanner(address, 10)
        scanner.ping()
        assert scanner.is_infected(b"x" * 1_000_000) is False
        assert scanner.is_infected(b"x" * 700_000 + EICAR) is True
        assert scanner.is_infected(b"") is False
    assert clamd.seen == [1_000_000, 700_000 + len(EICAR), 0]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("slow", "timeout"),
        ("close", "ConnectionResetError|BrokenPipeError|answer"),
        ("close early", "ConnectionResetError|BrokenPipeError|answer"),
        ("garbage", "answer"),
        ("cut off", "answer"),
        ("endless", "answer"),
        ("busy", "answer"),
        ("error", "answer"),
    ],
)
def test_whatever_else_it_does_lets_nothing_through(fault: str, code: str) -> None:
    with running(Clamd(fault)) as address, pytest.raises(ScannerDown, match=code):
        Scanner(address, 0.5).is_infected(b"x" * 1_000_000)


def test_a_file_above_its_limit_is_not_let_through() -> None:
    with running(Clamd(limit=1000)) as address, pytest.raises(ScannerDown, match=r"size_limit|Connection|BrokenPipe"):
        Scanner(address, 5).is_infected(b"x" * 5_000_000)


@pytest.mark.parametrize("over", ["unix", "tcp"])
def test_nobody_there_lets_nothing_through(tmp_path: Path, over: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"unix:{tmp_path}/none" if over == "unix" else f"tcp:127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ScannerDown):
            Scanner(nobody, 1).ping()
        with pytest.raises(ScannerDown):
            Scanner(nobody, 1).is_infected(b"x")


@pytest.mark.parametrize("fault", ["slow", "close"])
def test_a_ping_without_an_answer_is_told(fault: str) -> None:
    with running(Clamd(fault)) as address, pytest.raises(ScannerDown):
        Scanner(address, 0.5).ping()
