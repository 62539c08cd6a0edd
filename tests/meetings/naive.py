"""The rules of availability once more, minute by minute and as plainly as can be: the fast ones are held against it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from portal.core.i18n import STOCKHOLM
from portal.core.workdays import is_holiday
from portal.meetings.rules.availability import Opening, Span, Start, Wanted, Weekly

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Told:
    """What a calendar was made from."""

    weekly: Sequence[Weekly] = ()
    openings: Sequence[Opening] = ()
    taken: Sequence[Span] = field(default_factory=tuple)
    units_weekly: Sequence[Weekly] = ()
    units_openings: Sequence[Opening] = ()


class Model:
    def __init__(self, told: Told, wanted: Wanted) -> None:
        self.told, self.wanted = told, wanted
        # An opening's place comes first, one's own before the unit's.
        kinds = (*told.openings, *told.units_openings, *told.weekly, *told.units_weekly)
        self.hours = [hours for hours in kinds if hours.kinds.admit(wanted.form, wanted.type_id)]

    def place(self, hours: Opening | Weekly) -> object:
        return hours.kinds.place_id if self.wanted.form == "visit" else None

    def is_the_units(self, hours: Opening | Weekly) -> bool:
        return any(hours is one for one in (*self.told.units_weekly, *self.told.units_openings))

    def has_own_week(self, at: datetime) -> bool:
        day = at.astimezone(STOCKHOLM).date()
        return any(
            rule.valid_from <= day and (rule.valid_until is None or rule.valid_until >= day)
            for rule in self.told.weekly
        )

    def covers(self, hours: Opening | Weekly, at: datetime) -> bool:
        if self.is_the_units(hours) and self.has_own_week(at):
            return False
        if isinstance(hours, Opening):
            return hours.start <= at < hours.end
        wall = at.astimezone(STOCKHOLM)
        day = wall.date()
        if wall.weekday() != hours.weekday or is_holiday(day):
            return False
        if day < hours.valid_from or (hours.valid_until is not None and day > hours.valid_until):
            return False
        return hours.from_minute <= wall.hour * 60 + wall.minute < hours.to_minute

    def on_step(self, hours: Opening | Weekly, at: datetime) -> bool:
        if isinstance(hours, Opening):
            return (at - hours.start) // MINUTE % hours.step_minutes == 0
        wall = at.astimezone(STOCKHOLM)
        return (wall.hour * 60 + wall.minute - hours.from_minute) % hours.step_minutes == 0

    def is_open(self, place: object, at: datetime) -> bool:
        return any(self.place(hours) == place and self.covers(hours, at) for hours in self.hours)

    def is_taken(self, at: datetime) -> bool:
        return any(span.start < at + MINUTE and span.end > at for span in self.told.taken)

    def offers(self, hours: Opening | Weekly, at: datetime) -> bool:
        if not (self.covers(hours, at) and self.on_step(hours, at)):
            return False
        during = [at + MINUTE * minute for minute in range(self.wanted.minutes)]
        after = [at + MINUTE * minute for minute in range(self.wanted.minutes + self.wanted.buffer_minutes)]
        place = self.place(hours)
        return all(self.is_open(place, minute) for minute in during) and not any(map(self.is_taken, after))

    def starts(self, within: Span) -> list[Start]:
        found = []
        at = within.start.astimezone(UTC).replace(second=0, microsecond=0)
        while at < within.end:
            offered = [
                hours for hours in self.hours if at >= within.start and at.minute % 5 == 0 and self.offers(hours, at)
            ]
            if offered:
                found.append(Start(at, self.place(offered[0])))  # type: ignore[arg-type]
            at += MINUTE
        return found

    def open_minutes(self, within: Span) -> list[datetime]:
        """Return the minutes that are open for some kind of meeting and are not taken at all."""
        kinds = (*self.told.openings, *self.told.units_openings, *self.told.weekly, *self.told.units_weekly)
        found = []
        at = within.start
        while at < within.end:
            if any(self.covers(hours, at) for hours in kinds) and not self.is_taken(at):
                found.append(at)
            at += MINUTE
        return found
