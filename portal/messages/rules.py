"""States of a message's delivery, how long a text may be, and when a message should be answered; pure."""

import enum
from datetime import date, datetime

from portal.core import states
from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.core.workdays import working_day_after
from portal.sync.rules import Delivery

# About four written pages: longer than any letter needs, and short enough for every back office we know of.
MAX_TEXT = 10_000
# What a page shows at once; the rest is behind "Visa äldre".
PAGE_SIZE = 50
# What the form draws has 24 characters; anything far longer was not drawn by us.
MAX_SUBMISSION = 64


# A stuck message is sent again by a person, or turns out to have arrived after all; a delivered one never moves.
TRANSITIONS: dict[Delivery, frozenset[Delivery]] = {
    Delivery.PENDING: frozenset({Delivery.DELIVERED, Delivery.STUCK}),
    Delivery.STUCK: frozenset({Delivery.PENDING, Delivery.DELIVERED}),
    Delivery.DELIVERED: frozenset(),
}


class Origin(enum.StrEnum):
    """Where a message was written."""

    PORTAL = "portal"
    BACKOFFICE = "backoffice"


def move(now: Delivery, to: Delivery) -> Delivery:
    """Return the new state of a delivery.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(TRANSITIONS, now, to)


def check_text(text: str) -> str:
    """Return a cleaned text that may be sent.

    :raises InvalidInput: it is empty, or longer than ``MAX_TEXT`` characters.
    """
    if not text.strip():
        raise InvalidInput(lazy("Skriv något innan du skickar."), reason="empty")
    if len(text) > MAX_TEXT:
        raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="too_long")
    return text


def check_submission(submission: str) -> str:
    """Return the number that a form bore when it was shown.

    :raises InvalidInput: it can't be one of ours.
    """
    if not submission or len(submission) > MAX_SUBMISSION or not submission.isascii():
        raise InvalidInput(lazy("Ladda om sidan och försök igen."), reason="submission")
    return submission


def answer_due(asked: datetime, working_days: int) -> date:
    """Return the last Swedish day to answer a message that came at an instant; the day it came is not counted."""
    return working_day_after(asked, working_days)
