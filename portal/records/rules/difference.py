"""What changed between two versions: passage by passage, and word by word within a changed one."""

import enum
import re
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from portal.records.rules.passages import Passage

# A word takes the space after it along, so that whole phrases are marked.
_WORD = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# Comparing costs at least the product of the two lengths (in words), with many alike far more; past this a passage is
# shown as taken out and put in whole. A passage of our own splitting has some 100 words.
_MOST_COMPARED = 60_000


class Mark(enum.StrEnum):
    """What became of some words."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Words:
    """Words side by side that met the same fate."""

    mark: Mark
    text: str


class Fate(enum.StrEnum):
    """What became of a passage."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    HIDDEN = "hidden"  # in one of the two versions it may not be shown, so nothing is told of what changed in it


@dataclass(frozen=True, slots=True)
class Difference:
    """A passage with its fate, as it stood before and as it stands now; hidden ones tell neither."""

    passage: Passage
    fate: Fate
    before: tuple[Words, ...] = ()
    after: tuple[Words, ...] = ()


def words(before: str, after: str) -> tuple[Words, ...]:
    """Return two texts as one: what was kept, removed and added, in order."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) * len(new) > _MOST_COMPARED:
        return (Words(Mark.REMOVED, before), Words(Mark.ADDED, after))
    found: list[Words] = []
    for tag, i, j, m, n in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Words(Mark.KEPT, "".join(old[i:j])))
            continue
        found += [Words(Mark.REMOVED, "".join(old[i:j]))] if i < j else []
        found += [Words(Mark.ADDED, "".join(new[m:n]))] if m < n else []
    return tuple(found)


def difference(
    before: Sequence[Passage], after: Sequence[Passage], hidden: Collection[uuid.UUID] = frozenset()
) -> list[Difference]:
    """Return every passage of two versions, in the order of the newer one, a removed one where it stood.

    Passages whose id is among ``hidden`` tell nothing but that they are there; give both versions only after masking.
    """
    old = {passage.id: passage for passage in before}
    new_ids = {passage.id for passage in after}
    found: list[Difference] = []
    waiting = list(before)
    for passage in after:
        if passage.id in old:
            found += _taken_out(waiting, passage, new_ids, hidden)
        found.append(_fate(old.get(passage.id), passage, hidden))
    rest = [passage for passage in waiting if passage.id not in new_ids]
    return found + [_removed(passage, hidden) for passage in rest]


def _taken_out(
    waiting: list[Passage], until: Passage, new_ids: Collection[uuid.UUID], hidden: Collection[uuid.UUID]
) -> list[Difference]:
    """Take from the old version what stood before a passage that is still there; return what of it was removed."""
    places = [place for place, passage in enumerate(waiting) if passage.id == until.id]
    if not places:
        return []  # it was moved up: what stood before it has been dealt with
    passed = waiting[: places[0]]
    del waiting[: places[0] + 1]
    return [_removed(passage, hidden) for passage in passed if passage.id not in new_ids]


def _removed(passage: Passage, hidden: Collection[uuid.UUID]) -> Difference:
    if passage.id in hidden:
        return Difference(Passage(passage.id, ""), Fate.HIDDEN)
    return Difference(passage, Fate.REMOVED, before=(Words(Mark.REMOVED, passage.text),))


def _fate(before: Passage | None, after: Passage, hidden: Collection[uuid.UUID]) -> Difference:
    if after.id in hidden:
        return Difference(Passage(after.id, ""), Fate.HIDDEN)
    if before is None:
        return Difference(after, Fate.ADDED, after=(Words(Mark.ADDED, after.text),))
    if before.text == after.text:
        return Difference(after, Fate.SAME)
    both = words(before.text, after.text)
    return Difference(
        after,
        Fate.CHANGED,
        before=tuple(part for part in both if part.mark is not Mark.ADDED),
        after=tuple(part for part in both if part.mark is not Mark.REMOVED),
    )
