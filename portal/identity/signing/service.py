"""Freezing a document, starting a signature of it, and taking the provider's answer as one."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.events import publish
from portal.core.i18n import _, current_locale, lazy
from portal.identity.models import SignInRequest
from portal.identity.rules import LEAST_LEVEL, Purpose, digest
from portal.identity.saml.errors import SamlRefused
from portal.identity.saml.evidence import content_key
from portal.identity.saml.model import IdentityProvider, ServiceProvider, VerifiedSignIn
from portal.identity.saml.request import build_authn_request
from portal.identity.service import SignInRefused, Started
from portal.identity.signing.evidence import Evidence, evidence_digest, read_binding, utc_text
from portal.identity.signing.models import DocumentVersion, Signature, SignatureRequest
from portal.identity.signing.queries import current_version, pending_signature, reference_of
from portal.identity.signing.rules import (
    NONCE_BYTES,
    SIGNATURE_LIFETIME,
    Binding,
    FrozenDocument,
    Method,
    Scheme,
    control_code,
    digest_of,
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
    binding = _bind(session, actor, version, sp, idp, levels)
    cookie = secrets.token_urlsafe(32)
    row = _pending(actor, binding, cookie, return_to)
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
    request = build_authn_request(
        sp,
        idp,
        request_id=binding.request_id,
        issued_at=row.issued_at,
        force_authn=True,
        levels=tuple(levels),
        relay_state=digest(cookie).hex()[:16],
        user_message=user_message(version.digest),
        language=current_locale(),
        principal=binding.reference if binding.scheme == Scheme.NUMBER else None,
    )
    return Started(request, cookie)


def user_message(document_digest: bytes) -> str:
    """Return what the e-legitimation's app shows: nothing of the document but a code that stands with it on the page.

    It is shown before anyone is identified (Sweden Connect 18, section 3.2).
    """
    # Translators: shown in the e-legitimation's app; the code stands beside the document on the page too
    return _("Du skriver under ett dokument i Insyn. Kontrollkod: %(code)s", code=control_code(document_digest))


def _refuse_second(session: Session, version: DocumentVersion, signer_id: uuid.UUID, party: str) -> None:
    taken = select(Signature.id).where(
        Signature.version_id == version.id, or_(Signature.signer_id == signer_id, Signature.party == party)
    )
    if session.scalars(taken).first() is not None:
        raise AlreadySigned


def _bind(
    session: Session,
    actor: Actor,
    version: DocumentVersion,
    sp: ServiceProvider,
    idp: IdentityProvider,
    levels: dict[str, int],
) -> Binding:
    signer = reference_of(session, actor, foreign=any("eidas" in uri for uri in idp.levels))
    names = idp.attribute_names
    attributes = {Scheme.NUMBER: names.identity_number, Scheme.PRID: names.prid, Scheme.STAFF: names.staff_id}
    return Binding(
        digest=version.digest.hex(),
        reference=signer.value,
        scheme=signer.scheme.value,
        attribute=attributes[signer.scheme],
        side=actor.side.value,
        nonce=secrets.token_hex(NONCE_BYTES),
        idp_entity_id=idp.entity_id,
        trust=trust_of(idp),
        sp_entity_id=sp.entity_id,
        acs_url=sp.acs_url,
        levels=levels,
        issued_at=utc_text(now()),
    )


def trust_of(idp: IdentityProvider) -> str:
    """Return the SHA-256 (hex) of what the portal had read from a provider's metadata and trusted, at this time."""
    read = {
        "entity_id": idp.entity_id,
        "sso": [idp.sso_redirect_url, idp.sso_post_url],
        "certificates": list(idp.signing_certs),
        "levels": dict(idp.levels),
        "scopes": list(idp.scopes),
        "attributes": vars(idp.attribute_names),
    }
    return digest_of(read).hex()


def _pending(actor: Actor, binding: Binding, cookie: str, return_to: str) -> SignInRequest:
    issued_at = now()
    return SignInRequest(
        cookie_hash=digest(cookie),
        request_id=binding.request_id,
        purpose=Purpose.SIGN,
        side=actor.side,
        provider=binding.idp_entity_id,
        levels=list(binding.levels),
        force_authn=True,
        return_to=return_to,
        former_id=actor.session_id,
        issued_at=issued_at,
        expires_at=issued_at + SIGNATURE_LIFETIME,
    )


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
    row.consumed_at = now()
    audit.record(
        session, Purpose.SIGN, side=row.side, object_id=row.id, outcome="cancelled", detail={"reason": "cancelled"}
    )
