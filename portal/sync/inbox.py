"""The inbox: store the feed as it comes, then apply it; what fails is kept, alarmed and tried again.

Two steps, so that a change that can't be applied never holds up the feed. Changes of one person are applied in the
order in which they came: while one of them has failed, the later ones wait. A newer version of an object takes the
place of an older one that never could be applied, for each version holds the whole object.
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.db import insert_into, writing
from portal.core.ids import new_id
from portal.core.retry import RetryPolicy, jitter
from portal.sync.adapters.base import BackOffice, BackOfficeError
from portal.sync.contract import Change, UnknownCode
from portal.sync.models import UNSETTLED, ExternalLink, InboxChange, InboxCursor
from portal.sync.queries import SOURCE, find_link, local_id
from portal.sync.rules import INBOX_POLICY, Outcome

log = structlog.get_logger("portal.sync")
BATCH = 50


@dataclass(frozen=True, slots=True)
class Applied:
    """What a handler returns: the row of ours that the object is, and a code if a person should look."""

    local_id: uuid.UUID | None
    warning: str = ""


class LinkMissing(Exception):  # noqa: N818 - named after what was met
    """A change refers to an object that hasn't come yet; tried again later."""


def needed(session: Session, kind: str, external_id: str) -> uuid.UUID:
    """Return our id of something that a change refers to.

    :raises LinkMissing: it hasn't come yet.
    """
    found = local_id(session, kind, external_id)
    if found is None:
        raise LinkMissing
    return found


Handler = Callable[[Session, Change], Applied]


@dataclass
class InboxHandlers:
    """Who applies which kind of change; filled in ``portal.app`` and by the command of the worker."""

    _handlers: dict[str, Handler] = field(default_factory=dict)

    def register(self, kind: str, handler: Handler) -> None:
        """Let a handler apply the changes of a kind.

        :raises ValueError: when the kind has one already.
        """
        if str(kind) in self._handlers:
            raise ValueError(f"two handlers for {kind}")
        self._handlers[str(kind)] = handler

    def apply(self, session: Session, change: Change) -> Applied:
        """Apply one change.

        :raises UnknownCode: for a kind without a handler.
        """
        handler = self._handlers.get(change.kind)
        if handler is None:
            raise UnknownCode("kind")
        return handler(session, change)


def fetch(sessions: sessionmaker[Session], back_office: BackOffice, *, source: str = SOURCE, limit: int = 200) -> int:
    """Store the next page of the feed and return its length; no lock is held while the source answers.

    :raises BackOfficeError: when the source doesn't answer; that is noted for ``queries.freshness`` first.
    """
    with sessions() as session:
        cursor = session.scalar(select(InboxCursor.cursor).where(InboxCursor.source == source)) or ""
    try:
        page = back_office.changes(cursor, limit)
    except BackOfficeError as error:
        with writing(sessions) as session:
            row = _locked_cursor(session, source)
            row.fetched_at, row.last_error = now(), error.code
        raise
    with writing(sessions) as session:
        row = _locked_cursor(session, source)
        row.fetched_at = row.last_ok_at = now()
        row.last_error = ""
        if row.cursor != cursor:
            return 0  # another worker has stored this page meanwhile
        row.cursor = page.next
        _store(session, row, page.items)
    return len(page.items)


def _locked_cursor(session: Session, source: str) -> InboxCursor:
    new = insert_into(session, InboxCursor).values(source=source, cursor="", stored=0, last_error="")
    session.execute(new.on_conflict_do_nothing(index_elements=["source"]))
    return session.scalars(select(InboxCursor).where(InboxCursor.source == source).with_for_update()).one()


def _store(session: Session, row: InboxCursor, changes: Iterable[Change]) -> None:
    ring = ring_of(session.get_bind().dialect)
    for change in changes:
        new = insert_into(session, InboxChange).values(
            id=new_id(),
            source=row.source,
            kind=change.kind,
            external_index=ring.blind_index("external", change.source_id),
            external_id=change.source_id,
            version=change.version,
            deleted=change.deleted,
            payload=change.payload,
            person=change.person,
            position=row.stored + 1,
        )
        stored = session.execute(
            new.on_conflict_do_nothing(index_elements=["source", "kind", "external_index", "version"]).returning(
                InboxChange.id
            )
        ).one_or_none()
        row.stored += stored is not None


def apply_due(
    sessions: sessionmaker[Session],
    handlers: InboxHandlers,
    *,
    source: str = SOURCE,
    policy: RetryPolicy = INBOX_POLICY,
    limit: int = 1000,
) -> int:
    """Apply what is due, in batches that are transactions, each change in a savepoint; return how many were tried."""
    done = 0
    while done < limit:
        with sessions() as session:
            if not session.scalars(_due(source).limit(1)).first():
                break
        with writing(sessions) as session:
            # Whoever holds the cursor's row is the only one to apply: two workers would break the order.
            locked = select(InboxCursor.source).where(InboxCursor.source == source).with_for_update(skip_locked=True)
            if session.scalars(locked).one_or_none() is None:
                break
            done += _Batch(session, handlers, source, policy).run()
    return done


def _due(source: str) -> Select[InboxChange]:
    return (
        select(InboxChange)
        .where(
            UNSETTLED,
            InboxChange.source == source,
            InboxChange.outcome.in_((Outcome.PENDING, Outcome.FAILED)),
            InboxChange.next_attempt_at <= now(),
        )
        .order_by(InboxChange.position)
    )


def _key(row: InboxChange) -> str:
    return row.person if row.person is not None else f"{row.kind}:{row.external_id}"


class _Batch:
    """One transaction's worth of changes, with the persons that are held up."""

    def __init__(self, session: Session, handlers: InboxHandlers, source: str, policy: RetryPolicy) -> None:
        self.session, self.handlers, self.source, self.policy = session, handlers, source, policy
        held = session.scalars(
            select(InboxChange)
            .where(
                UNSETTLED,
                InboxChange.source == source,
                InboxChange.outcome.in_((Outcome.FAILED, Outcome.WAITING)),
            )
            .order_by(InboxChange.position)
        )
        self.held: dict[str, list[InboxChange]] = {}
        for row in held:
            self.held.setdefault(_key(row), []).append(row)

    def run(self) -> int:
        """Try every change of the batch that isn't held up, and return how many rows were looked at."""
        queue = deque(self.session.scalars(_due(self.source).limit(BATCH)).all())
        looked = len(queue)
        while queue:
            row = queue.popleft()
            if row.outcome is Outcome.SUPERSEDED:
                continue
            held = self.held.get(_key(row), [])
            if row.outcome is Outcome.PENDING and held:
                self._supersede(row, held)
            if held and held[0] is not row:
                if row not in held:
                    held.append(row)
                row.outcome = Outcome.WAITING
                continue
            self._try(row)
            if row.outcome is Outcome.FAILED:
                if not held:
                    self.held[_key(row)] = [row]
            elif held:
                # The rest of the person's changes go on, before any that came later.
                del self.held[_key(row)]
                released = [other for other in held if other is not row]
                for other in released:
                    other.outcome = Outcome.PENDING
                queue.extendleft(reversed(released))
        self.session.flush()
        return looked

    def _supersede(self, row: InboxChange, held: list[InboxChange]) -> None:
        """Let a newer version take the earliest place of the older ones that are held up."""
        older = [o for o in held if (o.kind, o.external_id) == (row.kind, row.external_id) and o.version < row.version]
        if not older:
            return
        row.position, older[0].position = older[0].position, row.position
        held[held.index(older[0])] = row
        for other in older:
            other.outcome, other.code = Outcome.SUPERSEDED, ""
            if other in held:
                held.remove(other)

    def _try(self, row: InboxChange) -> None:
        row.attempts += 1
        change = Change(row.external_id, row.kind, row.version, row.payload, row.deleted, row.person)
        # Before the savepoint, so that a handler's rollback doesn't take it back.
        self.session.flush()
        try:
            with self.session.begin_nested():
                row_outcome, code = _apply(self.session, self.handlers, change, self.source)
        except UnknownCode as error:
            self._failed(row, f"unknown_code:{error.where}")
        except LinkMissing:
            self._failed(row, "link_missing")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one change must not hold up the others
            self._failed(row, f"error:{type(error).__name__}")
        else:
            row.outcome, row.code = row_outcome, code
            if code:
                log.warning("inbox.warned", change=str(row.id), kind=row.kind, code=code)

    def _failed(self, row: InboxChange, code: str) -> None:
        row.outcome, row.code = Outcome.FAILED, code
        row.next_attempt_at = now() + self.policy.delay(row.attempts, jitter())
        log.error("inbox.failed", change=str(row.id), kind=row.kind, code=code, attempts=row.attempts)


def _apply(session: Session, handlers: InboxHandlers, change: Change, source: str) -> tuple[Outcome, str]:
    link = find_link(session, change.kind, change.source_id, source)
    if link is not None and link.version >= change.version:
        return Outcome.IGNORED, ""
    applied = handlers.apply(session, change)
    if link is not None:
        link.version = change.version
    elif applied.local_id is not None:
        session.add(_link(session, change, applied.local_id, source))
    session.flush()
    return (Outcome.WARNED, applied.warning) if applied.warning else (Outcome.APPLIED, "")


def _link(session: Session, change: Change, local: uuid.UUID, source: str) -> ExternalLink:
    return ExternalLink(
        system=source,
        kind=change.kind,
        external_index=ring_of(session.get_bind().dialect).blind_index("external", change.source_id),
        external_id=change.source_id,
        local_id=local,
        version=change.version,
    )
