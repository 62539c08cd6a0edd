"""What is asked of the provider when somebody signs: the binding, the pending authentication, the request."""

import secrets

from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.i18n import _, current_locale
from portal.identity.models import SignInRequest
from portal.identity.rules import Purpose, digest
from portal.identity.saml.model import IdentityProvider, OutgoingMessage, ServiceProvider
from portal.identity.saml.request import build_authn_request
from portal.identity.signing.evidence import utc_text
from portal.identity.signing.models import DocumentVersion
from portal.identity.signing.queries import reference_of
from portal.identity.signing.rules import NONCE_BYTES, SIGNATURE_LIFETIME, Binding, Scheme, control_code, digest_of


def bind(
    session: Session,
    actor: Actor,
    version: DocumentVersion,
    sp: ServiceProvider,
    idp: IdentityProvider,
    levels: dict[str, int],
) -> Binding:
    """Return what a new request commits to.

    :raises NotFound: the provider has no name for this person.
    """
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


def pending_row(actor: Actor, binding: Binding, return_to: str) -> tuple[SignInRequest, str]:
    """Return the row of the pending authentication, and the secret for the browser's cookie."""
    cookie, issued_at = secrets.token_urlsafe(32), now()
    row = SignInRequest(
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
    return row, cookie


def authn_request(
    sp: ServiceProvider, idp: IdentityProvider, binding: Binding, version: DocumentVersion, row: SignInRequest
) -> OutgoingMessage:
    """Return the signed request."""
    return build_authn_request(
        sp,
        idp,
        request_id=binding.request_id,
        issued_at=row.issued_at,
        force_authn=True,
        levels=tuple(binding.levels),
        relay_state=row.cookie_hash.hex()[:16],
        user_message=user_message(version.digest),
        language=current_locale(),
        principal=binding.reference if binding.scheme == Scheme.NUMBER else None,
    )


def user_message(document_digest: bytes) -> str:
    """Return what the e-legitimation's app shows: nothing of the document but a code that stands with it on the page.

    It is shown before anyone is identified (Sweden Connect 18, section 3.2).
    """
    # Translators: shown in the e-legitimation's app; the code stands beside the document on the page too
    return _("Du skriver under ett dokument i Insyn. Kontrollkod: %(code)s", code=control_code(document_digest))
