"""Who a verified response means: a person or a staff member of ours, registered or refused."""

import uuid
from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.core.i18n import today
from portal.identity.saml.model import VerifiedSignIn
from portal.people.queries import Claims
from portal.people.rules import Role, acts_in_own_right
from portal.people.service import NoRole, NumberConflict, sign_in_person, sign_in_staff

# A claim about another number is believed from this level on (tillitsnivå 3).
TRUSTED_LEVEL = 3


class SignInRefused(Exception):  # noqa: N818 - named after what it is
    """A sign-in was not let through; ``reason`` and ids of persons go to the audit log, never to the page."""

    def __init__(self, reason: str, *, persons: Sequence[uuid.UUID] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.persons = tuple(persons)


def claims_of(verified: VerifiedSignIn) -> Claims:
    """Return what the response says of a person, without what its level does not carry."""
    trusted = verified.level >= TRUSTED_LEVEL
    return Claims(
        identity_number=verified.identity_number or (verified.mapped_identity_number if trusted else None),
        previous_number=verified.previous_identity_number if trusted else None,
        prid=verified.prid,
        given_name=verified.given_name or verified.display_name or "",
        surname=verified.surname or "",
    )


def person_of(session: Session, verified: VerifiedSignIn) -> uuid.UUID:
    """Return the person who signs in, registered if unknown: whoever is not a client yet can apply.

    :raises SignInRefused: nobody is named, somebody under 15 is, or the numbers point at several persons.
    """
    claims = claims_of(verified)
    if claims.identity_number is None and claims.prid is None:
        raise SignInRefused("no_identity_number")
    if claims.identity_number is None and verified.birth_date is None:
        raise SignInRefused("no_birth_date")  # mandatory in the eIDAS attribute set; without it no age is known
    if not acts_in_own_right(claims.identity_number, verified.birth_date, today()):
        raise SignInRefused("under_15")
    try:
        return sign_in_person(session, claims).id
    except NumberConflict as conflict:
        raise SignInRefused("number_conflict", persons=conflict.persons) from None


def staff_of(session: Session, verified: VerifiedSignIn) -> uuid.UUID:
    """Return the staff member who signs in; an unknown one is registered where the provider tells the role.

    :raises SignInRefused: there is no account, it is closed, or the provider no longer gives the role it gave.
    """
    try:
        member = sign_in_staff(
            session,
            subject=verified.staff_id or "",
            name=verified.display_name or f"{verified.given_name or ''} {verified.surname or ''}".strip(),
            role=Role(verified.role) if verified.role else None,
            unit=verified.unit,
        )
    except NoRole:
        raise SignInRefused("no_role") from None
    if member is None or not member.active:
        raise SignInRefused("unknown_staff")
    return member.id


def owner_of(session: Session, side: Side, verified: VerifiedSignIn) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Return the ids of the person and of the staff member who signs in: one of them is None.

    :raises SignInRefused: see ``person_of`` and ``staff_of``.
    """
    if side is Side.STAFF:
        return None, staff_of(session, verified)
    return person_of(session, verified), None
