"""Who of the staff is away. The features that keep calendars know; who asks needs to know none of them."""

import uuid
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from portal.core import events


@dataclass(frozen=True, slots=True)
class AwayAsked:
    """A question on the bus, which whoever keeps calendars answers by filling in the last days of absence."""

    until: dict[uuid.UUID, date] = field(default_factory=dict)


def away(session: Session) -> dict[uuid.UUID, date]:
    """Return who is away for the rest of the day at least, and the last day of that, by staff member."""
    asked = AwayAsked()
    events.publish(session, asked)
    return asked.until
