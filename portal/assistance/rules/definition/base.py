"""What a form is made of: sections with fields and groups of rows, and when each is asked; pure.

A definition is data. Its keys never change their meaning within a version; ``carrying`` brings answers from an older
version to the newest. An answer is addressed by a flat key: ``rent`` for a field, ``incomes.none`` for "we have none",
``incomes:<row id>`` for a row and ``incomes:<row id>:amount`` for a field of it.
"""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from portal.assistance.rules.kinds import Kind, Whose
from portal.core.i18n import LazyText

NOTHING = LazyText("", {})
EVERY_KIND = frozenset(Kind)
# The texts of an answer to a yes-or-no question, and of "we have none" of a group of rows.
YES, NO = "yes", "no"
# The option of CHOICES that stands alone.
NONE_OF_THEM = "none"


class FieldType(enum.StrEnum):
    """How an answer is written, read and asked for."""

    LINE = "line"
    AREA = "area"
    MONEY = "money"
    DATE = "date"
    NUMBER = "number"  # whole, not negative
    YES_NO = "yes_no"
    CHOICE = "choice"  # one of few: radio buttons
    SELECT = "select"  # one of many
    CHOICES = "choices"  # any of several
    IDENTITY = "identity"  # personnummer or samordningsnummer
    EMAIL = "email"
    PHONE = "phone"
    CLEARING = "clearing"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class When:
    """A condition: an answer of the same section (or, written ``section/key``, of another) is one of these.

    In a row it is first an answer of the same row. Of several chosen ones, one suffices. It holds where its question is
    none of this kind of application, and not where that is hidden itself.
    """

    key: str
    values: frozenset[str]


def when(key: str, *values: str) -> When:
    """Return the condition that an answer is one of some values."""
    return When(key, frozenset(values))


@dataclass(frozen=True, slots=True)
class Field:
    """One question.

    ``needed`` is what is said where it is not answered; without it the answer is optional ("frivilligt"). ``why`` is
    the answer to "why do we ask?". ``lowest`` and ``highest`` bound money (SEK), numbers and, as days from the day of
    reading, dates; of an identity number ``highest`` is an age in years. ``length`` is the most characters of a text.
    ``when`` asks it where all hold, ``unless`` hides it where all hold; what is hidden keeps its answer, which counts
    for nothing.
    """

    key: str
    type: FieldType
    label: LazyText
    needed: LazyText | None = None
    hint: LazyText = NOTHING
    why: LazyText = NOTHING
    options: Mapping[str, LazyText] = field(default_factory=dict)
    when: tuple[When, ...] = ()
    unless: tuple[When, ...] = ()
    kinds: frozenset[Kind] = EVERY_KIND
    lowest: int | None = None
    highest: int | None = None
    length: int = 300
    suffix: LazyText = NOTHING
    # From the last application as it was, or empty because it is asked anew each month.
    prefilled: bool = True
    # What an application that follows another begins with, whatever was answered then.
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A group of alike rows: at least one entry, or an explicit "none"."""

    key: str
    label: LazyText
    row: LazyText  # what one of them is called: "Inkomst"
    none: LazyText  # "Jag har inga inkomster"
    needed: LazyText
    fields: tuple[Field, ...]
    add: LazyText
    hint: LazyText = NOTHING
    why: LazyText = NOTHING
    when: tuple[When, ...] = ()
    kinds: frozenset[Kind] = EVERY_KIND
    most: int = 60
    prefilled: bool = True
    # Which rows of the last application come along: those where this holds of the row, or all.
    lasting: When | None = None
    # The field in which no two rows may say the same.
    once: str = ""


Item = Field | Rows


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form: one page, with a heading, a word on the law where one is due, and its questions."""

    key: str
    title: LazyText
    group: str  # a heading of the task list: GROUPS
    whose: Whose
    items: tuple[Item, ...]
    lead: LazyText = NOTHING
    # What the authority fetches itself by law is told, not asked (DOMAIN.md 2.3).
    told: LazyText = NOTHING
    when: tuple[When, ...] = ()
    kinds: frozenset[Kind] = EVERY_KIND

    def has(self, key: str) -> bool:
        """Tell whether a key is one of an answer of this section; of rows it doesn't see whether they are there."""
        return any(_is_of(item, key) for item in self.items)

    def question(self, key: str) -> Item:
        """Return what an answer of this section answers: a field, or the group of a row or of "we have none".

        :raises KeyError: the section hasn't got it.
        """
        for item in self.items:
            if _is_of(item, key):
                fields = item.fields if isinstance(item, Rows) else ()
                return next((one for one in fields if key.count(":") > 1 and key.endswith(f":{one.key}")), item)
        raise KeyError(key)


def _is_of(item: Item, key: str) -> bool:
    if isinstance(item, Field):
        return key == item.key
    group, colon, rest = key.partition(":")
    if not colon:
        return key == f"{item.key}.none"
    _row, _colon, name = rest.partition(":")
    return group == item.key and (not name or name in {one.key for one in item.fields})


@dataclass(frozen=True, slots=True)
class Definition:
    """A version of the whole form."""

    version: int
    sections: tuple[Section, ...]
    groups: Mapping[str, LazyText]

    def of(self, kind: Kind) -> Iterator[Section]:
        """Yield the sections that a kind of application has, in order."""
        return (section for section in self.sections if kind in section.kinds)

    def section(self, key: str) -> Section:
        """Return a section.

        :raises KeyError: there is none.
        """
        for found in self.sections:
            if found.key == key:
                return found
        raise KeyError(key)
