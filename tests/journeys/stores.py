"""The two databases behind a running portal: what the back office has received, and sessions to be aged."""

import time
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, func, select, update

from portal.core.clock import now
from portal.core.db import make_engine
from portal.demo.stack import DemoStack
from portal.identity.models import SignedInSession
from portal.sync.adapters.sql import store_engine
from portal.sync.adapters.tables import DELIVERY, OBJECTS
from portal.sync.contract import Kind

TIMEOUT_SECONDS = 10
PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Received:
    """A message as the back office holds it."""

    id: str
    author: str
    receipt: str | None


class Stores:
    """Opens both databases beside the portal's own processes."""

    def __init__(self, portal: DemoStack) -> None:
        settings = portal.settings
        self._portal: Engine = make_engine(settings.database_url, settings.key_ring)
        self._backoffice = store_engine(settings.backoffice_url, TIMEOUT_SECONDS)

    def close(self) -> None:
        """Let the connections go."""
        self._portal.dispose()
        self._backoffice.dispose()

    def received(self, text: str) -> list[Received]:
        """Return the messages in the back office that have a text, each with the number of its receipt."""
        message = OBJECTS[Kind.CASE_MESSAGE]
        query = select(message.c.id, message.c.author, DELIVERY.c.number).outerjoin(
            DELIVERY, DELIVERY.c.object_id == message.c.id
        )
        with self._backoffice.connect() as connection:
            return [Received(*row) for row in connection.execute(query.where(message.c.body == text))]

    def deliveries(self) -> int:
        """Return how many messages of the portal the back office has received."""
        with self._backoffice.connect() as connection:
            return connection.execute(select(func.count()).select_from(DELIVERY)).scalar_one()

    def age_sessions(self, by: timedelta) -> None:
        """Let every session have been idle for so long."""
        with self._portal.begin() as connection:
            connection.execute(update(SignedInSession).values(last_seen_at=now() - by))

    def applied(self, receipt: str) -> int:
        """Wait until the back office has an application by its receipt, and return how many of them."""
        table = OBJECTS[Kind.APPLICATION]
        query = select(func.count()).where(table.c.receipt_no == receipt)
        for _ in range(PATIENCE_SECONDS * 10):
            with self._backoffice.connect() as connection:
                if found := connection.execute(query).scalar_one():
                    return found
            time.sleep(0.1)
        return 0
