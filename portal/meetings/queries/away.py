"""The answer to who is away, for features that know nothing of calendars."""

import uuid
from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.meetings.models import DayException
from portal.meetings.rules.away import Span, away_until
from portal.people.absence import AwayAsked


def answer(session: Session, asked: AwayAsked) -> None:
    """Fill in who is away, from the absences that are going on or to come.

    A day on which the unit is closed isn't counted: nobody would be there to step in.
    """
    moment = now()
    rows = session.execute(
        select(DayException.staff_id, DayException.starts_at, DayException.ends_at).where(
            DayException.open.is_(False), DayException.ends_at > moment
        )
    )
    spans: dict[uuid.UUID, list[Span]] = defaultdict(list)
    for staff_id, start, end in rows:
        if staff_id is not None:
            spans[staff_id].append((start, end))
    for staff_id, absences in spans.items():
        last = away_until(absences, moment)
        if last is not None:
            asked.until[staff_id] = last
