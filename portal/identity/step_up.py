"""Step-up: whoever is signed in shows that it is still them, before something that matters.

A live session that starts an authentication is always a step-up: only its own person may answer. The answer gives a new
session with a new token (a change of privilege), and the old one ends.
"""

from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.identity.models import SignedInSession, SignInRequest
from portal.identity.rules import EndReason
from portal.identity.saml.model import VerifiedSignIn
from portal.identity.who import claims_of
from portal.people import queries as people


def is_same_person(session: Session, row: SignInRequest, verified: VerifiedSignIn) -> bool:
    """Tell whether the one who authenticated is the one whose session asked for it; registers nobody."""
    former = session.get(SignedInSession, row.former_id)
    if former is None:
        return False
    if row.side is Side.STAFF:
        member = people.staff_by_subject(session, verified.staff_id) if verified.staff_id else None
        return member is not None and member.id == former.staff_id
    return [person.id for person in people.known_as(session, claims_of(verified))] == [former.person_id]


def refuse_other_person(session: Session, row: SignInRequest, reference: str) -> None:
    """End the session of the person who was asked to authenticate again, when somebody else did.

    It ends, rather than going on: whoever holds the device has just shown to be another person, and a session left to
    them would open all that needs no step-up. What was typed stays kept for its owner's next sign-in.
    """
    former = session.get_one(SignedInSession, row.former_id)
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.id == former.id, SignedInSession.ended_at.is_(None))
        .values(ended_at=now(), end_reason=EndReason.OTHER_PERSON)
    )
    audit.record(
        session,
        "step_up",
        side=row.side,
        subject_id=former.person_id,
        object_id=former.id,
        outcome="refused",
        reference=reference,
        detail={"reason": "other_person"},
    )
