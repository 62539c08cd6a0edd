"""The only source of now."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_shift: ContextVar[timedelta] = ContextVar("clock_shift", default=timedelta(0))


def now() -> datetime:
    """Return the current instant, aware and in UTC."""
    return datetime.now(UTC) + _shift.get()


@contextmanager
def travel(to: timedelta | datetime) -> Iterator[None]:
    """Move this context's clock by a duration or to an aware instant; time goes on running from there."""
    shift = to if isinstance(to, timedelta) else to - datetime.now(UTC)
    token = _shift.set(shift)
    try:
        yield
    finally:
        _shift.reset(token)
