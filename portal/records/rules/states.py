"""States of versions and of remarks, with their transitions, and what a remark or an answer must hold."""

import enum
from collections.abc import Mapping

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy

# What the back office is told too is defined where it is: in the contract.
from portal.sync.contract.records import Ground, NoteStatus, NoteType, Outcome, RemarkKind
from portal.sync.rules import Delivery

__all__ = ["Delivery", "Ground", "NoteStatus", "NoteType", "Outcome", "RemarkKind"]

# About four written pages, as of a message: longer than any remark needs.
MAX_TEXT = 10_000
MAX_TITLE = 120
# What the form draws has 24 characters; anything far longer was not drawn by us.
MAX_SUBMISSION = 64


class VersionState(enum.StrEnum):
    """Where a version of a record stands."""

    WORKING = "working"  # may still be changed by its authors; nobody else sees it
    LOCKED = "locked"  # upprättad handling: never changes again
    RELEASED = "released"  # a person, or a rule, has let the client read it
    WITHDRAWN = "withdrawn"  # the client may not read it any more


VERSION_TRANSITIONS: Mapping[VersionState, frozenset[VersionState]] = {
    VersionState.WORKING: frozenset({VersionState.LOCKED}),
    VersionState.LOCKED: frozenset({VersionState.RELEASED}),
    VersionState.RELEASED: frozenset({VersionState.WITHDRAWN}),
    VersionState.WITHDRAWN: frozenset({VersionState.RELEASED}),  # after another secrecy check
}


class RemarkState(enum.StrEnum):
    """Whose turn it is with a remark."""

    AGREED = "agreed"  # it is right: nothing to answer
    OPEN = "open"  # waits for an answer
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"  # taken back by the client; it stays, and it shows


REMARK_TRANSITIONS: Mapping[RemarkState, frozenset[RemarkState]] = {
    RemarkState.AGREED: frozenset({RemarkState.WITHDRAWN}),
    RemarkState.OPEN: frozenset({RemarkState.ANSWERED, RemarkState.WITHDRAWN}),
    # The client may reply, and the caseworker may add an answer.
    RemarkState.ANSWERED: frozenset({RemarkState.OPEN, RemarkState.ANSWERED, RemarkState.WITHDRAWN}),
    RemarkState.WITHDRAWN: frozenset(),
}


class Origin(enum.StrEnum):
    """Where something was written."""

    PORTAL = "portal"
    BACKOFFICE = "backoffice"


def first_state(kind: RemarkKind) -> RemarkState:
    """Return the state in which a remark begins."""
    return RemarkState.AGREED if kind is RemarkKind.RIGHT else RemarkState.OPEN


def check_remark(kind: RemarkKind, text: str) -> str:
    """Return a remark's text, which may be empty: a mark alone says something.

    Only what is missing has to be told, for nobody can guess it.

    :raises InvalidInput: it is too long, or nothing is said of what is missing.
    """
    if len(text) > MAX_TEXT:
        raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="too_long")
    if kind is RemarkKind.MISSING and not text.strip():
        raise InvalidInput(lazy("Skriv vad som saknas."), reason="empty")
    return text


def check_turn(text: str) -> str:
    """Return the text of an answer or a reply: an outcome without words explains nothing.

    :raises InvalidInput: it is empty or too long.
    """
    if not text.strip():
        raise InvalidInput(lazy("Skriv något innan du skickar."), reason="empty")
    if len(text) > MAX_TEXT:
        raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="too_long")
    return text


def check_submission(submission: str) -> str:
    """Return the number that a form bore when it was shown.

    :raises InvalidInput: it can't be one of ours.
    """
    if not submission or len(submission) > MAX_SUBMISSION or not submission.isascii():
        raise InvalidInput(lazy("Ladda om sidan och försök igen."), reason="submission")
    return submission
