"""What a document can hold: typed, without a word of markup.

A text is ``str`` (our own words, in the document's language), one ``Span``, or several of them in a row. Line ends in
it are kept. A text that is one span is written in its direction, several in the document's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Span:
    """Some words that differ from what is around them.

    ``lang`` is their language (BCP 47), empty for the document's. ``auto`` is for what a person has written, such as a
    name: which way it runs is told by its first letter, and it is kept apart from what is around it, as ``bdi`` does.
    """

    text: str
    lang: str = ""
    strong: bool = False
    auto: bool = False


Inline = str | Span | Sequence[str | Span]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading under the title; level 1 is the highest. No level may be left out on the way down."""

    text: Inline
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``muted`` is for what stands around the text, such as who wrote it and when."""

    text: Inline
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of a name and what holds for it."""

    rows: Sequence[tuple[Inline, Inline]]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, with points or numbers."""

    items: Sequence[Inline]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row names its columns; ``numbers`` are the places of columns that hold amounts."""

    header: Sequence[Inline]
    rows: Sequence[Sequence[Inline]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Note:
    """What is set apart from the text that it belongs to: a remark, an answer, good to know."""

    blocks: Sequence["Block"]


Block = Heading | Paragraph | Facts | Items | Table | Note


@dataclass(frozen=True, slots=True)
class Document:
    """A document under its heading; ``date`` is its own (PDF/A asks for one), ``author`` who gives it out.

    ``footer`` stands on every page, and whoever listens never hears it: nothing stands there that isn't told elsewhere.
    """

    heading: Inline
    blocks: Sequence[Block]
    date: date
    footer: str = ""
    author: str = ""
