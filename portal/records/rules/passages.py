"""Passages: how a text is split, and how passages keep their id from one version to the next.

A remark is made on a passage, so that an id must never come to mean another passage: where it isn't certain which one
is meant, a passage gets a new id, and the remark stays with the version in which it was made.
"""

import re
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy

# A passage is what one remark is made on: about ten lines on a phone.
LONGEST = 600
MAX_PASSAGES = 400
MAX_LENGTH = 200_000

_BLANK_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_SENTENCE_END = re.compile(r"(?<=[.!?:…])\s+")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a version; the id is its own in every version of the record."""

    id: uuid.UUID
    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """A passage of a text to be saved, with the id that its author says it has; None where nothing is said."""

    text: str
    id: uuid.UUID | None = None


def split(text: str) -> list[str]:
    """Split a text into passages: at blank lines, and a very long one at the end of a sentence."""
    return [part for block in _BLANK_LINE.split(text.strip()) if block.strip() for part in _pieces(block.strip())]


def _pieces(block: str) -> Iterator[str]:
    if len(block) <= LONGEST:
        yield block
        return
    held = ""
    for sentence in _SENTENCE_END.split(block):
        if held and len(held) + len(sentence) >= LONGEST:
            yield held
            held = sentence
        else:
            held = f"{held} {sentence}" if held else sentence
    yield held


def number(
    written: Sequence[Written],
    latest: Sequence[Passage],
    known: Collection[uuid.UUID],
    new_id: Callable[[], uuid.UUID],
) -> list[Passage]:
    """Return the passages of a new version with their ids.

    ``latest`` is the version before, ``known`` the ids of every version of the record. A passage without an id keeps
    the one of an unchanged passage of the version before, unless the same text stands there or here several times and
    not equally often: then nobody can tell which is which.

    :raises InvalidInput: there is no passage, too many or too long ones, or an id of none or used twice.
    """
    check(written, known)
    given = {passage.id for passage in written if passage.id is not None}
    free = _free(written, [passage for passage in latest if passage.id not in given])
    found = []
    for passage in written:
        same = free.get(_plain(passage.text)) if passage.id is None else None
        found.append(Passage(passage.id or (same.popleft() if same else new_id()), passage.text))
    return found


def check(written: Sequence[Written], known: Collection[uuid.UUID]) -> None:
    """Refuse a text that can't be saved.

    :raises InvalidInput: there is no passage, too many or too long ones, or an id of none or used twice.
    """
    if not written or any(not passage.text.strip() for passage in written):
        raise InvalidInput(lazy("Skriv minst ett stycke. Inget stycke får vara tomt."), reason="empty")
    if len(written) > MAX_PASSAGES or sum(len(passage.text) for passage in written) > MAX_LENGTH:
        raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="too_long")
    ids = [passage.id for passage in written if passage.id is not None]
    if len(set(ids)) < len(ids) or not set(ids) <= set(known):
        raise InvalidInput(lazy("Ladda om sidan och försök igen."), reason="passage")


def _free(written: Iterable[Written], latest: Iterable[Passage]) -> dict[str, deque[uuid.UUID]]:
    """Return the ids that may go on with an unchanged text, by that text."""
    wanted = Counter(_plain(passage.text) for passage in written if passage.id is None)
    found: dict[str, deque[uuid.UUID]] = defaultdict(deque)
    for passage in latest:
        found[_plain(passage.text)].append(passage.id)
    return {text: ids for text, ids in found.items() if len(ids) == wanted[text]}


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip()
