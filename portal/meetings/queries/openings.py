"""What is left of somebody's hours, as the staff's calendar shows it."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor
from portal.core.clock import now
from portal.meetings.models import StaffCalendar
from portal.meetings.queries.agenda import Entry
from portal.meetings.queries.calendars import calendars
from portal.meetings.rules.availability import Span, open_time
from portal.meetings.rules.week import whole_rows
from portal.people.models import StaffMember


def openings(
    session: Session, actor: Actor, staff_id: uuid.UUID, start: datetime, end: datetime, shown: Iterable[Entry]
) -> list[Entry]:
    """Return what is still free of the hours of the actor or a colleague, in whole half hours that ``shown`` leaves.

    Nothing of what has been, and nothing where clients can't book with the owner at all.
    """
    within = Span(max(start, now()), end)
    own = aliased(StaffMember)
    unit = select(own.unit_id).where(own.id == actor.id).scalar_subquery()
    owner = session.execute(
        select(StaffMember.unit_id)
        .join(StaffCalendar, StaffCalendar.staff_id == StaffMember.id)
        .where(StaffMember.id == staff_id, or_(StaffMember.id == actor.id, StaffMember.unit_id == unit))
        .where(StaffMember.active.is_(True), StaffCalendar.bookable.is_(True))
    ).one_or_none()
    if owner is None or within.start >= within.end:
        return []
    calendar = calendars(session, {staff_id: owner.unit_id}, None, within).get(staff_id)
    if calendar is None:
        return []
    return [Entry("open", *span) for span in whole_rows(open_time(calendar, within), shown)]
