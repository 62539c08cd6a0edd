"""The answers of an application, and the papers that files are put to."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import or_, select
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
    wanted = select(SectionAnswers).where(SectionAnswers.application_id == view.id)
    # The household's answers are those of everybody who has signed them, whoever of them is shielded since.
    both = [one.key for one in definition(view.definition).sections if one.whose is Whose.HOUSEHOLD]
    readable = or_(SectionAnswers.party.in_(view.shown), SectionAnswers.section.in_(both))
    rows = session.scalars(wanted.where(readable)).all()
    answers: Answers = {(row.party, row.section): from_json(row.cells) for row in rows}
    if view.state in EDITABLE:
        answers, view = carried(answers, view.definition), replace(view, definition=newest().version)
    return Draft(view, answers, {(row.party, row.section): row.changed_at for row in rows})


def papers_of(session: Session, view: ApplicationView) -> list[Paper]:
    """Return the own papers of whoever the view was made for, to which files were put."""
    wanted = select(Paper).where(Paper.application_id == view.id, Paper.party == view.party)
    return list(session.scalars(wanted.order_by(Paper.id)))
