"""The world of the messages' tests, with applications: begun, filled in, invited to and signed in one call each."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.models import Application, ApplicationEvent
from portal.assistance.queries import Happening
from portal.assistance.rules.answers import Edit, base_of
from portal.assistance.rules.definition import definition
from portal.assistance.rules.kinds import Kind, Party, Period, Whose
from portal.assistance.rules.states import EventKind
from portal.assistance.service import drafts, frozen, parties, signing
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.events import publish
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.files.models import StoredFile
from portal.files.rules import FileKind, FileState
from portal.identity.signing.models import Signature
from portal.identity.signing.queries import current_version
from portal.identity.signing.rules import Method
from portal.identity.signing.service import DocumentSigned
from portal.people.events import PersonProtected
from portal.people.models import Person
from portal.people.rules import Protection
from portal.sync.models import OutboxMessage
from portal.wiring import subscribe
from tests.messages.world import World, build, person

__all__ = ["World", "build"]

MONTH = Period(2026, 12)
JONAS = "198512312391"
ROW = "01939000-0000-7000-8000-00000000000{}"

# What a person alone answers who wants nothing but the norm, by section.
ALONE: Mapping[str, Mapping[str, str]] = {
    "household": {"civil_status": "single", "changed": "nothing", "children.none": "yes", "stays": "yes"},
    "home": {"form": "homeless", "homeless_since": "i september"},
    "costs": {"costs.none": "yes"},
    "incomes": {"authorities": "none", "incomes.none": "yes", "pending.none": "yes"},
    "assets": {"assets.none": "yes"},
    "payment": {"same_account": "yes"},
    "planning": {"occupation": "sick", "sick_extent": "100", "worked": "no"},
    "contact": {"interpreter": "no"},
}
# The same with a cohabitant, and what the cohabitant answers.
TWO = {**ALONE, "household": {**ALONE["household"], "civil_status": "cohabiting"}}
OWN = {"planning": ALONE["planning"], "contact": ALONE["contact"]}


@dataclass(frozen=True)
class Scene:
    """Who acts in these tests, over a session whose bus is wired."""

    session: Session
    world: World
    mariam: Actor
    tor: Actor
    jonas: Actor


def make(session: Session, *, wired: bool = False) -> Scene:
    if not wired:
        subscribe(session.info["event_bus"])
    world = build(session)
    jonas = person(session, JONAS, "Jonas", "Sandell").id
    return Scene(session, world, world.client(world.mariam), world.client(world.tor), world.client(jonas))


def start(scene: Scene, who: Actor | None = None, kind: Kind = Kind.MONTHLY, period: Period = MONTH) -> uuid.UUID:
    return drafts.start(scene.session, who or scene.mariam, kind=kind, period=period, prefilled={})


def answer(
    scene: Scene, application_id: uuid.UUID, section: str, answers: Mapping[str, str], who: Actor | None = None
) -> drafts.Saved:
    """Answer as a form does that was just opened."""
    who = who or scene.mariam
    found = queries.draft(scene.session, who, application_id)
    party = found.application.party
    each = definition(found.application.definition).section(section).whose is Whose.EACH
    cells = found.answers.get((party if each else Party.APPLICANT, section), {})
    edits = {key: Edit(raw, base_of(cells.get(key))) for key, raw in answers.items()}
    return drafts.save(scene.session, who, application_id, section, edits, form=new_id().hex, turn=0)


def fill(
    scene: Scene, application_id: uuid.UUID, sections: Mapping[str, Mapping[str, str]], who: Actor | None = None
) -> None:
    for section, answers in sections.items():
        if answers:
            answer(scene, application_id, section, answers, who)


def invite(scene: Scene, application_id: uuid.UUID, *, join: bool = True) -> None:
    parties.invite(scene.session, scene.mariam, application_id, JONAS)
    if join:
        parties.join(scene.session, scene.jonas, application_id)


def couple(scene: Scene, period: Period = MONTH) -> uuid.UUID:
    """Begin an application of two who have answered everything."""
    draft = start(scene, period=period)
    fill(scene, draft, TWO)
    invite(scene, draft)
    fill(scene, draft, OWN, scene.jonas)
    return draft


def obstacles(scene: Scene, application_id: uuid.UUID) -> list[str]:
    """Return what keeps an application from being signed."""
    return signing.obstacles(scene.session, frozen.whole(scene.session, row(scene, application_id)), today())


def sign(scene: Scene, application_id: uuid.UUID, who: Actor | None = None) -> None:
    """Sign as the answer of an identity provider would let the person: the evidence itself is tested with signing."""
    who = who or scene.mariam
    _document, party = signing.prepare(scene.session, who, application_id)
    put_signature(scene, application_id, who, party)


def put_signature(scene: Scene, application_id: uuid.UUID, who: Actor, party: Party) -> None:
    signed(scene.session, application_id, who, party)


def signed(session: Session, application_id: uuid.UUID, who: Actor, party: Party) -> None:
    """Store a signature of the newest version and tell of it, as the answer of an identity provider does."""
    version = current_version(session, "assistance.application", application_id)
    assert version is not None
    signature = Signature(
        version_id=version.id,
        digest=version.digest,
        party=party.value,
        side=Side.CLIENT,
        signer_id=who.id,
        method=Method.AUTHENTICATION,
        level=3,
        signed_at=now(),
        evidence={},
        evidence_digest=b"",
    )
    session.add(signature)
    session.flush()
    publish(session, DocumentSigned(signature.id, version.id, version.kind, application_id, party.value, who.id))


def put_file(scene: Scene, application_id: uuid.UUID, who: Actor | None = None, paper: str = "rent") -> StoredFile:
    """Put a checked file to a paper; how files come in is tested with files."""
    who = who or scene.mariam
    held = drafts.paper_for(scene.session, who, application_id, paper)
    row = StoredFile(
        owner_id=who.subject_id,
        uploaded_by_person=who.subject_id,
        purpose=drafts.PAPER,
        object_id=held.id,
        name="hyra.pdf",
        expected=7,
        received=7,
        state=FileState.READY,
        kind=FileKind.PDF,
        size=7,
        checksum=new_id().hex * 2,
        blob=new_id().hex,
        content_key=b"k",
    )
    scene.session.add(row)
    drafts.files_changed(scene.session, who, application_id)
    scene.session.flush()
    return row


def happened(scene: Scene, application_id: uuid.UUID, who: Actor | None = None) -> list[Happening]:
    """What has happened, as somebody who takes part is told."""
    view = queries.application(scene.session, who or scene.mariam, application_id)
    return queries.happenings(scene.session, view)


def kinds_of(scene: Scene, application_id: uuid.UUID) -> list[EventKind]:
    """Return what has happened, as it is stored."""
    found = select(ApplicationEvent).where(ApplicationEvent.application_id == application_id)
    return [event.kind for event in scene.session.scalars(found.order_by(ApplicationEvent.id))]


def sent(scene: Scene) -> list[OutboxMessage]:
    """Return what is under way to the back office, in its order."""
    return list(scene.session.scalars(select(OutboxMessage).order_by(OutboxMessage.seq)))


def row(scene: Scene, application_id: uuid.UUID) -> Application:
    return scene.session.get_one(Application, application_id, populate_existing=True)


def protect(scene: Scene, who: Actor, protection: Protection = Protection.SECRECY, *, name: str = "") -> None:
    """Protect somebody, as the register tells of it: with the name that they go by now."""
    person = scene.session.get_one(Person, who.subject_id)
    known_as = person.name if person.protection is Protection.NONE else None
    person.given_name, person.protection = name or person.given_name, protection
    scene.session.flush()
    publish(scene.session, PersonProtected(who.subject_id, known_as))
