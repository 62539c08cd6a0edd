"""Documents that the back office names by checksum: fetched, checked as every file is, and sealed.

Nothing is lost on the way: what can't be had yet is asked for again, and what can't be let in stays in the back
office. Both are alarms. A feature asks with ``expect``, shows ``views``, and gives ``content`` to whom it has checked.
"""

import hashlib
import threading
import uuid
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.caged import TookTooLong
from portal.core.clock import now
from portal.core.db import writing
from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.files import rows
from portal.files.models import IncomingFile
from portal.files.passing import LEASE, MOST_ATTEMPTS, Passed, code_of, let_through, wait_after
from portal.files.queries import DocumentView
from portal.files.rules import FileKind, FileState, Refusal, move
from portal.files.sandbox import USUAL_BUDGET, Budget
from portal.files.scanner import Scanner, ScannerDown
from portal.files.stores.base import StoreError
from portal.files.vault import Vault

log = structlog.get_logger("portal.files")

# What isn't there may still come; nobody's page waits for it by the second.
_ALARM_WAIT = timedelta(hours=1)


class NotNow(Exception):  # noqa: N818 - named after what happened
    """The back office doesn't answer; ``code`` is ours."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotThere(NotNow):
    """The back office answers that it has no such file: an alarm, for it has named it."""


# Returns the content that has a SHA-256 (hex), or raises one of the two above.
Fetch = Callable[[str], bytes]


def expect(session: Session, checksum: str) -> uuid.UUID:
    """Ask for a document of the back office, which the worker fetches; return its id here."""
    row = IncomingFile(id=new_id(), checksum=checksum)
    session.add(row)
    session.flush()
    return row.id


def views(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, DocumentView]:
    """Return documents by id; the caller has checked who may know of them."""
    found = session.scalars(select(IncomingFile).where(IncomingFile.id.in_(list(ids))))
    return {
        row.id: DocumentView(
            row.id,
            row.state,
            row.reason,
            row.state is FileState.REFUSED or bool(row.problem),
            row.pages or 0,
            row.size or 0,
            row.checksum,
        )
        for row in found
    }


def content(session: Session, vault: Vault, file_id: uuid.UUID) -> Iterator[bytes]:
    """Yield the content of a document; for callers who have checked, and logged, who may read it.

    :raises NotFound: it isn't here, or was not let in.
    """
    row = session.get(IncomingFile, file_id)
    if row is None or row.state is not FileState.READY or row.blob is None or row.content_key is None:
        raise NotFound
    return vault.get(row.id, row.blob, row.content_key)


def failed_count(session: Session) -> int:
    """Return how many documents were not let in or can't be had."""
    wanted = or_(IncomingFile.state == FileState.REFUSED, IncomingFile.problem != "")
    return session.scalar(select(func.count()).select_from(IncomingFile).where(wanted)) or 0


@dataclass(frozen=True, slots=True)
class _Claim:
    file_id: uuid.UUID
    attempt: int
    checksum: str


@dataclass(frozen=True, slots=True)
class _Later:
    """An attempt that came to nothing; ``alarm``: a person should know."""

    code: str
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Receiver:
    """The worker's part; ``scanner`` is None only where the settings say that there is none.

    A document is held by moving its next attempt away: a worker that dies lets it go. No transaction is open while
    the back office or the checks take their time.
    """

    sessions: sessionmaker[Session]
    vault: Vault
    scanner: Scanner | None
    fetch: Fetch
    budget: Budget = USUAL_BUDGET

    def run(self, stop: threading.Event | None = None) -> int:
        """Fetch everything that is due, or until told to stop; return how many were tried."""
        done = 0
        while not (stop and stop.is_set()) and (claim := self._claim()) is not None:
            self._settle(claim, self._obtain(claim))
            done += 1
        return done

    def _claim(self) -> _Claim | None:
        with self.sessions() as session:
            # Looking takes no write lock: an idle worker must not hold up those who write.
            if session.scalars(_due()).first() is None:
                return None
        with writing(self.sessions) as session:
            row = session.scalars(_due().with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            row.attempts += 1
            row.next_try_at = now() + LEASE
            return _Claim(row.id, row.attempts, row.checksum)

    def _obtain(self, claim: _Claim) -> Passed | _Later | Refusal:
        try:
            found = self.fetch(claim.checksum)
        except NotThere as error:
            return _Later(error.code, alarm=True)
        except NotNow as error:
            return _Later(error.code)
        if hashlib.sha256(found).hexdigest() != claim.checksum:
            return _Later("checksum", alarm=True)
        return self._let_in(claim, found)

    def _let_in(self, claim: _Claim, found: bytes) -> Passed | _Later | Refusal:
        if not found or len(found) > self.vault.limits.file_bytes:
            return Refusal.TOO_LARGE if found else Refusal.EMPTY
        try:
            return let_through(claim.file_id, found, self.vault, self.scanner, self.budget, only=FileKind.PDF)
        except TookTooLong:
            return Refusal.UNREADABLE if claim.attempt >= MOST_ATTEMPTS else _Later("too_long")
        except (StoreError, ScannerDown) as error:
            return _Later(code_of(error))

    def _settle(self, claim: _Claim, outcome: Passed | _Later | Refusal) -> None:
        with writing(self.sessions) as session:
            row = session.get_one(IncomingFile, claim.file_id, with_for_update=True)
            if row.attempts != claim.attempt or row.state is not FileState.RECEIVING:
                # Taken over by another worker after our lease.
                if isinstance(outcome, Passed):
                    rows.doom(session, [outcome.sealed.blob])
                return
            match outcome:
                case Passed():
                    row.state = move(move(row.state, FileState.CHECKING), FileState.READY)
                    row.problem, row.size, row.pages = "", outcome.sealed.size, outcome.cleaned.pages
                    row.blob, row.content_key = outcome.sealed.blob, outcome.sealed.key
                case _Later():
                    row.next_try_at = now() + (_ALARM_WAIT if outcome.alarm else wait_after(row.attempts))
                    _alarm(session, row, outcome.code if outcome.alarm else row.problem)
                case Refusal():
                    row.state, row.reason = move(row.state, FileState.REFUSED), outcome
                    _alarm(session, row, outcome.value)


def _alarm(session: Session, row: IncomingFile, code: str) -> None:
    """Write down, once for each reason, that a document could not be taken in."""
    if code and row.problem != code:
        row.problem = code
        log.error("file.incoming_failed", file=str(row.id), code=code)
        audit.record(session, "file.incoming_failed", object_id=row.id, detail={"code": code})


def _due() -> Select[IncomingFile]:
    return (
        select(IncomingFile)
        .where(IncomingFile.state == FileState.RECEIVING, IncomingFile.next_try_at <= now())
        .order_by(IncomingFile.next_try_at)
        .limit(1)
    )
