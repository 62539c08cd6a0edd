"""The house rules hold in every file of the repository."""

import subprocess
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.architecture import checks
from tests.architecture.checks import ROOT

# The development identity provider makes certificates and answers with times of its own, outside the portal's clock.
OWN_CLOCK = "portal/demo/"


def sources() -> list[Path]:
    return sorted((ROOT / "portal").rglob("*.py"))


def templates() -> list[Path]:
    # The development identity provider's pages are another party's, under a policy of their own.
    return sorted((ROOT / "templates").rglob("*.html"))


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.split("\0") if path]


def faults(files: Iterable[Path], check: Callable[[str], Iterable[str]]) -> list[str]:
    return [f"{path.relative_to(ROOT)}:{fault}" for path in files for fault in check(path.read_text(encoding="utf-8"))]


def told(found: list[str]) -> str:
    return "\n" + "\n".join(found)


def test_there_is_something_to_check() -> None:
    assert len(sources()) > 10
    assert len(templates()) > 5
    assert len(tracked()) > 10


def test_everything_public_has_a_docstring() -> None:
    found = faults((path for path in sources() if "migrations/versions" not in str(path)), checks.docstrings)
    assert not found, told(found)


def test_now_and_identifiers_have_one_source() -> None:
    found = [
        f"{name}:{fault}"
        for path in sources()
        if not (name := str(path.relative_to(ROOT))).startswith(OWN_CLOCK)
        for fault in checks.ambient_sources(name, path.read_text())
    ]
    assert not found, told(found)


def test_no_error_is_swallowed() -> None:
    found = faults(sources(), checks.swallowed)
    assert not found, told(found)


def test_addresses_are_ascii_and_lower_case() -> None:
    found = faults(sources(), checks.routes)
    assert not found, told(found)


def test_templates_are_safe_and_neutral() -> None:
    found = faults(templates(), checks.template)
    assert not found, told(found)


def test_titles_end_with_the_name_of_the_portal() -> None:
    layouts = [path.read_text() for path in (ROOT / "templates/layout").glob("*.html")]
    assert not list(checks.titles_end(layouts))


def test_only_known_entries_are_committed() -> None:
    found = list(checks.committed(tracked()))
    assert not found, told(found)


def test_no_lock_file_tells_a_registrys_address() -> None:
    locks = [ROOT / path for path in tracked() if path.endswith((".lock", "package-lock.json", ".npmrc"))]
    assert len(locks) >= 4
    found = faults(locks, checks.lock)
    assert not found, told(found)


def test_long_files_are_told_of() -> None:
    # A warning in the summary, not a failure: length is a question, not a fault.
    found = faults((path for path in sources() if "migrations/versions" not in str(path)), checks.sizes)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for fault in found:
            warnings.warn(fault, UserWarning, stacklevel=1)
