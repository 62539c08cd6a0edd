"""What decides over caseworkers' time, loaded for a window: each table is asked once, whatever it holds."""

import uuid
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.core.clock import now
from portal.core.db import plain_rows
from portal.core.i18n import STOCKHOLM
from portal.meetings.models import BusyTime, Claim, DayException, Meeting, Place, WeeklyRule
from portal.meetings.rules.availability import Calendar, Hours, Kinds, Opening, Span, Taken, Weekly
from portal.meetings.rules.states import QUANTUM, Form, MeetingState

# An id that no row has: nothing is equal to it.
_NOBODY = uuid.UUID(int=0)


def calendars(
    session: Session,
    staff: Mapping[uuid.UUID, uuid.UUID | None],
    person_id: uuid.UUID | None,
    within: Span,
    *,
    ignoring_draft: uuid.UUID | None = None,
    ignoring_meeting: uuid.UUID | None = None,
) -> dict[uuid.UUID, Calendar]:
    """Return the calendars of caseworkers who have hours in the window; a client's own meetings are taken in each.

    ``staff`` gives the unit of each, whose hours and closings count, too. Two things are not counted as taken: what is
    held for a draft, and what a meeting takes that is to be moved.
    """
    units = {id_: unit_id or _NOBODY for id_, unit_id in staff.items()}
    window = {"staff_ids": list(staff), "unit_ids": list(set(units.values())), "start": within.start, "end": within.end}
    ignoring = {"draft_id": ignoring_draft or _NOBODY, "meeting_id": ignoring_meeting or _NOBODY}
    weekly = _weekly_by_owner(session, within, window)
    openings: dict[uuid.UUID, list[Opening]] = defaultdict(list)
    taken: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for row in session.execute(_exceptions(), window):
        if row.open:
            openings[row.owner_id].append(Opening(row.starts_at, row.ends_at, row.step_minutes, _kinds(row)))
        else:
            taken[row.owner_id].append(Span(row.starts_at, row.ends_at))
    for staff_id, start, end in session.execute(_busy(), window):
        taken[staff_id].append(Span(start, end))
    for staff_id, start, end, buffer_minutes in plain_rows(
        session, _booked(), {**window, **ignoring, **_longer(within)}
    ):
        taken[staff_id].append(Span(start, end + timedelta(minutes=buffer_minutes)))
    claimed = {"first_piece": within.start - QUANTUM, "moment": now()}
    for staff_id, first, last in session.execute(_held(), {**window, **ignoring, **claimed}):
        taken[staff_id].append(Span(first, last + QUANTUM))
    asked_for = {**window, **ignoring, "person_id": person_id}
    own = [Span(*row) for row in session.execute(_own_meetings(), asked_for)] if person_id else []
    hours = {id_: Hours(weekly[id_], openings[id_]) for id_ in (*units, *units.values())}
    return {
        id_: Calendar(hours[id_], Taken((*taken[id_], *taken[unit_id], *own)), hours[unit_id])
        for id_, unit_id in units.items()
        if hours[id_] or hours[unit_id]
    }


def _weekly_by_owner(session: Session, within: Span, window: dict[str, Any]) -> dict[uuid.UUID, list[Weekly]]:
    days = {"first": within.start.astimezone(STOCKHOLM).date(), "last": within.end.astimezone(STOCKHOLM).date()}
    found: dict[uuid.UUID, list[Weekly]] = defaultdict(list)
    for row in session.execute(_weekly(), {**window, **days}):
        hours = (row.weekday, row.from_minute, row.to_minute, row.step_minutes, row.valid_from, row.valid_until)
        found[row.owner_id].append(Weekly(*hours, _kinds(row)))
    return found


def _kinds(row: Any) -> Kinds:
    forms = frozenset(map(Form, row.forms))
    return Kinds(forms, frozenset(map(uuid.UUID, row.type_ids)), row.open_place_id)


def _in_window(
    starts_at: InstrumentedAttribute[datetime], ends_at: InstrumentedAttribute[datetime]
) -> ColumnElement[bool]:
    return (starts_at < bindparam("end")) & (ends_at > bindparam("start"))


def _theirs(staff_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    return staff_id.in_(bindparam("staff_ids", expanding=True))


def _theirs_or_the_units(table: type[WeeklyRule | DayException]) -> ColumnElement[bool]:
    return or_(
        table.staff_id.in_(bindparam("staff_ids", expanding=True)),
        table.unit_id.in_(bindparam("unit_ids", expanding=True)),
    )


@cache
def _weekly() -> Select[*tuple[Any, ...]]:
    table = WeeklyRule
    return (
        select(
            func.coalesce(table.staff_id, table.unit_id).label("owner_id"),
            table.weekday,
            table.from_minute,
            table.to_minute,
            table.step_minutes,
            table.valid_from,
            table.valid_until,
            table.forms,
            table.type_ids,
            Place.id.label("open_place_id"),
        )
        # A place that was closed receives nobody any more.
        .outerjoin(Place, (Place.id == table.place_id) & Place.active.is_(True))
        .where(
            _theirs_or_the_units(table),
            table.valid_from <= bindparam("last"),
            or_(table.valid_until.is_(None), table.valid_until >= bindparam("first")),
        )
        .order_by(table.from_minute, table.id)
    )


@cache
def _exceptions() -> Select[*tuple[Any, ...]]:
    table = DayException
    return (
        select(
            func.coalesce(table.staff_id, table.unit_id).label("owner_id"),
            table.open,
            table.starts_at,
            table.ends_at,
            table.step_minutes,
            table.forms,
            table.type_ids,
            Place.id.label("open_place_id"),
        )
        .outerjoin(Place, (Place.id == table.place_id) & Place.active.is_(True))
        .where(_theirs_or_the_units(table), _in_window(table.starts_at, table.ends_at))
        .order_by(table.starts_at, table.id)
    )


@cache
def _busy() -> Select[uuid.UUID, datetime, datetime]:
    return select(BusyTime.staff_id, BusyTime.starts_at, BusyTime.ends_at).where(
        _theirs(BusyTime.staff_id), _in_window(BusyTime.starts_at, BusyTime.ends_at)
    )


def _longer(within: Span) -> dict[str, datetime]:
    # What is kept free after a meeting may reach into the window when the meeting itself does not.
    return {"start_less_buffer": within.start - timedelta(days=1)}


@cache
def _booked() -> Select[uuid.UUID, datetime, datetime, int]:
    """Select the booked meetings with what is kept free after each.

    Their rows, not their claims: there are a dozen claims to a meeting, and one that both sides have booked has none.
    """
    return select(Meeting.staff_id, Meeting.starts_at, Meeting.ends_at, Meeting.buffer_minutes).where(
        _theirs(Meeting.staff_id),
        Meeting.state == MeetingState.BOOKED,
        Meeting.id != bindparam("meeting_id"),
        Meeting.starts_at < bindparam("end"),
        Meeting.ends_at > bindparam("start_less_buffer"),
    )


@cache
def _held() -> Select[uuid.UUID, datetime, datetime]:
    """Select what is held for drafts, one row for each: a draft's pieces follow upon each other."""
    table = Claim
    return (
        select(table.staff_id, func.min(table.at), func.max(table.at))
        .where(
            _theirs(table.staff_id),
            table.at > bindparam("first_piece"),
            table.at < bindparam("end"),
            table.lapses_at > bindparam("moment"),
            table.draft_id != bindparam("draft_id"),
        )
        .group_by(table.staff_id, table.draft_id)
    )


@cache
def _own_meetings() -> Select[datetime, datetime]:
    return select(Meeting.starts_at, Meeting.ends_at).where(
        Meeting.person_id == bindparam("person_id"),
        Meeting.state == MeetingState.BOOKED,
        Meeting.id != bindparam("meeting_id"),
        _in_window(Meeting.starts_at, Meeting.ends_at),
    )
