"""A worker in a process of its own, with a back office that fails after a plan: for tests that kill it.

    python -m tests.sync.worker_process DATABASE_URL STORE_URL PLAN FILES

FILES is a directory that holds files by their checksums.

Every `Delivered` is also written down in the transaction that settles it, as a feature would do: what is told twice,
or told and not written, shows there.
"""

import sys
from pathlib import Path

from sqlalchemy import Column, MetaData, String, Table, Uuid, insert
from sqlalchemy.orm import Session

from portal.core.db import make_engine, make_sessionmaker
from portal.core.events import EventBus
from portal.core.retry import RetryPolicy
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.adapters.sql import SqlBackOffice
from portal.sync.contract import Delivered
from portal.sync.inbox import InboxHandlers
from portal.sync.worker import Pace, run_worker
from tests.conftest import make_settings

TOLD = Table("told_delivered", MetaData(), Column("message_id", Uuid), Column("receipt_no", String))

# A call of the fake lasts at most a good second (a busy store and slowness): the lease outlasts a question and a
# delivery, so that a message is taken over from the dead alone.
LEASE = 3.0
PACE = Pace(
    lanes=6,
    idle=0.02,
    fetch=1.0,
    beat=1.0,
    lease=LEASE,
    policy=RetryPolicy(first=0.02, factor=1.5, longest=0.2, attempts=1_000_000),
)


def _note(session: Session, event: Delivered) -> None:
    session.execute(insert(TOLD).values(message_id=event.message_id, receipt_no=event.receipt_no))


def main(database_url: str, store_url: str, plan: str, files: str) -> None:
    settings = make_settings(database_url=database_url, backoffice_url=store_url)
    bus = EventBus()
    bus.subscribe(Delivered, _note)
    sessions = make_sessionmaker(make_engine(database_url, settings.key_ring), bus)
    office = FaultyBackOffice(SqlBackOffice(store_url, timeout=1), FaultPlan.parse(plan))
    run_worker(
        settings,
        sessions,
        InboxHandlers(),
        files=lambda checksum: (Path(files) / checksum).read_bytes(),
        back_office=office,
        pace=PACE,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
