"""The invented clients' meetings: some booked, and proposals that wait for one side or the other."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.core.workdays import working_day_after
from portal.meetings.models import MeetingType, Place
from portal.meetings.queries import meeting_minutes
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.availability import Span
from portal.meetings.rules.hours import instant
from portal.meetings.rules.proposing import Terms
from portal.meetings.rules.states import Form, TypeKind
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking, proposals
from portal.meetings.service.proposals import Subject
from portal.people.models import Case

MOST = 5


@dataclass(frozen=True, slots=True)
class Appointment:
    """A meeting of a case some working days ahead, at a clock time in hours."""

    case: str
    days: int
    hour: float
    form: Form
    interpreter: str = ""
    agenda: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a client proposes, and what the caseworker answers with instead (an hour, some days later), if anything."""

    case: str
    days: int
    hours: tuple[float, float]
    text: str
    answer: str = ""


APPOINTMENTS = (
    Appointment("birger", 2, 10, Form.VISIT, "fi", "Resorna till sjukhuset"),
    Appointment("mikael", 1, 11, Form.PHONE),
    Appointment("pavel", 2, 10, Form.VIDEO),
    Appointment("gunvor-ekonomi", 3, 9, Form.VISIT, agenda="Hyran för januari"),
)
PROPOSALS = (
    Proposed(
        "elvira",
        4,
        (13, 15),
        "Jag har prov på förmiddagarna den veckan.",
        "Då är jag på ett möte. Dagen efter kan jag.",
    ),
    Proposed("alva", 5, (8, 10), "Helst på telefon, jag har långt att åka."),
)


class Acting(Protocol):
    """Gives the actor of a case's client, or (named) of a colleague, and the case's id."""

    def __call__(self, session: Session, key: str, by: str = "") -> Actor:
        """Return the actor."""


def arrange(session: Session, act: Acting, case_of: Callable[[str], Case], worker_of: Callable[[str], str]) -> None:
    """Book the meetings as their clients would, and make the proposals."""
    for one in APPOINTMENTS:
        _book(session, act, case_of(one.case), worker_of(one.case), one)
    for proposed in PROPOSALS:
        _propose(session, act, case_of(proposed.case), worker_of(proposed.case), proposed)


def _at(days: int, hour: float) -> datetime:
    return instant(working_day_after(today(), days), int(hour * 60))


def _kind(session: Session, kind: TypeKind) -> MeetingType:
    return session.scalars(select(MeetingType).where(MeetingType.kind == kind, MeetingType.unit_id.is_(None))).one()


def _book(session: Session, act: Acting, case: Case, worker: str, one: Appointment) -> None:
    kind = _kind(session, TypeKind.HOME_VISIT if one.form is Form.HOME else TypeKind.FOLLOW_UP)
    place = session.scalars(select(Place).where(Place.unit_id == case.unit_id)).first()
    place_id = place.id if place and one.form is Form.VISIT else None
    wanted = Arrangement(form=one.form, place_id=place_id, interpreter=one.interpreter, agenda=one.agenda)
    staff_id = act(session, one.case, worker).id
    minutes = meeting_minutes(kind, with_interpreter=bool(one.interpreter))
    booking.place(
        session,
        act(session, one.case),
        Settled(staff_id, _at(one.days, one.hour), minutes, str(new_id())),
        wanted,
        person_id=case.person_id,
        case_id=case.id,
        type_id=kind.id,
    )


def _propose(session: Session, act: Acting, case: Case, worker: str, one: Proposed) -> None:
    kind = _kind(session, TypeKind.FOLLOW_UP)
    window = Span(_at(one.days, one.hours[0]), _at(one.days, one.hours[1]))
    terms = Terms(windows=(window,), forms=(Form.PHONE, Form.VIDEO), text=one.text)
    subject = Subject(case.id, kind.id)
    made = proposals.begin(session, act(session, one.case), subject, terms, submission=str(new_id()), most=MOST)
    if not one.answer:
        return
    start = _at(one.days + 1, one.hours[0])
    offered = Terms(
        windows=(Span(start, start + timedelta(minutes=kind.minutes)),), forms=(Form.PHONE,), text=one.answer
    )
    caseworker = act(session, one.case, worker)
    proposals.counter(session, caseworker, proposal_id=made.id, terms=offered, submission=str(new_id()))
