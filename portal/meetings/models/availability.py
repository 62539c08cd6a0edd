"""Tables of when somebody can be met: kinds of meetings, places, weekly rules, single days, times taken elsewhere."""

import uuid
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.clock import now
from portal.core.crypto import EncryptedText
from portal.core.db import Base, Identified
from portal.meetings.rules.states import TypeKind


class MeetingType(Identified, Base):
    """A kind of meeting with its length, forms and notice; of one unit, or (no unit) of all. Minutes, hours, days."""

    __tablename__ = "meeting_type"

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    kind: Mapped[TypeKind]
    # Empty: the kind's own name, translated. Else what the unit calls it, in Swedish.
    name: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int]
    # Longer by this share with an interpreter, in per cent.
    interpreter_percent: Mapped[int] = mapped_column(default=50)
    buffer_minutes: Mapped[int] = mapped_column(default=0)  # kept free after it
    # Values of ``Form``, the first one is suggested.
    forms: Mapped[list[str]] = mapped_column(JSON)
    notice_hours: Mapped[int] = mapped_column(default=24)  # latest booking before it
    ahead_days: Mapped[int] = mapped_column(default=56)  # earliest booking before it
    client_bookable: Mapped[bool] = mapped_column(default=True)
    # A talk with a child without its guardian (SoL 20:7).
    hidden_from_guardians: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)


class Place(Identified, Base):
    """A place of a unit where clients are met."""

    __tablename__ = "meeting_place"

    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    address: Mapped[str]
    # How to get in and whom to turn to, for example "Säg att du ska till plan 2".
    access_note: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class StaffCalendar(Base):
    """A caseworker's calendar: its row is locked by whoever books in it, so that two bookings never wait on each other.

    Without a row a caseworker can't be booked by clients.
    """

    __tablename__ = "staff_calendar"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"), primary_key=True)
    bookable: Mapped[bool] = mapped_column(default=True)
    # Answers for those who have no caseworker yet (mottagning).
    intake: Mapped[bool] = mapped_column(default=False, index=True)
    # What a phone meeting says of who calls, for example "dolt nummer" or "010-123 ..".
    calls_from: Mapped[str] = mapped_column(default="")


def _one_owner() -> CheckConstraint:
    return CheckConstraint("(staff_id IS NULL) <> (unit_id IS NULL)", name="one_owner")


class WeeklyRule(Identified, Base):
    """Hours in which somebody, or everybody in a unit, can be booked every week.

    Wall-clock time in Sweden, minutes from midnight. Whom a unit's hours are for is said by ``rules.availability``.
    """

    __tablename__ = "meeting_weekly_rule"
    __table_args__ = (
        _one_owner(),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("0 <= from_minute AND from_minute < to_minute AND to_minute <= 1440", name="hours"),
        CheckConstraint("step_minutes >= 5", name="step"),
    )

    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"), index=True)
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"), index=True)
    weekday: Mapped[int]  # Monday is 0
    from_minute: Mapped[int]
    to_minute: Mapped[int]
    step_minutes: Mapped[int] = mapped_column(default=30)  # times begin so far apart
    # Values of ``Form`` and ids of meeting types; empty: all.
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    type_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting_place.id"))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]  # the last day


class DayException(Identified, Base):
    """A single opening (``open``) or an absence, from when until when; of a unit, its being closed to all."""

    __tablename__ = "meeting_exception"
    __table_args__ = (
        _one_owner(),
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_meeting_exception_staff_id_ends_at", "staff_id", "ends_at"),
        Index("ix_meeting_exception_unit_id_ends_at", "unit_id", "ends_at"),
    )

    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    open: Mapped[bool]
    step_minutes: Mapped[int] = mapped_column(default=30)
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    type_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    place_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting_place.id"))
    # Seen by staff only; may tell of illness.
    note: Mapped[str] = mapped_column(EncryptedText("meeting_exception.note"), default="")


class BusySource(Identified, Base):
    """A calendar elsewhere whose busy times are taken in: an iCalendar address, or a file that was handed in."""

    __tablename__ = "meeting_busy_source"

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    # Such an address is a secret; empty for a file.
    url: Mapped[str] = mapped_column(EncryptedText("meeting_busy_source.url"), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    fetched_at: Mapped[datetime | None]
    ok_at: Mapped[datetime | None]
    # A code of ours, never what the other side said.
    error: Mapped[str] = mapped_column(default="")


class BusyTime(Identified, Base):
    """A time that is taken elsewhere: an imported calendar's, or the back office's. It has no title on purpose."""

    __tablename__ = "meeting_busy_time"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        UniqueConstraint("external_id"),
        Index("ix_meeting_busy_time_staff_id_ends_at", "staff_id", "ends_at"),
    )

    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"))
    source_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("meeting_busy_source.id", ondelete="CASCADE"), index=True
    )
    external_id: Mapped[str | None]  # the back office's id, where it comes from there
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
