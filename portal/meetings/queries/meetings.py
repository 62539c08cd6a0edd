"""Meetings as an actor may see them: a client's own, or those of the cases that staff work on; never another's.

What is hidden from guardians (SoL 20:7) isn't there for whoever acts for a client.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, not_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.meetings.models import Meeting, MeetingEvent, MeetingType, Place, StaffCalendar
from portal.meetings.queries.reach import Reader, reached, reader_of
from portal.meetings.rules.arrangement import Arrangement, arrangement_of
from portal.meetings.rules.states import Delivery, EventKind, Form, MeetingState, TypeKind
from portal.people import queries as people
from portal.people.models import Person, StaffMember
from portal.people.rules import Protection

PAGE_SIZE = 20


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as pages show it. ``where_shown`` is false where a list must not tell the place."""

    id: uuid.UUID
    case_id: uuid.UUID | None
    type_id: uuid.UUID
    kind: TypeKind
    kind_name: str
    notice_hours: int
    staff_id: uuid.UUID
    staff: str
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    form: Form
    place: str
    address: str
    access_note: str
    where_shown: bool
    calls_from: str
    wanted: Arrangement
    receipt_no: str
    delivery: Delivery
    delivered_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be moved, changed or cancelled: up to its start."""
        return self.state is MeetingState.BOOKED and self.starts_at > now()


@dataclass(frozen=True, slots=True)
class MeetingPage:
    """Meetings that are over or cancelled, the latest first; ``older`` is the start before which there are more."""

    rows: Sequence[MeetingRow]
    older: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a meeting; ``staff`` is who did it, where it wasn't the client."""

    at: datetime
    kind: EventKind
    side: Side | None
    staff: str
    reason: str
    old_starts_at: datetime | None
    new_starts_at: datetime | None


def reachable(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Meeting`` for those an actor may know of; its parameters: ``people.scope``."""
    return reached(Meeting, reader_of(actor))


def came_of(session: Session, actor: Actor, draft_id: uuid.UUID) -> tuple[uuid.UUID, EventKind] | None:
    """Return the actor's meeting that a half-made booking has become, and whether it was booked or moved by it."""
    wanted = (
        select(Meeting.id, MeetingEvent.kind)
        .join(MeetingEvent, MeetingEvent.meeting_id == Meeting.id)
        .where(MeetingEvent.draft_id == draft_id, reachable(actor))
    )
    found = session.execute(wanted, people.scope(actor)).one_or_none()
    return (found[0], found[1]) if found else None


def open_meeting(session: Session, actor: Actor, meeting_id: uuid.UUID, *, lock: bool = True) -> Meeting:
    """Return a meeting itself, held until the transaction ends unless it is only looked at.

    :raises NotFound: for a foreign or unknown id alike.
    """
    wanted = select(Meeting).where(Meeting.id == meeting_id, reachable(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted, people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    return found


@cache
def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(Meeting, MeetingType, Place, StaffMember.name, StaffCalendar.calls_from, Person.protection)
        .join(MeetingType, MeetingType.id == Meeting.type_id)
        .join(StaffMember, StaffMember.id == Meeting.staff_id)
        .join(Person, Person.id == Meeting.person_id)
        .outerjoin(Place, Place.id == Meeting.place_id)
        .outerjoin(StaffCalendar, StaffCalendar.staff_id == Meeting.staff_id)
    )


def _row(found: Any) -> MeetingRow:
    meeting, kind, place, staff, calls_from, protection = found
    return MeetingRow(
        id=meeting.id,
        case_id=meeting.case_id,
        type_id=meeting.type_id,
        kind=kind.kind,
        kind_name=kind.name,
        notice_hours=kind.notice_hours,
        staff_id=meeting.staff_id,
        staff=staff,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        state=meeting.state,
        form=meeting.form,
        place=place.name if place else "",
        address=place.address if place else "",
        access_note=place.access_note if place else "",
        where_shown=protection is Protection.NONE,
        calls_from=calls_from or "",
        wanted=arrangement_of(meeting),
        receipt_no=meeting.receipt_no,
        delivery=meeting.delivery,
        delivered_at=meeting.delivered_at,
    )


def _coming() -> ColumnElement[bool]:
    return and_(Meeting.state == MeetingState.BOOKED, Meeting.ends_at > bindparam("moment"))


def meeting(session: Session, actor: Actor, meeting_id: uuid.UUID) -> MeetingRow:
    """Return one meeting.

    :raises NotFound: for a foreign or unknown id alike.
    """
    wanted = _rows().where(Meeting.id == bindparam("meeting_id"), reachable(actor))
    found = session.execute(wanted, people.scope(actor, meeting_id=meeting_id)).one_or_none()
    if found is None:
        raise NotFound
    return _row(found)


def upcoming(session: Session, actor: Actor, *, limit: int | None = None) -> list[MeetingRow]:
    """Return the booked meetings that aren't over, the next one first."""
    wanted = _upcoming(reader_of(actor)).limit(limit)
    return [_row(found) for found in session.execute(wanted, people.scope(actor))]


@cache
def _upcoming(reader: Reader) -> Select[*tuple[Any, ...]]:
    return _rows().where(reached(Meeting, reader), _coming()).order_by(Meeting.starts_at, Meeting.id)


def next_meeting(session: Session, actor: Actor) -> MeetingRow | None:
    """Return the next booked meeting, or the one that is going on."""
    return next(iter(upcoming(session, actor, limit=1)), None)


def earlier(session: Session, actor: Actor, *, before: datetime | None = None) -> MeetingPage:
    """Return a page of the meetings that are over or cancelled, the latest first, begun before an instant."""
    wanted = _rows().where(reachable(actor), not_(_coming())).order_by(Meeting.starts_at.desc(), Meeting.id.desc())
    if before is not None:
        wanted = wanted.where(Meeting.starts_at < before)
    found = [_row(row) for row in session.execute(wanted.limit(PAGE_SIZE + 1), people.scope(actor))]
    shown = found[:PAGE_SIZE]
    return MeetingPage(shown, shown[-1].starts_at if len(found) > PAGE_SIZE else None)


def upcoming_count(session: Session, actor: Actor) -> int:
    """Return how many booked meetings an actor has ahead."""
    wanted = select(func.count()).select_from(Meeting).where(reachable(actor), _coming())
    return session.scalar(wanted, people.scope(actor)) or 0


def latest(session: Session, actor: Actor) -> MeetingRow | None:
    """Return the meeting that was booked last, whose wishes the next one begins with."""
    wanted = _rows().where(reachable(actor)).order_by(Meeting.created_at.desc(), Meeting.id.desc()).limit(1)
    found = session.execute(wanted, people.scope(actor)).one_or_none()
    return _row(found) if found else None


def history(session: Session, actor: Actor, meeting_id: uuid.UUID) -> list[EventRow]:
    """Return what happened to a meeting, the latest first; nothing of a meeting that isn't the actor's."""
    wanted = (
        select(
            MeetingEvent.at,
            MeetingEvent.kind,
            MeetingEvent.side,
            StaffMember.name,
            MeetingEvent.reason,
            MeetingEvent.old_starts_at,
            MeetingEvent.new_starts_at,
        )
        .join(Meeting, Meeting.id == MeetingEvent.meeting_id)
        .outerjoin(StaffMember, StaffMember.id == MeetingEvent.staff_id)
        .where(MeetingEvent.meeting_id == bindparam("meeting_id"), reachable(actor))
        .order_by(MeetingEvent.at.desc(), MeetingEvent.id.desc())
    )
    rows = session.execute(wanted, people.scope(actor, meeting_id=meeting_id))
    return [EventRow(at, kind, side, name or "", reason, old, new) for at, kind, side, name, reason, old, new in rows]
