"""Applications of ekonomiskt bistånd, what is added to them, and what the back office says of them and of months."""

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from portal.sync.contract.base import Kind, Record
from portal.sync.contract.files import FilePart


class ApplicationKind(enum.StrEnum):
    """What is applied for (DOMAIN.md 2.1)."""

    NEW = "new"  # nyansökan
    MONTHLY = "monthly"  # återansökan
    SUPPLEMENTARY = "supplementary"  # tilläggsansökan, for a month that is applied for or decided already


class Party(enum.StrEnum):
    """Who takes part in an application, and signs it."""

    APPLICANT = "applicant"  # sökande
    CO_APPLICANT = "co_applicant"  # medsökande: spouse or cohabitant (sambo)


class HandedIn(enum.StrEnum):
    """Whether an application still stands, on the client's side."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Handling(enum.StrEnum):
    """What the back office has done with a submitted application, as it says itself; ``none``: it has said nothing."""

    NONE = "none"
    RECEIVED = "received"
    UNDER_REVIEW = "under_review"
    COMPLETION_ASKED = "completion_asked"
    DECIDED = "decided"


class Outcome(enum.StrEnum):
    """How an application was decided (DOMAIN.md section 5)."""

    GRANTED = "granted"  # bifall
    PARTLY = "partly"  # delavslag
    REFUSED = "refused"  # avslag
    DISMISSED = "dismissed"  # avvisning


class PeriodState(enum.StrEnum):
    """What the back office knows of a month: applied for there (on paper, say), or decided."""

    APPLIED = "applied"
    DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class PartyPart:
    """A party of an application, with how they signed it.

    ``person_id`` is the back office's id where it knows the person; ``identity_number`` has 12 digits.
    """

    party: Party
    person_id: str | None
    identity_number: str | None
    given_name: str
    surname: str
    signed_at: datetime
    level: int
    signature_id: str
    locale: str


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """One answer: ``value`` is in one way of writing (amounts "1200.50", days ISO, yes/no, option codes), ``row`` the
    row of a group it stands in, ``typed`` what the person typed. ``label`` is the question in Swedish, as it was put.
    """

    party: Party
    section: str
    key: str
    row: str | None
    label: str
    value: str
    typed: str


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A file of an application and what it was given as."""

    party: Party
    paper: str
    file: FilePart


@dataclass(frozen=True, slots=True)
class ApplicationRecord(Record):
    """A signed application, whole: ``digest`` (SHA-256, hex) is what the parties signed.

    ``period`` is the month, "2026-12". ``case_id`` and ``person_id`` are the back office's ids.
    """

    kind: ClassVar[Kind] = Kind.APPLICATION

    person_id: str
    case_id: str | None
    application_kind: ApplicationKind
    period: str
    state: HandedIn
    receipt_no: str
    submitted_at: datetime
    changed_at: datetime
    definition: int
    attestation: int
    digest: str
    parties: tuple[PartyPart, ...]
    answers: tuple[AnswerPart, ...]
    papers: tuple[PaperPart, ...]


@dataclass(frozen=True, slots=True)
class SupplementRecord(Record):
    """What a party adds to a submitted application; ``application_id`` is the portal's id of it."""

    kind: ClassVar[Kind] = Kind.APPLICATION_SUPPLEMENT

    application_id: str
    person_id: str
    case_id: str | None
    receipt_no: str
    sent_at: datetime
    text: str
    files: tuple[FilePart, ...]


@dataclass(frozen=True, slots=True)
class ApplicationStatusRecord(Record):
    """Where an application is in the back office; ``application_id`` is the portal's id of it.

    ``person_id`` (the applicant) and ``case_id`` are the back office's ids; ``text`` is what the client is told: what
    is asked for, or why.
    """

    kind: ClassVar[Kind] = Kind.APPLICATION_STATUS

    application_id: str
    person_id: str
    case_id: str | None
    handling: Handling
    outcome: Outcome | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssistancePeriodRecord(Record):
    """A month that a person has applied for or been decided on, also outside the portal; ``period`` is "2026-12".

    ``granted``: whether support (försörjningsstöd) was granted for it; none while that is open or isn't told. Who tells
    of a month tells of all since the first: jobbstimulans is counted from months in a row. Several may tell of the same
    month, of an application and its supplement, say.
    """

    kind: ClassVar[Kind] = Kind.ASSISTANCE_PERIOD

    person_id: str
    period: str
    state: PeriodState
    cohabiting: bool
    granted: bool | None
