"""A section of the form as a page shows it: its questions and rows with what was typed, and read back as edits."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wtforms import Field as Control
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta

from portal.assistance.forms.fields import ANSWER, BASE, Posted, data_of, mark, raw_of_posted, unbound
from portal.assistance.rules.answers import Base, Cells, Edit, base_of, none_key, raw_of, read_base, row_ids, row_key
from portal.assistance.rules.completeness import Standing
from portal.assistance.rules.definition.base import YES, Field, FieldType, Item, Rows, Section
from portal.assistance.rules.shown import Filled, chosen
from portal.core.i18n import Text, _


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its control; ``origin`` tells where an answer came from that nobody has typed."""

    key: str
    control: Control
    suffix: str = ""
    why: Text = ""
    origin: str = ""
    warning: Text = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A row of a group; ``origin`` where nobody has typed anything in it, and its questions then tell none."""

    key: str
    title: str
    questions: tuple[Question, ...]
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows; ``none`` is its explicit "there is none", where that can be said now."""

    key: str
    rows: Rows
    cards: tuple[Card, ...]
    none: Question | None
    origin: str = ""


Part = Question | Group
Shown = tuple[str, Field | Rows]


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form says: its texts, what it had seen, and which form it is at which of its turns.

    ``version`` is that of the form's definition which it was drawn by; 0 where it doesn't tell.
    """

    edits: Mapping[str, Edit] = field(default_factory=dict, repr=False)
    form: str = ""
    turn: int = 0
    shown: str = ""
    told: bool = False
    version: int = 0

    def raw(self, key: str) -> str | None:
        """Return the text of an answer; None where the form hadn't got it."""
        return self.edits[key].raw if key in self.edits else None


def read_posted(posted: Posted) -> Typed:
    """Return what a posted form says; an answer counts only where the form tells what it had seen of it."""
    edits = {
        name.removeprefix(BASE): Edit(
            raw_of_posted(posted.get(ANSWER + name.removeprefix(BASE), [])), read_base(values[0])
        )
        for name, values in posted.items()
        if name.startswith(BASE) and values
    }
    return Typed(
        edits,
        form=(posted.get("form") or [""])[0][:64],
        turn=_number(posted, "turn"),
        shown=(posted.get("shown") or [""])[0],
        told=bool((posted.get("told") or [""])[0]),
        version=_number(posted, "version"),
    )


def _number(posted: Posted, name: str) -> int:
    text = (posted.get(name) or [""])[0]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A section to be shown.

    ``typed`` are texts that stand in the form instead of the kept ones, ``bases`` what the form goes on from, where it
    is another than what is kept, ``told`` whether what is wrong is said, ``beside`` what is said of an answer anyhow.
    """

    filled: Filled
    section: Section
    standing: Standing
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    bases: Mapping[str, Base] = field(default_factory=dict)
    beside: Mapping[str, Text] = field(default_factory=dict, repr=False)
    told: bool = False

    @property
    def cells(self) -> Cells:
        """The kept answers."""
        return self.filled.cells(self.section)

    def raw(self, key: str) -> str:
        """Return the text that stands in the form."""
        return self.typed.get(key, raw_of(self.cells, key))

    def shown(self) -> Iterator[Shown]:
        """Yield the answers that are shown, in order: each with its field, or with the group that has none."""
        for item in self.filled.items(self.section):
            yield from self.filled.answers(self.section, item)
            if isinstance(item, Rows) and self._asks_none(item):
                yield none_key(item.key), item

    def _asks_none(self, group: Rows) -> bool:
        key = none_key(group.key)
        return not row_ids(self.cells, group.key) or self.raw(key) == YES or self.said(key) != ""

    def said(self, key: str) -> str:
        """Return what is said of an answer that is wrong."""
        if key in self.beside:
            return str(self.beside[key])
        fault = self.standing.fault(key) if self.told else None
        return str(fault.text) if fault else ""

    def base(self, key: str) -> Base:
        """Return what the form carries along of an answer."""
        return self.bases.get(key) or base_of(self.cells.get(key))


@dataclass(frozen=True, slots=True)
class SectionForm:
    """A section's form: its controls, the parts of the page, and what it carries along."""

    controls: BaseForm
    parts: tuple[Part, ...]
    bases: tuple[tuple[str, str], ...]
    shown: str
    version: int

    @property
    def errors(self) -> dict[str, Any]:
        """What is wrong, by the names of the controls."""
        return dict(self.controls.errors)


def section_form(sheet: Sheet) -> SectionForm:
    """Return the form of a section."""
    shown = list(sheet.shown())
    controls = BaseForm({ANSWER + key: unbound(key, item) for key, item in shown}, meta=DefaultMeta())
    controls.process(data={ANSWER + key: data_of(item, sheet.raw(key)) for key, item in shown})
    for key, item in shown:
        mark(controls[ANSWER + key], needed=item.needed is not None, error=sheet.said(key))
    parts = tuple(_part(sheet, controls, item) for item in sheet.filled.items(sheet.section))
    bases = tuple((BASE + key, str(sheet.base(key))) for key, _item in shown)
    return SectionForm(controls, parts, bases, shown_digest(sheet), sheet.filled.form.version)


def shown_digest(sheet: Sheet) -> str:
    """Return a short digest of which questions and warnings a page shows: with another one it is drawn anew."""
    told = [key for key, _item in sheet.shown()] + sorted(sheet.standing.warnings)
    return hashlib.blake2b("\n".join(told).encode(), digest_size=8).hexdigest()


def _part(sheet: Sheet, controls: BaseForm, item: Item) -> Part:
    if isinstance(item, Field):
        return _question(sheet, controls, item.key, item)
    cards = []
    for number, row_id in enumerate(row_ids(sheet.cells, item.key), 1):
        fields = sheet.filled.fields(sheet.section, item, row_id)
        questions = tuple(_question(sheet, controls, row_key(item.key, row_id, one.key), one) for one in fields)
        # Translators: a row of a form: what it is, and which one: "Utgift 2"
        title = _("%(row)s %(number)s", row=item.row, number=number)
        cards.append(_card(row_key(item.key, row_id), title, questions, sheet))
    none = none_key(item.key)
    shown = ANSWER + none in controls
    cell = sheet.cells.get(none)
    return Group(
        item.key,
        item,
        tuple(cards),
        Question(none, controls[ANSWER + none], origin=cell.origin if cell and cell.raw else "") if shown else None,
    )


def _card(key: str, title: str, questions: tuple[Question, ...], sheet: Sheet) -> Card:
    origins = {one.origin for one in questions if sheet.raw(one.key)}
    if len(origins) != 1:
        return Card(key, title, questions)
    return Card(key, title, tuple(replace(one, origin="") for one in questions), origins.pop())


def _question(sheet: Sheet, controls: BaseForm, key: str, item: Field) -> Question:
    cell = sheet.cells.get(key)
    kept = cell is not None and cell.raw and sheet.raw(key) == cell.raw
    return Question(
        key,
        controls[ANSWER + key],
        suffix=str(item.suffix),
        why=item.why,
        origin=cell.origin if cell and kept else "",
        warning=sheet.standing.warnings.get(key, ""),
    )


def conflict_words(item: Item | None, kept: str) -> Text:
    """Return what is said beside an answer that another device has changed meanwhile."""
    if not kept:
        return _("Svaret är borttaget på en annan enhet. Här står det du skrev. Spara igen om det ska gälla.")
    return _(
        "Svaret är ändrat på en annan enhet. Där står det ”%(kept)s”. Här står det du skrev. Spara igen om ditt svar"
        " ska gälla.",
        kept=in_words(item, kept),
    )


def in_words(item: Item | None, raw: str) -> str:
    """Return the text of an answer as its question shows it."""
    if not raw or item is None:
        return raw
    if isinstance(item, Rows):
        return str(item.none)
    if item.type is FieldType.YES_NO:
        return _("Ja") if raw == YES else _("Nej")
    if item.options:
        return ", ".join(str(item.options[one]) for one in chosen(raw) if one in item.options)
    return raw
