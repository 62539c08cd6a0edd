"""Node.js for the tests: the machine's own, or the one that the set-up took from a wheel."""

import os
import shutil
from pathlib import Path

LINKS = Path(__file__).parents[2] / ".venv" / "node"


def node_environment() -> dict[str, str]:
    """Return an environment whose PATH has `node`; the set-up links it where the machine has none."""
    if shutil.which("node"):
        return dict(os.environ)
    return {**os.environ, "PATH": f"{LINKS}{os.pathsep}{os.environ.get('PATH', '')}"}
