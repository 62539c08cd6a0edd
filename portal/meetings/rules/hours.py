"""What may stand as hours, single openings and absences, and the Swedish wall clock as instants; pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from portal.core.errors import InvalidInput
from portal.core.i18n import STOCKHOLM, Text, lazy
from portal.meetings.rules.availability import MAX_AHEAD_DAYS, Kinds
from portal.meetings.rules.states import QUANTUM, Form

# How far apart times can begin, in minutes.
STEPS = (5, 10, 15, 20, 30, 45, 60, 90)
# More than anybody's week needs; hours are read whole for every page of free times.
MAX_WEEKLY = 100
MAX_EXCEPTIONS = 200
MAX_NOTE = 500
MAX_CALLS_FROM = 60

_MINUTE = timedelta(minutes=1)
_WHOLE_DAY = 24 * 60
_GRID = QUANTUM // _MINUTE


class HoursRefused(InvalidInput):
    """Some hours can't stand; ``faults`` names the field of each fault and what to do."""

    def __init__(self, faults: dict[str, Text]) -> None:
        super().__init__(next(iter(faults.values())), reason=",".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Hours of a day of the week, minutes from midnight by the clock on the wall; the days are inclusive."""

    from_minute: int
    to_minute: int
    step_minutes: int
    valid_from: date
    valid_until: date | None = None
    kinds: Kinds = field(default_factory=Kinds)


def check_weekly(hours: WeeklyHours) -> None:
    """See that weekly hours can stand.

    :raises HoursRefused: they are off the grid, end before they begin, or offer visits nowhere.
    """
    faults: dict[str, Text] = {}
    if hours.from_minute % _GRID or not 0 <= hours.from_minute < _WHOLE_DAY:
        faults["from_time"] = lazy("Välj en tid på jämna fem minuter.")
    if hours.to_minute % _GRID or hours.to_minute > _WHOLE_DAY:
        faults["to_time"] = lazy("Välj en tid på jämna fem minuter.")
    elif hours.to_minute <= hours.from_minute:
        faults["to_time"] = lazy("Sluttiden behöver vara senare än starttiden.")
    if hours.valid_until is not None and hours.valid_until < hours.valid_from:
        faults["valid_until"] = lazy("Sista dagen behöver vara samma dag som den första eller senare.")
    _refuse(faults | _of_kinds(hours.step_minutes, hours.kinds))


def check_opening(start: datetime, end: datetime, step_minutes: int, kinds: Kinds, now: datetime) -> None:
    """See that a single opening can stand.

    :raises HoursRefused: it is over, longer than a day, turned round, off the grid, or offers visits nowhere.
    """
    faults: dict[str, Text] = {}
    if (start - start.replace(minute=0, second=0, microsecond=0)) % QUANTUM:
        faults["from_time"] = lazy("Välj en tid på jämna fem minuter.")
    if end <= start or (end - start) > timedelta(days=1):
        faults["to_time"] = lazy("Sluttiden behöver vara senare än starttiden.")
    if end <= now:
        faults["day"] = lazy("Den dagen har redan varit. Välj en senare.")
    elif start > now + timedelta(days=MAX_AHEAD_DAYS):
        faults["day"] = lazy("Så långt fram går det inte att planera än. Välj en tidigare dag.")
    _refuse(faults | _of_kinds(step_minutes, kinds))


def check_absence(start: datetime, end: datetime, now: datetime) -> None:
    """See that an absence can stand.

    :raises HoursRefused: it is over, turned round, or longer than can be planned.
    """
    faults: dict[str, Text] = {}
    if end <= start:
        faults["last_day"] = lazy("Frånvaron behöver sluta efter att den har börjat.")
    elif end <= now:
        faults["last_day"] = lazy("Den tiden har redan varit. Välj en senare.")
    elif end - start > timedelta(days=MAX_AHEAD_DAYS):
        faults["last_day"] = lazy("Så lång frånvaro går inte att lägga in. Ta bort veckotiderna i stället.")
    _refuse(faults)


def instant(day: date, minute: int, *, last: bool = False) -> datetime:
    """Return the instant at which the clock on the wall shows a time; 1440 is the midnight that ends the day.

    Where the clocks show it twice it is the first time, or with ``last`` the second.

    :raises InvalidInput: the clocks skip the time.
    """
    day, minute = day + timedelta(days=minute // _WHOLE_DAY), minute % _WHOLE_DAY
    hour, rest = divmod(minute, 60)
    wall = datetime(day.year, day.month, day.day, hour, rest, tzinfo=STOCKHOLM, fold=int(last))
    found = wall.astimezone(UTC)
    if found.astimezone(STOCKHOLM).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise InvalidInput(lazy("Den tiden finns inte, för då ställs klockan om. Välj en annan."), reason="skipped")
    return found


def midnight(at: datetime) -> datetime:
    """Return when the Swedish day of an instant began."""
    return instant(at.astimezone(STOCKHOLM).date(), 0)


def _of_kinds(step_minutes: int, kinds: Kinds) -> dict[str, Text]:
    faults: dict[str, Text] = {}
    if step_minutes not in STEPS:
        faults["step"] = lazy("Välj något av det som finns i listan.")
    if kinds.place_id is None and (not kinds.forms or Form.VISIT in kinds.forms):
        faults["place"] = lazy("Välj var besöken är, eller ta bort besök.")
    return faults


def _refuse(faults: dict[str, Text]) -> None:
    if faults:
        raise HoursRefused(faults)
