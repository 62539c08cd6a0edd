"""Documentation: what is written about a client, what the client says of it, and what was answered."""

import enum


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
