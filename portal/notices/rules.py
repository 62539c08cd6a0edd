"""States, channels and times of notices, and the limits of codes; pure."""

import enum
from datetime import datetime, timedelta

from portal.core import states
from portal.core.i18n import STOCKHOLM
from portal.core.retry import RetryPolicy


class Channel(enum.StrEnum):
    """A way to reach somebody; each person has at most one address of a kind."""

    EMAIL = "email"
    SMS = "sms"


class NoticeKind(enum.StrEnum):
    """What a notice is, which decides when it may go. Its reader can't tell ``NEWS`` from ``REMINDER``."""

    NEWS = "news"  # something has happened: waits a while for more of it, and never comes at night
    REMINDER = "reminder"  # a time has come: keeps it, whatever the hour
    CODE = "code"  # asked for by the person this moment, to prove that an address is theirs
    CHANGED = "changed"  # addresses or choices were changed: told where notices went until then


class NoticeState(enum.StrEnum):
    """Where a notice is."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


# SENDING to SENDING: the lease of a worker that died has run out and another takes the notice over. SENDING to
# WAITING: to be tried again. CANCELLED to WAITING: a reminder that is planned once more.
TRANSITIONS: dict[NoticeState, frozenset[NoticeState]] = {
    NoticeState.WAITING: frozenset({NoticeState.SENDING, NoticeState.CANCELLED}),
    NoticeState.SENDING: frozenset(NoticeState),
    NoticeState.SENT: frozenset(),
    NoticeState.FAILED: frozenset(),
    NoticeState.CANCELLED: frozenset({NoticeState.WAITING}),
}


def move(now: NoticeState, to: NoticeState) -> NoticeState:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(TRANSITIONS, now, to)


class Reminder(enum.StrEnum):
    """How long before a meeting its reminder comes."""

    NONE = "none"
    TWO_HOURS = "two_hours"
    ONE_DAY = "one_day"


_BEFORE = {Reminder.TWO_HOURS: timedelta(hours=2), Reminder.ONE_DAY: timedelta(days=1)}

# About half a day of attempts: what is older is no news any more.
NOTICE_POLICY = RetryPolicy(first=30.0, factor=3.0, longest=7200.0, attempts=12)
# How often a notice may be sent again that perhaps has been sent: a worker died, or the line, after it was given over.
MOST_UNCERTAIN = 1
# What is over is kept for so long, so that an event told twice is known again.
KEPT_DAYS = 180

CODE_LENGTH = 6
CODE_LIFETIME = timedelta(minutes=15)
CODE_ATTEMPTS = 5
# Guessing: at most 5 × 10 tries a day at one in a million. Also how often one address may be written to by anybody.
CODES_PER_HOUR = 5
CODES_PER_DAY = 10
CODES_PER_ADDRESS_AND_DAY = 5


def is_quiet(moment: datetime, begins: int, ends: int) -> bool:
    """Tell whether a moment lies in the quiet hours (whole hours, Swedish time); the same hour twice means none."""
    hour = moment.astimezone(STOCKHOLM).hour
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def remind_at(starts_at: datetime, wanted: Reminder, moment: datetime) -> datetime:
    """Return when to remind of something; its very start, when it is too late for that or no reminder is wanted.

    A reminder due at the start is never sent, but its row stays: the person may choose anew before.
    """
    due = starts_at - _BEFORE.get(wanted, timedelta(0))
    if due <= moment and wanted is Reminder.ONE_DAY:
        due = starts_at - _BEFORE[Reminder.TWO_HOURS]
    return due if due > moment else starts_at


def may_be_told(*, is_protected: bool, protected_since: datetime, chosen_at: datetime) -> bool:
    """Tell whether a person's choice of a channel holds: for protected data only one made under the protection."""
    return not is_protected or chosen_at > protected_since
