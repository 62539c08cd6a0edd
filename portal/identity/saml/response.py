"""From a posted SAMLResponse to a verified sign-in: the guard's checks in their order around python3-saml."""

from datetime import datetime

from lxml import etree

from portal.identity.saml.attributes import (
    birth_date,
    identity_number,
    mapped_number,
    portal_role,
    read_attributes,
    single,
    staff_id,
)
from portal.identity.saml.errors import Refusal
from portal.identity.saml.guard import algorithms, assertion, encryption, envelope, header, library, signature
from portal.identity.saml.model import IdentityProvider, PendingRequest, ServiceProvider, VerifiedSignIn
from portal.identity.saml.xml_reader import parse


def verify_response(
    encoded: str, *, sp: ServiceProvider, idp: IdentityProvider, pending: PendingRequest, now: datetime
) -> VerifiedSignIn:
    """Check a response of the POST binding in every way; `idp` is the one the pending request was sent to.

    The caller consumes the pending request and puts `assertion_id` into the replay store, both atomically.
    `now` is aware UTC. Raises SamlRefused, and SamlStatus for a genuine error answer. Source: SAML.md section 3.
    """
    envelope.check_size(encoded)
    root = parse(envelope.decode_base64(encoded))
    check_shape_and_algorithms(root)
    signature.check_response_signature(root, idp.signing_certs)
    check_header(root, sp, idp, pending, now)
    succeeded = header.read_status(root) is None
    envelope.check_assertion_count(root, want_encrypted=idp.want_encrypted, succeeded=succeeded)
    header.check_status(root)
    encryption.forbid_external_references(root)
    encryption.check_encryption_shape(root)
    opened = library.open_response(encoded, sp, idp, pending)
    clear = parse(library.decrypted_document(opened))
    check_shape_and_algorithms(clear)
    encryption.forbid_external_references(clear)
    envelope.check_assertion_count(clear, want_encrypted=False, succeeded=True)
    found = envelope.the_assertion(clear)
    signed_in = check_assertion(found, sp, idp, pending, now)
    library.check_with_library(opened, sp, pending)
    return signed_in


def check_shape_and_algorithms(root: etree._Element) -> None:
    """Everything that can be judged before cryptography runs."""
    envelope.check_message(root, "Response")
    envelope.check_unique_ids(root)
    envelope.check_nesting(root)
    envelope.check_response_children(root)
    envelope.check_signature_places(root)
    signature.check_signature_shapes(root)
    algorithms.check_signature_algorithms(root)
    algorithms.check_digest_algorithms(root)
    algorithms.check_canonicalisations(root)
    algorithms.check_transforms(root)
    signature.check_references(root)
    algorithms.check_encryption_algorithms(root)
    algorithms.check_key_transports(root)


def check_header(
    root: etree._Element, sp: ServiceProvider, idp: IdentityProvider, pending: PendingRequest, now: datetime
) -> None:
    """Sender, receiver, question and time: also an error answer must be an answer to us."""
    header.check_destination(root, sp.acs_url)
    header.check_response_issuer(root, idp.entity_id)
    header.check_in_response_to(root, pending.request_id)
    header.check_issue_instant(root, now)


def check_assertion(
    found: etree._Element, sp: ServiceProvider, idp: IdentityProvider, pending: PendingRequest, now: datetime
) -> VerifiedSignIn:
    """The checks on the decrypted assertion, and what it says."""
    assertion_id = assertion.check_has_id(found)
    header.check_response_issuer(found, idp.entity_id, Refusal.ASSERTION_ISSUER)
    header.check_issue_instant(found, now, Refusal.ASSERTION_ISSUE_INSTANT)
    name = assertion.read_name_id(found, sp)
    data = assertion.confirmation_data(found)
    assertion.check_recipient(data, sp)
    assertion.check_subject_in_response_to(data, pending)
    expires = max(assertion.check_subject_expiry(data, now), assertion.check_conditions(found, now))
    assertion.check_audience(found, sp)
    statement = assertion.authn_statement(found, now)
    level_uri = assertion.check_level(statement, idp, pending)
    moment = assertion.check_authn_instant(statement, pending, now)
    attributes = read_attributes(assertion.attribute_statement(found))
    wanted = idp.attribute_names
    return VerifiedSignIn(
        assertion_id=assertion_id,
        assertion_expires_at=expires,
        idp_entity_id=idp.entity_id,
        level_uri=level_uri,
        level=idp.levels[level_uri],
        authn_instant=moment,
        name_id=name.value,
        name_id_format=name.format,
        session_index=assertion.optional_session_index(statement),
        attributes=attributes,
        identity_number=identity_number(attributes, wanted.identity_number),
        display_name=single(attributes, wanted.display_name),
        given_name=single(attributes, wanted.given_name),
        surname=single(attributes, wanted.surname),
        staff_id=staff_id(attributes, idp),
        previous_identity_number=identity_number(attributes, wanted.previous_identity_number),
        mapped_identity_number=mapped_number(attributes, idp),
        prid=single(attributes, wanted.prid),
        prid_persistence=single(attributes, wanted.prid_persistence),
        eidas_identifier=single(attributes, wanted.eidas_identifier),
        birth_date=birth_date(attributes, wanted.date_of_birth),
        role=portal_role(attributes, idp),
        unit=single(attributes, wanted.unit) if wanted.unit else None,
    )
