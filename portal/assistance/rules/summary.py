"""An application in words: every section with its questions and answers, as pages, the PDF and what is signed show it.

Only what is asked and readable is shown as said; what is typed and can't be read is marked, never guessed at.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from portal.assistance.rules.answers import Cells, none_key, row_ids, row_key
from portal.assistance.rules.completeness import SectionState, Standing, standing
from portal.assistance.rules.definition.base import YES, Definition, Field, FieldType, Rows, Section
from portal.assistance.rules.kinds import Kind, Party, Whose
from portal.assistance.rules.norm.money import format_amount
from portal.assistance.rules.reading import Value
from portal.assistance.rules.shown import Filled
from portal.core.i18n import Text, _, format_date
from portal.people.identity_numbers import hyphenated


@dataclass(frozen=True, slots=True)
class Line:
    """A question and its answer; ``origin`` is set where nobody typed it, ``doubtful`` where it can't be taken.

    ``own`` marks words of the person's own, which are in whatever language they wrote.
    """

    key: str
    label: Text
    value: Text = field(repr=False)
    origin: str = ""
    doubtful: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of a section's own questions, or of one row; the row's title is its kind."""

    title: Text
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the summary; ``party`` is whose answers they are where each adult gives their own."""

    section: Section
    party: Party
    state: SectionState
    blocks: tuple[Block, ...]

    @property
    def is_each(self) -> bool:
        """Tell whether each adult answers it for themselves."""
        return self.section.whose is Whose.EACH


_OWN_WORDS = frozenset({FieldType.LINE, FieldType.AREA})


def summary(
    form: Definition, kind: Kind, by_party: Mapping[Party, Mapping[str, Cells]], *, today: date
) -> tuple[Part, ...]:
    """Return the whole application: the household's sections once, those of each adult one after the other.

    ``by_party`` are the answers that count for each party, by section.
    """
    filled = {party: Filled(kind, cells, form) for party, cells in by_party.items()}
    found: list[Part] = []
    for section in form.of(kind):
        for party in by_party:
            mine = filled[party]
            if section in mine.sections(party):
                found.append(_part(mine, section, party, today))
    return tuple(found)


def _part(filled: Filled, section: Section, party: Party, today: date) -> Part:
    read = standing(filled, section, today)
    blocks = tuple(block for block in _blocks(filled, section, read) if block.lines)
    return Part(section, party, read.state, blocks)


def _blocks(filled: Filled, section: Section, read: Standing) -> Iterator[Block]:
    cells = filled.cells(section)
    plain: list[Line] = []
    for item in filled.items(section):
        if isinstance(item, Field):
            plain.extend(_line(item, item.key, cells, read))
            continue
        yield Block("", tuple(plain))
        plain = []
        yield from _rows(filled, section, item, cells, read)
    yield Block("", tuple(plain))


def _rows(filled: Filled, section: Section, group: Rows, cells: Cells, read: Standing) -> Iterator[Block]:
    ids = row_ids(cells, group.key)
    none = cells.get(none_key(group.key))
    if none is not None and none.raw == YES and not ids:
        yield Block("", (Line(none_key(group.key), group.label, group.none, none.origin),))
    for row_id in ids:
        fields = filled.fields(section, group, row_id)
        lines = [line for each in fields for line in _line(each, row_key(group.key, row_id, each.key), cells, read)]
        yield Block(group.row, tuple(lines))


def _line(item: Field, key: str, cells: Cells, read: Standing) -> Iterator[Line]:
    cell = cells.get(key)
    if cell is None or not cell.raw:
        return
    if key in read.values:
        words = value_words(item, read.values[key])
        yield Line(key, item.label, words, cell.origin, own=item.type in _OWN_WORDS)
    else:
        yield Line(key, item.label, cell.raw, cell.origin, doubtful=True, own=True)


def value_words(item: Field, value: Value) -> str:
    """Return an answer as people read it, in the language in force."""
    match item.type:
        case FieldType.MONEY if isinstance(value, Decimal):
            return _("%(amount)s kr", amount=format_amount(value))
        case FieldType.DATE if isinstance(value, date):
            return format_date(value)
        case FieldType.YES_NO:
            return _("Ja") if value == YES else _("Nej")
        case FieldType.CHOICE | FieldType.SELECT if isinstance(value, str):
            return str(item.options[value])
        case FieldType.CHOICES if isinstance(value, tuple):
            return ", ".join(str(item.options[one]) for one in value)
        case FieldType.IDENTITY if isinstance(value, str):
            return hyphenated(value)
        case FieldType.NUMBER if str(item.suffix):
            return f"{value} {item.suffix}"
        case _:
            return str(value)


def written(value: Value) -> str:
    """Return an answer in the one way that the back office reads: "1200.50", "2026-12-01", "yes", "work_part,sfi"."""
    if isinstance(value, tuple):
        return ",".join(value)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
