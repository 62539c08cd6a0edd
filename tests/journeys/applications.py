"""Applications put into a running portal as its services put them: a journey begins where it has something to see."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.orm import Session

from portal import wiring
from portal.assistance.rules.kinds import Kind, Period
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.db import make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.demo.people import CLIENTS
from portal.demo.stack import DemoStack
from portal.people.queries import find_person
from tests.assistance.world import Scene, fill, sign, start

Sections = Mapping[str, Mapping[str, str]]
THIS = Period.of(today())


def number_of(client: str) -> str:
    """Return the identity number of somebody in the demonstration."""
    return next(one.identity_number for one in CLIENTS if one.name == client)


class Applications:
    """Applies beside the portal's own processes, in its database."""

    def __init__(self, portal: DemoStack) -> None:
        settings = portal.settings
        self._engine = make_engine(settings.database_url, settings.key_ring)
        bus = EventBus()
        wiring.subscribe(bus)
        self._sessions = make_sessionmaker(self._engine, bus)

    def close(self) -> None:
        """Let the connections go."""
        self._engine.dispose()

    @contextmanager
    def _scene(self, client: str) -> Iterator[tuple[Scene, Actor]]:
        with writing(self._sessions) as session:
            actor = _actor(session, client)
            yield Scene(session, None, actor, actor, actor), actor

    def begun(self, client: str, sections: Sections, *, kind: Kind = Kind.NEW, period: Period = THIS) -> uuid.UUID:
        """Begin an application with answers in it."""
        with self._scene(client) as (scene, actor):
            made = start(scene, actor, kind, period)
            fill(scene, made, sections, actor)
            return made

    def handed_in(self, client: str, sections: Sections, *, period: Period) -> uuid.UUID:
        """Hand in a monthly application alone."""
        made = self.begun(client, sections, kind=Kind.MONTHLY, period=period)
        with self._scene(client) as (scene, actor):
            sign(scene, made, actor)
        return made


def _actor(session: Session, client: str) -> Actor:
    person = find_person(session, number_of(client))
    assert person
    return Actor(Side.CLIENT, new_id(), now(), 3, person_id=person.id)
