"""Answers brought from an older version of the form to the newest, and from the last application to the next; pure.

A step never takes an answer away: what the newer form doesn't ask stays where it was, and counts for nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from portal.assistance.rules.answers import LAST, Base, Cell, Cells, Edit, none_key, raw_of, row_ids, row_key
from portal.assistance.rules.definition import Step, versions
from portal.assistance.rules.definition.base import Definition, Field, Rows
from portal.assistance.rules.kinds import Kind
from portal.assistance.rules.shown import BySection


class UnknownVersion(Exception):  # noqa: N818 - told by its name
    """A draft of a version that this code doesn't know: one newer than itself, or older than the oldest step."""


def carry(
    by_section: BySection,
    from_version: int,
    *,
    steps: Mapping[int, Step] | None = None,
    to_version: int | None = None,
) -> dict[str, Cells]:
    """Return answers of an older version as answers of the newest (or of ``to_version``, by other steps), step by step.

    The cells keep their versions, so that what another device still holds is merged as before.

    :raises UnknownVersion: there is no way from that version.
    """
    carried = dict(by_section)
    to = versions.newest().version if to_version is None else to_version
    known = versions.steps() if steps is None else steps
    if from_version > to:
        raise UnknownVersion(from_version)
    for version in range(from_version, to):
        if version not in known:
            raise UnknownVersion(version)
        carried = known[version](carried)
    return carried


def carry_edits(section: str, edits: Mapping[str, Edit], from_version: int) -> dict[str, dict[str, Edit]]:
    """Return what a form of an older version says of a section as edits of the newest, by section.

    :raises UnknownVersion: there is no way from that version.
    """
    # An edit goes where its answer goes; what its form had seen of that goes with it.
    cells = {key: Cell(edit.raw, edit.base.version, edit.base.digest) for key, edit in edits.items()}
    carried = carry({section: cells}, from_version)
    return {
        key: {name: Edit(cell.raw, Base(cell.version, cell.form)) for name, cell in found.items()}
        for key, found in carried.items()
    }


def prefill(
    by_section: BySection, new_kind: Kind, *, origin: str = LAST, form: Definition | None = None
) -> dict[str, Cells]:
    """Return what the next application begins with: what is not asked anew each month, marked by where it comes from.

    ``by_section`` are the answers of the last new or monthly application, in the newest version of the form, or what
    is known of it elsewhere.
    """
    asked = (form or versions.newest()).of(new_kind)
    found = {
        section.key: {
            key: replace(cell, origin=origin)
            for key, cell in _prefilled(section.items, by_section.get(section.key, {}), new_kind)
        }
        for section in asked
    }
    return {key: cells for key, cells in found.items() if cells}


def _prefilled(items: tuple[Field | Rows, ...], cells: Cells, kind: Kind) -> Iterator[tuple[str, Cell]]:
    for item in items:
        if kind not in item.kinds:
            continue
        if isinstance(item, Rows):
            # A supplementary application is for something else than the last one was.
            if item.prefilled and kind is not Kind.SUPPLEMENTARY:
                yield from _prefilled_rows(item, cells, kind)
        elif item.follows:
            yield item.key, Cell(item.follows)
        elif item.prefilled and (raw := raw_of(cells, item.key)):
            yield item.key, Cell(raw)


def _prefilled_rows(rows: Rows, cells: Cells, kind: Kind) -> Iterator[tuple[str, Cell]]:
    for row_id in row_ids(cells, rows.key):
        lasting = rows.lasting
        if lasting and raw_of(cells, row_key(rows.key, row_id, lasting.key)) not in lasting.values:
            continue
        yield row_key(rows.key, row_id), Cell(cells[row_key(rows.key, row_id)].raw)
        for each in rows.fields:
            raw = raw_of(cells, row_key(rows.key, row_id, each.key))
            if each.prefilled and kind in each.kinds and raw:
                yield row_key(rows.key, row_id, each.key), Cell(raw)
    if raw := raw_of(cells, none_key(rows.key)):
        yield none_key(rows.key), Cell(raw)
