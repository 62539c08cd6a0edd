"""What a turn of a proposal may hold, and how long the other side has to answer; pure."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.meetings.rules.availability import Span, on_grid
from portal.meetings.rules.states import MAX_WINDOWS, Form

MAX_TEXT = 2000
MAX_SHORT = 300
# How far ahead one can propose, and how long a window can be: a day of work.
AHEAD = timedelta(days=183)
LONGEST_WINDOW = timedelta(hours=12)
# Nobody is kept waiting longer than this, whatever the windows are.
PATIENCE = timedelta(days=14)
# Turns of one proposal: after so many, talking helps more.
MAX_TURNS = 20


class TooManyTurns(Conflict):
    """The proposal has gone to and fro too often."""

    message = lazy("Ni har föreslagit många gånger. Ring eller skriv ett meddelande i stället, så löser ni det.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one turn says: windows in time, forms that suit, and the rest in words."""

    windows: tuple[Span, ...] = ()
    forms: tuple[Form, ...] = ()
    place_id: uuid.UUID | None = None
    place_text: str = field(default="", repr=False)
    interpreter: str = field(default="", repr=False)
    interpreter_wish: str = field(default="", repr=False)
    participants: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


_LIMITS = {
    "place_text": MAX_SHORT,
    "interpreter": MAX_SHORT,
    "interpreter_wish": MAX_SHORT,
    "participants": MAX_SHORT,
    "text": MAX_TEXT,
}


class VisitNowhere(InvalidInput):
    """A visit that staff agree to has no place of ours; where it isn't ours, the form is another place."""

    message = lazy("Välj var besöket är, eller ett annat sätt att träffas.")


def check_place(forms: Iterable[Form], place_id: uuid.UUID | None) -> None:
    """See that a visit that staff offer or say yes to has a place to go to.

    :raises VisitNowhere: it has none.
    """
    if Form.VISIT in forms and place_id is None:
        raise VisitNowhere(reason="place")


def checked_terms(terms: Terms, now: datetime, *, minutes: int) -> Terms:
    """Return cleaned terms with their windows in order.

    :raises InvalidInput: a window is past, reversed, too short for a meeting of ``minutes``, too long, too far ahead or
        overlaps another; there are none or more than ``MAX_WINDOWS``; no form; a text is too long. The reason names it.
    """
    if not terms.forms:
        raise InvalidInput(lazy("Välj minst ett sätt att träffas."), reason="forms")
    texts = {name: clean_text(getattr(terms, name)) for name in _LIMITS}
    for name, limit in _LIMITS.items():
        if len(texts[name]) > limit:
            raise InvalidInput(lazy("Texten är för lång. Korta den."), reason=name)
    return replace(terms, windows=checked_windows(terms.windows, now, minutes=minutes), **texts)  # type: ignore[arg-type]  # the texts of Terms, by their names


def checked_windows(windows: Sequence[Span], now: datetime, *, minutes: int) -> tuple[Span, ...]:
    """Return windows in order.

    :raises InvalidInput: see ``checked_terms``.
    """
    if not windows:
        raise InvalidInput(lazy("Skriv minst en tid som passar."), reason="windows")
    if len(windows) > MAX_WINDOWS:
        raise InvalidInput(lazy("Skriv högst tre tider."), reason="windows")
    found = sorted(windows)
    for window in found:
        _check_window(window, now, minutes)
    for one, following in pairwise(found):
        if following.start < one.end:
            raise InvalidInput(lazy("Två av tiderna går in i varandra. Ändra eller ta bort en."), reason="overlap")
    return tuple(found)


def _check_window(window: Span, now: datetime, minutes: int) -> None:
    if window.end <= window.start:
        raise InvalidInput(lazy("Sluttiden måste vara efter starttiden."), reason="reversed")
    if window.start <= now:
        raise InvalidInput(lazy("Tiden har redan varit. Välj en senare tid."), reason="past")
    if window.start > now + AHEAD:
        raise InvalidInput(lazy("Så långt fram går det inte att föreslå. Välj en dag inom ett halvår."), reason="ahead")
    if window.end - window.start < timedelta(minutes=minutes):
        text = lazy("Mötet tar %(minutes)s minuter. Välj en längre tid.", minutes=minutes)
        raise InvalidInput(text, reason="short")
    if window.end - window.start > LONGEST_WINDOW:
        raise InvalidInput(lazy("Välj högst tolv timmar i sträck."), reason="long")
    if not (on_grid(window.start) and on_grid(window.end)):
        raise InvalidInput(lazy("Skriv tiden i hela fem minuter, till exempel 13.05."), reason="grid")


def expires(windows: Sequence[Span], now: datetime, *, minutes: int) -> datetime:
    """Return when a turn no longer can be accepted: the last chance to begin, or when patience ends."""
    last = max(window.end for window in windows) - timedelta(minutes=minutes)
    return min(last, now + PATIENCE)


def holds(window: Span, starts_at: datetime, minutes: int) -> bool:
    """Tell whether a meeting that begins then lies within a window, on the grid."""
    return on_grid(starts_at) and window.start <= starts_at and starts_at + timedelta(minutes=minutes) <= window.end
