"""A back office that fails on purpose: wraps any adapter and injects faults after a seeded plan.

Only tests use it. A plan is text (``seed=7,down=0.2,timeout=0.1``), so that it reaches processes of their own through
their environment. Decisions depend on the seed, the call and how often it was made in this process, not on the order
of threads; outages (``down``) are slices of time, alike in all processes with the same seed.
"""

import random
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Self
from uuid import UUID

from portal.core.clock import now
from portal.sync.adapters.base import BackOffice, Permanent, Retryable
from portal.sync.contract import Change, Cursor, OutboundMessage, Page, Receipt

OUTAGE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """How often each fault strikes, as shares of the calls (``down``: of the time); ``slowness`` is in seconds."""

    seed: int = 0
    down: float = 0.0
    slow: float = 0.0
    slowness: float = 0.05
    timeout: float = 0.0
    duplicate: float = 0.0
    permanent: float = 0.0
    witness: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a plan from text.

        :raises KeyError: for a fault that doesn't exist.
        """
        types = {field.name: field.type for field in fields(cls)}
        pairs = [part.split("=", 1) for part in text.split(",") if part]
        return cls(**{name: types[name](value) for name, value in pairs})  # type: ignore[operator]  # the types of the fields are classes

    def __str__(self) -> str:
        return ",".join(f"{name}={value}" for name, value in asdict(self).items() if value != "")


class FaultyBackOffice:
    """A back office that is at times down, slow, times out after the write, delivers twice or refuses for good.

    ``plan.witness`` names a file to which every message is added that is sent although it had already arrived: what
    an idempotent store would hide.
    """

    def __init__(self, inner: BackOffice, plan: FaultPlan) -> None:
        self.inner = inner
        self.plan = plan
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()

    def deliver(self, message: OutboundMessage) -> Receipt:
        """Deliver, with every kind of fault."""
        chance = self._enter(f"deliver:{message.id}")
        if chance.random() < self.plan.permanent:
            raise Permanent("injected")
        if self.plan.witness and self.inner.find(message.id) is not None:
            with Path(self.plan.witness).open("a") as witness:
                witness.write(f"{message.id}\n")
        receipt = self.inner.deliver(message)
        if chance.random() < self.plan.duplicate:
            receipt = self.inner.deliver(message)
        if chance.random() < self.plan.timeout:
            raise Retryable("timeout", unknown=True)
        return receipt

    def find(self, message_id: UUID) -> Receipt | None:
        """Ask, unless down; at times slowly."""
        self._enter(f"find:{message_id}")
        return self.inner.find(message_id)

    def changes(self, after: Cursor, limit: int) -> Page[Change]:
        """Read the feed, unless down; at times slowly."""
        self._enter(f"changes:{after}")
        return self.inner.changes(after, limit)

    def put_file(self, checksum: str, content: bytes) -> None:
        """Store a file; at times the answer is lost."""
        chance = self._enter(f"put:{checksum}")
        self.inner.put_file(checksum, content)
        if chance.random() < self.plan.timeout:
            raise Retryable("timeout", unknown=True)

    def get_file(self, checksum: str) -> bytes:
        """Return a file, unless down."""
        self._enter(f"get:{checksum}")
        return self.inner.get_file(checksum)

    def ping(self) -> None:
        """Answer, unless down."""
        self._enter("ping")
        self.inner.ping()

    def close(self) -> None:
        """Let go of the inner one's connections."""
        self.inner.close()

    def _enter(self, call: str) -> random.Random:
        with self._lock:
            self._calls[call] += 1
            times = self._calls[call]
        slice_of_time = int(now().timestamp() / OUTAGE_SECONDS)
        if random.Random(f"{self.plan.seed}:{slice_of_time}").random() < self.plan.down:  # noqa: S311 - a plan, no secret
            raise Retryable("down")
        chance = random.Random(f"{self.plan.seed}:{call}:{times}")  # noqa: S311 - a plan, no secret
        if chance.random() < self.plan.slow:
            time.sleep(self.plan.slowness)
        return chance
