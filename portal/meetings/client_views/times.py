"""The page of free times, for a new meeting and for one that is moved: by day, the next one first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from flask import Response, make_response, request, url_for

from portal.core.clock import now
from portal.core.errors import Conflict
from portal.core.i18n import STOCKHOLM, _, format_day, format_time
from portal.meetings import show
from portal.meetings.models import BookingDraft
from portal.meetings.queries import FreeTime
from portal.meetings.rules.times import PastTime, TooEarly, TooLate
from portal.meetings.service import drafts
from portal.meetings.service.claims import JustTaken
from portal.meetings.service.drafts import CaseworkerLeft
from portal.people.models import StaffMember
from portal.web.db import db
from portal.web.htmx import wants_fragment
from portal.web.page import render, render_block
from portal.web.routes import actor
from portal.web.words import capital, first_name

TEMPLATE = "meetings/client/times.html"
DAYS = 5
# More than fit on five days of one caseworker's; where several are free, the rest of a day is on the next page.
MOST = 200
# What a client is told on the page of other times, instead of on an error page.
REFUSALS = (JustTaken, CaseworkerLeft, PastTime, TooLate, TooEarly)
Refused = JustTaken | CaseworkerLeft | PastTime | TooLate | TooEarly


@dataclass(frozen=True, slots=True)
class Slot:
    """A time to choose."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its free times; weekday and date are set apart on a computer."""

    weekday: str
    date: str
    slots: list[Slot]


def chosen() -> datetime:
    """Return the time whose button was pressed.

    :raises PastTime: it is no time that a page of ours could have shown.
    """
    try:
        found = datetime.fromisoformat(request.form.get("tid", ""))
    except ValueError:
        raise PastTime(reason="no_time") from None
    if found.tzinfo is None:
        raise PastTime(reason="no_time")
    return found


def page(
    draft: BookingDraft, action: str, back: tuple[str, str], change_url: str, *, refused: Refused | None = None
) -> Response:
    """Show the free times of a draft, from the day that is asked for; with htmx only the days and what comes after.

    ``refused`` is why the time that was chosen couldn't be had.
    """
    try:
        offered = drafts.offered(db(), actor(), draft)
    except Conflict as error:
        return render("meetings/client/nobody.html", 409, text=str(error.message))
    first = _first_day()
    days, following = _days(draft, first)
    more = f"{action}?fran={following}" if following else ""
    if first and wants_fragment():
        parts = [render_block(TEMPLATE, name, days=days, more=more, oob=True) for name in ("days", "more")]
        return make_response("".join(part.get_data(as_text=True) for part in parts))
    return render(
        TEMPLATE,
        409 if refused else 200,
        action=action,
        back=back,
        summary=_summary(draft, offered),
        icon=show.ICONS[draft.form],
        change_url=change_url,
        days=days,
        more=more,
        earliest=action if first else "",
        refused=str(refused.message) if refused else "",
        left=_left(offered),
        is_move=draft.moves_id is not None,
        propose_url=_propose_url(),
    )


def _first_day() -> date | None:
    try:
        return date.fromisoformat(request.args.get("fran", ""))
    except ValueError:
        return None


def _days(draft: BookingDraft, first: date | None) -> tuple[list[Day], date | None]:
    """Return the days from one on, and the day after them where there is more."""
    kind = drafts.kind_of(db(), draft)
    after = max(now(), _midnight(first)) if first else now()
    before = now() + timedelta(days=kind.ahead_days + 1)
    found = drafts.free_times(db(), actor(), draft, after=after, before=before, limit=MOST + 1)
    by_day = [(day, list(times)) for day, times in groupby(found, key=_day_of)]
    if len(found) > MOST and len(by_day) > 1:
        by_day.pop()  # perhaps not all of it: it comes whole on the next page
        rest = True
    else:
        rest = len(by_day) > DAYS
    by_day = by_day[:DAYS]
    following = by_day[-1][0] + timedelta(days=1) if by_day and rest else None
    return [_day(day, times) for day, times in by_day], following


def _midnight(day: date) -> datetime:
    # The clocks are never moved at midnight, and a year far away is no reason to fail.
    if not 2000 <= day.year < 2200:
        return now()
    return datetime.combine(day, time(), STOCKHOLM)


def _day_of(free: FreeTime) -> date:
    return free.starts_at.astimezone(STOCKHOLM).date()


def _day(day: date, times: list[FreeTime]) -> Day:
    weekday, _space, rest = capital(format_day(day)).partition(" ")
    return Day(weekday, rest, list(_slots(times)))


def _slots(times: list[FreeTime]) -> Iterator[Slot]:
    # Where several are free at once, one button is enough: whoever of them is met is told before booking.
    for starts_at in dict.fromkeys(free.starts_at for free in times):
        yield Slot(starts_at.isoformat(), format_time(starts_at))


def _summary(draft: BookingDraft, offered: drafts.Offered) -> str:
    minutes = show.length(drafts.minutes_of(db(), draft), with_interpreter=bool(draft.interpreter))
    # Translators: form and person, and how long, for example "Telefon med Petra Almskog, 45 minuter med tolk."
    return _("%(how)s, %(minutes)s.", how=show.with_whom(draft.form, _name(offered)), minutes=minutes)


def _name(offered: drafts.Offered) -> str:
    if len(offered.staff_ids) > 1:
        return _("den som är ledig först")
    return db().get_one(StaffMember, offered.staff_ids[0]).name


def _left(offered: drafts.Offered) -> str:
    if not offered.left:
        return ""
    return _("%(name)s arbetar inte längre med ditt ärende. Här är tider hos andra.", name=first_name(offered.left))


def _propose_url() -> str:
    return url_for("meetings.propose")
