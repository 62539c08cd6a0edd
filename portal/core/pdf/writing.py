"""Writing a document as PDF: accessible (PDF/UA-1, ISO 14289-1) and fit for keeping (PDF/A-3a, ISO 19005-3)."""

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from babel import Locale

from portal.core import caged
from portal.core.errors import Unavailable
from portal.core.i18n import _, lazy, use_locale
from portal.core.pdf.content import Block, Document, Facts, Heading, Inline, Items, Note, Paragraph, Span, Table
from portal.core.pdf.letters import MISSING, showable

_MOST_BYTES = 64 * 1024 * 1024
_PATIENCE = 30.0
_RIGHT_TO_LEFT = {"R", "AL"}


class NotMade(Unavailable):
    """A document can't be had as a file now."""

    message = lazy("Filen gick inte att göra. Läs texten på sidan i stället.")


def render(document: Document, *, title: str, lang: str) -> bytes:
    """Return a document as PDF; the same one gives the same bytes.

    ``title`` is what a reader's window says, so a neutral one; ``lang`` is the language of what isn't told otherwise.
    Texts are data to a fixed template and run nothing; characters that no font has become U+FFFD, and the document
    says so at its end. It is made in a process of its own that has neither network nor files nor keys, in about 0.2 s.

    :raises NotMade: it took too much time or memory.
    """
    content = json.dumps(described(document, title=title, lang=lang)).encode()
    try:
        made = caged.ask("portal.core.pdf.child", (), content, most=_MOST_BYTES, patience=_PATIENCE)
    except caged.TookTooLong:
        made = b""
    if not made.startswith(b"%PDF-"):
        raise NotMade(reason="pdf")
    return made


def described(document: Document, *, title: str, lang: str) -> dict[str, Any]:
    """Return a document as the template reads it: JSON types only, every text as the fonts can show it."""
    if not title.strip():
        raise ValueError("a document has a title")
    with use_locale(lang):
        return _Writer(lang).document(document, title)


class _Writer:
    """Turns a document into what the template reads, and notes whether something could not be shown."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._rtl = _is_rtl(lang)
        self._missing = False

    def document(self, document: Document, title: str) -> dict[str, Any]:
        """Return the whole document; the last block tells of characters that no font has."""
        heading, blocks = self._inline(document.heading), [self._block(block) for block in document.blocks]
        footer = self._text(document.footer)
        if self._missing:
            blocks.append(
                self._block(
                    Paragraph(_("Några tecken gick inte att visa här. De står som %(sign)s.", sign=MISSING), muted=True)
                )
            )
        # Translators: at the foot of each page of a file
        page = _("Sida %(number)s av %(count)s", number="\0", count="\0").split("\0")
        return {
            "title": self._text(title),
            "author": self._text(document.author),
            "date": [document.date.year, document.date.month, document.date.day],
            "lang": self._lang,
            "rtl": self._rtl,
            "heading": heading,
            "footer": footer,
            "page": [self._text(part) for part in page],
            "blocks": blocks,
        }

    def _block(self, block: Block) -> dict[str, Any]:
        match block:
            case Heading():
                return {"kind": "heading", "level": block.level, "content": self._inline(block.text)}
            case Paragraph():
                return {"kind": "paragraph", "muted": block.muted, "content": self._inline(block.text)}
            case Facts():
                return {
                    "kind": "facts",
                    "rows": [[self._inline(name), self._inline(what)] for name, what in block.rows],
                }
            case Items():
                items = [self._inline(item) for item in block.items]
                return {"kind": "items", "numbered": block.numbered, "items": items}
            case Table():
                return self._table(block)
            case Note():
                return {"kind": "note", "blocks": [self._block(each) for each in block.blocks]}

    def _table(self, table: Table) -> dict[str, Any]:
        if any(len(row) != len(table.header) for row in table.rows):
            raise ValueError("a row has as many cells as the table has columns")
        return {
            "kind": "table",
            "numbers": [place in table.numbers for place in range(len(table.header))],
            "header": [self._inline(cell) for cell in table.header],
            "rows": [
                [self._number(cell) if place in table.numbers else self._inline(cell) for place, cell in enumerate(row)]
                for row in table.rows
            ],
        }

    def _number(self, cell: Inline) -> dict[str, Any]:
        """Return an amount, written from left to right in every language."""
        shown = self._inline(cell)
        return {**shown, "rtl": False, "runs": [{**run, "rtl": False} for run in shown["runs"]]}

    def _inline(self, inline: Inline) -> dict[str, Any]:
        spans = [inline] if isinstance(inline, str | Span) else inline
        runs = [self._run(part if isinstance(part, Span) else Span(part)) for part in spans]
        whole = runs[0] if len(runs) == 1 else {"lang": self._lang, "rtl": self._rtl}
        return {"lang": whole["lang"], "rtl": whole["rtl"], "runs": runs}

    def _run(self, span: Span) -> dict[str, Any]:
        rtl = _is_rtl(span.lang) if span.lang else self._rtl
        if span.auto:
            rtl = next(_strong(span.text), False)
        return {"text": self._text(span.text), "lang": span.lang or self._lang, "rtl": rtl, "strong": span.strong}

    def _text(self, text: str) -> str:
        shown = showable(text)
        self._missing = self._missing or shown.count(MISSING) > text.count(MISSING)
        return shown


def _is_rtl(lang: str) -> bool:
    return Locale.parse(lang, sep="-").text_direction == "rtl"


def _strong(text: str) -> Iterator[bool]:
    """Yield, for each letter that has a direction, whether it is from right to left."""
    return (
        way in _RIGHT_TO_LEFT for way in map(unicodedata.bidirectional, text) if way == "L" or way in _RIGHT_TO_LEFT
    )
