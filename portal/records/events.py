"""What documentation tells other features."""

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RecordReleased:
    """The client may read a version from an instant on; nothing is told of what it says."""

    release_id: uuid.UUID
    record_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    visible_from: datetime


@dataclass(frozen=True, slots=True)
class ReleaseEnded:
    """The client may no longer read what a release let them read, or was about to."""

    release_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RemarkMade:
    """A client has said something that needs an answer, or has replied to one."""

    remark_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RemarkAnswered:
    """A remark was answered; ``author_id`` is the person who made it, ``person_id`` whom the record is about."""

    turn_id: uuid.UUID
    remark_id: uuid.UUID
    case_id: uuid.UUID
    person_id: uuid.UUID
    author_id: uuid.UUID
