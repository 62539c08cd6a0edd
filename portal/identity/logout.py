"""Single log-out with the providers that offer it: ours is finished there, theirs is obeyed here.

The Swedish profile does not know single log-out; organisations' own providers often do (SAML.md section 2). The
session here has ended before the provider is asked, so that nothing depends on its answer.
"""

import uuid
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
    verify_logout_request,
    verify_logout_response,
)
from portal.identity.saml.model import IdentityProvider, LogoutDemand
from portal.identity.saml.request import new_request_id

ANSWER_WITHIN = timedelta(minutes=10)


def start(session: Session, federation: Federation, row: SignedInSession) -> str | None:
    """Return where to send the browser so that the provider logs out too, or None where it doesn't offer that."""
    idp = federation.by_entity_id(row.side, row.provider)
    if idp is None or idp.slo_redirect_url is None:
        return None
    pending = SignOutRequest(
        request_id=new_request_id(), side=row.side, provider=row.provider, expires_at=now() + ANSWER_WITHIN
    )
    session.add(pending)
    session.flush()
    request = build_logout_request(
        federation.service_providers[row.side],
        idp,
        name_id=row.name_id,
        session_index=row.session_index,
        request_id=pending.request_id,
        now=now(),
        relay_state=str(pending.id),
    )
    return request.url if request else None


def finish(session: Session, federation: Federation, side: Side, query: str, relay_state: str) -> None:
    """Check the provider's answer to our log-out; it is accepted once.

    :raises SamlRefused: the answer is not to a log-out of ours, or not the provider's.
    """
    pending = session.get(SignOutRequest, _id(relay_state))
    idp = federation.by_entity_id(side, pending.provider) if pending else None
    if pending is None or idp is None or pending.side is not side or pending.expires_at <= now():
        raise SamlRefused(Refusal.LOGOUT_IN_RESPONSE_TO)
    verify_logout_response(query, pending.request_id, sp=federation.service_providers[side], idp=idp, now=now())
    session.delete(pending)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise SamlRefused(Refusal.LOGOUT_IN_RESPONSE_TO) from None


def obey(session: Session, federation: Federation, side: Side, query: str) -> str | None:
    """End the sessions that a provider asks to end, found without the browser's cookie; return where to answer.

    :raises SamlRefused: no provider of ours has signed the request.
    """
    idp, demand = _demand(federation, side, query)
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
    answer = build_logout_response(
        federation.service_providers[side],
        idp,
        in_response_to=demand.request_id,
        response_id=new_request_id(),
        now=now(),
        relay_state=demand.relay_state,
    )
    return answer.url if answer else None


def _demand(federation: Federation, side: Side, query: str) -> tuple[IdentityProvider, LogoutDemand]:
    refusal = SamlRefused(Refusal.LOGOUT_ISSUER)
    for idp in federation.providers[side]:
        if idp.slo_redirect_url is None:
            continue
        try:
            return idp, verify_logout_request(query, sp=federation.service_providers[side], idp=idp, now=now())
        except SamlRefused as refused:
            refusal = refused
    raise refusal
