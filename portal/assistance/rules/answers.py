"""Answers as they are kept: each as it was typed, with a version of its own, and what devices do to them; pure.

What a person has typed is kept as it is, also where it can't be read as an amount or a date: it is theirs, and it is
the reading (``reading``) that refuses it beside the field. Two devices never overwrite each other unseen: an edit names
the version it was made from, and one made from an older version is returned as a conflict, with both texts.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

Raw = str
LAST, REGISTER = "last", "register"  # the last application, what the back office tells
_BASE_BYTES = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """An answer as it is kept: its text, its version, and which form (a random id) set it at which of its turns.

    ``origin`` tells where a text came from that nobody has typed or confirmed: ``LAST`` or ``REGISTER``.
    """

    raw: Raw
    version: int = 1
    form: str = ""
    turn: int = 0
    origin: str = ""


Cells = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Base:
    """What a form showed of an answer when it was made: its version, and a digest of the text (empty: no answer)."""

    version: int = 0
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.version}.{self.digest}"


def base_of(cell: Cell | None) -> Base:
    """Return what a form made now has to carry along of an answer."""
    return Base(cell.version, digest(cell.raw)) if cell else Base(0, digest(""))


def read_base(text: str) -> Base:
    """Return the base that a form carried along; what isn't one is read as a form that has seen nothing."""
    version, dot, rest = text.partition(".")
    if not (dot and version.isascii() and version.isdigit() and len(version) < 10):
        return Base(0, digest(""))
    return Base(int(version), rest)


def digest(raw: Raw) -> str:
    """Return a short digest of a text: only to see whether a form left it as it was."""
    return hashlib.blake2b(raw.encode(errors="surrogatepass"), digest_size=_BASE_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Edit:
    """What a form says that an answer is, made from ``base``."""

    raw: Raw
    base: Base


@dataclass(frozen=True, slots=True)
class Conflict:
    """An answer that two devices have changed without knowing of each other; ``kept`` is what stays for now."""

    key: str
    kept: Raw
    typed: Raw


@dataclass(frozen=True, slots=True)
class Merged:
    """The answers after some edits, those that did not get in, and the keys whose text is another than before."""

    cells: dict[str, Cell]
    conflicts: tuple[Conflict, ...]
    changed: frozenset[str]


def merge(cells: Cells, edits: Mapping[str, Edit], *, form: str, turn: int) -> Merged:
    """Return the answers with a form's edits in them.

    An edit gets in when its form has seen the present version, or set it itself at an earlier turn. A field that the
    form left as it was is no edit, unless the form itself has set it to something else meanwhile: the answer that told
    it so got lost, and the text was taken back. A late request of the same form (a lower turn) changes nothing; that it
    is told of a conflict does no harm, for its browser has given it up.
    """
    result, conflicts, changed = dict(cells), [], set()
    for key, edit in edits.items():
        present = cells.get(key)
        own = present is not None and form != "" and present.form == form
        if edit.raw == raw_of(cells, key) or (digest(edit.raw) == edit.base.digest and not own):
            continue
        if _may_set(present, edit.base, form, turn):
            result[key] = Cell(edit.raw, (present.version if present else 0) + 1, form, turn)
            changed.add(key)
        elif present is not None:
            conflicts.append(Conflict(key, present.raw, edit.raw))
    return Merged(result, tuple(conflicts), frozenset(changed))


def _may_set(present: Cell | None, base: Base, form: str, turn: int) -> bool:
    if present is None:
        return True
    if present.form == form and form:
        return present.turn < turn or (present.turn == turn and base.version == present.version)
    return base.version == present.version


def confirm(cells: Cells, edits: Mapping[str, Edit]) -> dict[str, Cell]:
    """Return the answers with those as the person's own that a form has shown, whoever filled them in, and left alone.

    Their texts and versions stay, so that no other device is told of a change; a row is confirmed with its answers.
    """
    own = {key for key, edit in edits.items() if key in cells and edit == Edit(cells[key].raw, base_of(cells[key]))}
    own |= {key.rpartition(":")[0] for key in own if key.count(":") > 1}
    return {key: replace(cell, origin="") if key in own else cell for key, cell in cells.items()}


def next_bases(merged: Merged, edits: Mapping[str, Edit]) -> dict[str, Base]:
    """Return what a form that stays open has to carry along after its edits were merged.

    A field that it left alone, and that another device has changed meanwhile, keeps the base it had: its person has
    not seen the new text. Of a conflict both texts are shown, so the next edit is made knowingly.
    """
    told = {conflict.key for conflict in merged.conflicts}
    return {
        key: base_of(merged.cells.get(key)) if key in told or raw_of(merged.cells, key) == edit.raw else edit.base
        for key, edit in edits.items()
    }


def row_ids(cells: Cells, group: str) -> list[str]:
    """Return the ids of a group's rows, oldest first (they are UUIDv7); removed ones are left out."""
    prefix = f"{group}:"
    found = (key[len(prefix) :] for key, cell in cells.items() if key.startswith(prefix) and cell.raw)
    return sorted(key for key in found if ":" not in key)


def row_key(group: str, row_id: str, field: str = "") -> str:
    """Return the key of a row, or of a field of it."""
    return f"{group}:{row_id}:{field}" if field else f"{group}:{row_id}"


def none_key(group: str) -> str:
    """Return the key of the answer that there are no rows."""
    return f"{group}.none"


def raw_of(cells: Cells, key: str) -> Raw:
    """Return the text of an answer; nothing where there is none."""
    return cells[key].raw if key in cells else ""


def to_json(cells: Cells) -> dict[str, list[str | int]]:
    """Return the answers as they are stored."""
    return {key: [cell.raw, cell.version, cell.form, cell.turn, cell.origin] for key, cell in cells.items()}


def from_json(stored: Mapping[str, Sequence[Any]]) -> dict[str, Cell]:
    """Return stored answers."""
    return {key: Cell(*values) for key, values in stored.items()}
