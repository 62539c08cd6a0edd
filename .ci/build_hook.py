"""What hatchling adds to a wheel beside the package: templates, built assets and compiled catalogues.

An editable install takes them from the checkout, so nothing is added there, and the assets need not be built yet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RESOURCES = "portal/_resources"


class ResourcesHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own class is not parametrised by users
    """Put the resources of the checkout under portal/_resources in a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the resources; FileNotFoundError where assets or catalogues are not built."""
        if version == "editable":
            return
        root = Path(self.root)
        assets = root / "static/dist"
        sources = list(root.glob("translations/*/LC_MESSAGES/messages.po"))
        missing = [str(po.with_suffix(".mo").relative_to(root)) for po in sources if not po.with_suffix(".mo").exists()]
        if not assets.is_dir():
            missing.append("static/dist")
        if missing:
            raise FileNotFoundError(f"run make setup first: {', '.join(missing)}")
        included = {"templates": f"{RESOURCES}/templates", "static/dist": f"{RESOURCES}/static/dist"}
        for po in sources:
            name = str(po.with_suffix(".mo").relative_to(root))
            included[name] = f"{RESOURCES}/{name}"
        build_data["force_include"].update(included)
