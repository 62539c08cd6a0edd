"""Freezing a document, starting a signature of it, and taking the provider's answer as one."""

import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.events import publish
from portal.core.i18n import lazy
from portal.identity.models import SignInRequest
from portal.identity.rules import LEAST_LEVEL, Purpose
from portal.identity.saml.errors import SamlRefused
from portal.identity.saml.evidence import content_key
from portal.identity.saml.model import IdentityProvider, ServiceProvider, VerifiedSignIn
from portal.identity.service import SignInRefused, Started
from portal.identity.signing.asking import authn_request, bind, pending_row
from portal.identity.signing.evidence import Evidence, evidence_digest, read_binding, utc_text
from portal.identity.signing.models import DocumentVersion, Signature, SignatureRequest
from portal.identity.signing.queries import current_version, pending_signature
from portal.identity.signing.rules import (
    FrozenDocument,
    Method,
    Scheme,
)
from portal.identity.signing.verify import verify_evidence


@dataclass(frozen=True)
class DocumentSigned:
    """Somebody has signed a version: who waits for all parties goes on from here, whatever the browser does next."""

    signature_id: uuid.UUID
    version_id: uuid.UUID
    kind: str
    object_id: uuid.UUID
    party: str
    signer_id: uuid.UUID


class AlreadySigned(Conflict):
    """The party, or the person, has signed this version."""

    message = lazy("Det här är redan underskrivet. Samma person kan inte skriva under två gånger.")


def freeze(session: Session, actor: Actor, document: FrozenDocument, *, object_id: uuid.UUID) -> DocumentVersion:
    """Return the version that a document is: the newest one if it is unchanged, else a new one.

    A new version has no signatures: any change voids those of the version before.
    """
    newest = current_version(session, document.kind, object_id)
    if newest is not None and newest.digest == document.digest:
        return newest
    version = DocumentVersion(
        kind=document.kind,
        object_id=object_id,
        number=newest.number + 1 if newest else 1,
        owner_side=actor.side,
        owner_id=actor.id,
        locale=document.locale,
        content=document.canonical_content,
        text=document.text,
        digest=document.digest,
    )
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError as error:
        raise Conflict from error  # another request froze another version at the same time
    return version


def start_signing(
    session: Session,
    actor: Actor,
    document: FrozenDocument,
    *,
    object_id: uuid.UUID,
    party: str,
    sp: ServiceProvider,
    idp: IdentityProvider,
    return_to: str,
    least_level: int = LEAST_LEVEL,
) -> Started:
    """Freeze a document and return the request that asks its signer to authenticate for it, and for it alone.

    ``party`` is what the person signs as, such as ``applicant``. That the actor may sign as that party is for the
    caller to have checked (PEERS.md B2 row 1). ``return_to`` is a path of ours.

    :raises AlreadySigned: by this party, or by this person as another one.
    :raises InvalidInput: the provider gives no level that is high enough.
    """
    version = freeze(session, actor, document, object_id=object_id)
    _refuse_second(session, version, actor.id, party)
    levels = {uri: level for uri, level in idp.levels.items() if level >= least_level}
    if not levels or not return_to.startswith("/") or return_to.startswith("//"):
        raise InvalidInput
    binding = bind(session, actor, version, sp, idp, levels)
    row, cookie = pending_row(actor, binding, return_to)
    session.add(row)
    session.flush()
    session.add(
        SignatureRequest(
            sign_in_request_id=row.id,
            version_id=version.id,
            party=party,
            signer_id=actor.id,
            binding={**vars(binding), "levels": levels},
        )
    )
    return Started(authn_request(sp, idp, binding, version, row), cookie)


def _refuse_second(session: Session, version: DocumentVersion, signer_id: uuid.UUID, party: str) -> None:
    taken = select(Signature.id).where(
        Signature.version_id == version.id, or_(Signature.signer_id == signer_id, Signature.party == party)
    )
    if session.scalars(taken).first() is not None:
        raise AlreadySigned


def finish_signing(
    session: Session,
    row: SignInRequest,
    verified: VerifiedSignIn,
    encoded: str,
    *,
    sp: ServiceProvider,
    idp: IdentityProvider,
) -> Signature:
    """Take a verified answer to a signature request as a signature; the pending request has been consumed.

    The evidence is checked as it will be later, before it is stored. The browser's session is left alone.

    :raises SignInRefused: another person, another or a changed document, or evidence that wouldn't hold later.
    """
    asked = pending_signature(session, row.id)
    version = session.get(DocumentVersion, asked.version_id) if asked else None
    if asked is None or version is None:
        raise SignInRefused("no_signature_request")
    binding = read_binding(asked.binding)
    named = {
        Scheme.NUMBER: verified.identity_number,
        Scheme.PRID: verified.prid,
        Scheme.STAFF: verified.staff_id,
    }
    if named[Scheme(binding.scheme)] != binding.reference:
        raise SignInRefused("other_signer")
    if current_version(session, version.kind, version.object_id) is not version:
        raise SignInRefused("document_changed")
    try:
        key = content_key(encoded, sp)
    except SamlRefused as refused:
        raise SignInRefused("content_key") from refused
    evidence = Evidence(
        method=Method.AUTHENTICATION.value,
        binding=binding,
        request_id=row.request_id,
        certificates=idp.signing_certs,
        received_at=utc_text(now()),
        response=encoded,
        content_key=key,
    )
    _check_it_will_hold(evidence, version, idp)
    return _store(session, asked, version, verified, evidence)


def _check_it_will_hold(evidence: Evidence, version: DocumentVersion, idp: IdentityProvider) -> None:
    try:
        verdict = verify_evidence(evidence, version.document(), idp.signing_certs)
    except ValueError as error:
        raise SignInRefused("document_unreadable") from error
    if not verdict.holds:
        raise SignInRefused("evidence: " + ", ".join(verdict.failed))


def _store(
    session: Session, asked: SignatureRequest, version: DocumentVersion, verified: VerifiedSignIn, evidence: Evidence
) -> Signature:
    values = evidence.to_json()
    signature = Signature(
        version_id=version.id,
        digest=version.digest,
        party=asked.party,
        side=Side(evidence.binding.side),
        signer_id=asked.signer_id,
        method=Method.AUTHENTICATION,
        level=verified.level,
        signed_at=verified.authn_instant,
        evidence=values,
        evidence_digest=evidence_digest(values),
    )
    try:
        with session.begin_nested():
            session.add(signature)
    except IntegrityError as error:
        raise SignInRefused("already_signed") from error
    audit.record(
        session,
        Purpose.SIGN,
        side=signature.side,
        subject_id=asked.signer_id if signature.side is Side.CLIENT else None,
        object_id=signature.id,
        detail={"kind": version.kind, "version": version.number, "party": asked.party, "level": verified.level},
    )
    publish(
        session,
        DocumentSigned(signature.id, version.id, version.kind, version.object_id, asked.party, asked.signer_id),
    )
    return signature


def cancel_signing(session: Session, row: SignInRequest) -> None:
    """Use up a signature request that the person broke off, so that nothing can be signed by it later."""
    session.execute(update(SignInRequest).where(SignInRequest.id == row.id).values(consumed_at=now()))
    audit.record(
        session, Purpose.SIGN, side=row.side, object_id=row.id, outcome="cancelled", detail={"reason": "cancelled"}
    )
