"""When those who work on a case can be met: their hours less what is taken, in a constant number of queries."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from heapq import merge
from itertools import islice

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.meetings.models import MeetingType, StaffCalendar
from portal.meetings.queries.calendars import calendars
from portal.meetings.rules import availability
from portal.meetings.rules.availability import MAX_AHEAD_DAYS, Calendar, Span, Wanted
from portal.meetings.rules.states import QUANTUM, Form, TypeKind
from portal.people import queries as people
from portal.people.models import Case, CaseAssignment, StaffMember


@dataclass(frozen=True, slots=True)
class BookableStaff:
    """Somebody whom a client may book: of the own case, where one is ``named``, or of the intake (mottagning)."""

    id: uuid.UUID
    name: str
    named: bool
    intake: bool


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time that can be booked. The buffer after it is free, too, and is claimed with it; ``place_id`` of a visit."""

    staff_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    place_id: uuid.UUID | None


def meeting_minutes(kind: MeetingType, with_interpreter: bool) -> int:
    """Return how many minutes a meeting of a kind takes, on the grid."""
    return availability.length(kind.minutes, kind.interpreter_percent, with_interpreter=with_interpreter)


@cache
def _types() -> Select[MeetingType]:
    of_unit = or_(MeetingType.unit_id.is_(None), MeetingType.unit_id == bindparam("unit_id"))
    return select(MeetingType).where(MeetingType.active.is_(True), of_unit).order_by(MeetingType.id)


def types_of_unit(session: Session, unit_id: uuid.UUID | None) -> list[MeetingType]:
    """Return the kinds of meetings in use at a unit: its own, and those for all units that it has no own one for."""
    found = session.scalars(_types(), {"unit_id": unit_id}).all()
    own = {kind.kind for kind in found if kind.unit_id is not None} - {TypeKind.OTHER}
    order = list(TypeKind)
    return sorted(
        (kind for kind in found if kind.unit_id is not None or kind.kind not in own),
        key=lambda kind: (order.index(kind.kind), kind.name),
    )


def types_for(session: Session, actor: Actor, case_id: uuid.UUID | None) -> list[MeetingType]:
    """Return the kinds of meetings in use at a case's unit, for a client only those that clients may book.

    Without a case: those for all units.

    :raises NotFound: the actor doesn't reach the case.
    """
    unit_id = None
    if case_id is not None:
        people.case(session, actor, case_id)
        unit_id = session.scalar(select(Case.unit_id).where(Case.id == case_id))
    found = types_of_unit(session, unit_id)
    return [kind for kind in found if kind.client_bookable or actor.side is Side.STAFF]


def _bookable() -> ColumnElement[bool]:
    return StaffCalendar.bookable.is_(True) & StaffMember.active.is_(True)


@cache
def _staff_of_case() -> Select[uuid.UUID, str, bool]:
    return (
        select(StaffMember.id, StaffMember.name, CaseAssignment.named)
        .join(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .join(CaseAssignment, CaseAssignment.staff_id == StaffMember.id)
        .where(CaseAssignment.case_id == bindparam("case_id"), people.lasting(), _bookable())
        .order_by(CaseAssignment.named.desc(), CaseAssignment.since, StaffMember.id)
    )


@cache
def _intake() -> Select[uuid.UUID, str]:
    return (
        select(StaffMember.id, StaffMember.name)
        .join(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(StaffCalendar.intake.is_(True), _bookable())
        .order_by(StaffMember.id)
    )


def bookable_staff(session: Session, actor: Actor, case_id: uuid.UUID | None) -> list[BookableStaff]:
    """Return whom the client of a case may book: those who work on it, the named one first; if there are none, intake.

    :raises NotFound: the actor doesn't reach the case.
    """
    if case_id is not None:
        people.case(session, actor, case_id)
        rows = session.execute(_staff_of_case(), people.scope(actor, case_id=case_id))
        if found := [BookableStaff(id_, name, named, intake=False) for id_, name, named in rows]:
            return found
    return [BookableStaff(id_, name, named=False, intake=True) for id_, name in session.execute(_intake())]


def free_times(
    session: Session,
    actor: Actor,
    *,
    person_id: uuid.UUID,
    type_id: uuid.UUID,
    form: Form,
    staff_ids: Iterable[uuid.UUID],
    minutes: int,
    after: datetime,
    before: datetime,
    limit: int,
    ignoring_draft: uuid.UUID | None = None,
    ignoring_meeting: uuid.UUID | None = None,
) -> list[FreeTime]:
    """Return the free times that begin from ``after`` until before ``before``, the next one first, ``limit`` at most.

    Asked by a client they also keep the kind's notice and horizon; staff may book at once and a year ahead. The
    client's own meetings count as taken, too. ``ignoring_draft`` and ``ignoring_meeting`` are what the caller holds
    already. Whoever doesn't work with the client and isn't of the intake has no times here; which kinds may be chosen
    is ``types_for``'s to say.

    :raises NotFound: the client isn't the actor's, or the kind of meeting is unknown.
    """
    kind = _kind(session, actor, person_id, type_id)
    within = _within(actor, kind, after, before)
    if form not in kind.forms or within.start >= within.end:
        return []
    # On the grid, as it is claimed: what is off it, booked in the back office, is in the way of a whole piece.
    wanted = Wanted(type_id, form, availability.round_up(minutes), availability.round_up(kind.buffer_minutes))
    asked = people.scope(actor, person_id=person_id, staff_ids=list(staff_ids))
    units = dict(session.execute(_reachable(actor.side), asked).all())
    until = within.end + timedelta(minutes=wanted.minutes + wanted.buffer_minutes)
    found = calendars(
        session,
        units,
        person_id,
        Span(within.start, until),
        ignoring_draft=ignoring_draft,
        ignoring_meeting=ignoring_meeting,
    )
    takes = timedelta(minutes=wanted.minutes)
    starts = merge(*(_of_one(staff_id, calendar, wanted, within) for staff_id, calendar in found.items()))
    return [FreeTime(staff_id, at, at + takes, place_id) for at, staff_id, place_id in islice(starts, limit)]


def is_free(
    session: Session,
    actor: Actor,
    *,
    person_id: uuid.UUID,
    type_id: uuid.UUID,
    form: Form,
    staff_id: uuid.UUID,
    minutes: int,
    starts_at: datetime,
    ignoring_draft: uuid.UUID | None = None,
    ignoring_meeting: uuid.UUID | None = None,
) -> FreeTime | None:
    """Return the time that begins exactly then, if it is free by the rules of ``free_times``.

    Asked under the calendar's lock it stays so until the lock is let go.
    """
    found = free_times(
        session,
        actor,
        person_id=person_id,
        type_id=type_id,
        form=form,
        staff_ids=(staff_id,),
        minutes=minutes,
        after=starts_at,
        before=starts_at + QUANTUM,
        limit=1,
        ignoring_draft=ignoring_draft,
        ignoring_meeting=ignoring_meeting,
    )
    return found[0] if found and found[0].starts_at == starts_at else None


def _kind(session: Session, actor: Actor, person_id: uuid.UUID, type_id: uuid.UUID) -> MeetingType:
    if actor.side is Side.STAFF:
        people.client(session, actor, person_id)
    elif actor.subject_id != person_id:
        raise NotFound
    found = session.get(MeetingType, type_id)
    if found is None:
        raise NotFound
    return found


def _within(actor: Actor, kind: MeetingType, after: datetime, before: datetime) -> Span:
    notice, ahead = (kind.notice_hours, kind.ahead_days) if actor.side is Side.CLIENT else (0, MAX_AHEAD_DAYS)
    may = availability.bounds(now(), notice, ahead)
    return Span(max(after, may.start), min(before, may.end))


@cache
def _reachable(side: Side) -> Select[uuid.UUID, uuid.UUID | None]:
    """Select those of the staff asked for who work with the client on a case that the actor reaches, or at intake.

    Each with the unit.
    """
    working = (
        select(CaseAssignment.staff_id)
        .join(Case, Case.id == CaseAssignment.case_id)
        .where(Case.person_id == bindparam("person_id"), people.reachable(side), people.lasting())
    )
    return (
        select(StaffMember.id, StaffMember.unit_id)
        .join(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(StaffMember.id.in_(bindparam("staff_ids", expanding=True)), _bookable())
        .where(or_(StaffCalendar.intake.is_(True), StaffMember.id.in_(working)))
        .order_by(StaffMember.id)
    )


def _of_one(
    staff_id: uuid.UUID, calendar: Calendar, wanted: Wanted, within: Span
) -> Iterator[tuple[datetime, uuid.UUID, uuid.UUID | None]]:
    for start in availability.free_starts(calendar, wanted, within):
        yield start.at, staff_id, start.place_id
