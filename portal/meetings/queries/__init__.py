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

__all__ = ["BookableStaff", "FreeTime", "bookable_staff", "free_times", "is_free", "meeting_minutes", "types_for"]
