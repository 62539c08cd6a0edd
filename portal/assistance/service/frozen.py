"""What is signed: an application with its answers, parties and files, frozen, and the words it was shown in.

The rules are Swedish, and so is the document: that each party saw it in their own language is kept beside the signature
(``ApplicationParty.shown_locale``). Its ``revision`` makes every change of the draft another document.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, ApplicationParty, Paper, SectionAnswers
from portal.assistance.queries.carried import Answers, carried
from portal.assistance.queries.drafts import owner_of
from portal.assistance.rules import attestation
from portal.assistance.rules.answers import Cells, from_json
from portal.assistance.rules.definition import definition, newest
from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.kinds import Party, Period
from portal.assistance.rules.shown import Filled
from portal.assistance.rules.states import PartyState
from portal.assistance.rules.summary import Part, summary
from portal.assistance.service.drafts import PAPER
from portal.core.i18n import SOURCE_LOCALE, STOCKHOLM, _, format_month, use_locale
from portal.files import queries as files
from portal.files.queries import ManifestEntry
from portal.identity.signing.models import DocumentVersion
from portal.identity.signing.rules import FrozenDocument
from portal.people.models import Person
from portal.people.rules import Protection, full_name

KIND = "assistance.application"


@dataclass(frozen=True, slots=True)
class Signer:
    """A party who takes part, as the document names them."""

    party: Party
    person_id: uuid.UUID
    number: str = field(repr=False)
    given_name: str = field(repr=False)
    surname: str = field(repr=False)
    locale: str = ""
    # Protected since joining: then nothing is signed here.
    protected: bool = False


@dataclass(frozen=True, slots=True)
class PaperFile:
    """A file that a party has put to a paper."""

    party: Party
    paper: str
    file: ManifestEntry = field(repr=False)


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything of an application that is signed and handed in."""

    row: Application
    form: Definition
    signers: tuple[Signer, ...] = field(repr=False)
    by_party: Mapping[Party, Mapping[str, Cells]] = field(repr=False)
    papers: tuple[PaperFile, ...] = field(repr=False)

    def parts(self, today: date) -> tuple[Part, ...]:
        """Return it in words, in the language in force."""
        return summary(self.form, self.row.kind, self.by_party, today=today)


def whole(session: Session, row: Application, *, brought_up: bool = False) -> Whole:
    """Gather an application as it is now, with the files that are ready.

    ``brought_up``: as it would be signed now, in the newest version of the form, whichever it was begun in.

    :raises Updating: that is asked for, and it is of a newer version of the form than this process knows.
    """
    form = newest() if brought_up else definition(row.definition)
    signers = tuple(_signers(session, row))
    stored = session.scalars(select(SectionAnswers).where(SectionAnswers.application_id == row.id)).all()
    answers: Answers = {(one.party, one.section): from_json(one.cells) for one in stored}
    if brought_up:
        answers = carried(answers, row.definition)
    by_party = {signer.party: _counting(form, answers, signer.party) for signer in signers}
    papers = tuple(_papers(session, row, {signer.party for signer in signers}))
    return Whole(row, form, signers, by_party, papers)


def _signers(session: Session, row: Application) -> Iterator[Signer]:
    wanted = (
        select(ApplicationParty, Person)
        .join(Person, Person.id == ApplicationParty.person_id)
        .where(ApplicationParty.application_id == row.id, ApplicationParty.state == PartyState.JOINED)
        .order_by(ApplicationParty.party)  # the applicant first, by the alphabet
    )
    for part, person in session.execute(wanted):
        yield Signer(
            party=part.party,
            person_id=person.id,
            number=person.identity_number or "",
            given_name=person.given_name,
            surname=person.surname,
            locale=part.shown_locale,
            protected=person.protection is not Protection.NONE,
        )


def _counting(form: Definition, answers: Answers, party: Party) -> dict[str, Cells]:
    return {one.key: answers.get((owner_of(one, party), one.key), {}) for one in form.sections}


def _papers(session: Session, row: Application, parties: set[Party]) -> Iterator[PaperFile]:
    rows = session.scalars(select(Paper).where(Paper.application_id == row.id).order_by(Paper.id)).all()
    of_paper = {one.id: one for one in rows if one.party in parties}
    for object_id, entry in files.ready_of(session, PAPER, of_paper):
        yield PaperFile(of_paper[object_id].party, of_paper[object_id].key, entry)


def frozen_day(version: DocumentVersion) -> date:
    """Return the day on which a version was frozen: its answers are read as they were then."""
    return version.created_at.astimezone(STOCKHOLM).date()


def document(found: Whole, today: date) -> FrozenDocument:
    """Return what is signed: the same for every party, in Swedish."""
    with use_locale(SOURCE_LOCALE):
        text = "\n".join(_text(found, today))
    row = found.row
    content = {
        "application": row.id,
        "kind": row.kind.value,
        "period": row.period,
        "definition": row.definition,
        "revision": row.revision,
        "attestation": attestation.CURRENT,
        "parties": [
            {"party": one.party.value, "number": one.number, "name": full_name(one.given_name, one.surname)}
            for one in found.signers
        ],
        "answers": _asked(found),
        "files": [
            {
                "party": one.party.value,
                "paper": one.paper,
                "name": one.file.name,
                "size": one.file.size,
                "kind": one.file.kind.value,
                "checksum": one.file.checksum,
            }
            for one in found.papers
        ],
    }
    return FrozenDocument(KIND, content, text, SOURCE_LOCALE)


def _asked(found: Whole) -> dict[str, dict[str, dict[str, str]]]:
    """Return what was asked and answered, by party and section: what is hidden is no part of it."""
    result: dict[str, dict[str, dict[str, str]]] = {}
    for party, cells in found.by_party.items():
        filled = Filled(found.row.kind, cells, found.form)
        for section in filled.sections(party):
            said = {
                key: filled.cells(section)[key].raw
                for item in filled.items(section)
                for key, _field in filled.answers(section, item)
                if key in filled.cells(section)
            }
            said |= {
                key: cell.raw
                for key, cell in filled.cells(section).items()
                if cell.raw and (key.endswith(".none") or key.count(":") == 1)
            }
            result.setdefault(party.value, {})[section.key] = said
    return result


def _text(found: Whole, today: date) -> Iterator[str]:
    yield attestation.heading(found.row.kind, format_month(Period.parse(found.row.period).first))
    for signer in found.signers:
        yield f"{attestation.PARTY_WORDS[signer.party]}: {signer.given_name} {signer.surname}, {signer.number}"
    for part in found.parts(today):
        yield ""
        whose = f" – {attestation.PARTY_WORDS[part.party]}" if part.is_each else ""
        yield f"{part.section.title}{whose}"
        for block in part.blocks:
            if str(block.title):
                yield f"{block.title}:"
            for line in block.lines:
                yield f"{line.label}: {line.value}"
    if found.papers:
        yield ""
        yield from (f"{_('Bilaga')}: {one.file.name}" for one in found.papers)
    yield ""
    yield from (str(line) for line in attestation.text(attestation.CURRENT))
