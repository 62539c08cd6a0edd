"""What it costs a worker to take messages out of the outbox, with few and with many of them."""

import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Engine, insert

from portal.core.clock import now
from portal.core.db import make_sessionmaker
from portal.core.ids import new_id
from portal.sync.models import OutboxMessage
from portal.sync.rules import MessageState
from portal.sync.service import claim
from tests.bench.data import BATCH, settle

CLAIMED = 20
TIMES = 7


def add(engine: Engine, lanes: list[uuid.UUID], state: MessageState, count: int, first_seq: int) -> None:
    """Put messages of one state into lanes in turn, numbered from ``first_seq`` in each."""
    rows = _rows(lanes, state, count, first_seq)
    while batch := list(islice(rows, BATCH)):
        with engine.begin() as connection:
            connection.execute(insert(OutboxMessage), batch)
    settle(engine)


def _rows(lanes: list[uuid.UUID], state: MessageState, count: int, first_seq: int) -> Iterator[dict[str, Any]]:
    delivered = now() if state is MessageState.DELIVERED else None
    for index in range(count):
        turn, place = divmod(index, len(lanes))
        yield {
            "id": new_id(),
            "lane_id": lanes[place],
            "seq": first_seq + turn,
            "kind": "bench",
            "payload": {"text": "Hej!"},
            "state": state,
            "delivered_at": delivered,
        }


def claim_ms(engine: Engine) -> float:
    """Return what one claim costs: the median of several, in milliseconds."""
    sessions = make_sessionmaker(engine)
    spent = []
    for _ in range(TIMES):
        begin = time.perf_counter()
        claim(sessions, "bench", CLAIMED, timedelta(minutes=5))
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent) * 1000
