"""Where the fonts of documents lie, and the order in which one is sought that has a character.

They come from a package: Noto Sans for Latin, Greek and Cyrillic, its sisters for Arabic, Hebrew, Ethiopic and a dozen
more, Noto Emoji (SIL Open Font License). None is taken from the system, so that a document looks the same everywhere.
"""

from collections.abc import Iterable
from pathlib import Path

import manimgx_fonts

FOLDER = Path(manimgx_fonts.__file__).parent
_FIRST, _LAST = ("Noto Sans", "Noto Sans Arabic"), "Noto Emoji"


def in_order(families: Iterable[str]) -> list[str]:
    """Return the names of the fonts in the order in which they are asked; many have the digits of others."""
    rest = sorted(set(families) - {*_FIRST, _LAST})
    return [*_FIRST, *rest, _LAST]
