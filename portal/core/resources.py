"""Where templates, built assets and catalogues lie: inside the installed package, else in the checkout above it."""

from pathlib import Path
from typing import Literal

Kind = Literal["templates", "static/dist", "translations"]

_PACKAGE = Path(__file__).resolve().parent.parent


def resource_dir(kind: Kind) -> Path:
    """Return the directory of one kind of resource."""
    packaged = _PACKAGE / "_resources" / kind
    return packaged if packaged.is_dir() else _PACKAGE.parent / kind
