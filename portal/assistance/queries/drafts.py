"""The answers of an application, and the papers that files are put to."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from portal.assistance.models import Paper, SectionAnswers
from portal.assistance.queries.applications import ApplicationView, application
from portal.assistance.queries.carried import Answers, Updating, carried
from portal.assistance.rules.answers import Cells, from_json
from portal.assistance.rules.definition import definition, newest
from portal.assistance.rules.definition.base import Section
from portal.assistance.rules.kinds import Party, Whose
from portal.assistance.rules.states import EDITABLE
from portal.core.actor import Actor

_NOTHING: Cells = {}


@dataclass(frozen=True, slots=True)
class Draft:
    """An application with all answers of its parties."""

    application: ApplicationView
    answers: Answers = field(repr=False)
    changed: Mapping[tuple[Party, str], datetime]

    def cells(self, section: Section, party: Party) -> Cells:
        """Return the answers of a section by a party; the household's are the applicant's, whoever looks."""
        return self.answers.get((owner_of(section, party), section.key), _NOTHING)

    def by_section(self, sections: Iterable[Section], party: Party) -> dict[str, Cells]:
        """Return the answers that count for a party by section: the household's, and those of their own."""
        return {section.key: self.cells(section, party) for section in sections}


def owner_of(section: Section, party: Party) -> Party:
    """Return under whom the answers of a section stand."""
    return Party.APPLICANT if section.whose is Whose.HOUSEHOLD else party


def draft(session: Session, actor: Actor, application_id: uuid.UUID) -> Draft:
    """Return an application with its answers.

    :raises NotFound: for a foreign or unknown id alike.
    :raises Updating: it is of a newer version of the form than this process knows.
    """
    return draft_of(session, application(session, actor, application_id))


def draft_of(session: Session, view: ApplicationView) -> Draft:
    """Return the answers of an application that the actor has been let through to.

    :raises Updating: it is of a newer version of the form than this process knows.
    """
    if view.definition > newest().version:
        raise Updating
    return _draft(view, session.scalars(select(SectionAnswers).where(_readable(view))).all())


def drafts_of(session: Session, views: Iterable[ApplicationView]) -> list[Draft]:
    """Return the answers of several applications with one query, without those that this process can't read yet."""
    known = [view for view in views if view.definition <= newest().version]
    if not known:
        return []
    rows = session.scalars(select(SectionAnswers).where(or_(*map(_readable, known)))).all()
    found = []
    for view in known:
        # The draft's own page tells of what can't be carried over.
        with suppress(Updating):
            found.append(_draft(view, [row for row in rows if row.application_id == view.id]))
    return found


def _readable(view: ApplicationView) -> ColumnElement[bool]:
    # The household's answers are those of everybody who has signed them, whoever of them is shielded since.
    both = [one.key for one in definition(view.definition).sections if one.whose is Whose.HOUSEHOLD]
    readable = or_(SectionAnswers.party.in_(view.shown), SectionAnswers.section.in_(both))
    return and_(SectionAnswers.application_id == view.id, readable)


def _draft(view: ApplicationView, rows: Sequence[SectionAnswers]) -> Draft:
    answers: Answers = {(row.party, row.section): from_json(row.cells) for row in rows}
    if view.state in EDITABLE:
        answers, view = carried(answers, view.definition), replace(view, definition=newest().version)
    return Draft(view, answers, {(row.party, row.section): row.changed_at for row in rows})


def papers_of(session: Session, *views: ApplicationView) -> list[Paper]:
    """Return the own papers of whoever the views were made for, to which files were put, with one query."""
    mine = or_(*((Paper.application_id == view.id) & (Paper.party == view.party) for view in views))
    return list(session.scalars(select(Paper).where(mine).order_by(Paper.id)))
