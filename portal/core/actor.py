"""Who is acting: a frozen, ORM-free value that every query and service takes."""

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime


class Side(enum.StrEnum):
    """The two sides of the portal, each its own process with its own cookie."""

    CLIENT = "client"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person on one side, with the authentication that stands behind the request.

    ``person_id`` is set on the client side, ``staff_id`` on the staff side; never both.
    ``level`` is the level of assurance (tillitsnivå) of the sign-in, 1 to 4.
    """

    side: Side
    session_id: uuid.UUID
    authenticated_at: datetime
    level: int
    person_id: uuid.UUID | None = None
    staff_id: uuid.UUID | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()
    unit: str = ""
    role: str = ""
    acting_for: uuid.UUID | None = None

    @property
    def id(self) -> uuid.UUID:
        """Return the person's or the staff member's id."""
        found = self.person_id if self.side is Side.CLIENT else self.staff_id
        if found is None:
            raise ValueError("an actor without an id")
        return found

    @property
    def subject_id(self) -> uuid.UUID:
        """Return the client whose data a client-side actor works with.

        :raises ValueError: on the staff side, where no single client is meant.
        """
        if self.side is not Side.CLIENT or self.person_id is None:
            raise ValueError("only a client has data of their own")
        return self.acting_for or self.person_id
