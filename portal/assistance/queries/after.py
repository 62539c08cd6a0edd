"""What has happened to an application, and what was added to it after it was handed in."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import ApplicationEvent, Supplement
from portal.assistance.queries.applications import ApplicationView
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, EventKind
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.ids import made_at
from portal.identity.signing.models import DocumentVersion, Signature
from portal.identity.signing.queries import SignatureView, signatures_of
from portal.identity.signing.rules import FrozenDocument
from portal.sync.rules import Delivery

# An application's life is some dozens of events; whoever changes and signs over and over sees the latest.
MOST_EVENTS = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened; ``party`` is who did it, none for the portal or the back office."""

    id: uuid.UUID
    at: datetime
    kind: EventKind
    party: Party | None
    text: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Added:
    """What the actor has added to an application, and whether it has come through."""

    id: uuid.UUID
    receipt_no: str
    sent_at: datetime
    delivery: Delivery
    text: str = field(repr=False)


def happenings(session: Session, view: ApplicationView) -> list[Happening]:
    """Return what has happened to an application that the actor has been let through to, oldest first.

    What the back office has written since a party is shielded may tell of that party, and is kept from the other one.
    """
    wanted = select(ApplicationEvent).where(ApplicationEvent.application_id == view.id)
    # By time, for the back office tells its own; what happened at once in the order of writing.
    wanted = wanted.order_by(ApplicationEvent.at.desc(), ApplicationEvent.id.desc()).limit(MOST_EVENTS)
    until = view.told_until
    return [
        Happening(row.id, row.at, row.kind, row.party, row.text if until is None or made_at(row.id) < until else "")
        for row in reversed(session.scalars(wanted).all())
    ]


def said(found: Sequence[Happening], kind: EventKind) -> str:
    """Return what the back office wrote with its latest step of a kind: what came last, whatever time it bears."""
    latest = max((one for one in found if one.kind is kind), key=lambda one: one.id, default=None)
    return latest.text if latest else ""


def added(session: Session, actor: Actor, application_id: uuid.UUID) -> list[Added]:
    """Return what the actor has sent afterwards, oldest first; what the other party sent is theirs alone."""
    wanted = select(Supplement).where(
        Supplement.application_id == application_id,
        Supplement.person_id == actor.subject_id,
        Supplement.sent_at.is_not(None),
    )
    return [
        Added(row.id, row.receipt_no, row.sent_at, row.delivery, row.text)
        for row in session.scalars(wanted.order_by(Supplement.sent_at, Supplement.id))
        if row.receipt_no is not None and row.sent_at is not None
    ]


def begun_supplement(session: Session, actor: Actor, application_id: uuid.UUID) -> uuid.UUID:
    """Return the id of what the actor is about to add.

    :raises NotFound: there is nothing begun.
    """
    found = session.scalar(
        select(Supplement.id).where(
            Supplement.application_id == application_id,
            Supplement.person_id == actor.subject_id,
            Supplement.sent_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Frozen:
    """The version of an application that is being signed or was handed in, with the signatures that hold for it.

    ``shared`` is false where the document tells of a party of whom nothing is shown any more.
    """

    document: FrozenDocument = field(repr=False)
    created_at: datetime
    signatures: tuple[SignatureView, ...]
    shared: bool

    @property
    def files(self) -> int:
        """How many files it names."""
        return len(self.document.content["files"])

    def signature_of(self, party: Party) -> SignatureView | None:
        """Return the signature of a party; None if that party hasn't signed it."""
        return next((one for one in self.signatures if one.party == party.value), None)


def frozen(session: Session, view: ApplicationView) -> Frozen | None:
    """Return the frozen version of an application that the actor has been let through to; None for a draft."""
    version = session.get(DocumentVersion, view.frozen_id) if view.frozen_id else None
    if version is None:
        return None
    document = version.document()
    named = {Party(one["party"]) for one in document.content["parties"]}
    known = named <= view.shown & set(view.joined)
    return Frozen(document, version.created_at, tuple(signatures_of(session, version)), known)


def signed_by(session: Session, views: Sequence[ApplicationView]) -> dict[uuid.UUID, frozenset[Party]]:
    """Return who has signed each application that waits for signatures, with one query."""
    of_version = {
        view.frozen_id: view.id for view in views if view.frozen_id and view.state is ApplicationState.SIGNING
    }
    found: dict[uuid.UUID, set[Party]] = {}
    if of_version:
        rows = select(Signature.version_id, Signature.party).where(Signature.version_id.in_(of_version))
        for version_id, party in session.execute(rows):
            found.setdefault(of_version[version_id], set()).add(Party(party))
    return {application_id: frozenset(parties) for application_id, parties in found.items()}
