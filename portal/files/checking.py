"""The worker's part: each file that has come whole is searched, cleaned and sealed anew, or refused.

A file is held by a lease while it is checked: a worker that dies lets it go, and another begins anew; nothing is lost,
for the parts stay until the row says that the file is ready. No transaction is open meanwhile.
"""

import threading
import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.caged import TookTooLong
from portal.core.clock import now
from portal.core.db import writing
from portal.files import rows
from portal.files.models import UNDER_WAY, FilePart, StoredFile
from portal.files.passing import LEASE, MOST_ATTEMPTS, Passed, code_of, let_through, wait_after
from portal.files.rules import FileState, Refusal, fit_ending, move
from portal.files.sandbox import USUAL_BUDGET, Budget
from portal.files.scanner import Scanner, ScannerDown
from portal.files.sealing import Damaged
from portal.files.stores.base import NoSuchBlob, StoreError
from portal.files.vault import Vault

log = structlog.get_logger("portal.files")


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that one worker holds, and where its parts are; ``tries`` are the attempts that it may be to blame for."""

    file_id: uuid.UUID
    attempt: int
    tries: int
    expected: int
    parts: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A check that couldn't be made; ``counts``: the file may be to blame, so not for ever."""

    code: str
    counts: bool = False


Outcome = Passed | Refusal | Later


@dataclass(frozen=True)
class Checker:
    """Checks files; ``scanner`` is None only where the settings say that there is none."""

    sessions: sessionmaker[Session]
    vault: Vault
    scanner: Scanner | None
    budget: Budget = USUAL_BUDGET

    def run(self, stop: threading.Event | None = None) -> int:
        """Check everything that is due, or until told to stop; return how many were looked at."""
        done = 0
        while not (stop and stop.is_set()) and (claim := self._claim()) is not None:
            self._settle(claim, self._examine(claim))
            done += 1
        return done

    def _claim(self) -> Claim | None:
        with self.sessions() as session:
            # Looking takes no write lock: an idle worker must not hold up those who write.
            if session.scalars(_due()).first() is None:
                return None
        with writing(self.sessions) as session:
            file_id = session.scalars(_due().with_for_update(skip_locked=True)).first()
            row = None if file_id is None else session.get(StoredFile, file_id)
            if row is None:
                return None
            row.attempts += 1
            row.leased_until = now() + LEASE
            parts = session.scalars(select(FilePart).where(FilePart.file_id == row.id).order_by(FilePart.start)).all()
            return Claim(
                row.id,
                row.attempts,
                row.attempts - row.excused,
                row.expected,
                tuple((part.blob, part.content_key) for part in parts),
            )

    def _examine(self, claim: Claim) -> Outcome:
        if claim.tries > MOST_ATTEMPTS:
            return Refusal.UNREADABLE
        try:
            content = b"".join(block for blob, key in claim.parts for block in self.vault.get(claim.file_id, blob, key))
            if len(content) != claim.expected:
                return Later("incomplete", counts=True)
            return let_through(claim.file_id, content, self.vault, self.scanner, self.budget)
        except (Damaged, NoSuchBlob) as error:
            return Later(type(error).__name__, counts=True)
        except TookTooLong:
            return Later("too_long", counts=True)
        except (StoreError, ScannerDown) as error:
            return Later(code_of(error))

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        with writing(self.sessions) as session:
            row = session.scalars(_held(claim)).one_or_none()
            if row is None:
                # Removed meanwhile, or taken over by another worker after our lease.
                if isinstance(outcome, Passed):
                    rows.doom(session, [outcome.sealed.blob])
                return
            row.leased_until = None
            match outcome:
                case Passed():
                    _let_in(session, row, outcome)
                case Later():
                    _postpone(row, outcome)
                case Refusal():
                    _turn_away(session, row, outcome)
        words: dict[str, Any] = {"file": str(claim.file_id), "attempt": claim.attempt}
        if isinstance(outcome, Later):
            log.warning("file.check_postponed", **words, code=outcome.code)
        else:
            log.info("file.checked", **words, outcome=outcome.value if isinstance(outcome, Refusal) else "ready")


def _due() -> Any:
    moment = now()
    return (
        select(StoredFile.id)
        .where(
            UNDER_WAY,
            StoredFile.state == FileState.CHECKING,
            StoredFile.next_check_at <= moment,
            or_(StoredFile.leased_until.is_(None), StoredFile.leased_until <= moment),
        )
        .order_by(StoredFile.id)
        .limit(1)
    )


def _held(claim: Claim) -> Any:
    return (
        select(StoredFile)
        .where(
            StoredFile.id == claim.file_id,
            StoredFile.state == FileState.CHECKING,
            StoredFile.attempts == claim.attempt,  # a later attempt is another worker's
        )
        .with_for_update()
    )


def _let_in(session: Session, row: StoredFile, outcome: Passed) -> None:
    cleaned, sealed = outcome.cleaned, outcome.sealed
    row.state = move(row.state, FileState.READY)
    row.kind, row.size, row.pages = cleaned.kind, sealed.size, cleaned.pages
    row.name = fit_ending(row.name, cleaned.kind)
    row.blob, row.content_key = sealed.blob, sealed.key
    rows.set_checksum(session, row, sealed.checksum)
    rows.doom_parts(session, row)


def _turn_away(session: Session, row: StoredFile, reason: Refusal) -> None:
    row.state, row.reason = move(row.state, FileState.REFUSED), reason
    rows.doom_parts(session, row)
    audit.record(session, "file.refused", subject_id=row.owner_id, object_id=row.id, detail={"reason": reason.value})


def _postpone(row: StoredFile, outcome: Later) -> None:
    row.excused += not outcome.counts
    row.next_check_at = now() + wait_after(row.attempts)
