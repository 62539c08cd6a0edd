"""Typed events between features."""

from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.core.db import make_sessionmaker
from portal.core.events import EventBus, publish


@dataclass(frozen=True)
class Happened:
    """An event."""

    number: int


@dataclass(frozen=True)
class HappenedMore(Happened):
    """An event of a kind below the first."""


def test_handlers_of_exactly_this_kind_run_in_order_with_the_session() -> None:
    bus, seen = EventBus(), []
    bus.subscribe(Happened, lambda session, event: seen.append(("first", session, event.number)))
    bus.subscribe(Happened, lambda session, event: seen.append(("second", session, event.number)))
    bus.subscribe(HappenedMore, lambda session, event: seen.append(("other", session, event.number)))
    with make_sessionmaker(create_engine("sqlite://"), bus)() as session:
        publish(session, Happened(7))
        assert seen == [("first", session, 7), ("second", session, 7)]


def test_an_event_nobody_waits_for_is_fine() -> None:
    with make_sessionmaker(create_engine("sqlite://"))() as session:
        publish(session, Happened(1))


def test_an_event_on_a_session_without_a_bus_is_not_lost_in_silence() -> None:
    with Session(create_engine("sqlite://")) as session, pytest.raises(KeyError):
        publish(session, Happened(1))


def test_an_error_of_a_handler_reaches_the_caller() -> None:
    def fail(_session: Session, _event: Happened) -> None:
        raise ZeroDivisionError

    bus = EventBus()
    bus.subscribe(Happened, fail)
    with make_sessionmaker(create_engine("sqlite://"), bus)() as session, pytest.raises(ZeroDivisionError):
        publish(session, Happened(1))
