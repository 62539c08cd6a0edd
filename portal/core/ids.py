"""Identifiers made by us: UUIDv7 for rows, short receipt numbers for people."""

import secrets
import threading
import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from portal.core.clock import now

# Crockford's base 32: no I, L, O or U, so that a number can be read out over the telephone.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_STOCKHOLM = ZoneInfo("Europe/Stockholm")

# How far back a clock may step and ids still go on upwards (ms).
RIDDEN_OUT_MS = 10_000

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def new_id() -> uuid.UUID:
    """Return a UUIDv7 that sorts after every earlier one of this process, unless its clock was far ahead.

    A clock that goes back a little is ridden out; one that was set right is believed, or ids would bear the wrong
    time for as long as it had been ahead. Source: RFC 9562 sections 5.7 and 6.2 (12 bits of rand_a as a counter).
    """
    global _last_ms, _counter  # noqa: PLW0603 - the counter is per process by definition
    with _lock:
        ms = int(now().timestamp() * 1000)
        if ms > _last_ms or ms < _last_ms - RIDDEN_OUT_MS:
            _last_ms, _counter = ms, secrets.randbits(8)
        else:
            _counter += 1
            if _counter > 0xFFF:
                _last_ms, _counter = _last_ms + 1, 0
        stamp, counter = _last_ms, _counter
    value = (stamp & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | counter << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def made_at(own_id: uuid.UUID) -> datetime:
    """Return when an id was made by ``new_id``, to the millisecond (RFC 9562 section 5.7)."""
    return datetime.fromtimestamp((own_id.int >> 80) / 1000, UTC)


def new_receipt_no() -> str:
    """Return a receipt number such as ``261122-7K4F9QXA``: the Swedish day, then 40 random bits that tell nothing."""
    random = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return f"{now().astimezone(_STOCKHOLM):%y%m%d}-{random}"
