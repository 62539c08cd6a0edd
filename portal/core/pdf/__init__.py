"""Documents as PDF: accessible, fit for keeping, and made of typed content alone.

A feature describes what a document holds (``Document`` and its blocks) and gets a file; it never writes markup, and
nothing that a person has written can become any. The writer is Typst, its fonts come with a package.
"""

from portal.core.pdf.content import Block, Document, Facts, Heading, Inline, Items, Note, Paragraph, Span, Table
from portal.core.pdf.writing import NotMade, render

__all__ = [
    "Block",
    "Document",
    "Facts",
    "Heading",
    "Inline",
    "Items",
    "NotMade",
    "Note",
    "Paragraph",
    "Span",
    "Table",
    "render",
]
