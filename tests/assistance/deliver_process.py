"""The worker of the whole portal in a process of its own, with a back office that fails after a plan.

python -m tests.assistance.deliver_process DATABASE_URL STORE_URL FILES PLAN
"""

import sys

from portal import wiring
from portal.sync.adapters.fake import FaultPlan, FaultyBackOffice
from portal.sync.adapters.sql import SqlBackOffice
from portal.sync.worker import run_worker
from tests.conftest import make_settings
from tests.sync.worker_process import PACE


def main(database_url: str, store_url: str, files: str, plan: str) -> None:
    settings = make_settings(database_url=database_url, backoffice_url=store_url, file_store=f"file:{files}")
    sessions = wiring.make_sessions(settings)
    run_worker(
        settings,
        sessions,
        wiring.inbox_handlers(),
        files=wiring.file_source(settings, sessions),
        back_office=FaultyBackOffice(SqlBackOffice(store_url, timeout=1), FaultPlan.parse(plan)),
        pace=PACE,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
