"""What applications tell other features."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApplicationNews:
    """Something a party of an application should come and look at; nothing is told of what it is.

    ``key`` names what happened, so that being told twice counts once.
    """

    application_id: uuid.UUID
    person_id: uuid.UUID
    key: str
