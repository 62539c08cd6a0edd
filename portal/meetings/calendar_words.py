"""What a calendar file says of a meeting: a neutral word, and more only where its owner asked for it."""

from portal.core.i18n import _
from portal.meetings.queries.feeds import FeedMeeting
from portal.meetings.rules.ics import CalendarEntry
from portal.meetings.words import FORM_WORDS


def entry(found: FeedMeeting) -> CalendarEntry:
    """Return a meeting as a calendar may show it, in the current language."""
    return CalendarEntry(
        id=found.id,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        state=found.state,
        sequence=found.sequence,
        changed_at=found.changed_at,
        # Translators: all that stands in a calendar; says nothing of with whom or why
        title=_("Möte"),
        place=found.place,
        note=str(FORM_WORDS[found.form]) if found.form else "",
    )
