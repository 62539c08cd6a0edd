"""Tables of pending sign-ins, used assertions, sessions, and forms kept over a sign-in."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import EncryptedJson, EncryptedText
from portal.core.db import Base, Identified
from portal.identity.rules import EndReason, Purpose


class SignInRequest(Identified, Base):
    """A sign-in that was started and not yet answered; consumed once, whatever is posted how often."""

    __tablename__ = "sign_in_request"

    cookie_hash: Mapped[bytes] = mapped_column(unique=True)
    request_id: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.SIGN_IN)
    side: Mapped[Side]
    provider: Mapped[str]
    levels: Mapped[list[str]] = mapped_column(JSON)
    force_authn: Mapped[bool]
    return_to: Mapped[str | None]
    # The browser's session when it started: the provider's post comes from another site, without the session cookie.
    former_id: Mapped[uuid.UUID | None]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    consumed_at: Mapped[datetime | None]


class SeenAssertion(Base):
    """An assertion that has signed someone in: never again, in any process. Source: SAML core, replay protection."""

    __tablename__ = "seen_assertion"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AttemptCount(Base):
    """How often something was tried within a window, by a keyed hash: no address stands in the database."""

    __tablename__ = "attempt_count"

    digest: Mapped[bytes] = mapped_column(primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignOutRequest(Identified, Base):
    """A log-out that we asked a provider for; its answer is accepted once."""

    __tablename__ = "sign_out_request"

    request_id: Mapped[str] = mapped_column(unique=True)
    side: Mapped[Side]
    provider: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class FederationMetadata(Base):
    """The signed metadata of a federation that was last good, and how the last attempt to renew it went."""

    __tablename__ = "federation_metadata"

    source: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes | None]
    digest: Mapped[bytes | None]
    valid_until: Mapped[datetime | None]
    fetched_at: Mapped[datetime | None]
    tried_at: Mapped[datetime] = mapped_column(default=now)
    problem: Mapped[str] = mapped_column(default="")


class ProviderLogo(Base):
    """The picture of an identity provider as it was last had, by the address in its metadata."""

    __tablename__ = "provider_logo"

    address: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes | None]
    fetched_at: Mapped[datetime | None]
    tried_at: Mapped[datetime] = mapped_column(default=now)
    problem: Mapped[str] = mapped_column(default="")


class SignedInSession(Identified, Base):
    """A session: the browser holds a random token, the row its SHA-256."""

    __tablename__ = "signed_in_session"
    __table_args__ = (
        Index("ix_signed_in_session_person", "person_id", "ended_at"),
        Index("ix_signed_in_session_staff", "staff_id", "ended_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(unique=True)
    side: Mapped[Side]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    level: Mapped[int]
    provider: Mapped[str]
    name_id: Mapped[str] = mapped_column(EncryptedText("signed_in_session.name_id"))
    name_id_digest: Mapped[bytes] = mapped_column(index=True)
    # Some providers (AD FS) find their session only by a name in the format they gave it in.
    name_id_format: Mapped[str | None]
    session_index: Mapped[str | None] = mapped_column(EncryptedText("signed_in_session.session_index"))
    csrf: Mapped[str]
    device: Mapped[str]
    authenticated_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=now)
    last_seen_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[EndReason | None]
    kept_form_id: Mapped[uuid.UUID | None]


class KeptForm(Identified, Base):
    """What was typed when the session had timed out, kept for the same person's next sign-in."""

    __tablename__ = "kept_form"

    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("signed_in_session.id"), index=True)
    owner_id: Mapped[uuid.UUID] = mapped_column(index=True)
    path: Mapped[str]
    fields: Mapped[dict[str, list[str]]] = mapped_column(EncryptedJson("kept_form.fields"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
