"""What files tell other features."""

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRemoved:
    """Somebody takes away a file of theirs; ``purpose`` and ``object_id`` are what it belongs to.

    It is told before the file's row is held, so that a feature can hold its object first, as it does where it hands
    files over: two that hold the same rows in another order each would stop each other.
    """

    purpose: str
    object_id: uuid.UUID
