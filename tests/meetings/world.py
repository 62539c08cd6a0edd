"""The world of messages with a calendar in it: Petra and Henrik have hours, the town hall is where one meets them."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from portal.core.i18n import STOCKHOLM
from portal.core.ids import new_id, new_receipt_no
from portal.meetings.models import Claim, Meeting, MeetingType, Place, StaffCalendar, WeeklyRule
from portal.meetings.rules.availability import quanta
from portal.meetings.rules.states import Form, TypeKind
from tests.messages.world import World

NINE, FOUR = 9 * 60, 16 * 60


@dataclass
class Meetings:
    """Ids of what one can book."""

    follow_up: uuid.UUID
    child_talk: uuid.UUID
    house: uuid.UUID


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """A time by the clock on the wall in Sweden."""
    found = date.fromisoformat(day)
    return datetime(found.year, found.month, found.day, hour, minute, tzinfo=STOCKHOLM)


def kind(session: Session, what: TypeKind = TypeKind.FOLLOW_UP, **more: Any) -> MeetingType:
    values = {"minutes": 45, "forms": [Form.VISIT, Form.PHONE, Form.VIDEO], "notice_hours": 24, "ahead_days": 56}
    made = MeetingType(kind=what, **{**values, **more})
    session.add(made)
    session.flush()
    return made


def place(session: Session, name: str = "Socialkontoret", **more: Any) -> Place:
    made = Place(name=name, address="Storgatan 1, Ekdala", **more)
    session.add(made)
    session.flush()
    return made


def calendar(session: Session, staff_id: uuid.UUID, **more: Any) -> None:
    session.add(StaffCalendar(staff_id=staff_id, **more))
    session.flush()


def hours(session: Session, staff_id: uuid.UUID, weekdays: Iterable[int] = range(5), **more: Any) -> None:
    """Give somebody hours from nine to four, with times every full hour."""
    values = {"from_minute": NINE, "to_minute": FOUR, "step_minutes": 60, "valid_from": date(2026, 1, 1)}
    session.add_all(WeeklyRule(staff_id=staff_id, weekday=day, **{**values, **more}) for day in weekdays)
    session.flush()


def booked(
    session: Session,
    person_id: uuid.UUID,
    staff_id: uuid.UUID,
    type_id: uuid.UUID,
    starts_at: datetime,
    minutes: int = 45,
) -> Meeting:
    """Put a meeting into the database, with the time that it takes, past every rule."""
    ends_at = starts_at + timedelta(minutes=minutes)
    made = Meeting(
        id=new_id(),
        person_id=person_id,
        type_id=type_id,
        staff_id=staff_id,
        starts_at=starts_at,
        ends_at=ends_at,
        receipt_no=new_receipt_no(),
        submission=str(new_id()),
    )
    session.add(made)
    session.flush()
    session.add_all(Claim(staff_id=staff_id, at=piece, meeting_id=made.id) for piece in quanta(starts_at, ends_at))
    session.flush()
    return made


def furnish(session: Session, world: World) -> Meetings:
    """Add kinds, a place, and hours of Petra and Henrik; the team leader has none."""
    found = Meetings(kind(session).id, kind(session, TypeKind.CHILD_TALK, client_bookable=False).id, place(session).id)
    for staff_id in (world.petra, world.henrik):
        calendar(session, staff_id)
        hours(session, staff_id, place_id=found.house)
    return found
