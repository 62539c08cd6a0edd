"""States of what is sent and received, and when to try again; pure."""

import enum
import random
from dataclasses import dataclass
from datetime import timedelta


class Delivery(enum.StrEnum):
    """Whether the back office has acknowledged an object of a feature, as client and caseworker are told."""

    PENDING = "pending"
    DELIVERED = "delivered"
    STUCK = "stuck"


class MessageState(enum.StrEnum):
    """Where an outbound message is. Only ``DELIVERED`` means that the back office has acknowledged it."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    STUCK = "stuck"


# SENDING to SENDING: the lease of a worker that died has run out and another takes the message over.
TRANSITIONS: dict[MessageState, frozenset[MessageState]] = {
    MessageState.PENDING: frozenset({MessageState.SENDING}),
    MessageState.SENDING: frozenset(MessageState),
    MessageState.STUCK: frozenset({MessageState.PENDING}),
    MessageState.DELIVERED: frozenset(),
}


class IllegalTransition(Exception):  # noqa: N818 - named after what it is
    """A state was asked for that can't follow the present one."""


def move(now: MessageState, to: MessageState) -> MessageState:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    if to not in TRANSITIONS[now]:
        raise IllegalTransition(f"{now} -> {to}")
    return to


class Outcome(enum.StrEnum):
    """What became of an inbound change; the first three are still to be settled."""

    PENDING = "pending"
    FAILED = "failed"  # tried again, and an alarm
    WAITING = "waiting"  # an earlier change of the same person has failed
    APPLIED = "applied"
    WARNED = "warned"  # applied, and a person should look
    IGNORED = "ignored"  # older than what is held
    SUPERSEDED = "superseded"  # never applied; a newer version of the same object took its place


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long to wait between attempts (s), and after how many a person must look."""

    first: float = 5.0
    factor: float = 2.0
    longest: float = 600.0
    attempts: int = 200

    def delay(self, attempt: int, jitter: float) -> timedelta:
        """Return the wait after the given attempt, counted from 1; ``jitter`` in [0, 1) picks from its upper half.

        Without jitter everything that failed in an outage would come back in the same instant.
        """
        steps = min(max(attempt, 1) - 1, 64)
        full = min(self.first * self.factor**steps, self.longest)
        return timedelta(seconds=full * (0.5 + jitter / 2))

    def exhausted(self, attempt: int) -> bool:
        """Tell whether the given attempt, counted from 1, was the last one."""
        return attempt >= self.attempts


# 200 attempts, on average seven and a half minutes apart: about a day, so that a night's outage heals by itself.
OUTBOX_POLICY = RetryPolicy()
# An inbound change is tried for ever: it can't be sent back, only mended.
INBOX_POLICY = RetryPolicy(first=10.0, longest=3600.0)


def jitter() -> float:
    """Return a random share in [0, 1)."""
    return random.random()  # noqa: S311 - spreads load, guards nothing
