"""Typed events: sibling features react to each other without importing each other.

An event is a frozen dataclass. Handlers run at once, in the transaction of what they react to; slow work is put into
the outbox or the job queue by the handler, never done in it.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

Event = TypeVar("Event")
Handler = Callable[[Session, Any], None]

_KEY = "event_bus"


class EventBus:
    """The subscriptions of one application, filled in ``portal.app``."""

    def __init__(self) -> None:
        self._handlers: dict[type[Any], list[Handler]] = defaultdict(list)

    def subscribe(self, kind: type[Event], handler: Callable[[Session, Event], None]) -> None:
        """Call the handler for every event of exactly this type."""
        self._handlers[kind].append(handler)

    def publish(self, session: Session, event: object) -> None:
        """Run the handlers of an event in the caller's transaction; their errors are the caller's."""
        for handler in self._handlers.get(type(event), ()):
            handler(session, event)


def bind(bus: EventBus) -> dict[str, Any]:
    """Return the ``info`` that ties a sessionmaker to a bus."""
    return {_KEY: bus}


def publish(session: Session, event: object) -> None:
    """Publish an event on the bus of the session.

    :raises KeyError: when the session was made without a bus: an event must never be lost in silence.
    """
    bus: EventBus = session.info[_KEY]
    bus.publish(session, event)
