"""What can be read of meetings; always as the actor may see it."""

from portal.meetings.queries.free import (
    BookableStaff,
    FreeTime,
    bookable_staff,
    free_times,
    is_free,
    meeting_minutes,
    types_for,
)
from portal.meetings.queries.meetings import (
    EventRow,
    MeetingPage,
    MeetingRow,
    came_of,
    earlier,
    history,
    latest,
    meeting,
    next_meeting,
    open_meeting,
    reachable,
    upcoming,
    upcoming_count,
)
from portal.meetings.queries.whom import CaseStaff, has_left, whom

__all__ = [
    "BookableStaff",
    "CaseStaff",
    "EventRow",
    "FreeTime",
    "MeetingPage",
    "MeetingRow",
    "bookable_staff",
    "came_of",
    "earlier",
    "free_times",
    "has_left",
    "history",
    "is_free",
    "latest",
    "meeting",
    "meeting_minutes",
    "next_meeting",
    "open_meeting",
    "reachable",
    "types_for",
    "upcoming",
    "upcoming_count",
    "whom",
]
