"""Documentation: what is written about a client, what the client says of it, and what was answered."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.sync.contract.base import Kind, Record
from portal.sync.contract.files import FilePart
from portal.sync.contract.messages import Author


class NoteType(enum.StrEnum):
    """What a record is; the first seven are the types of the back offices we know (DOMAIN.md section 3)."""

    VISIT = "visit"  # besök
    HOME_VISIT = "home_visit"  # hembesök
    PHONE = "phone"  # telefonkontakt
    NOTE = "note"  # tjänsteanteckning
    RECEIVED = "received"  # inkommen handling
    MESSAGE = "message"  # journalfört meddelande
    OTHER = "other"  # övrigt
    PLAN = "plan"  # genomförandeplan, vårdplan
    INQUIRY = "inquiry"  # utredning
    DECISION = "decision"  # beslut
    DOCUMENT = "document"  # handling som är en fil (pdf)


class NoteStatus(enum.StrEnum):
    """Where a record stands that has left its author's desk; one still worked on is never sent."""

    LOCKED = "locked"  # upprättad handling
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Ground(enum.StrEnum):
    """Why a passage may not be shown; what each means and since when stands in ``records.rules.secrecy``."""

    OTHER_PERSON = "other_person"
    REPORTER = "reporter"
    PARAMOUNT = "paramount"
    WHEREABOUTS = "whereabouts"
    ADDRESS = "address"
    CHILD = "child"


class RemarkKind(enum.StrEnum):
    """What a client says of a passage or of a whole record."""

    RIGHT = "right"
    WRONG = "wrong"  # felaktig: must be noted, SoL 14:6
    MISSING = "missing"
    DISAGREE = "disagree"
    NOT_UNDERSTOOD = "not_understood"


class Outcome(enum.StrEnum):
    """What came of a remark."""

    CORRECTED = "corrected"  # in a new version
    NOTED = "noted"  # the objection stands beside the text for ever, SoL 14:6
    EXPLAINED = "explained"
    NOT_CHANGED = "not_changed"


@dataclass(frozen=True, slots=True)
class PassagePart:
    """A passage; ``id`` is the sender's and stays from one revision to the next, None where it keeps no ids.

    ``ground`` is why it may not be shown; None where it may.
    """

    id: str | None
    text: str
    ground: Ground | None


@dataclass(frozen=True, slots=True)
class NoteRecord(Record):
    """A record (journalanteckning, plan, utredning, beslut) as its latest revision has it, whole.

    ``case_id``, ``person_id``, ``author_id`` and ``released_by`` are the back office's ids. ``revision`` counts the
    texts, ``reason`` tells the client why there is a new one. A released one without ``released_by`` was released by
    rule; ``visible_from`` is None where nobody has said when. A document has no passages but a ``file``: the SHA-256
    (hex) of a PDF that the back office gives by ``get_file``; every other type has none.
    """

    kind: ClassVar[Kind] = Kind.NOTE
    absent: ClassVar[frozenset[str]] = frozenset({"file"})

    case_id: str
    person_id: str
    author_id: str
    type: NoteType
    title: str
    event_at: datetime
    child_sensitive: bool
    revision: int
    reason: str
    written_at: datetime
    locked_at: datetime
    status: NoteStatus
    released_by: str | None
    visible_from: datetime | None
    for_guardians: bool
    passages: tuple[PassagePart, ...]
    file: str | None = None


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """An answer of staff with its outcome, or a client's reply to one; ``revision`` is the text that corrects."""

    author: Author
    author_id: str
    outcome: Outcome | None
    text: str
    revision: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RemarkRecord(Record):
    """What a client says of a record, with all that was answered so far.

    It belongs to ``note_id`` in its ``revision``, and there to ``passage_id`` (None: to the whole), whose words as the
    client read them stand in ``passage``. ``files`` are what the client has sent with it.
    """

    kind: ClassVar[Kind] = Kind.REMARK
    absent: ClassVar[frozenset[str]] = frozenset({"files"})

    note_id: str
    revision: int
    passage_id: str | None
    passage: str
    case_id: str
    person_id: str
    author_id: str
    says: RemarkKind
    text: str
    made_at: datetime
    withdrawn_at: datetime | None
    answers: tuple[AnswerPart, ...]
    files: tuple[FilePart, ...] = ()
