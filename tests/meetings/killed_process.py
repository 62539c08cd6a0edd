"""A process that books a held time and stops before it commits, for the test that kills it there.

`python -m tests.meetings.killed_process URL PERSON DRAFT WHEN`: says "claimed" and waits for its end.
"""

import sys
import uuid
from datetime import datetime, timedelta

import portal.tables  # noqa: F401 - a meeting refers to tables of other packages
from portal.core.actor import Actor, Side
from portal.core.clock import now, travel
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.ids import new_id
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.service import booking
from tests.conftest import make_settings


def main(url: str, person: str, draft: str, when: str) -> None:
    """Book, and wait inside the transaction."""
    sessions = make_sessionmaker(make_engine(url, make_settings().key_ring))
    with travel(datetime.fromisoformat(when) + timedelta(seconds=1)), writing(sessions) as session:
        actor = Actor(Side.CLIENT, new_id(), now(), 3, person_id=uuid.UUID(person))
        booking.book(session, actor, draft_id=uuid.UUID(draft), wanted=Arrangement(), submission="killed", most=10)
        sys.stdout.write("claimed\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
