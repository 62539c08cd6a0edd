"""Tables of applications, their parties, their timeline, and the months that the back office knows of."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.states import (
    ApplicationState,
    EventKind,
    Handling,
    Outcome,
    PartyState,
    PeriodState,
)
from portal.core.clock import now
from portal.core.crypto import BlindIndex, EncryptedText
from portal.core.db import Base, Identified
from portal.sync.rules import Delivery


class Application(Identified, Base):
    """An application (ansökan) for one month, from the first answer of its draft to its decision.

    Where it is on our side (``state``), on its way (``delivery``) and in the back office (``handling``) are three
    things. ``revision`` counts the changes of the draft: what is signed names it, so that a change voids signatures.
    """

    __tablename__ = "application"
    __table_args__ = (Index("ix_application_person_id_created_at", "person_id", "created_at"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[Kind]
    period: Mapped[str]  # "2026-12"
    state: Mapped[ApplicationState] = mapped_column(default=ApplicationState.DRAFT)
    definition: Mapped[int]
    revision: Mapped[int] = mapped_column(default=0)
    # The version of the document that is being signed; a change of the draft takes it away.
    frozen_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("document_version.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    # When a draft that nobody goes on with is removed; every use moves it.
    keep_until: Mapped[datetime] = mapped_column(index=True)
    warned_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    receipt_no: Mapped[str | None] = mapped_column(unique=True)
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)
    delivered_at: Mapped[datetime | None]
    handling: Mapped[Handling] = mapped_column(default=Handling.NONE)
    handling_at: Mapped[datetime | None]
    # What the back office asks for, or how it reasons, as it wrote it to the client.
    handling_text: Mapped[str] = mapped_column(EncryptedText("application.handling_text"), default="")
    outcome: Mapped[Outcome | None]


class ApplicationParty(Identified, Base):
    """Somebody who takes part in an application. A co-applicant is invited by number, and known by it until joining.

    ``open_key`` (person, month, kind) is unique while the application is open: a second start opens the first.
    """

    __tablename__ = "application_party"
    __table_args__ = (
        Index("ix_application_party_application_id", "application_id"),
        Index("ix_application_party_identity_index", "identity_index"),
        UniqueConstraint("open_key"),
    )

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"))
    party: Mapped[Party]
    state: Mapped[PartyState] = mapped_column(default=PartyState.JOINED)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    identity_number: Mapped[str | None] = mapped_column(EncryptedText("application_party.identity_number"))
    identity_index: Mapped[bytes | None] = mapped_column(BlindIndex("identity_number", "person"))
    # Of somebody whose data have become protected while taking part: the name until then, for the other one learns no
    # other; and since when, for the other one reads no words of the back office that came later.
    known_as: Mapped[str | None] = mapped_column(EncryptedText("application_party.known_as"))
    shielded_at: Mapped[datetime | None]
    open_key: Mapped[str | None]
    since: Mapped[datetime] = mapped_column(default=now)
    # The language that the page was shown in when the person signed.
    shown_locale: Mapped[str] = mapped_column(default="")
    # What a co-applicant asks to have changed before signing.
    asked: Mapped[str] = mapped_column(EncryptedText("application_party.asked"), default="")


class ApplicationEvent(Identified, Base):
    """Something that happened to an application; never changed."""

    __tablename__ = "application_event"

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[EventKind]
    party: Mapped[Party | None]  # none: the portal or the back office
    text: Mapped[str] = mapped_column(EncryptedText("application_event.text"), default="")


class Supplement(Identified, Base):
    """What a party adds to a submitted application: words and files, delivered as a message of its own."""

    __tablename__ = "application_supplement"
    __table_args__ = (UniqueConstraint("application_id", "submission"),)

    application_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(EncryptedText("application_supplement.text"), default="")
    submission: Mapped[str]
    receipt_no: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    outbox_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("outbox_message.id", ondelete="SET NULL"), index=True
    )
    delivery: Mapped[Delivery] = mapped_column(default=Delivery.PENDING)


class AssistancePeriod(Identified, Base):
    """A month that the back office says somebody has applied for or been decided on, also outside the portal.

    What two of its objects say of the same month are two rows.
    """

    __tablename__ = "assistance_period"
    __table_args__ = (Index("ix_assistance_period_person_id_period", "person_id", "period"),)

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    period: Mapped[str]
    state: Mapped[PeriodState]
    # Whether somebody applied together with a co-applicant then: another household means a new application.
    cohabiting: Mapped[bool]
    # Whether support was granted for it; none while that is open or not told.
    granted: Mapped[bool | None]
