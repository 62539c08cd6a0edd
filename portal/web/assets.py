"""Built assets: their hashed names, read once from the manifest that ``static/build.mjs`` writes."""

import json
from pathlib import Path

from portal.core.resources import resource_dir

__all__ = ["STATIC_URL", "Assets", "AssetsNotBuiltError", "resource_dir"]

STATIC_URL = "/static/"


class AssetsNotBuiltError(RuntimeError):
    """The style sheet and the script are missing: they are built, not committed."""


class Assets:
    """The built files of one directory.

    :raises AssetsNotBuiltError: when the manifest, or a file it names, is missing or unreadable.
    """

    def __init__(self, dist_dir: Path) -> None:
        self.directory = dist_dir
        self._names = _read_manifest(dist_dir)

    @property
    def names(self) -> dict[str, str]:
        """Return the hashed name of each logical name."""
        return dict(self._names)

    def url(self, name: str) -> str:
        """Return the address of an asset by its logical name (``insyn.css``).

        :raises KeyError: when there is no such asset: a wrong name in a template.
        """
        return STATIC_URL + self._names[name]


def _read_manifest(dist_dir: Path) -> dict[str, str]:
    path = dist_dir / "manifest.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AssetsNotBuiltError(f"No readable {path}. Run `make assets`.") from error
    if not isinstance(found, dict) or not found:
        raise AssetsNotBuiltError(f"{path} names no files. Run `make assets`.")
    names = {str(name): str(hashed) for name, hashed in found.items()}
    missing = sorted(hashed for hashed in names.values() if not (dist_dir / hashed).is_file())
    if missing:
        raise AssetsNotBuiltError(f"{dist_dir} lacks {', '.join(missing)}. Run `make assets`.")
    return names
