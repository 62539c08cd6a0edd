"""Reads of versions and signatures.

Whether an actor reaches the object that a document is of is decided by the feature it belongs to; these take what its
own queries, filtered by actor, have let through.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import NotFound
from portal.identity.signing.models import DocumentVersion, Signature, SignatureRequest
from portal.identity.signing.rules import Method, Scheme
from portal.people.models import Person, PersonNumber, StaffMember


@dataclass(frozen=True)
class SignatureView:
    """A signature as pages and features see it."""

    id: uuid.UUID
    party: str
    signer_id: uuid.UUID
    method: Method
    level: int
    signed_at: datetime


def current_version(session: Session, kind: str, object_id: uuid.UUID) -> DocumentVersion | None:
    """Return the newest version of an object's document; the signatures of older ones are void for it."""
    return session.scalars(
        select(DocumentVersion)
        .where(DocumentVersion.kind == kind, DocumentVersion.object_id == object_id)
        .order_by(DocumentVersion.number.desc())
        .limit(1)
    ).one_or_none()


def signatures_of(session: Session, version: DocumentVersion) -> list[SignatureView]:
    """Return the signatures that hold for this version, oldest first: none where its content isn't what was signed."""
    try:
        intact = version.document().digest == version.digest
    except ValueError:
        intact = False
    rows = session.scalars(
        select(Signature).where(Signature.version_id == version.id).order_by(Signature.signed_at, Signature.id)
    )
    return [
        SignatureView(row.id, row.party, row.signer_id, row.method, row.level, row.signed_at)
        for row in rows
        if intact and row.digest == version.digest
    ]


@dataclass(frozen=True)
class Reference:
    """What identity providers call a signer, by which scheme."""

    scheme: Scheme
    value: str = field(repr=False)


def reference_of(session: Session, actor: Actor, *, foreign: bool) -> Reference:
    """Return what the provider calls a signer; ``foreign`` for a provider of foreign e-legitimations (eIDAS).

    :raises NotFound: the person has nothing that such a provider says, so nothing it says can be bound to them.
    """
    if actor.side is Side.STAFF:
        return Reference(Scheme.STAFF, session.get_one(StaffMember, actor.id).subject)
    person = session.get_one(Person, actor.person_id)
    value = person.prid if foreign else person.identity_number
    if value is None:
        raise NotFound
    return Reference(Scheme.PRID if foreign else Scheme.NUMBER, value)


def references_on_record(session: Session, side: Side, signer_id: uuid.UUID) -> set[str]:
    """Return everything that a signer is or was called by, for a later check."""
    if side is Side.STAFF:
        return set(session.scalars(select(StaffMember.subject).where(StaffMember.id == signer_id)))
    found = session.execute(select(Person.identity_number, Person.prid).where(Person.id == signer_id)).one_or_none()
    former = session.scalars(select(PersonNumber.number).where(PersonNumber.person_id == signer_id))
    return {value for value in (*(found or ()), *former) if value}


def pending_signature(session: Session, sign_in_request_id: uuid.UUID) -> SignatureRequest | None:
    """Return the signature that a pending authentication is for."""
    return session.scalars(
        select(SignatureRequest).where(SignatureRequest.sign_in_request_id == sign_in_request_id)
    ).one_or_none()
