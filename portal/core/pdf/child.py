"""The process that makes one file: ``python -I -m portal.core.pdf.child``, a document as JSON in, a PDF out.

It has its fonts and its template in memory before it is locked. One that ends in any other way has made nothing: what
it cost and what it held is gone with it.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

# One thread: the same bytes everywhere, and no stack for each of a large machine's cores.
os.environ["RAYON_NUM_THREADS"] = "1"

import typst

from portal.core import cage
from portal.core.pdf.fonts import FOLDER, in_order

_MEMORY, _SECONDS = 1024**3, 20
_STANDARDS: list[Any] = ["ua-1", "a-3a"]
# A letter of each font: one that isn't read before the lock can't be read at all.
_SAMPLE = "aسԱকक😀ሀაકਕאಕកກകကକක🜀கకกα"


class Maker:
    """The writer with all that it needs from files."""

    def __init__(self) -> None:
        self._template = Path(__file__).with_name("document.typ").read_bytes()
        self._fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FOLDER])
        self._names = in_order(self._fonts.families())

    def make(self, document: dict[str, Any]) -> bytes:
        """Return a document as PDF."""
        compiler = typst.Compiler(self._template, root=FOLDER, font_paths=self._fonts, ignore_system_fonts=True)
        told = {"document": json.dumps({**document, "fonts": self._names})}
        made = compiler.compile(format="pdf", sys_inputs=told, pdf_standards=_STANDARDS, timestamp=0)
        if not isinstance(made, bytes):
            raise TypeError("a document is one file")
        return made


def _sample() -> dict[str, Any]:
    words = {"lang": "sv", "rtl": False, "runs": [{"text": _SAMPLE, "lang": "sv", "rtl": False, "strong": True}]}
    around = {"title": "x", "author": "", "date": [2026, 1, 1], "lang": "sv", "rtl": False}
    return {**around, "heading": words, "footer": "", "page": ["", "", ""], "blocks": []}


def main() -> None:
    """Warm up, lock, read, make and answer."""
    maker = Maker()
    maker.make(_sample())
    cage.lock(_MEMORY, _SECONDS)
    sys.stdout.buffer.write(maker.make(json.load(sys.stdin)))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
