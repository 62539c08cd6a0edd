"""Tables of meetings."""

from portal.meetings.models.availability import (
    BusySource,
    BusyTime,
    DayException,
    MeetingType,
    Place,
    StaffCalendar,
    WeeklyRule,
)
from portal.meetings.models.booked import BookingDraft, CalendarFeed, Claim, Meeting, MeetingEvent
from portal.meetings.models.proposed import Proposal, ProposalTurn, ProposalWindow

__all__ = [
    "BookingDraft",
    "BusySource",
    "BusyTime",
    "CalendarFeed",
    "Claim",
    "DayException",
    "Meeting",
    "MeetingEvent",
    "MeetingType",
    "Place",
    "Proposal",
    "ProposalTurn",
    "ProposalWindow",
    "StaffCalendar",
    "WeeklyRule",
]
