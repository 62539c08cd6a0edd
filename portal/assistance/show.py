"""A draft in words: its parts and how far each is, its papers, where one goes on, and how long it is kept."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.forms.fields import field_id
from portal.assistance.models import Paper
from portal.assistance.queries import Draft
from portal.assistance.rules.answers import LAST, Cells
from portal.assistance.rules.completeness import SectionState, all_sections
from portal.assistance.rules.definition import definition
from portal.assistance.rules.papers import Asked, papers
from portal.assistance.rules.shown import BySection, Filled
from portal.assistance.service.drafts import PAPER
from portal.core.actor import Actor
from portal.core.i18n import LazyText, _, lazy, ngettext, today
from portal.files import queries as files
from portal.files.queries import FileView
from portal.files.rules import FileState

PAPERS = "papers"

_STATES: Mapping[SectionState, tuple[str, str, LazyText]] = {
    # Translators: how far a part of an application is
    SectionState.DONE: ("success", "check", lazy("Klar")),
    # Translators: how far a part of an application is
    SectionState.STARTED: ("info", "", lazy("Påbörjad")),
    # Translators: how far a part of an application is
    SectionState.NOT_STARTED: ("neutral", "", lazy("Inte börjad")),
    # Translators: how far a part of an application is: something in it must be put right
    SectionState.TO_MEND: ("danger", "warning", lazy("Rätta")),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a draft as a row of its list."""

    key: str
    group: str
    title: str
    url: str
    state: SectionState
    color: str
    icon: str
    tag: str
    meta: str = ""

    @property
    def is_done(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.state is SectionState.DONE


def by_section(draft: Draft) -> BySection:
    """Return the answers that count for the party who looks."""
    return draft.by_section(definition(draft.application.definition).sections, draft.application.party)


def filled(draft: Draft) -> Filled:
    """Return the form with the answers that count for the party who looks."""
    return Filled(draft.application.kind, by_section(draft), definition(draft.application.definition))


def tasks(draft: Draft, papers_task: Task | None) -> list[Task]:
    """Return the parts that the party who looks is asked, in order, papers before the last of their group."""
    view, answers = draft.application, by_section(draft)
    found = []
    for section, standing in all_sections(
        answers, view.kind, today=today(), party=view.party, form=definition(view.definition)
    ):
        color, icon, tag = _STATES[standing.state]
        url = url_for("assistance.section", application_id=view.id, key=section.key)
        meta = _filled_in(answers.get(section.key, {}))
        found.append(
            Task(section.key, section.group, str(section.title), url, standing.state, color, icon, str(tag), meta)
        )
    return [*found[:-1], papers_task, *found[-1:]] if papers_task else found


def _filled_in(cells: Cells) -> str:
    """Return from where the whole of a part was filled in; nothing where the person has answered any of it."""
    origins = {cell.origin for cell in cells.values() if cell.raw}
    if not origins or "" in origins:
        return ""
    return _("Ifyllt från förra ansökan") if LAST in origins else _("Ifyllt från dina uppgifter")


def asked_papers(draft: Draft) -> tuple[Asked, ...]:
    """Return the papers that the party who looks is asked for."""
    view = draft.application
    return papers(view.kind, by_section(draft), party=view.party, form=definition(view.definition))


def place_of(draft: Draft, key: str) -> tuple[int, int]:
    """Return which part of how many this is; papers are one where some are asked for."""
    keys = [section.key for section in filled(draft).sections(draft.application.party)]
    if asked_papers(draft):
        keys.insert(len(keys) - 1, PAPERS)
    return keys.index(key) + 1 if key in keys else 1, len(keys)


def next_address(draft: Draft, key: str) -> str:
    """Return where one goes on after a part: the next one that isn't done, the first of them, or the list."""
    found = tasks(draft, None)
    place = next((number for number, task in enumerate(found) if task.key == key), -1)
    left = [task for task in (*found[place + 1 :], *found[: place + 1]) if not task.is_done and task.key != key]
    return left[0].url if left else url_for("assistance.application", application_id=draft.application.id)


def anchor(key: str) -> str:
    """Return the id of a row, or of a group's button that adds one."""
    return f"rad-{field_id(key)}"


@dataclass(frozen=True, slots=True)
class PaperLook:
    """How a paper stands, as a tag."""

    color: str
    icon: str
    text: str
    state: SectionState


def paper_look(files: list[FileView], *, required: bool) -> PaperLook:
    """Return how a paper stands by its files."""
    states = {file.state for file in files}
    if FileState.REFUSED in states:
        # Translators: a file could not be taken, and has to be taken away or sent anew
        return PaperLook("danger", "warning", _("Gör om"), SectionState.TO_MEND)
    if states & {FileState.RECEIVING, FileState.CHECKING}:
        return PaperLook("info", "", _("Kontrolleras"), SectionState.STARTED)
    if FileState.READY in states:
        return PaperLook("success", "check", _("Klar"), SectionState.DONE)
    # Translators: a paper that nobody has handed in yet
    return PaperLook("neutral", "", _("Inte lämnad") if required else _("Frivilligt"), SectionState.NOT_STARTED)


def task_lists(session: Session, actor: Actor, drafts: Sequence[Draft]) -> list[list[Task]]:
    """Return the parts of each draft with its papers, with two queries for all of them."""
    held = queries.papers_of(session, *(draft.application for draft in drafts)) if drafts else []
    found = files.of_objects(session, actor, PAPER, [paper.id for paper in held]) if held else {}
    lists = []
    for draft in drafts:
        mine = [paper for paper in held if paper.application_id == draft.application.id]
        lists.append(tasks(draft, papers_task(draft, asked_papers(draft), mine, found)))
    return lists


def progress(found: Sequence[Task]) -> str:
    """Return how many of a draft's parts are done: "4 av 8 delar klara"."""
    done = sum(task.is_done for task in found)
    return ngettext("%(done)s av %(num)s del klar", "%(done)s av %(num)s delar klara", len(found), done=done)


def papers_task(
    draft: Draft, asked: tuple[Asked, ...], held: list[Paper], files: Mapping[uuid.UUID, list[FileView]]
) -> Task | None:
    """Return the row of the papers; None where none is asked for and none is put in."""
    mine = {paper.key: files.get(paper.id, []) for paper in held}
    if not asked and not any(mine.values()):
        return None
    looks = {one.paper.key: paper_look(mine.get(one.paper.key, []), required=one.required) for one in asked}
    states = {look.state for look in looks.values()}
    missing = sum(one.required and not mine.get(one.paper.key) for one in asked)
    if any(file.state is FileState.REFUSED for each in mine.values() for file in each):
        state, meta = SectionState.TO_MEND, _("En fil gick inte att ta emot")
    elif missing:
        state = SectionState.STARTED if any(mine.values()) else SectionState.NOT_STARTED
        meta = ngettext("%(num)s papper saknas", "%(num)s papper saknas", missing)
    else:
        state, meta = (SectionState.STARTED if SectionState.STARTED in states else SectionState.DONE), ""
    color, icon, tag = _STATES[state]
    url = url_for("assistance.papers", application_id=draft.application.id)
    return Task(PAPERS, "planning", _("Bilagor"), url, state, color, icon, str(tag), meta)
