"""A form of a part that was open, or kept over a sign-in, while a new version came: where its answers stand now.

What can't be saved where a question stands now is shown beside what stands there: nothing typed is lost unseen.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from flask import url_for

from portal.assistance.forms.section import Typed, in_words
from portal.assistance.queries import Draft
from portal.assistance.rules.answers import Edit, merge, raw_of
from portal.assistance.rules.carrying import carry_edits
from portal.assistance.rules.definition import newest
from portal.assistance.rules.definition.base import Section
from portal.assistance.service import drafts
from portal.core.i18n import Text
from portal.web.db import db
from portal.web.routes import actor


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An answer that did not get in where its question stands now: what was typed, and what stands there."""

    question: Text
    section: Section
    address: str
    typed: str = field(repr=False)
    kept: str = field(repr=False)


def by_section(key: str, typed: Typed) -> Mapping[str, Mapping[str, Edit]]:
    """Return what a form says as edits of the newest version, by section: it may have been open while that came.

    What isn't asked any more is left out.
    """
    form = newest()
    if not 0 < typed.version < form.version:
        return {key: typed.edits}
    carried = carry_edits(key, typed.edits, typed.version)
    return {
        section.key: {name: edit for name, edit in carried[section.key].items() if section.has(name)}
        for section in form.sections
        if section.key in carried
    }


def bring_up(application_id: uuid.UUID, key: str, typed: Typed) -> tuple[Typed, tuple[Elsewhere, ...]]:
    """Return what a form says of its part, whose questions are then drawn anew where it was of an older version.

    What it says of questions that stand in another part by now is saved there; what another device has answered there
    meanwhile is returned too.
    """
    found = by_section(key, typed)
    if found == {key: typed.edits}:
        return typed, ()
    left: list[Elsewhere] = []
    for other in (one for one in found if one != key):
        saved = drafts.save(db(), actor(), application_id, other, found[other], form=typed.form, turn=typed.turn)
        left += _told(application_id, other, ((one.key, one.typed, one.kept) for one in saved.conflicts))
    return replace(typed, edits=found.get(key, {}), shown=""), tuple(left)


def not_here(draft: Draft, key: str, typed: Typed) -> tuple[Elsewhere, ...]:
    """Return what a kept form says of questions that stand in another part by now, where it isn't what stands there."""
    left: list[Elsewhere] = []
    for other, edits in by_section(key, typed).items():
        if other != key:
            cells = draft.cells(newest().section(other), draft.application.party)
            merged = merge(cells, edits, form=typed.form, turn=typed.turn)
            keys = merged.changed | {one.key for one in merged.conflicts}
            told = ((name, edits[name].raw, raw_of(cells, name)) for name in edits if name in keys)
            left += _told(draft.application.id, other, told)
    return tuple(left)


def _told(application_id: uuid.UUID, key: str, texts: Iterable[tuple[str, str, str]]) -> Iterator[Elsewhere]:
    section = newest().section(key)
    address = url_for("assistance.section", application_id=application_id, key=key)
    for name, typed, kept in texts:
        question = section.question(name)
        yield Elsewhere(question.label, section, address, in_words(question, typed), in_words(question, kept))
