"""What connects sibling features: who reacts to which event, in web processes and in the worker alike."""

from portal.core.events import EventBus
from portal.messages import sync as messages
from portal.sync.contract import Delivered, Stuck


def subscribe(bus: EventBus) -> None:
    """Subscribe every reaction of one feature to another's events."""
    bus.subscribe(Delivered, messages.on_delivered)
    bus.subscribe(Stuck, messages.on_stuck)
