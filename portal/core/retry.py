"""When to try again what failed: growing pauses with jitter, and a last attempt; pure."""

import random
from dataclasses import dataclass
from datetime import timedelta


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


def jitter() -> float:
    """Return a random share in [0, 1)."""
    return random.random()  # noqa: S311 - spreads load, guards nothing
