"""Meetings put into a running portal as its services put them, at times that nobody could wait for in a test."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal import wiring
from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.core.workdays import working_day_after
from portal.demo.people import CLIENTS, STAFF
from portal.demo.stack import DemoStack
from portal.meetings import outgoing
from portal.meetings.models import Meeting, MeetingType
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.hours import instant
from portal.meetings.rules.states import Delivery, Form, TypeKind
from portal.meetings.rules.times import Settled
from portal.meetings.service import booking
from portal.people.models import Case, CaseAssignment, StaffMember
from portal.people.queries import find_person, staff_by_subject
from portal.sync.adapters.sql import SqlStore
from portal.sync.contract import Kind
from portal.sync.queries import their_id

MINUTES = 30


def at(days: int, hour: int, minute: int = 0) -> datetime:
    """Return a time so many working days ahead, by the clock on the wall."""
    return instant(working_day_after(today(), days), hour * 60 + minute)


class Appointments:
    """Books beside the portal's own processes: in its database, and in the back office's."""

    def __init__(self, portal: DemoStack) -> None:
        settings = portal.settings
        self._engine = make_engine(settings.database_url, settings.key_ring)
        bus = EventBus()
        wiring.subscribe(bus)
        self._sessions = make_sessionmaker(self._engine, bus)
        self._backoffice = SqlStore(settings.backoffice_url)

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()
        self._backoffice.close()

    def book(self, client: str, starts_at: datetime, *, staff: str = "", form: Form = Form.PHONE) -> uuid.UUID:
        """Book a meeting of a client's first case with a caseworker, the named one unless told otherwise.

        One in the past was booked the day before it.
        """
        with travel(min(now(), starts_at - timedelta(days=1))), writing(self._sessions) as session:
            actor, case = _client(session, client)
            type_id = session.scalars(select(MeetingType.id).where(MeetingType.kind == TypeKind.FOLLOW_UP)).first()
            assert type_id
            staff_id = _staff(session, staff).id if staff else _named(session, case)
            settled = Settled(staff_id, starts_at, MINUTES, str(new_id()))
            wanted = Arrangement(form=form)
            made = booking.place(
                session, actor, settled, wanted, person_id=case.person_id, case_id=case.id, type_id=type_id
            )
            return made.id

    def begins_in(self, meeting_id: uuid.UUID, minutes: float) -> None:
        """Let a meeting begin so many minutes from now."""
        with self._meeting(meeting_id) as meeting:
            meeting.starts_at = now() + timedelta(minutes=minutes)
            meeting.ends_at = meeting.starts_at + timedelta(minutes=MINUTES)

    def loses_the_caseworker(self, client: str) -> None:
        """Let whoever works on a client's first case leave it."""
        with writing(self._sessions) as session:
            _actor, case = _client(session, client)
            session.execute(update(CaseAssignment).where(CaseAssignment.case_id == case.id).values(until=now()))

    def get_stuck(self, meeting_id: uuid.UUID) -> None:
        """Let a meeting be one that does not get through to the back office."""
        with self._meeting(meeting_id) as meeting:
            meeting.delivery, meeting.outbox_id = Delivery.STUCK, None

    def is_moved_by_both(self, meeting_id: uuid.UUID, here: datetime, there: datetime) -> None:
        """Let both sides move a meeting before either has heard of it from the other."""
        with self._meeting(meeting_id) as meeting:
            session = Session.object_session(meeting)
            assert session
            theirs = outgoing.record_of(session, meeting)
            meeting.starts_at, meeting.ends_at = here, here + timedelta(minutes=MINUTES)
            # Nothing of ours is on its way, so that theirs is sure to come before it.
            meeting.delivery, meeting.outbox_id = Delivery.PENDING, None
            moved = replace(theirs, starts_at=there, ends_at=there + timedelta(minutes=MINUTES))
        self._backoffice.put_meeting(replace(moved, revision=theirs.revision + 1))

    def is_booked_there_too(self, client: str, meeting_id: uuid.UUID) -> None:
        """Let the back office book another client at the time of a meeting, with the same caseworker."""
        with self._meeting(meeting_id) as meeting:
            session = Session.object_session(meeting)
            assert session
            ours = outgoing.record_of(session, meeting)
            _actor, case = _client(session, client)
            person = their_id(session, Kind.PERSON, case.person_id)
            case_id = their_id(session, Kind.CASE, case.id)
        made = replace(ours, id=f"V-{new_id()}", person_id=person, case_id=case_id, form=Form.VISIT, revision=0)
        self._backoffice.put_meeting(made)

    @contextmanager
    def _meeting(self, meeting_id: uuid.UUID) -> Iterator[Meeting]:
        with writing(self._sessions) as session:
            yield session.get_one(Meeting, meeting_id)


def _client(session: Session, name: str) -> tuple[Actor, Case]:
    number = next(one.identity_number for one in CLIENTS if one.name == name)
    person = find_person(session, number)
    assert person
    case = session.scalars(select(Case).where(Case.person_id == person.id).order_by(Case.opened_at, Case.id)).first()
    assert case
    return Actor(Side.CLIENT, new_id(), now(), 3, person_id=person.id), case


def _staff(session: Session, name: str) -> StaffMember:
    found = staff_by_subject(session, next(one.subject for one in STAFF if one.name == name))
    assert found
    return found


def _named(session: Session, case: Case) -> uuid.UUID:
    found = session.scalars(
        select(CaseAssignment.staff_id).where(CaseAssignment.case_id == case.id, CaseAssignment.named.is_(True))
    ).first()
    assert found
    return found
