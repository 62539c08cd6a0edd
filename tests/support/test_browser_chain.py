"""The tests' browser is the one that is named, else the system's, else playwright's, else Debian's, else one line."""

from pathlib import Path

import pytest

from tests.support import browser

pytestmark = pytest.mark.slow
STARTS = "exit 0"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with no program at all, where playwright has no browser and can't fetch one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(browser, "REMEMBERED", tmp_path / "stamps/chromium")
    return folder


def program(path: Path, does: str) -> str:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return str(path)


def test_the_one_that_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs / "chromium", STARTS)
    monkeypatch.setenv("CHROMIUM", "/opt/mine")
    assert browser.ensure() == "/opt/mine"


def test_the_systems_that_starts_and_is_remembered(programs: Path) -> None:
    program(programs / "chromium", "exit 1")
    found = program(programs / "google-chrome", STARTS)
    assert browser.ensure() == found
    assert browser.REMEMBERED.read_text() == found


def test_debians_where_nothing_else_is_to_be_had(programs: Path) -> None:
    wanted = programs / "chromium"
    copies = f"printf '#!/bin/sh\\n{STARTS}\\n' > {wanted}; /bin/chmod +x {wanted}"
    installs = f'case "$*" in *install*chromium) {copies};; esac'
    program(programs / "apt-get", installs)
    program(programs / "sudo", 'shift; exec "$@"')
    assert browser.ensure() == str(wanted)


def test_else_one_line_that_says_what_is_missing(programs: Path) -> None:
    with pytest.raises(SystemExit, match=r"^set-up: the tests need Chromium; install it .* or name it in CHROMIUM$"):
        browser.ensure()
