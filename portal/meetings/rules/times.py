"""A caseworker's time that a meeting takes, and when a client may still have it; pure."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.meetings.rules.availability import bounds, on_grid, quanta
from portal.meetings.rules.states import QUANTUM

# Longer than any day of work: what claims more than this is a fault.
LONGEST = timedelta(hours=12)


class PastTime(InvalidInput):
    """The time has gone by."""

    message = lazy("Den tiden har redan varit. Välj en annan tid.")


class TooLate(InvalidInput):
    """The time is nearer than the notice that this kind of meeting needs."""

    message = lazy("Det är för nära inpå för att boka den tiden. Välj en senare tid, eller ring oss.")


class TooEarly(InvalidInput):
    """The time is further ahead than this kind of meeting can be booked."""

    message = lazy("Så långt fram går det inte att boka än. Välj en tidigare tid.")


@dataclass(frozen=True, slots=True)
class Booked:
    """A time in one caseworker's calendar, and what is kept free after it; aware instants, minutes."""

    staff_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    buffer_minutes: int = 0

    def pieces(self) -> list[datetime]:
        """Return the beginning of every piece of the calendar that it takes, in order.

        :raises ValueError: it is turned round, longer than ``LONGEST``, or off the grid.
        """
        if not timedelta(0) < self.ends_at - self.starts_at <= LONGEST or not on_grid(self.starts_at):
            raise ValueError("a time that can't be claimed")
        return quanta(self.starts_at, self.ends_at + timedelta(minutes=self.buffer_minutes))


@dataclass(frozen=True, slots=True)
class Settled:
    """A time that two sides have settled on, and the number of the form by which they did."""

    staff_id: uuid.UUID
    starts_at: datetime
    minutes: int
    submission: str

    @property
    def ends_at(self) -> datetime:
        """Return the end, without the buffer."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def claimed(self, buffer_minutes: int) -> Booked:
        """Return it as it is claimed, with what is kept free after it."""
        return Booked(self.staff_id, self.starts_at, self.ends_at, buffer_minutes)


def check_when(starts_at: datetime, now: datetime, *, notice_hours: int, ahead_days: int) -> None:
    """See that a client may book a time now.

    :raises PastTime: it has gone by.
    :raises TooLate: it is nearer than the notice.
    :raises TooEarly: it is further ahead than can be booked.
    """
    may = bounds(now, notice_hours, ahead_days)
    if starts_at <= now:
        raise PastTime(reason="past")
    if starts_at < may.start:
        raise TooLate(reason="notice")
    if starts_at >= may.end:
        raise TooEarly(reason="ahead")


def is_late(starts_at: datetime, now: datetime, notice_hours: int) -> bool:
    """Tell whether a meeting is moved or cancelled later than is wished for; it can be done all the same."""
    return starts_at - now < timedelta(hours=notice_hours)


def around(starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """Return the least time on the grid that holds another: what the back office books keeps to no grid of ours."""
    past = timedelta(minutes=starts_at.minute % 5, seconds=starts_at.second, microseconds=starts_at.microsecond)
    start = starts_at - past
    return start, start + -((start - ends_at) // QUANTUM) * QUANTUM
