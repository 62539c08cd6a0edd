"""Hours, single openings and absences in the words of the staff's pages."""

from collections.abc import Sequence
from datetime import timedelta

from portal.core.i18n import _, format_day, format_time, ngettext, same_day
from portal.meetings.models import DayException, MeetingType, Place, WeeklyRule
from portal.meetings.rules.hours import midnight
from portal.meetings.rules.states import Form
from portal.meetings.words import FORM_NAMES, WEEKDAYS, clock, kind_name
from portal.web.words import capital


def hours(rule: WeeklyRule) -> str:
    """Return the day and hours of a weekly rule."""
    return _(
        "%(day)s %(start)s–%(end)s",
        day=WEEKDAYS[rule.weekday],
        start=clock(rule.from_minute),
        end=clock(rule.to_minute),
    )


def when(found: DayException) -> str:
    """Return the day, days or hours of a single opening or an absence."""
    start, end = found.starts_at, found.ends_at
    last = end - timedelta(minutes=1)
    if start == midnight(start) and end == midnight(end):
        if same_day(start, last):
            return _("%(day)s, hela dagen", day=capital(format_day(start)))
        return _("%(first)s till och med %(last)s", first=capital(format_day(start)), last=format_day(last))
    if same_day(start, last):
        day = capital(format_day(start))
        return _("%(day)s %(start)s–%(end)s", day=day, start=format_time(start), end=format_time(end))
    return _(
        "%(first)s %(start)s till %(last)s %(end)s",
        first=capital(format_day(start)),
        start=format_time(start),
        last=format_day(end),
        end=format_time(end),
    )


def for_what(found: WeeklyRule | DayException, kinds: Sequence[MeetingType], places: Sequence[Place]) -> str:
    """Return what hours are for: forms, kinds of meetings, the place, how often times begin, until when."""
    forms = [str(FORM_NAMES[Form(form)]) for form in found.forms] or [_("Alla sätt att ses")]
    names = {str(kind.id): kind_name(kind) for kind in kinds}
    types = [names[id_] for id_ in found.type_ids if id_ in names]
    place = next((one.name for one in places if one.id == found.place_id), "")
    step = ngettext("var %(num)s:e minut", "var %(num)s:e minut", found.step_minutes)
    return " · ".join(filter(None, (", ".join(forms), ", ".join(types), place, step, _until(found))))


def _until(found: WeeklyRule | DayException) -> str:
    if isinstance(found, WeeklyRule) and found.valid_until:
        return _("till och med %(day)s", day=format_day(found.valid_until))
    return ""


def met(count: int) -> str:
    """Return how many booked meetings there are, in words; empty for none."""
    return ngettext("%(num)s bokat möte", "%(num)s bokade möten", count) if count else ""


def name(found: DayException) -> str:
    """Return what a single opening or an absence is called."""
    if found.open:
        return _("Enhetens enstaka tid") if found.unit_id else _("Enstaka tid")
    return _("Enheten är stängd") if found.unit_id else _("Frånvaro")


def removed(found: DayException) -> str:
    """Return what is told when a single opening or an absence was taken away."""
    if found.open:
        return _("Den enstaka tiden är borttagen.")
    return _("Stängningen är borttagen.") if found.unit_id else _("Frånvaron är borttagen.")
