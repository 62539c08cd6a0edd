"""What messages tell other features."""

import uuid
from dataclasses import dataclass

from portal.core.actor import Side


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A message was stored, whoever wrote it and wherever; published once, also for a button pressed twice."""

    message_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    side: Side
