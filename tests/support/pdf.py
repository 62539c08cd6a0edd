"""Reading a PDF of ours: its text, the tags of its structure, and what a validator says of it."""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pymupdf

from portal.core.pdf import Document
from portal.core.pdf.child import Maker
from portal.core.pdf.writing import described

_VALIDATOR = Path(sys.executable).with_name("outloud")
# A letter of Arabic has four forms, and others where it is joined in a ligature: many codes are one letter, rightly.
_JOINED = re.compile(r"warning TXT-004: font [^:]*: \d different codes all map to U\+06[0-9A-F]{2} '.'")


@cache
def _maker() -> Maker:
    return Maker()


def made_here(document: Document, lang: str = "sv") -> bytes:
    """Return a document as PDF, made in this process: for tests that make many."""
    return _maker().make(described(document, title="Prov", lang=lang))


def text_of(made: bytes) -> str:
    """Return the text of all pages, as it is copied from them."""
    with pymupdf.open(stream=made, filetype="pdf") as document:  # type: ignore[no-untyped-call]  # it has no types
        return "\n".join(str(page.get_text()) for page in document)


def tags_of(made: bytes) -> list[tuple[str, str]]:
    """Return the structure in reading order: each element's type, and its language where it tells one."""
    with pikepdf.open(BytesIO(made)) as document:
        return list(_walk(document.Root.StructTreeRoot.K))


def _walk(node: pikepdf.Object) -> Iterator[tuple[str, str]]:
    if isinstance(node, pikepdf.Array):
        for child in list(node):
            yield from _walk(child)
    elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
        yield str(node.S).removeprefix("/"), str(node.get("/Lang", ""))
        if "/K" in node:
            yield from _walk(node.K)


def faults_of(made: bytes) -> str:
    """Return what a validator not of ours finds wrong by PDF/UA-1 (Matterhorn protocol) and WCAG 2.2; else nothing."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        told = subprocess.run(
            [str(_VALIDATOR), "--json", "-", "--no-info", file.name],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    (found,) = json.loads(told.stdout)["results"]
    faults = [f"{one['severity']} {one['rule']}: {one['message']}" for one in found["findings"]]
    return "\n".join(
        [*([found["error"]] if found["error"] else []), *(one for one in faults if not _JOINED.fullmatch(one))]
    )
