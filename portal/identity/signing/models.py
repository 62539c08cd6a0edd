"""Tables of frozen document versions, signatures under way, and signatures with their evidence.

Versions and signatures are immutable: the databases themselves refuse to delete a row and to change a plain column. An
encrypted column may change only by being encrypted under another key, so that ``portal keys rotate`` works; what lies
in it is held against the digest beside it whenever it is used.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedJson, EncryptedText
from portal.core.db import Base, Identified
from portal.identity.signing.rules import FrozenDocument, Method, document_from_json


class DocumentVersion(Identified, Base):
    """One version of a document, as the person saw it: any change is a new version, and signatures belong to one."""

    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("kind", "object_id", "number"),
        Index("ix_document_version_owner", "owner_id"),
    )

    kind: Mapped[str]
    object_id: Mapped[uuid.UUID]
    number: Mapped[int]
    owner_side: Mapped[Side]
    owner_id: Mapped[uuid.UUID]
    locale: Mapped[str]
    content: Mapped[str] = mapped_column(EncryptedText("document_version.content"))
    text: Mapped[str] = mapped_column(EncryptedText("document_version.text"))
    digest: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(default=now)

    def document(self) -> FrozenDocument:
        """Return the document that this version froze.

        :raises ValueError: what is stored can't be read.
        """
        return document_from_json(self.kind, self.content, self.text, self.locale)


class SignatureRequest(Identified, Base):
    """A signature under way: what the pending authentication commits to. It goes with the authentication's row."""

    __tablename__ = "signature_request"

    sign_in_request_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("sign_in_request.id", ondelete="CASCADE"), unique=True
    )
    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document_version.id"), index=True)
    party: Mapped[str]
    signer_id: Mapped[uuid.UUID]
    binding: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("signature_request.binding"))


class Signature(Identified, Base):
    """One person's signature of one version, with everything that is needed to check it again later."""

    __tablename__ = "signature"
    __table_args__ = (
        UniqueConstraint("version_id", "party"),
        # The same person can't sign as two parties (PEERS.md B2 row 2).
        UniqueConstraint("version_id", "signer_id", name="uq_signature_version_id_signer_id"),
    )

    version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("document_version.id"))
    digest: Mapped[bytes]
    party: Mapped[str]
    side: Mapped[Side]
    signer_id: Mapped[uuid.UUID] = mapped_column(index=True)
    method: Mapped[Method]
    level: Mapped[int]
    signed_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
    evidence: Mapped[dict[str, Any]] = mapped_column(EncryptedJson("signature.evidence"))
    evidence_digest: Mapped[bytes]
