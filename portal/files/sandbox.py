"""Asking for a clean file: one process for each, in a cage, whose answer is not believed beyond its form."""

import json
from dataclasses import dataclass

from portal.core import caged
from portal.files.kinds import HEAD, Sort, sort_of
from portal.files.rules import FileKind, Limits, Refusal

_GIB = 1024**3
_MOST_HEAD = 1000


@dataclass(frozen=True, slots=True)
class Budget:
    """What one file may cost: memory (bytes), processor time, and time by the clock (s)."""

    memory: int = _GIB
    seconds: int = 30
    patience: float = 120.0


USUAL_BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Content that is safe to store and show, what it is, and how many pages it has (0: it is no document)."""

    kind: FileKind
    content: bytes
    pages: int = 0


def clean(content: bytes, limits: Limits, budget: Budget = USUAL_BUDGET) -> Cleaned | Refusal:
    """Return the clean content of a file, or why it is refused.

    :raises TookTooLong: after ``budget.patience`` seconds by the clock.
    """
    match sort_of(content[:HEAD]):
        case Sort.HEIC:
            return Refusal.HEIC
        case Sort.OTHER:
            return Refusal.WRONG_KIND
        case sort:
            return _ask(sort, content, limits, budget)


def _ask(sort: Sort, content: bytes, limits: Limits, budget: Budget) -> Cleaned | Refusal:
    told = {
        "bytes": limits.file_bytes,
        "pages": limits.pages,
        "pixels": limits.pixels,
        "memory": budget.memory,
        "seconds": budget.seconds,
    }
    arguments = (sort.value, json.dumps(told))
    most = limits.file_bytes + _MOST_HEAD
    answer = caged.ask("portal.files.cleaning.child", arguments, content, most=most, patience=budget.patience)
    return _verdict(answer)


def _verdict(answer: bytes) -> Cleaned | Refusal:
    """Read the answer of a process that may have been taken over: nothing in it is believed beyond its two forms."""
    line, _, content = answer.partition(b"\n")
    try:
        head = json.loads(line)
        if head.keys() == {"refused"}:
            return Refusal(head["refused"])
        kind, pages = FileKind(head["media_type"]), head["pages"]
    except (ValueError, KeyError, AttributeError, TypeError):
        return Refusal.UNREADABLE
    wanted = {FileKind.PDF: b"%PDF-", FileKind.JPEG: b"\xff\xd8\xff", FileKind.PNG: b"\x89PNG\r\n\x1a\n"}[kind]
    if not content.startswith(wanted) or type(pages) is not int or pages < 0:
        return Refusal.UNREADABLE
    return Cleaned(kind, content, pages)
