"""The import contracts of pyproject.toml hold, and each breaks on the import that it is there to forbid."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.checks import ROOT

# The least portal that every contract can be held against.
PORTAL = {
    "core/db.py": "import sqlalchemy",
    "core/pdf/child.py": "import typst\nimport fontTools\nimport manimgx_fonts",
    "web/routes.py": "import flask",
    "people/service.py": "from portal.people import queries",
    "people/queries.py": "from portal.core import db",
    "people/rules.py": "",
    "messages/client_views.py": "import portal.web.routes\nfrom portal.messages import service",
    "messages/service.py": "from portal.people import queries",
    "meetings/service.py": "",
    "identity/saml/response.py": "import onelogin\nimport xmlsec",
    "demo/idp.py": "import xmlsec",
    "cli.py": "import portal.demo.idp",
    "app.py": "import portal.messages.client_views",
}


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "portal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    for directory in (folder / "portal").rglob("*"):
        if directory.is_dir():
            (directory / "__init__.py").touch()
    (folder / "portal/__init__.py").touch()
    return folder


def test_the_contracts_hold() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_small_portal_keeps_them(tmp_path: Path) -> None:
    done = lint(write(tmp_path, PORTAL))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: 7 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(
    ("contract", "name", "text"),
    [
        ("Bands", "people/service.py", "import portal.messages.service"),
        ("Bands", "meetings/service.py", "import portal.messages.service"),
        ("Bands", "core/db.py", "import portal.web.routes"),
        ("Bands", "a_new_package/service.py", ""),
        ("Inside a feature", "people/queries.py", "import portal.people.service"),
        ("Inside a feature", "messages/service.py", "import portal.messages.client_views"),
        ("What a feature does knows nothing of HTTP", "people/service.py", "import flask"),
        ("What a feature does knows nothing of HTTP", "people/rules.py", "import portal.web.routes"),
        ("Rules are pure", "people/rules.py", "import sqlalchemy"),
        ("SAML's libraries", "messages/service.py", "import xmlsec"),
        ("SAML's libraries", "app.py", "import onelogin"),
        ("Documents are made by the kit", "messages/service.py", "import typst"),
        ("The demonstration", "app.py", "import portal.demo.idp"),
    ],
)
def test_each_contract_breaks(tmp_path: Path, contract: str, name: str, text: str) -> None:
    done = lint(write(tmp_path, {**PORTAL, name: text}))
    assert done.returncode == 1, done.stdout + done.stderr
    broken = [line for line in done.stdout.splitlines() if line.endswith(" BROKEN")]
    assert any(line.startswith(contract) for line in broken), done.stdout


def test_no_contract_ignores_an_import() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert not [contract["name"] for contract in contracts if "ignore_imports" in contract]
