"""The process that reads one calendar: ``python -I -m portal.meetings.busy_child START END MOST``.

The calendar comes in, a line of JSON goes out: the busy times from START to END, or why there are none. It tells
nothing else of the events: no title, place or participant ever leaves it. A process that ends in any other way has
refused the calendar.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import recurring_ical_events
from icalendar import Calendar

from portal.core import cage

_MEMORY, _SECONDS = 1024**3, 20
_SWEDEN = "Europe/Stockholm"
# Whatever a calendar makes the libraries load is loaded by this one, for no file can be opened later.
_SAMPLE = b"""BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:Hemma
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Stockholm:20260105T100000
DTEND;TZID=Europe/Stockholm:20260105T110000
RRULE:FREQ=WEEKLY;UNTIL=20991231T000000Z
EXDATE;TZID=Europe/Stockholm:20260112T100000
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=W. Europe Standard Time:20260105T100000
DURATION:PT1H
RRULE:FREQ=DAILY
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTART;TZID=Hemma:20260105T100000
DTEND;TZID=Hemma:20260105T110000
RRULE:FREQ=MONTHLY;BYDAY=1MO
END:VEVENT
BEGIN:VEVENT
UID:4
DTSTART;VALUE=DATE:20260105
RRULE:FREQ=YEARLY
END:VEVENT
END:VCALENDAR
"""
# Nobody is busy anew every minute or second; to unfold such a rule takes long.
_TOO_OFTEN = {"MINUTELY", "SECONDLY"}

Times = list[tuple[str, str]]


class TooMany(Exception):  # noqa: N818 - named after what it is
    """There are more busy times than may be."""


def main(start: str, end: str, most: int) -> None:
    """Read and answer."""
    kept = [ZoneInfo(name) for name in available_timezones()]
    begins, ends = datetime.fromisoformat(start), datetime.fromisoformat(end)
    _read(_SAMPLE, begins, ends, 10**6)
    cage.lock(_MEMORY, _SECONDS)
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, Any] = {"busy": _read(data, begins, ends, most)}
    except TooMany:
        answer = {"refused": "too_many"}
    except Exception:  # noqa: BLE001 - whatever a hostile file does to a parser, it is refused
        answer = {"refused": "unreadable"}
    sys.stdout.write(json.dumps(answer))
    del kept


def _read(data: bytes, start: datetime, end: datetime, most: int) -> Times:
    calendars = Calendar.from_ical(data, multiple=True)
    if not calendars or any(calendar.name != "VCALENDAR" for calendar in calendars):
        raise ValueError("no calendar")
    return [span for calendar in calendars for span in _of_calendar(calendar, start, end, most)]


def _of_calendar(calendar: Any, start: datetime, end: datetime, most: int) -> Iterator[tuple[str, str]]:
    for event in calendar.walk("VEVENT"):
        rules = event.get("RRULE", [])
        for rule in rules if isinstance(rules, list) else [rules]:
            if _TOO_OFTEN.intersection(str(freq).upper() for freq in rule.get("FREQ", ())):
                raise TooMany
    # One after the other: a rule without an end is left after ``most`` of its events.
    for number, event in enumerate(recurring_ical_events.of(calendar).after(start)):
        begins = _instant(event.start)
        if begins >= end:
            return
        if number >= most:
            raise TooMany
        ends = _instant(event.end)
        if _is_busy(event) and ends > begins:
            yield begins.isoformat(), ends.isoformat()


def _is_busy(event: Any) -> bool:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return False
    return str(event.get("TRANSP", "")).upper() != "TRANSPARENT"


def _instant(at: date | datetime) -> datetime:
    """Return an instant; a whole day is a Swedish one, and a time without a zone is the Swedish clock's."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time())
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(_SWEDEN))).astimezone(UTC)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
