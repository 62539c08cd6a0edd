"""What is answered of a section, what is left, and what can't be taken; pure.

Hidden answers count for nothing. Every group of rows has an entry or an explicit "none": both at once contradict each
other, and that is told.
"""

import enum
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from portal.assistance.rules.accounts import CLEARING
from portal.assistance.rules.answers import Cells, none_key, raw_of, row_ids, row_key
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import YES, Definition, Field, FieldType, Rows, Section
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.reading import Problem, Value, Warned, read
from portal.assistance.rules.shown import BySection, Filled
from portal.core.i18n import Text, lazy


class SectionState(enum.StrEnum):
    """How far a section is."""

    NOT_STARTED = "not_started"
    STARTED = "started"
    DONE = "done"
    TO_MEND = "to_mend"  # something in it can't be taken


class FaultKind(enum.StrEnum):
    """What is wrong with an answer."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    CONTRADICTION = "contradiction"


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a section from being done, beside which answer, in words for the person."""

    key: str
    text: Text
    kind: FaultKind


@dataclass(frozen=True, slots=True)
class Standing:
    """A section's state, its faults in the order of the page, what to look at once more, and what can be read of it.

    ``values`` holds what is asked, answered and readable, by the answers' keys; ``groups`` the ids of groups' rows.
    """

    state: SectionState
    faults: tuple[Fault, ...] = ()
    warnings: Mapping[str, Text] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict, repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fault(self, key: str) -> Fault | None:
        """Return what is wrong with an answer; None if nothing is."""
        return next((found for found in self.faults if found.key == key), None)

    def rows(self, group: str) -> dict[str, dict[str, Value]]:
        """Return what can be read of a group's rows by their ids, oldest first; where nothing can, a row is empty."""
        found: dict[str, dict[str, Value]] = {row_id: {} for row_id in self.groups.get(group, ())}
        for key, value in self.values.items():
            name, _, rest = key.partition(":")
            row_id, colon, each = rest.partition(":")
            if name == group and colon:
                found[row_id][each] = value
        return found


def standing(filled: Filled, section: Section, today: date) -> Standing:
    """Return how far a section of a filled form is."""
    faults: list[Fault] = []
    warnings: dict[str, Text] = {}
    values: dict[str, Value] = {}
    groups: dict[str, tuple[str, ...]] = {}
    started = False
    for item in filled.items(section):
        for key, each in filled.answers(section, item):
            raw = raw_of(filled.cells(section), key)
            started = started or bool(raw)
            match read(each, raw, today=today, beside=_beside(filled.cells(section), key, each)):
                case Problem(text, missing):
                    faults.append(Fault(key, text, FaultKind.MISSING if missing else FaultKind.UNREADABLE))
                case Warned(value, text):
                    values[key], warnings[key] = value, text
                case None:
                    pass
                case value:
                    values[key] = value
        if isinstance(item, Rows):
            ids = row_ids(filled.cells(section), item.key)
            groups[item.key] = tuple(ids)
            none = raw_of(filled.cells(section), none_key(item.key)) == YES
            started = started or bool(ids) or none
            faults.extend(_group_faults(item, ids, values, none=none))
    return Standing(_state(faults, started=started), tuple(faults), warnings, values, groups)


def _group_faults(rows: Rows, ids: list[str], values: Mapping[str, Value], *, none: bool) -> Iterator[Fault]:
    if ids and none:
        text = lazy("Du har lagt till något och också svarat att det inte finns något. Ta bort det ena.")
        yield Fault(none_key(rows.key), text, FaultKind.CONTRADICTION)
    if not ids and not none:
        yield Fault(none_key(rows.key), rows.needed, FaultKind.MISSING)
    if len(ids) > rows.most:
        text = lazy("Du kan lägga till högst %(most)s. Skriv resten i ett meddelande till oss.", most=rows.most)
        yield Fault(none_key(rows.key), text, FaultKind.UNREADABLE)
    if rows.once:
        seen: Counter[Value] = Counter()
        for row_id in ids:
            key = row_key(rows.key, row_id, rows.once)
            if key in values:
                seen[values[key]] += 1
                if seen[values[key]] > 1:
                    yield Fault(
                        key, lazy("Det här står redan på en annan rad. Ta bort den ena."), FaultKind.CONTRADICTION
                    )


def _state(faults: list[Fault], *, started: bool) -> SectionState:
    if any(fault.kind is not FaultKind.MISSING for fault in faults):
        return SectionState.TO_MEND
    if not faults:
        return SectionState.DONE
    return SectionState.STARTED if started else SectionState.NOT_STARTED


def _beside(cells: Cells, key: str, each: Field) -> dict[str, str]:
    """Return the texts of the fields that an answer is read with, by their keys: an account's clearing number."""
    if each.type is not FieldType.ACCOUNT:
        return {}
    return {CLEARING: raw_of(cells, key.removesuffix(each.key) + CLEARING)}


def open_sections(
    by_section: BySection,
    kind: Kind,
    *,
    today: date,
    party: Party = Party.APPLICANT,
    form: Definition = CURRENT,
) -> tuple[tuple[Section, Standing], ...]:
    """Return the sections of a party that are not done, in order, each with its standing."""
    return tuple(
        (section, found)
        for section, found in all_sections(by_section, kind, today=today, party=party, form=form)
        if found.state is not SectionState.DONE
    )


def all_sections(
    by_section: BySection,
    kind: Kind,
    *,
    today: date,
    party: Party = Party.APPLICANT,
    form: Definition = CURRENT,
) -> tuple[tuple[Section, Standing], ...]:
    """Return the sections that a party is asked, in order, each with its standing."""
    filled = Filled(kind, by_section, form)
    return tuple((section, standing(filled, section, today)) for section in filled.sections(party))
