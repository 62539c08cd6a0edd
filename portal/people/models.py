"""Tables of persons, staff, boards, units and cases."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.core.clock import now
from portal.core.crypto import BlindIndex, EncryptedText
from portal.core.db import Base, Identified
from portal.people.rules import AssignedBy, CaseState, NumberSource, Protection, Role, full_name


class Board(Identified, Base):
    """A municipal board (nämnd), a secrecy boundary of its own."""

    __tablename__ = "board"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Unit(Identified, Base):
    """A unit (enhet) under a board."""

    __tablename__ = "unit"

    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("board.id"), index=True)
    name: Mapped[str]


class Person(Identified, Base):
    """A person who signs in, or whom a case is about. Names and number stand encrypted."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_prid_index", "prid_index", unique=True),)

    identity_number: Mapped[str | None] = mapped_column(EncryptedText("person.identity_number"))
    identity_index: Mapped[bytes | None] = mapped_column(BlindIndex("identity_number", "person"), unique=True)
    # Provisional identifier of a person with a foreign e-legitimation (eIDAS); most have none.
    prid: Mapped[str | None] = mapped_column(EncryptedText("person.prid"))
    prid_index: Mapped[bytes | None] = mapped_column(BlindIndex("prid", "prid"))
    given_name: Mapped[str] = mapped_column(EncryptedText("person.given_name"))
    surname: Mapped[str] = mapped_column(EncryptedText("person.surname"))
    protection: Mapped[Protection] = mapped_column(default=Protection.UNKNOWN)
    # When the protection was last changed: what the person chose before that holds only without one.
    protection_since: Mapped[datetime] = mapped_column(default=now)
    locale: Mapped[str] = mapped_column(default="sv")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @validates("protection")
    def _note_protection(self, _key: str, value: Protection) -> Protection:
        if value is not self.protection:
            self.protection_since = now()
        return value

    @property
    def name(self) -> str:
        """The full name as it is written."""
        return full_name(self.given_name, self.surname)


class PersonNumber(Identified, Base):
    """An identity number that a person had before the present one, from when and until when, as far as is known."""

    __tablename__ = "person_number"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str] = mapped_column(EncryptedText("person_number.number"))
    number_index: Mapped[bytes] = mapped_column(BlindIndex("number", "person"), index=True)
    coordination: Mapped[bool]  # a samordningsnummer, else a personnummer
    since: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(default=now)
    replaced_by: Mapped[NumberSource]


class StaffMember(Identified, Base):
    """Someone employed by the municipality; ``subject`` is the identifier their identity provider asserts."""

    __tablename__ = "staff_member"

    subject: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(default=Role.CASEWORKER)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    # Who decided role and unit: what the back office says never undoes what was decided here.
    assigned_by: Mapped[AssignedBy] = mapped_column(default=AssignedBy.BACK_OFFICE)
    # Closed by a system manager: the back office can't open it again.
    closed_here: Mapped[bool] = mapped_column(default=False)
    last_sign_in_at: Mapped[datetime | None]

    @property
    def first_name(self) -> str:
        """The name a client is shown where space is short."""
        return self.name.partition(" ")[0]


class Case(Identified, Base):
    """A case (ärende) about one person before one board."""

    __tablename__ = "case"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    board_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("board.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    # What the client calls it, for example "Boendestödet"; plain words that may still tell, hence encrypted.
    title: Mapped[str] = mapped_column(EncryptedText("case.title"))
    state: Mapped[CaseState] = mapped_column(default=CaseState.OPEN)
    opened_at: Mapped[datetime] = mapped_column(default=now)


class CaseAssignment(Identified, Base):
    """Who works on a case, from when until when; one of them is the client's named caseworker."""

    __tablename__ = "case_assignment"
    __table_args__ = (
        UniqueConstraint("case_id", "staff_id"),
        Index("ix_case_assignment_staff_until", "staff_id", "until"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"))
    named: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]
