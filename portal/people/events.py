"""What persons tell other features."""

import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PersonProtected:
    """Somebody's personal data have become protected, or nobody knows any more that they are not.

    ``known_as`` is the name they went by until then, with which others may go on calling them; none where their data
    were shielded before, too.
    """

    person_id: uuid.UUID
    known_as: str | None = field(repr=False)
