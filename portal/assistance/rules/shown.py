"""Which sections, questions and fields of a row somebody is asked, by the kind of application and the answers; pure.

What is hidden keeps its answer: a wrong tap undone brings it back. It counts for nothing while it is hidden.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from portal.assistance.rules.answers import Cells, raw_of, row_ids, row_key
from portal.assistance.rules.definition import CURRENT
from portal.assistance.rules.definition.base import Definition, Field, FieldType, Item, Rows, Section, When
from portal.assistance.rules.definition.household import COHABITING, HOUSEHOLD
from portal.assistance.rules.kinds import Kind, Party, Whose

# The cells of one person by section: the household's, and those of the person's own sections.
BySection = Mapping[str, Cells]
_NONE = ".none"


def chosen(raw: str) -> tuple[str, ...]:
    """Return the options that the text of a CHOICES answer holds; it is written ``work_part,sfi``."""
    return tuple(filter(None, raw.split(",")))


@dataclass(frozen=True, slots=True)
class Filled:
    """A form with the answers of one person in it."""

    kind: Kind
    by_section: BySection = field(repr=False)
    form: Definition = CURRENT

    def cells(self, section: Section) -> Cells:
        """Return the answers of a section."""
        return self.by_section.get(section.key, {})

    def sections(self, party: Party = Party.APPLICANT) -> tuple[Section, ...]:
        """Return the sections that a party is asked, in order; the co-applicant is asked only what concerns each."""
        return tuple(
            section
            for section in self.form.of(self.kind)
            if (party is Party.APPLICANT or section.whose is Whose.EACH) and self.asks(section)
        )

    def asks(self, section: Section) -> bool:
        """Tell whether a section belongs to this kind, and its conditions hold."""
        return self.kind in section.kinds and _Place(self, section).holds(section.when)

    def items(self, section: Section) -> tuple[Item, ...]:
        """Return the questions and groups of rows that a section asks, or would ask if it were asked itself.

        A home that has not changed is not asked for again, and is read all the same where it counts.
        """
        place = _Place(self, section)
        return tuple(item for item in section.items if place.asks(item))

    def fields(self, section: Section, rows: Rows, row_id: str) -> tuple[Field, ...]:
        """Return the fields that a row asks."""
        place = _Place(self, section, rows, row_id)
        return tuple(item for item in rows.fields if place.asks(item))

    def answers(self, section: Section, item: Item) -> Iterator[tuple[str, Field]]:
        """Yield the fields of an item that are asked, with the keys of their answers: a group's row by row."""
        if isinstance(item, Field):
            yield item.key, item
            return
        for row_id in row_ids(self.cells(section), item.key):
            for each in self.fields(section, item, row_id):
                yield row_key(item.key, row_id, each.key), each


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a condition stands: in a section, or in a row of one of its groups."""

    filled: Filled
    section: Section
    rows: Rows | None = None
    row_id: str = field(default="", repr=False)

    def asks(self, item: Item) -> bool:
        if self.filled.kind not in item.kinds or not self.holds(item.when):
            return False
        unless = item.unless if isinstance(item, Field) else ()
        return not (unless and all(self._is_met(one) for one in unless))

    def holds(self, conditions: tuple[When, ...]) -> bool:
        return all(self._is_met(one) is not False for one in conditions)

    def _is_met(self, condition: When) -> bool | None:
        """Tell whether a condition is met; None where its question is none of this kind of application."""
        section_key, slash, key = condition.key.rpartition("/")
        if slash:
            section = self.filled.form.section(section_key)
            if self.filled.kind not in section.kinds:
                return None
            place = _Place(self.filled, section)
            return place._answers(key, condition.values) if self.filled.asks(section) else False
        return self._answers(key, condition.values)

    def _answers(self, key: str, values: frozenset[str]) -> bool | None:
        if self.rows and (found := _named(self.rows.fields, key)):
            place, cell_key = self, row_key(self.rows.key, self.row_id, key)
        else:
            found, place, cell_key = (
                _named(self.section.items, key.removesuffix(_NONE)),
                _Place(self.filled, self.section),
                key,
            )
        if found is None:
            raise KeyError(key)
        if self.filled.kind not in found.kinds:
            return None
        cell = self.filled.cells(self.section).get(cell_key)
        if cell is None or not place.asks(found):
            return False
        several = isinstance(found, Field) and found.type is FieldType.CHOICES
        return not values.isdisjoint(chosen(cell.raw) if several else (cell.raw,))


def _named(items: tuple[Item, ...], key: str) -> Item | None:
    return next((item for item in items if item.key == key), None)


def lives_together(by_section: BySection) -> bool:
    """Tell whether somebody has answered that they live with a spouse or partner, who then applies with them."""
    return raw_of(by_section.get(HOUSEHOLD.key, {}), "civil_status") == COHABITING
