"""What persons tell other features."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonProtected:
    """Somebody's personal data have become protected, or nobody knows any more that they are not."""

    person_id: uuid.UUID
