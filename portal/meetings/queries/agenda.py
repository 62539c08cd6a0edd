"""A staff member's calendar: meetings, what was offered, what is taken; and colleagues whose calendars one may see."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.meetings.models import (
    BusyTime,
    DayException,
    Meeting,
    Proposal,
    ProposalTurn,
    ProposalWindow,
    StaffCalendar,
)
from portal.meetings.queries import proposals
from portal.meetings.queries.meetings import reachable
from portal.meetings.rules.states import Delivery, Form, MeetingState
from portal.people import queries as people
from portal.people.models import Person, StaffMember


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whose calendar the actor may see."""

    id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a calendar. ``client`` is empty where the actor doesn't work with the client."""

    kind: str  # meeting, offer, wish, absence, busy or open
    starts_at: datetime
    ends_at: datetime
    id: uuid.UUID | None = None
    client: str = ""
    form: Form | None = None
    with_interpreter: bool = False
    state: MeetingState | None = None
    in_conflict: bool = False


def colleagues(session: Session, actor: Actor) -> list[Colleague]:
    """Return the actor and those of the same unit, the actor first, then by name."""
    own = aliased(StaffMember)
    unit = select(own.unit_id).where(own.id == actor.id).scalar_subquery()
    wanted = select(StaffMember.id, StaffMember.name).where(
        or_(StaffMember.id == actor.id, StaffMember.unit_id == unit), StaffMember.active.is_(True)
    )
    found = [Colleague(*row) for row in session.execute(wanted.order_by(StaffMember.name, StaffMember.id))]
    return sorted(found, key=lambda one: one.id != actor.id)


def with_calendar(session: Session, actor: Actor) -> list[Colleague]:
    """Return colleagues who can take a meeting over: those with a calendar, of the unit."""
    ids = set(session.scalars(select(StaffCalendar.staff_id)))
    return [one for one in colleagues(session, actor) if one.id in ids]


def agenda(session: Session, actor: Actor, staff_id: uuid.UUID, start: datetime, end: datetime) -> list[Entry]:
    """Return what stands in a calendar from an instant to another, in four queries.

    :raises NotFound: the calendar isn't the actor's or a colleague's.
    """
    if staff_id not in {one.id for one in colleagues(session, actor)}:
        raise NotFound
    window = {"staff_id": staff_id, "start": start, "end": end, "moment": now()}
    found = [_meeting(row) for row in session.execute(_meetings(actor), people.scope(actor, **window))]
    found += [_offer(row) for row in session.execute(_offers(actor), people.scope(actor, **window))]
    found += [Entry("absence", *row) for row in session.execute(_absences(), window)]
    found += [Entry("busy", *row) for row in session.execute(_busy(), window)]
    return sorted(found, key=lambda one: (one.starts_at, one.ends_at))


def conflicts(session: Session, actor: Actor) -> Sequence[Entry]:
    """Return the actor's meetings that both sides have changed or booked, the next one first."""
    wanted = _columns(actor).where(Meeting.staff_id == actor.id, Meeting.conflict.is_not(None))
    rows = session.execute(wanted.order_by(Meeting.starts_at), people.scope(actor))
    return [_meeting(row) for row in rows]


def conflict_count(session: Session, actor: Actor) -> int:
    """Return how many meetings wait for a choice between two versions."""
    wanted = select(func.count()).select_from(Meeting)
    return session.scalar(wanted.where(Meeting.staff_id == actor.id, Meeting.conflict.is_not(None))) or 0


def stuck(session: Session, actor: Actor) -> Sequence[Entry]:
    """Return the actor's meetings that don't get through to the back office."""
    wanted = _columns(actor).where(Meeting.staff_id == actor.id, Meeting.delivery == Delivery.STUCK)
    return [_meeting(row) for row in session.execute(wanted.order_by(Meeting.starts_at), people.scope(actor))]


def _columns(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(
        Meeting.id,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.form,
        Meeting.interpreter,
        Meeting.state,
        Meeting.conflict.is_not(None).label("in_conflict"),
        Person.id.label("person_id"),
        Person.given_name,
        Person.surname,
        Person.protection,
        reachable(actor).label("known"),
    ).join(Person, Person.id == Meeting.person_id)


def _meetings(actor: Actor) -> Select[*tuple[Any, ...]]:
    shown = Meeting.state != MeetingState.CANCELLED
    return _columns(actor).where(shown, _within(Meeting))


def _within(table: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (table.staff_id == bindparam("staff_id")) & _in_window(table)
    return found


def _in_window(table: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = (table.starts_at < bindparam("end")) & (table.ends_at > bindparam("start"))
    return found


def _meeting(row: Any) -> Entry:
    name = people.shown_name(row.person_id, row.given_name, row.surname, row.protection)
    return Entry(
        kind="meeting",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        id=row.id if row.known else None,
        client=name if row.known else "",
        form=row.form if row.known else None,
        with_interpreter=bool(row.known and row.interpreter),
        state=row.state,
        in_conflict=row.in_conflict,
    )


def _offer(row: Any) -> Entry:
    kind = "offer" if row.side is Side.STAFF else "wish"
    return Entry(kind, row.starts_at, row.ends_at, id=row.id if row.known else None)


def _offers(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Return what either side has proposed last and waits for an answer."""
    later = aliased(ProposalTurn)
    is_last = ~(
        select(later.id)
        .where(later.proposal_id == ProposalTurn.proposal_id, later.number > ProposalTurn.number)
        .exists()
    )
    return (
        select(
            ProposalWindow.starts_at,
            ProposalWindow.ends_at,
            Proposal.id,
            ProposalTurn.side,
            proposals.reachable(actor).label("known"),
        )
        .join(ProposalTurn, ProposalTurn.id == ProposalWindow.turn_id)
        .join(Proposal, Proposal.id == ProposalTurn.proposal_id)
        .where(Proposal.state.in_(proposals.WAITING), Proposal.expires_at > bindparam("moment"), is_last)
        .where(Proposal.staff_id == bindparam("staff_id"))
        .where(ProposalWindow.starts_at < bindparam("end"), ProposalWindow.ends_at > bindparam("start"))
    )


def _absences() -> Select[*tuple[Any, ...]]:
    """Select the owner's absences, and when the unit is closed."""
    unit = select(StaffMember.unit_id).where(StaffMember.id == bindparam("staff_id")).scalar_subquery()
    return select(DayException.starts_at, DayException.ends_at).where(
        DayException.open.is_(False),
        or_(DayException.staff_id == bindparam("staff_id"), DayException.unit_id == unit),
        _in_window(DayException),
    )


def _busy() -> Select[*tuple[Any, ...]]:
    return select(BusyTime.starts_at, BusyTime.ends_at).where(_within(BusyTime))
