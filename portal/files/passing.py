"""What every file passes before it is let in, uploaded or named by the back office: searched, cleaned, sealed anew.

Also how long a worker holds one, and when it is tried again.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from portal.files import sandbox
from portal.files.rules import FileKind, Refusal
from portal.files.sandbox import Budget, Cleaned
from portal.files.scanner import Scanner, ScannerDown
from portal.files.stores.base import StoreError
from portal.files.vault import Sealed, Vault

LEASE = timedelta(minutes=10)
# A file that kills its worker, or takes too long, so many times is not tried again.
MOST_ATTEMPTS = 5
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that passed: its clean content, and the same sealed."""

    cleaned: Cleaned
    sealed: Sealed


def let_through(
    file_id: uuid.UUID,
    content: bytes,
    vault: Vault,
    scanner: Scanner | None,
    budget: Budget,
    *,
    only: FileKind | None = None,
) -> Passed | Refusal:
    """Search, clean and seal content, or return why it is refused; ``only``: nothing but this kind is let in.

    :raises TookTooLong: cleaning didn't come to an end.
    :raises ScannerDown: the scanner doesn't answer; nothing is let in without it.
    :raises StoreError: it can't be stored.
    """
    if scanner is not None and scanner.is_infected(content):
        return Refusal.VIRUS
    cleaned = sandbox.clean(content, vault.limits, budget)
    if isinstance(cleaned, Refusal):
        return cleaned
    if only is not None and cleaned.kind is not only:
        return Refusal.WRONG_KIND
    return Passed(cleaned, vault.put(file_id, [cleaned.content], most=len(cleaned.content)))


def code_of(error: StoreError | ScannerDown) -> str:
    """Return by which code it is told what failed."""
    return f"{type(error).__name__}:{error.code}"


def wait_after(attempt: int) -> timedelta:
    """Return how long to wait after an attempt, counted from 1."""
    return min(_FIRST_WAIT * (1 << min(attempt - 1, 10)), _LONGEST_WAIT)
