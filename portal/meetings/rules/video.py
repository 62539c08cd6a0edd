"""When a video meeting can be entered, and where; pure."""

from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import quote

from portal.core.clock import now
from portal.meetings.rules.states import Form, MeetingState

OPENS = timedelta(minutes=10)
# A meeting may run over.
CLOSES = timedelta(minutes=30)


class Held(Protocol):
    """What is known of a meeting that is held."""

    @property
    def form(self) -> Form:
        """How it is held."""

    @property
    def state(self) -> MeetingState:
        """Where it stands."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it ends."""


def may_join(meeting: Held) -> bool:
    """Tell whether the room is open: from ten minutes before until half an hour after."""
    is_on = meeting.starts_at - OPENS <= now() <= meeting.ends_at + CLOSES
    return meeting.form is Form.VIDEO and meeting.state is not MeetingState.CANCELLED and is_on


def room_address(template: str, room: str) -> str:
    """Return the address of a room from the provider's template, whose ``{room}`` is its name."""
    return template.replace("{room}", quote(room, safe=""))
