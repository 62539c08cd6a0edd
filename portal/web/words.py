"""Words that every feature's pages need: a day as a heading, a last day as a tag, the first of the names."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.core.i18n import _, format_day, ngettext, today


@dataclass(frozen=True, slots=True)
class Due:
    """A last day in words, with the colour and the icon of its tag."""

    text: str
    color: str
    icon: str


def first_name(name: str) -> str:
    """Return the first of the names, for places where space is short."""
    return name.partition(" ")[0]


def capital(text: str) -> str:
    """Return a text with its first letter large, the rest as it was."""
    return text[:1].upper() + text[1:]


def day_heading(instant: datetime | date) -> str:
    """Return a day as a heading: "I dag", "Måndag 16 november"."""
    day = format_day(instant)
    return capital(_("i dag") if day == format_day(today()) else day)


def near_day(day: date) -> str:
    """Return a day inside a sentence: "i dag", "i morgon", "onsdag 25 november"."""
    left = (day - today()).days
    return {0: _("i dag"), 1: _("i morgon")}.get(left) or format_day(day)


def due_tag(day: date) -> Due:
    """Return a last day as a tag: late, today, tomorrow, or the day."""
    left = (day - today()).days
    if left < 0:
        # Translators: how long after its last day something is
        return Due(ngettext("%(num)s dag sent", "%(num)s dagar sent", -left), "danger", "warning")
    return Due(capital(near_day(day)), "warning" if left <= 1 else "neutral", "clock")
