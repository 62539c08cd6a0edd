"""States of what is sent and received, and when to try again; pure."""

import enum

from portal.core import states
from portal.core.retry import RetryPolicy

# The permission to send whatever is stuck again, whose case it may be.
RESEND = "delivery:resend"


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


def move(now: MessageState, to: MessageState) -> MessageState:
    """Return the new state.

    :raises IllegalTransition: for a step that the table doesn't allow.
    """
    return states.move(TRANSITIONS, now, to)


class Outcome(enum.StrEnum):
    """What became of an inbound change; the first three are still to be settled."""

    PENDING = "pending"
    FAILED = "failed"  # tried again, and an alarm
    WAITING = "waiting"  # an earlier change of the same person has failed
    APPLIED = "applied"
    WARNED = "warned"  # applied, and a person should look
    IGNORED = "ignored"  # older than what is held
    SUPERSEDED = "superseded"  # never applied; a newer version of the same object took its place


# 200 attempts, on average seven and a half minutes apart: about a day, so that a night's outage heals by itself.
OUTBOX_POLICY = RetryPolicy()
# An inbound change is tried for ever: it can't be sent back, only mended.
INBOX_POLICY = RetryPolicy(first=10.0, longest=3600.0)
