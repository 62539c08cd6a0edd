"""Fixtures of the synchronisation: a portal database and a back-office store, each of its own, of the same kind."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

import portal.audit.models
import portal.sync.models  # noqa: F401 - their tables
from portal.core.crypto import KeyRing
from portal.core.db import Base, make_engine, make_sessionmaker, writing
from portal.core.events import EventBus
from portal.people.models import Person
from portal.sync.adapters.sql import SqlBackOffice, SqlStore
from portal.sync.contract import Delivered, Stuck
from tests.support import database
from tests.support.database import Kind
from tests.sync import records

RING = KeyRing({1: bytes(range(32))}, (bytes(range(32, 64)),))


@dataclass
class Heard:
    """The events that were published and committed or not."""

    delivered: list[Delivered] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def empty(database_kind: Kind) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def make() -> str:
        made.append(database.empty_database(database_kind))
        return made[-1]

    yield make
    for url in made:
        database.drop(url)


@pytest.fixture
def portal_url(empty: Callable[[], str]) -> str:
    url = empty()
    engine = make_engine(url, RING)
    Base.metadata.create_all(engine)
    engine.dispose()
    return url


@pytest.fixture
def store_url(empty: Callable[[], str]) -> str:
    url = empty()
    records.make_store(url)
    return url


@pytest.fixture
def own_engine(portal_url: str) -> Iterator[Engine]:
    engine = make_engine(portal_url, RING)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(own_engine: Engine, heard: Heard) -> sessionmaker[Session]:
    bus = EventBus()
    bus.subscribe(Delivered, lambda _, event: heard.delivered.append(event))
    bus.subscribe(Stuck, lambda _, event: heard.stuck.append(event))
    return make_sessionmaker(own_engine, bus)


@pytest.fixture
def office(store_url: str) -> Iterator[SqlBackOffice]:
    made = SqlBackOffice(store_url, timeout=5)
    yield made
    made.close()


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    made = SqlStore(store_url)
    yield made
    made.close()


@pytest.fixture
def lanes(sessions: sessionmaker[Session]) -> list[uuid.UUID]:
    """Three persons of the portal."""
    with writing(sessions) as session:
        persons = [Person(given_name="Test", surname=f"Person {n}") for n in range(3)]
        session.add_all(persons)
        session.flush()
        return [person.id for person in persons]
