"""The staff's calendar and its meetings in words."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from portal.core.i18n import _, format_day, format_short_day, format_time, lazy, today
from portal.meetings import show
from portal.meetings.queries import MeetingRow
from portal.meetings.queries.agenda import Entry
from portal.meetings.rules import week as weeks
from portal.meetings.rules.states import MeetingState
from portal.meetings.words import FORM_NAMES
from portal.sync.contract import MeetingRecord
from portal.web.words import capital

_LOOKS = {
    "meeting": "is-booked",
    "offer": "is-prop",
    "wish": "is-prop",
    "absence": "is-block",
    "busy": "is-block",
    "open": "is-open",
}
_WORDS = {
    "offer": lazy("Förslag"),
    "wish": lazy("Klienten föreslår"),
    "absence": lazy("Frånvaro"),
    "busy": lazy("Upptagen"),
    "open": lazy("Ledig tid"),
}
_STATES = {
    MeetingState.NO_SHOW: lazy("Kom inte"),
    MeetingState.ATTENDED: lazy("Träffades"),
    MeetingState.CANCELLED: lazy("Avbokat"),
}


def head(day: date) -> dict[str, Any]:
    """Return the head of a day's column."""
    return {"short": capital(format_short_day(day)), "name": capital(format_day(day)), "today": day == today()}


def cell(found: weeks.Cell[Entry] | None, day: date) -> dict[str, Any] | None:
    """Return a cell of a day's column; nothing where one further up goes on."""
    return None if found is None else {"rows": found.rows, "entries": [entry(one, day) for one in found.entries]}


def listed(entries: list[Entry], day: date) -> dict[str, Any]:
    """Return a day with what falls into it."""
    start, end = weeks.bounds(day, 1)
    found = [entry(one, day) for one in entries if one.starts_at < end and one.ends_at > start]
    return {"name": capital(format_day(day)), "today": day == today(), "entries": found}


def entry(one: Entry, day: date) -> dict[str, Any]:
    """Return something in a calendar as it is on one of its days."""
    what = str(FORM_NAMES[one.form]) if one.form else ""
    if one.with_interpreter:
        what = _("%(form)s, tolk", form=what)
    return {
        "look": _LOOKS[one.kind],
        "url": _address(one),
        "title": one.client or (str(_WORDS[one.kind]) if one.kind in _WORDS else _("Möte")),
        "text": what,
        "hours": _hours(one, day),
        "state": str(_STATES.get(one.state, "")) if one.state else "",
        "in_conflict": one.in_conflict,
    }


def link(one: Entry) -> dict[str, str]:
    """Return a meeting in a list that isn't a day's."""
    return {"url": _address(one), "title": one.client or _("Möte"), "when": when(one.starts_at, one.ends_at)}


def _hours(one: Entry, day: date) -> str:
    start, end = weeks.bounds(day, 1)
    if one.starts_at <= start and one.ends_at >= end:
        return _("hela dagen")
    if one.starts_at < start:
        return _("till %(time)s", time=format_time(one.ends_at))
    if one.ends_at > end:
        return _("från %(time)s", time=format_time(one.starts_at))
    return _("%(start)s–%(end)s", start=format_time(one.starts_at), end=format_time(one.ends_at))


def _address(one: Entry) -> str:
    if one.id is None:
        return ""
    if one.kind in {"offer", "wish"}:
        return url_for("proposals.proposal", proposal_id=one.id)
    return url_for("agenda.meeting", meeting_id=one.id)


def when(starts_at: datetime, ends_at: datetime) -> str:
    """Return a day and hours: "onsdag 2 december kl. 9–9.30"."""
    return f"{format_day(starts_at)} {show.hours(starts_at, ends_at)}"


def state(row: MeetingRow) -> str:
    """Return how a meeting ended, or nothing."""
    return str(_STATES.get(row.state, ""))


def facts(row: MeetingRow) -> list[tuple[str, str]]:
    """Return what was agreed on a meeting, as term and value."""
    wanted = row.wanted
    where = ", ".join(part for part in (row.place, row.address) if part) or wanted.place_text
    found = [
        (_("Plats"), where),
        (_("Tolk"), show.language(wanted)),
        (_("Med på mötet"), wanted.support),
        (_("Behöver"), wanted.needs),
        (_("Vill ta upp"), wanted.agenda),
        (_("Handläggare"), row.staff),
        (_("Kvittens"), row.receipt_no),
    ]
    return [(term, value) for term, value in found if value]


def is_same_time(row: MeetingRow, other: MeetingRecord) -> bool:
    """Tell whether both sides agree on a meeting: what is wrong is then that its time was somebody else's before."""
    return (row.starts_at, row.ends_at, row.state) == (other.starts_at, other.ends_at, other.state)


def versions(row: MeetingRow, other: MeetingRecord) -> dict[str, str]:
    """Return our version of a meeting and the back office's, each in a line."""
    ours, theirs = when(row.starts_at, row.ends_at), when(other.starts_at, other.ends_at)
    gone = other.state is MeetingState.CANCELLED
    return {
        "ours": capital(_("%(when)s, %(form)s", when=ours, form=str(FORM_NAMES[row.form]).lower())),
        "theirs": _("Avbokat")
        if gone
        else capital(_("%(when)s, %(form)s", when=theirs, form=str(FORM_NAMES[other.form]).lower())),
    }


def last_day(entries: list[Entry], monday: date) -> int:
    """Return how many days of a week to show: five, or seven where something falls into its end."""
    saturday, _end = weeks.bounds(monday + timedelta(days=5), 1)
    return 7 if any(one.ends_at > saturday for one in entries) else 5
