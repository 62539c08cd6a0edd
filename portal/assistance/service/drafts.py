"""Drafts of applications: begun, answered field by field, left alone, removed."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assistance.models import Application, ApplicationParty, Paper, SectionAnswers
from portal.assistance.queries.drafts import owner_of
from portal.assistance.rules.answers import (
    Base,
    Cell,
    Cells,
    Conflict,
    Edit,
    confirm,
    from_json,
    merge,
    next_bases,
    to_json,
)
from portal.assistance.rules.definition import definition, newest
from portal.assistance.rules.definition.base import Rows, Section
from portal.assistance.rules.kinds import Kind, Party, Period, slot
from portal.assistance.rules.states import EDITABLE, EventKind, PartyState
from portal.assistance.service.holding import KEPT, changed, hold_draft, need_applicant, note, touch
from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Forbidden, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.files import service as files
from portal.files.events import FileRemoved

# The purpose of the files of papers: their object is the paper.
PAPER = "assistance.paper"
# What one answer may hold, as it was typed: what is longer than its field allows is refused in words, not cut.
MAX_RAW = 10_000
# Rows of one group, removed ones included: a script can't fill the store.
MAX_ROWS = 300


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving: the answers as they are now, and those of another device that stood in the way.

    ``bases`` are what a form that stays open carries along from now on (``answers.next_bases``).
    """

    cells: Cells = field(repr=False)
    conflicts: tuple[Conflict, ...] = field(repr=False)
    changed: frozenset[str]
    bases: Mapping[str, Base] = field(default_factory=dict)


def open_key(person_id: uuid.UUID, kind: Kind, period: Period) -> str:
    """Return what is unique among open applications."""
    return f"{person_id.hex}:{slot(kind, period)}"


def start(
    session: Session, actor: Actor, *, kind: Kind, period: Period, prefilled: Mapping[tuple[Party, str], Cells]
) -> uuid.UUID:
    """Begin an application for a month, or return the one that is open already.

    ``prefilled`` are the answers it begins with, each marked by its origin.

    :raises NotHere: the actor can't apply in the portal.
    """
    need_applicant(session, actor)
    key = open_key(actor.subject_id, kind, period)
    row = Application(
        id=new_id(),
        person_id=actor.subject_id,
        kind=kind,
        period=str(period),
        definition=newest().version,
        keep_until=now() + KEPT,
    )
    part = ApplicationParty(
        application_id=row.id, party=Party.APPLICANT, state=PartyState.JOINED, person_id=actor.subject_id, open_key=key
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
            session.add(part)
    except IntegrityError:
        found = session.scalar(select(ApplicationParty.application_id).where(ApplicationParty.open_key == key))
        if found is None:
            raise
        return found
    for (party, section), cells in prefilled.items():
        session.add(SectionAnswers(application_id=row.id, party=party, section=section, cells=to_json(cells)))
    note(session, row, EventKind.STARTED, Party.APPLICANT)
    audit.record(
        session,
        "application.started",
        actor=actor,
        subject_id=actor.subject_id,
        object_id=row.id,
        detail={"kind": kind.value},
    )
    session.flush()
    return row.id


def save(
    session: Session,
    actor: Actor,
    application_id: uuid.UUID,
    section_key: str,
    edits: Mapping[str, Edit],
    *,
    form: str,
    turn: int,
    confirmed: bool = False,
) -> Saved:
    """Save what a form says of a section, answer by answer, as it was typed.

    An answer that another device has changed unseen stays as it is and is returned among the conflicts; the others are
    saved. Answers in a removed row bring the row back. ``confirmed``: the person goes on from the form, and what was
    filled in for them and left alone is theirs from now on.

    :raises NotFound: a foreign or unknown application, or a section that it hasn't got.
    :raises Forbidden: the section is for the other party to answer.
    :raises InvalidInput: a key that the section hasn't got, or more than anybody types.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    section = section_of(row, section_key)
    if owner_of(section, mine.party) is not mine.party:
        raise Forbidden(reason="section")
    stored = session.get(SectionAnswers, (row.id, mine.party, section.key), populate_existing=True)
    cells = from_json(stored.cells) if stored else {}
    _check(section, cells, edits)
    merged = merge(cells, edits, form=form, turn=turn)
    result = _with_rows(merged.cells, merged.changed, form, turn)
    if confirmed:
        result = confirm(result, edits)
    if merged.changed:
        if stored is None:
            stored = SectionAnswers(application_id=row.id, party=mine.party, section=section.key, cells={})
            session.add(stored)
        stored.cells, stored.changed_at = to_json(result), now()
        changed(session, row, mine.party)
    else:
        if stored is not None and result != cells:
            stored.cells = to_json(result)
        touch(row)
    session.flush()
    return Saved(result, merged.conflicts, merged.changed, next_bases(merged, edits))


def section_of(row: Application, key: str) -> Section:
    """Return a section that an application of this kind has.

    :raises NotFound: it hasn't.
    """
    for section in definition(row.definition).of(row.kind):
        if section.key == key:
            return section
    raise NotFound


def _check(section: Section, cells: Cells, edits: Mapping[str, Edit]) -> None:
    for key, edit in edits.items():
        if len(edit.raw) > MAX_RAW or "\0" in edit.raw:
            raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="long")
        if not section.has(key) or (":" in key and not _is_id(key.split(":")[1])):
            raise InvalidInput(reason="key")
    for group in (item.key for item in section.items if isinstance(item, Rows)):
        rows = {key.split(":")[1] for key in (*cells, *edits) if key.startswith(f"{group}:")}
        if len(rows) > MAX_ROWS:
            raise InvalidInput(lazy("Det är för många rader. Skriv resten i ett meddelande."), reason="rows")


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _with_rows(cells: dict[str, Cell], touched: frozenset[str], form: str, turn: int) -> dict[str, Cell]:
    """Return the answers with a row for every field of a row that was just written: nothing typed is out of sight."""
    for key in touched:
        group, _colon, rest = key.partition(":")
        row_id, colon, _name = rest.partition(":")
        if not colon or not cells[key].raw:
            continue
        marker = f"{group}:{row_id}"
        present = cells.get(marker)
        if present is None or not present.raw:
            cells[marker] = Cell("1", (present.version if present else 0) + 1, form, turn)
    return cells


def discard(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Remove a draft of one's own with its answers and files.

    :raises NotFound: a foreign or unknown one, or one that the actor was asked to take part in.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    if mine.party is not Party.APPLICANT:
        raise NotFound
    audit.record(session, "application.removed", actor=actor, subject_id=row.person_id, object_id=row.id)
    remove(session, row)


def remove(session: Session, row: Application) -> None:
    """Take away a draft with everything that belongs to it."""
    if row.state not in EDITABLE:
        raise ValueError("only a draft is ever removed")
    for paper_id in session.scalars(select(Paper.id).where(Paper.application_id == row.id)):
        files.discard(session, PAPER, paper_id)
    session.execute(delete(Application).where(Application.id == row.id))


def paper_for(session: Session, actor: Actor, application_id: uuid.UUID, key: str) -> Paper:
    """Return the actor's own paper of a kind, made where there was none.

    :raises NotFound: a foreign or unknown application.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    found = session.scalars(
        select(Paper).where(Paper.application_id == row.id, Paper.party == mine.party, Paper.key == key)
    ).one_or_none()
    if found is None:
        found = Paper(id=new_id(), application_id=row.id, party=mine.party, key=key, person_id=actor.subject_id)
        session.add(found)
        session.flush()
    return found


def files_changed(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Note that files of a draft come: signatures of what it was before are void.

    :raises NotFound: a foreign or unknown application.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    changed(session, row, mine.party)


def on_file_removed(session: Session, event: FileRemoved) -> None:
    """Note that a file of a draft goes: signatures of what it was before are void."""
    paper = session.get(Paper, event.object_id) if event.purpose == PAPER else None
    if paper is None:
        return
    held = select(Application).where(Application.id == paper.application_id).with_for_update()
    row = session.scalars(held.execution_options(populate_existing=True)).one()
    if row.state in EDITABLE:
        changed(session, row, paper.party)
        session.flush()
