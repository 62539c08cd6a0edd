"""Calendar files after RFC 5545: neutral, and the same event whenever a meeting is moved or cancelled; pure."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from portal.meetings.rules.states import MeetingState

PRODUCT = "-//Insyn//SV"
MEDIA_TYPE = "text/calendar; charset=utf-8"
# How often a calendar program should ask for the feed again.
REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """A meeting as a calendar may show it; ``place`` and ``note`` are empty unless their owner asked to see more."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    sequence: int
    changed_at: datetime
    title: str
    place: str = ""
    note: str = ""


def calendar_file(entries: Iterable[CalendarEntry], *, name: str = "") -> bytes:
    """Return a calendar of meetings; with a ``name`` it is a feed that is fetched again and again.

    The UID is the meeting's own id and SEQUENCE its revision, so that a program that has it already moves or strikes
    it out. Times are in UTC: no zone has to be described, and summer time can't be misread.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})  # RFC 7986 section 5.7
    for entry in entries:
        calendar.add_component(_event(entry))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", str(entry.id))
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.title)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.state is MeetingState.CANCELLED else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if entry.state is MeetingState.CANCELLED else "OPAQUE")
    if entry.place:
        event.add("location", entry.place)
    if entry.note:
        event.add("description", entry.note)
    return event
