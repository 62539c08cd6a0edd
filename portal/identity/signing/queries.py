"""Reads of versions and signatures.

Whether an actor reaches the object that a document is of is decided by the feature it belongs to; these take what its
own queries, filtered by actor, have let through.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import NotFound
from portal.identity.signing.models import DocumentVersion, Signature, SignatureRequest
from portal.identity.signing.rules import Method
from portal.people.models import Person, StaffMember


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


def reference_of(session: Session, actor: Actor) -> str:
    """Return what the identity provider calls a signer: the twelve-digit identity number, or the staff id.

    :raises NotFound: the person has no identity number, so nothing a provider says can be bound to them.
    """
    if actor.side is Side.STAFF:
        return session.get_one(StaffMember, actor.id).subject
    number = session.get_one(Person, actor.person_id).identity_number
    if number is None:
        raise NotFound
    return number


def pending_signature(session: Session, sign_in_request_id: uuid.UUID) -> SignatureRequest | None:
    """Return the signature that a pending authentication is for."""
    return session.scalars(
        select(SignatureRequest).where(SignatureRequest.sign_in_request_id == sign_in_request_id)
    ).one_or_none()
