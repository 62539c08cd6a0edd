"""The people of the messages' tests with hours to book in, and what tests of bookings do again and again."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.i18n import STOCKHOLM
from portal.meetings.models import (
    BookingDraft,
    Claim,
    Meeting,
    MeetingType,
    Place,
    StaffCalendar,
    WeeklyRule,
)
from portal.meetings.rules.arrangement import Arrangement, arrangement_of
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.service import booking, drafts
from tests.messages import world as people
from tests.messages.world import submission

MOST = 10
FORMS = [Form.PHONE, Form.VISIT, Form.VIDEO, Form.OTHER]
# A Monday without a holiday near it.
MONDAY = datetime(2027, 3, 1, 7, 0, tzinfo=UTC)


@dataclass
class Meetings:
    """Ids of kinds and places, beside the people's."""

    people: people.World
    follow_up: uuid.UUID
    home: uuid.UUID
    first: uuid.UUID
    child_talk: uuid.UUID
    place: uuid.UUID

    @property
    def mariam(self) -> Actor:
        return self.people.client(self.people.mariam)

    @property
    def tor(self) -> Actor:
        return self.people.client(self.people.tor)


def kind(session: Session, which: TypeKind, forms: list[Form], **more: object) -> uuid.UUID:
    made = MeetingType(
        unit_id=None, kind=which, **{"minutes": 30, "buffer_minutes": 10, "forms": [f.value for f in forms], **more}
    )
    session.add(made)
    session.flush()
    return made.id


def build(session: Session) -> Meetings:
    """Make the people, the kinds of meetings, and Petra's and Henrik's hours: every weekday from 8 to 16."""
    who = people.build(session)
    place = Place(unit_id=None, name="Medborgarhuset", address="Storgatan 4", access_note="Säg att du ska till plan 2.")
    session.add(place)
    session.flush()
    for staff_id in (who.petra, who.henrik):
        session.add(StaffCalendar(staff_id=staff_id, calls_from="dolt nummer"))
        for weekday in range(7):
            session.add(
                WeeklyRule(
                    staff_id=staff_id,
                    weekday=weekday,
                    from_minute=8 * 60,
                    to_minute=16 * 60,
                    step_minutes=30,
                    place_id=place.id,
                    valid_from=date(2020, 1, 1),
                )
            )
    session.flush()
    return Meetings(
        who,
        follow_up=kind(session, TypeKind.FOLLOW_UP, FORMS),
        home=kind(session, TypeKind.HOME_VISIT, [Form.HOME], minutes=60),
        first=kind(session, TypeKind.FIRST, [Form.VISIT, Form.PHONE], minutes=60),
        child_talk=kind(
            session, TypeKind.CHILD_TALK, [Form.VISIT], hidden_from_guardians=True, client_bookable=True, minutes=45
        ),
        place=place.id,
    )


def slot(days: int = 7, hour: int = 10, minute: int = 0) -> datetime:
    """Return a time so many days after ``MONDAY``, by the clock on the wall."""
    day = MONDAY.astimezone(STOCKHOLM).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), STOCKHOLM).astimezone(UTC)


def begin(session: Session, world: Meetings, actor: Actor, **changes: object) -> BookingDraft:
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


def book(session: Session, world: Meetings, actor: Actor, at: datetime, **changes: object) -> Meeting:
    """Book a time the whole way."""
    draft = begin(session, world, actor, **changes)
    drafts.hold(session, actor, draft, starts_at=at)
    return booking.book(
        session, actor, draft_id=draft.id, wanted=arrangement_of(draft), submission=submission(), most=MOST
    )


def claimed(session: Session, staff_id: uuid.UUID) -> dict[datetime, uuid.UUID | None]:
    """Return the pieces of a calendar that are taken, by whom."""
    rows = session.execute(select(Claim).where(Claim.staff_id == staff_id).order_by(Claim.at)).scalars()
    return {claim.at: claim.meeting_id or claim.draft_id for claim in rows}


def count(session: Session, table: type[Meeting] | type[Claim] | type[BookingDraft]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
