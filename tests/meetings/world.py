"""The people of the messages' tests with hours to book in, and what tests of meetings do again and again.

``furnish`` gives office hours and two kinds of meetings; ``build`` makes the people too, with longer hours and more
kinds, for tests that book.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.i18n import STOCKHOLM
from portal.core.ids import new_id, new_receipt_no
from portal.meetings.models import BookingDraft, Claim, Meeting, MeetingType, Place, StaffCalendar, WeeklyRule
from portal.meetings.rules.arrangement import Arrangement, arrangement_of
from portal.meetings.rules.availability import quanta
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.service import booking, drafts
from tests.messages import world as people
from tests.messages.world import World, submission

MOST = 10
# A Monday without a holiday near it.
MONDAY = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)


@dataclass
class Meetings:
    """Ids of what one can book."""

    follow_up: uuid.UUID
    child_talk: uuid.UUID
    place: uuid.UUID


@dataclass
class Bookings(Meetings):
    """More kinds, beside the people's."""

    people: World
    home: uuid.UUID
    first: uuid.UUID

    @property
    def mariam(self) -> Actor:
        return self.people.client(self.people.mariam)

    @property
    def tor(self) -> Actor:
        return self.people.client(self.people.tor)


def at(day: str, hour: int, minute: int = 0) -> datetime:
    """A time by the clock on the wall in Sweden."""
    return datetime.combine(date.fromisoformat(day), time(hour, minute), STOCKHOLM)


def slot(days: int = 7, hour: int = 10, minute: int = 0) -> datetime:
    """Return a time so many days after ``MONDAY``, by the clock on the wall."""
    day = MONDAY.astimezone(STOCKHOLM).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), STOCKHOLM).astimezone(UTC)


def kind(session: Session, what: TypeKind = TypeKind.FOLLOW_UP, **more: Any) -> MeetingType:
    values = {"minutes": 45, "forms": [Form.VISIT, Form.PHONE, Form.VIDEO], "notice_hours": 24, "ahead_days": 56}
    made = MeetingType(kind=what, **{**values, **more})
    session.add(made)
    session.flush()
    return made


def place(session: Session, name: str = "Socialkontoret", **more: Any) -> Place:
    made = Place(name=name, **{"address": "Storgatan 1, Ekdala", **more})
    session.add(made)
    session.flush()
    return made


def calendar(session: Session, staff_id: uuid.UUID, **more: Any) -> None:
    session.add(StaffCalendar(staff_id=staff_id, **more))
    session.flush()


def hours(session: Session, staff_id: uuid.UUID, weekdays: Iterable[int] = range(5), **more: Any) -> None:
    """Give somebody hours from nine to four, with times every full hour."""
    values = {"from_minute": 9 * 60, "to_minute": 16 * 60, "step_minutes": 60, "valid_from": date(2026, 1, 1)}
    session.add_all(WeeklyRule(staff_id=staff_id, weekday=day, **{**values, **more}) for day in weekdays)
    session.flush()


def furnish(session: Session, world: World) -> Meetings:
    """Add kinds, a place, and hours of Petra and Henrik; the team leader has none."""
    found = Meetings(kind(session).id, kind(session, TypeKind.CHILD_TALK, client_bookable=False).id, place(session).id)
    for staff_id in (world.petra, world.henrik):
        calendar(session, staff_id)
        hours(session, staff_id, place_id=found.place)
    return found


def build(session: Session) -> Bookings:
    """Make the people, the kinds of meetings, and Petra's and Henrik's hours: every day from 8 to 16."""
    who = people.build(session)
    house = place(session, "Medborgarhuset", address="Storgatan 4", access_note="Säg att du ska till plan 2.")
    for staff_id in (who.petra, who.henrik):
        calendar(session, staff_id, calls_from="dolt nummer")
        hours(session, staff_id, range(7), from_minute=8 * 60, step_minutes=30, place_id=house.id)

    def made(what: TypeKind, *forms: Form, **more: Any) -> uuid.UUID:
        return kind(session, what, **{"minutes": 30, "buffer_minutes": 10, "forms": list(forms), **more}).id

    talk = {"hidden_from_guardians": True, "client_bookable": True, "minutes": 45}
    return Bookings(
        people=who,
        follow_up=made(TypeKind.FOLLOW_UP, Form.PHONE, Form.VISIT, Form.VIDEO, Form.OTHER),
        home=made(TypeKind.HOME_VISIT, Form.HOME, minutes=60),
        first=made(TypeKind.FIRST, Form.VISIT, Form.PHONE, minutes=60),
        child_talk=made(TypeKind.CHILD_TALK, Form.VISIT, **talk),
        place=house.id,
    )


def begin(session: Session, world: Bookings, actor: Actor, **changes: object) -> BookingDraft:
    """Begin to book with Petra (Mariam) or Henrik (Tor), on the phone unless changed."""
    mariams = actor.subject_id == world.people.mariam
    values = {
        "case_id": world.people.money if mariams else world.people.tors,
        "staff_id": world.people.petra if mariams else world.people.henrik,
        "type_id": world.follow_up,
        "wanted": Arrangement(),
        **changes,
    }
    return drafts.begin(session, actor, **values)  # type: ignore[arg-type]  # what a test changes it knows


def book(session: Session, world: Bookings, actor: Actor, at: datetime, **changes: object) -> Meeting:
    """Book a time the whole way."""
    draft = begin(session, world, actor, **changes)
    drafts.hold(session, actor, draft, starts_at=at)
    return booking.book(
        session, actor, draft_id=draft.id, wanted=arrangement_of(draft), submission=submission(), most=MOST
    )


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


def claimed(session: Session, staff_id: uuid.UUID) -> dict[datetime, uuid.UUID | None]:
    """Return the pieces of a calendar that are taken, by whom."""
    rows = session.execute(select(Claim).where(Claim.staff_id == staff_id).order_by(Claim.at)).scalars()
    return {claim.at: claim.meeting_id or claim.draft_id for claim in rows}


def count(session: Session, table: type[Meeting] | type[Claim] | type[BookingDraft]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
