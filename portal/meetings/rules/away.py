"""Who is away, from the absences in the calendar; pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from portal.core.i18n import STOCKHOLM

Span = tuple[datetime, datetime]


def away_until(absences: Iterable[Span], now: datetime) -> date | None:
    """Return the last day of an absence that is going on and lasts for the rest of the day; None: nobody is away.

    Absences that meet count as one. An hour at the dentist's is none.
    """
    end = now
    for start, until in sorted(absences):
        if start <= end:
            end = max(end, until)
    last = (end - timedelta(microseconds=1)).astimezone(STOCKHOLM).date()
    today = now.astimezone(STOCKHOLM).date()
    whole = end.astimezone(STOCKHOLM).date() > today
    return last if whole else None
