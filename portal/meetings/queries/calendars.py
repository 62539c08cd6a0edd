"""What decides over caseworkers' time, loaded for a window: each table is asked once, whatever it holds."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.core.clock import now
from portal.core.db import plain_rows
from portal.core.i18n import STOCKHOLM
from portal.meetings.models import BusyTime, Claim, DayException, Meeting, MeetingType, Place, WeeklyRule
from portal.meetings.rules.availability import Calendar, Kinds, Opening, Span, Taken, Weekly
from portal.meetings.rules.states import QUANTUM, Form, MeetingState

# An id that no row has: nothing is equal to it.
_NOBODY = uuid.UUID(int=0)


def calendars(
    session: Session,
    staff_ids: Sequence[uuid.UUID],
    person_id: uuid.UUID,
    within: Span,
    *,
    ignoring_draft: uuid.UUID | None = None,
    ignoring_meeting: uuid.UUID | None = None,
) -> dict[uuid.UUID, Calendar]:
    """Return the calendars of caseworkers who have hours in the window; the client's own meetings are taken in each.

    Two things are not counted as taken: what is held for a draft, and what a meeting takes that is to be moved.
    """
    window = {"staff_ids": list(staff_ids), "start": within.start, "end": within.end}
    ignoring = {"draft_id": ignoring_draft or _NOBODY, "meeting_id": ignoring_meeting or _NOBODY}
    weekly = _weekly_by_staff(session, within, window)
    openings: dict[uuid.UUID, list[Opening]] = defaultdict(list)
    taken: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for row in session.execute(_exceptions(), window):
        if row.open:
            openings[row.staff_id].append(Opening(row.starts_at, row.ends_at, row.step_minutes, _kinds(row)))
        else:
            taken[row.staff_id].append(Span(row.starts_at, row.ends_at))
    for staff_id, start, end in session.execute(_busy(), window):
        taken[staff_id].append(Span(start, end))
    for staff_id, start, end, buffer_minutes in plain_rows(
        session, _booked(), {**window, **ignoring, **_longer(within)}
    ):
        taken[staff_id].append(Span(start, end + timedelta(minutes=buffer_minutes)))
    claimed = {"first_piece": within.start - QUANTUM, "moment": now()}
    for staff_id, first, last in session.execute(_held(), {**window, **ignoring, **claimed}):
        taken[staff_id].append(Span(first, last + QUANTUM))
    own = [Span(*row) for row in session.execute(_own_meetings(), {**window, **ignoring, "person_id": person_id})]
    return {
        id_: Calendar(weekly[id_], openings[id_], Taken((*taken[id_], *own)))
        for id_ in staff_ids
        if weekly[id_] or openings[id_]
    }


def _weekly_by_staff(session: Session, within: Span, window: dict[str, Any]) -> dict[uuid.UUID, list[Weekly]]:
    days = {"first": within.start.astimezone(STOCKHOLM).date(), "last": within.end.astimezone(STOCKHOLM).date()}
    found: dict[uuid.UUID, list[Weekly]] = defaultdict(list)
    for row in session.execute(_weekly(), {"staff_ids": window["staff_ids"], **days}):
        hours = (row.weekday, row.from_minute, row.to_minute, row.step_minutes, row.valid_from, row.valid_until)
        found[row.staff_id].append(Weekly(*hours, _kinds(row)))
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


@cache
def _weekly() -> Select[*tuple[Any, ...]]:
    table = WeeklyRule
    return (
        select(
            table.staff_id,
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
            _theirs(table.staff_id),
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
            table.staff_id,
            table.open,
            table.starts_at,
            table.ends_at,
            table.step_minutes,
            table.forms,
            table.type_ids,
            Place.id.label("open_place_id"),
        )
        .outerjoin(Place, (Place.id == table.place_id) & Place.active.is_(True))
        .where(_theirs(table.staff_id), _in_window(table.starts_at, table.ends_at))
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
    return (
        select(Meeting.staff_id, Meeting.starts_at, Meeting.ends_at, MeetingType.buffer_minutes)
        .join(MeetingType, MeetingType.id == Meeting.type_id)
        .where(
            _theirs(Meeting.staff_id),
            Meeting.state == MeetingState.BOOKED,
            Meeting.id != bindparam("meeting_id"),
            Meeting.starts_at < bindparam("end"),
            Meeting.ends_at > bindparam("start_less_buffer"),
        )
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
