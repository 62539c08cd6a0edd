"""A stored signature checked again: its evidence on its own, and then the row that stands for it."""

import uuid
from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.identity.signing.evidence import Evidence, evidence_digest, read_evidence
from portal.identity.signing.models import DocumentVersion, Signature
from portal.identity.signing.queries import references_on_record
from portal.identity.signing.rules import FrozenDocument
from portal.identity.signing.verify import Check, Verdict, verify_evidence


def stored(session: Session, signature_id: uuid.UUID) -> tuple[Evidence, FrozenDocument]:
    """Return the evidence of a signature and the document it is of.

    :raises NotFound: there is no such signature.
    :raises ValueError: what is stored can't be read.
    """
    row = session.get(Signature, signature_id)
    if row is None:
        raise NotFound
    return read_evidence(row.evidence), session.get_one(DocumentVersion, row.version_id).document()


def recheck(session: Session, signature_id: uuid.UUID, trusted_certs: Iterable[str]) -> Verdict:
    """Check a stored signature; the row is only compared with its evidence, which has to hold by itself.

    :raises NotFound: there is no such signature.
    :raises ValueError: what is stored can't be read.
    """
    evidence, document = stored(session, signature_id)
    verdict = verify_evidence(evidence, document, trusted_certs)
    row = session.get_one(Signature, signature_id)
    known = references_on_record(session, row.side, row.signer_id)
    of_the_row = (
        Check("record: document", row.digest.hex() == evidence.binding.digest),
        Check("record: evidence", row.evidence_digest == evidence_digest(row.evidence)),
        Check("record: signer", evidence.binding.reference in known),
        Check("record: time", row.signed_at == verdict.signed_at),
    )
    return replace(verdict, checks=(*verdict.checks, *of_the_row))
