"""Starting and finishing a sign-in, and the life of sessions."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.identity.models import AttemptCount, KeptForm, SeenAssertion, SignedInSession, SignInRequest, SignOutRequest
from portal.identity.rules import (
    KEPT_FORM_LIFETIME,
    LEAST_LEVEL,
    SIGN_IN_LIFETIME,
    EndReason,
    Purpose,
    digest,
    name_digest,
)
from portal.identity.saml.extensions import wants_principal
from portal.identity.saml.model import (
    IdentityProvider,
    OutgoingMessage,
    PendingRequest,
    ServiceProvider,
    VerifiedSignIn,
)
from portal.identity.saml.request import build_authn_request, new_request_id
from portal.identity.who import SignInRefused as SignInRefused
from portal.identity.who import owner_of
from portal.people.models import Person


@dataclass(frozen=True)
class Started:
    """A sign-in under way: what the browser carries to the provider, and the secret its cookie holds meanwhile."""

    message: OutgoingMessage
    cookie: str


def start_sign_in(
    session: Session,
    *,
    side: Side,
    sp: ServiceProvider,
    idp: IdentityProvider,
    return_to: str | None,
    former: uuid.UUID | None = None,
    least_level: int = LEAST_LEVEL,
    step_up: bool = False,
) -> Started:
    """Remember a pending sign-in and return the signed request to the provider.

    Authentication is always forced: a shared phone must not sign the next person in (Sweden Connect 02 §5.4). With
    ``step_up`` only the person of the former session may answer.
    """
    cookie, request_id, issued_at = secrets.token_urlsafe(32), new_request_id(), now()
    levels = tuple(uri for uri, level in idp.levels.items() if level >= least_level)
    session.add(
        SignInRequest(
            cookie_hash=digest(cookie),
            request_id=request_id,
            purpose=Purpose.STEP_UP if step_up else Purpose.SIGN_IN,
            side=side,
            provider=idp.entity_id,
            levels=list(levels),
            force_authn=True,
            return_to=return_to,
            former_id=former,
            issued_at=issued_at,
            expires_at=issued_at + SIGN_IN_LIFETIME,
        )
    )
    request = build_authn_request(
        sp,
        idp,
        request_id=request_id,
        issued_at=issued_at,
        force_authn=True,
        levels=levels,
        relay_state=digest(cookie).hex()[:16],
        principal=_expected(session, former) if step_up and wants_principal(idp) else None,
    )
    return Started(request, cookie)


def _expected(session: Session, former: uuid.UUID | None) -> str | None:
    """Return the identity number of a session's person: some providers ask who is to show that it is still them."""
    row = session.get(SignedInSession, former) if former else None
    person = session.get(Person, row.person_id) if row and row.person_id else None
    return person.identity_number if person else None


def pending_sign_in(session: Session, cookie: str, side: Side) -> SignInRequest:
    """Return the sign-in that a browser's cookie stands for.

    :raises SignInRefused: there is none, it has been answered, or it is too old.
    """
    row = session.scalars(
        select(SignInRequest).where(SignInRequest.cookie_hash == digest(cookie), SignInRequest.side == side)
    ).one_or_none()
    if row is None:
        raise SignInRefused("no_pending_request")
    if row.consumed_at is not None:
        raise SignInRefused("already_answered")
    if row.expires_at <= now():
        raise SignInRefused("request_expired")
    return row


def pending_request(row: SignInRequest) -> PendingRequest:
    """Return what the response must answer."""
    return PendingRequest(row.request_id, row.issued_at, row.force_authn, tuple(row.levels))


def consume(session: Session, row: SignInRequest, verified: VerifiedSignIn) -> None:
    """Use up the pending request and the assertion, both atomically, so that one response signs in once.

    :raises SignInRefused: another process or thread was first, or the assertion has been seen.
    """
    claimed = session.execute(
        update(SignInRequest)
        .where(SignInRequest.id == row.id, SignInRequest.consumed_at.is_(None))
        .values(consumed_at=now())
        .returning(SignInRequest.id)
    ).scalar_one_or_none()
    if claimed is None:
        raise SignInRefused("already_answered")
    try:
        with session.begin_nested():
            seen = digest(f"{verified.idp_entity_id}\0{verified.assertion_id}")
            session.add(SeenAssertion(digest=seen, expires_at=verified.assertion_expires_at))
    except IntegrityError as error:
        raise SignInRefused("assertion_seen") from error


@dataclass(frozen=True)
class Opened:
    """A new session: its row's id, the token for the browser, and where the person was going."""

    session_id: uuid.UUID
    token: str
    return_to: str | None


def open_session(session: Session, row: SignInRequest, verified: VerifiedSignIn, *, device: str) -> Opened:
    """Open a session, with a new token, for whom the verified response names; the browser's former session ends.

    Whoever signs in after somebody else's time-out is not sent to where the other one was.

    :raises SignInRefused: the staff member has no account, or the response names nobody.
    """
    person_id, staff_id = owner_of(session, row.side, verified)
    former = session.get(SignedInSession, row.former_id) if row.former_id else None
    if former is not None:
        _end(session, [former.id], EndReason.STEPPED_UP if row.purpose is Purpose.STEP_UP else EndReason.REPLACED)
    mine = former is None or (former.person_id or former.staff_id) == (person_id or staff_id)
    token = secrets.token_urlsafe(32)
    opened = SignedInSession(
        token_hash=digest(token),
        side=row.side,
        person_id=person_id,
        staff_id=staff_id,
        level=verified.level,
        provider=verified.idp_entity_id,
        name_id=verified.name_id,
        name_id_digest=name_digest(verified.idp_entity_id, verified.name_id),
        name_id_format=verified.name_id_format,
        session_index=verified.session_index,
        csrf=secrets.token_hex(20),
        device=device,
        authenticated_at=verified.authn_instant,
    )
    session.add(opened)
    session.flush()
    owner = person_id or staff_id
    opened.kept_form_id = session.scalar(
        select(KeptForm.id)
        .where(KeptForm.owner_id == owner, KeptForm.expires_at > now())
        .order_by(KeptForm.created_at.desc())
        .limit(1)
    )
    audit.record(
        session, row.purpose, side=row.side, subject_id=person_id, object_id=opened.id, detail={"level": verified.level}
    )
    return Opened(opened.id, token, row.return_to if mine else None)


def _end(session: Session, ids: list[uuid.UUID], reason: EndReason) -> None:
    session.execute(
        update(SignedInSession)
        .where(SignedInSession.id.in_(ids), SignedInSession.ended_at.is_(None))
        .values(ended_at=now(), end_reason=reason)
    )


def end_session(session: Session, row: SignedInSession, reason: EndReason) -> None:
    """End a browser's own session, alive or timed out, at log-out or when leaving; what was kept for it goes too."""
    if row.ended_at is not None:
        return
    _end(session, [row.id], reason)
    session.execute(delete(KeptForm).where(KeptForm.owner_id == (row.person_id or row.staff_id)))
    audit.record(
        session,
        "sign_out",
        side=row.side,
        subject_id=row.person_id,
        object_id=row.id,
        detail={"reason": reason},
    )


def end_other(session: Session, actor: Actor, session_id: uuid.UUID | None) -> int:
    """End one other session of the actor, or with None all others; return how many ended.

    :raises NotFound: the session is not the actor's, or has ended.
    """
    mine = select(SignedInSession.id).where(
        _owned_by(actor), SignedInSession.ended_at.is_(None), SignedInSession.id != actor.session_id
    )
    ids = list(session.scalars(mine if session_id is None else mine.where(SignedInSession.id == session_id)))
    if session_id is not None and not ids:
        raise NotFound
    _end(session, ids, EndReason.ENDED_BY_OWNER)
    for ended in ids:
        audit.record(session, "session_ended", actor=actor, object_id=ended)
    return len(ids)


def _owned_by(actor: Actor) -> ColumnElement[bool]:
    if actor.side is Side.CLIENT:
        return SignedInSession.person_id == actor.person_id
    return SignedInSession.staff_id == actor.staff_id


def keep_form(session: Session, of: SignedInSession, path: str, fields: dict[str, list[str]]) -> None:
    """Keep a posted form for the owner of a session, timed out or stale; a newer one at the same address replaces it.

    The session learns of it, so that the form comes back too when a step-up is broken off.
    """
    owner = of.person_id or of.staff_id
    session.execute(delete(KeptForm).where(KeptForm.owner_id == owner, KeptForm.path == path))
    kept = KeptForm(session_id=of.id, owner_id=owner, path=path, fields=fields, expires_at=now() + KEPT_FORM_LIFETIME)
    session.add(kept)
    session.flush()
    session.execute(update(SignedInSession).where(SignedInSession.id == of.id).values(kept_form_id=kept.id))


def take_kept_form(session: Session, actor: Actor, path: str) -> dict[str, list[str]] | None:
    """Return the form kept for this actor at this address, and forget it."""
    row = session.scalars(
        select(KeptForm).where(KeptForm.owner_id == actor.id, KeptForm.path == path, KeptForm.expires_at > now())
    ).first()
    if row is None:
        return None
    session.delete(row)
    return row.fields


def touch(session: Session, session_id: uuid.UUID) -> None:
    """Note that a session is in use."""
    session.execute(update(SignedInSession).where(SignedInSession.id == session_id).values(last_seen_at=now()))


def clean_up(session: Session) -> None:
    """Remove what is past its time: pending sign-ins, used assertions, kept forms, and sessions ended a month ago."""
    at = now()
    session.execute(delete(SignInRequest).where(SignInRequest.expires_at < at - timedelta(days=1)))
    session.execute(delete(SignOutRequest).where(SignOutRequest.expires_at < at))
    session.execute(delete(AttemptCount).where(AttemptCount.expires_at < at))
    session.execute(delete(SeenAssertion).where(SeenAssertion.expires_at < at - timedelta(days=1)))
    session.execute(delete(KeptForm).where(KeptForm.expires_at < at))
    stale = select(SignedInSession.id).where(SignedInSession.last_seen_at < at - timedelta(days=31))
    session.execute(delete(KeptForm).where(KeptForm.session_id.in_(stale)))
    session.execute(delete(SignedInSession).where(SignedInSession.last_seen_at < at - timedelta(days=31)))
