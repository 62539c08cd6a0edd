"""Signs and hands in drafts in a process of its own, as a provider's answer does: for tests that kill it.

    python -m tests.assistance.hand_in_process DATABASE_URL DRAFTS CONFIRMED

DRAFTS holds a person's id and a draft's id a line. What a person would be shown as handed in is added to CONFIRMED,
after the commit, with its receipt number.
"""

import os
import random
import sys
import uuid
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance.models import Application
from portal.assistance.rules.states import ApplicationState
from portal.assistance.service import signing
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.db import make_engine, make_sessionmaker
from portal.core.events import EventBus
from portal.core.ids import new_id
from portal.wiring import subscribe
from tests.assistance.world import signed
from tests.conftest import make_settings


def hand_in(sessions: sessionmaker[Session], person_id: uuid.UUID, application_id: uuid.UUID) -> str:
    """Sign and hand in, each in a durable transaction as the web's; return the receipt number, empty: was done."""
    actor = Actor(Side.CLIENT, new_id(), now(), 3, person_id=person_id)
    with sessions.begin() as session:
        session.connection(execution_options={"insyn_writing": True, "insyn_durable": True})
        state = session.scalar(select(Application.state).where(Application.id == application_id))
        if state is ApplicationState.SUBMITTED:
            return ""
        _document, party = signing.prepare(session, actor, application_id)
    with sessions.begin() as session:
        session.connection(execution_options={"insyn_writing": True, "insyn_durable": True})
        signed(session, application_id, actor, party)
    with sessions() as session:
        return session.scalar(select(Application.receipt_no).where(Application.id == application_id)) or ""


def main(database_url: str, drafts: str, confirmed: str) -> None:
    bus = EventBus()
    subscribe(bus)
    sessions = make_sessionmaker(make_engine(database_url, make_settings().key_ring), bus)
    lines = Path(drafts).read_text("ascii").split("\n")
    random.shuffle(lines)
    with Path(confirmed).open("a", encoding="ascii") as told:
        for line in lines:
            person_id, application_id = map(uuid.UUID, line.split())
            receipt = hand_in(sessions, person_id, application_id)
            if receipt:
                told.write(f"{application_id} {receipt}\n")
                told.flush()
                os.fsync(told.fileno())


if __name__ == "__main__":
    main(*sys.argv[1:])
