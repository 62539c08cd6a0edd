"""Single log-out with the providers that offer it: ours is finished there, theirs is obeyed here.

The Swedish profile does not know single log-out; organisations' own providers often do (SAML.md section 2). The
session here has ended before the provider is asked, so that nothing depends on its answer.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Side
from portal.core.clock import now
from portal.identity.federation import Federation
from portal.identity.models import KeptForm, SignedInSession, SignOutRequest
from portal.identity.rules import EndReason, name_digest
from portal.identity.saml.errors import Refusal, SamlRefused
from portal.identity.saml.logout import (
    build_logout_request,
    build_logout_response,
    claimed_issuer,
    verify_logout_request,
    verify_logout_response,
    verify_posted_logout_request,
    verify_posted_logout_response,
)
from portal.identity.saml.model import IdentityProvider, LogoutDemand, OutgoingMessage
from portal.identity.saml.redirect import MAX_RELAY_STATE
from portal.identity.saml.request import new_request_id

ANSWER_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Received:
    """A log-out message as the browser brought it: the raw query string, or the field of a form."""

    message: str
    relay_state: str | None
    posted: bool


def start(session: Session, federation: Federation, row: SignedInSession) -> OutgoingMessage | None:
    """Return what the browser must carry so that the provider logs out too, or None where it doesn't offer that."""
    idp = federation.by_entity_id(row.side, row.provider)
    if idp is None or (idp.slo_redirect_url is None and idp.slo_post_url is None):
        return None
    pending = SignOutRequest(
        request_id=new_request_id(), side=row.side, provider=row.provider, expires_at=now() + ANSWER_WITHIN
    )
    session.add(pending)
    session.flush()
    return build_logout_request(
        federation.service_providers[row.side],
        idp,
        name_id=row.name_id,
        name_id_format=row.name_id_format,
        session_index=row.session_index,
        request_id=pending.request_id,
        now=now(),
        relay_state=str(pending.id),
    )


def finish(session: Session, federation: Federation, side: Side, received: Received) -> None:
    """Check the provider's answer to our log-out; it is accepted once.

    :raises SamlRefused: the answer is not to a log-out of ours, or not the provider's.
    """
    pending = session.get(SignOutRequest, _id(received.relay_state or ""))
    idp = federation.by_entity_id(side, pending.provider) if pending else None
    if pending is None or idp is None or pending.side is not side or pending.expires_at <= now():
        raise SamlRefused(Refusal.LOGOUT_IN_RESPONSE_TO)
    verify = verify_posted_logout_response if received.posted else verify_logout_response
    verify(received.message, pending.request_id, sp=federation.service_providers[side], idp=idp, now=now())
    session.delete(pending)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise SamlRefused(Refusal.LOGOUT_IN_RESPONSE_TO) from None


def obey(session: Session, federation: Federation, side: Side, received: Received) -> OutgoingMessage | None:
    """End the sessions that a provider asks to end, found without the browser's cookie; return the answer to it.

    :raises SamlRefused: no provider of ours has signed the request.
    """
    idp, demand = _demand(federation, side, received)
    rows = session.scalars(
        select(SignedInSession).where(
            SignedInSession.name_id_digest == name_digest(idp.entity_id, demand.name_id),
            SignedInSession.side == side,
            SignedInSession.ended_at.is_(None),
        )
    )
    ids = [row.id for row in rows if not demand.session_indexes or row.session_index in demand.session_indexes]
    session.execute(
        update(SignedInSession).where(SignedInSession.id.in_(ids)).values(ended_at=now(), end_reason=EndReason.PROVIDER)
    )
    owners = select(SignedInSession.person_id).where(
        SignedInSession.id.in_(ids), SignedInSession.person_id.is_not(None)
    )
    session.execute(delete(KeptForm).where(KeptForm.owner_id.in_(owners)))
    for ended in ids:
        audit.record(session, "sign_out", side=side, object_id=ended, detail={"reason": EndReason.PROVIDER})
    return build_logout_response(
        federation.service_providers[side],
        idp,
        in_response_to=demand.request_id,
        response_id=new_request_id(),
        now=now(),
        relay_state=_short(demand.relay_state),
        posted=received.posted,
    )


def _short(relay_state: str | None) -> str | None:
    # Longer than the standard allows cannot be sent back; the provider broke its own side of it.
    return relay_state if relay_state is None or len(relay_state.encode()) <= MAX_RELAY_STATE else None


def _demand(federation: Federation, side: Side, received: Received) -> tuple[IdentityProvider, LogoutDemand]:
    idp = federation.by_entity_id(side, claimed_issuer(received.message, posted=received.posted))
    if idp is None or (idp.slo_redirect_url is None and idp.slo_post_url is None):
        raise SamlRefused(Refusal.LOGOUT_ISSUER)
    sp = federation.service_providers[side]
    if received.posted:
        return idp, verify_posted_logout_request(received.message, received.relay_state, sp=sp, idp=idp, now=now())
    return idp, verify_logout_request(received.message, sp=sp, idp=idp, now=now())
