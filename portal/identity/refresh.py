"""Keeping a federation's metadata fresh: fetched and verified by the worker, kept in the database, read by all.

What is kept is the signed original. Every process verifies it again when it reads it: whoever can write to the
database still cannot name an identity provider.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.clock import now
from portal.core.db import writing
from portal.identity.fetching import FetchError, fetch
from portal.identity.models import FederationMetadata
from portal.identity.saml.metadata import AggregateSource
from portal.identity.saml.metadata_aggregate import Aggregate, read_aggregate
from portal.identity.saml.metadata_reader import ProviderFileError

log = structlog.get_logger("portal.identity")
REFRESH_SECONDS = 3600.0


@dataclass(frozen=True)
class Outcome:
    """How the refresh of one source went; ``problem`` is empty where it went well."""

    source: str
    problem: str
    providers: int = 0
    left_out: tuple[str, ...] = ()


def refresh(
    sessions: sessionmaker[Session],
    sources: tuple[AggregateSource, ...],
    get: Callable[[AggregateSource], bytes] = fetch,
) -> list[Outcome]:
    """Fetch, verify and keep every source, each in its own transaction; one that fails keeps its last good."""
    outcomes = {source.name: _refresh_one(sessions, source, get) for source in _distinct(sources)}
    for outcome in outcomes.values():
        if outcome.problem:
            log.error("federation metadata not refreshed", source=outcome.source, problem=outcome.problem)
        elif outcome.left_out:
            log.warning("providers left out", source=outcome.source, count=len(outcome.left_out))
    return list(outcomes.values())


def _distinct(sources: tuple[AggregateSource, ...]) -> list[AggregateSource]:
    return list({source.name: source for source in sources}.values())


def _refresh_one(
    sessions: sessionmaker[Session], source: AggregateSource, get: Callable[[AggregateSource], bytes]
) -> Outcome:
    try:
        data = get(source)
        aggregate = read_aggregate(data, source.pin, now=now(), max_days=source.max_days)
    except (FetchError, ProviderFileError) as error:
        return _note_failure(sessions, source.name, str(error))
    with writing(sessions) as session:
        row = session.get(FederationMetadata, source.name)
        if row is not None and _is_newer(row, aggregate, source):
            problem = "older than what is kept"
        else:
            problem = ""
            _keep(session, row, source.name, data, aggregate)
    if problem:
        return _note_failure(sessions, source.name, problem)
    return Outcome(source.name, "", len(aggregate.providers), aggregate.left_out)


def _is_newer(row: FederationMetadata, aggregate: Aggregate, source: AggregateSource) -> bool:
    # Played back, an old version would bring back keys that were taken away. What another pin verified doesn't count.
    if row.content is None or row.valid_until is None or row.valid_until <= aggregate.valid_until:
        return False
    try:
        read_aggregate(row.content, source.pin, now=now(), max_days=source.max_days)
    except ProviderFileError:
        return False
    return True


def _keep(session: Session, row: FederationMetadata | None, name: str, data: bytes, aggregate: Aggregate) -> None:
    digest = hashlib.sha256(data).digest()
    if row is None:
        row = FederationMetadata(source=name)
        session.add(row)
    if row.digest != digest:
        row.content, row.digest, row.valid_until = data, digest, aggregate.valid_until
        audit.record(session, "federation_metadata", detail={"source": name, "sha256": digest.hex()})
    row.fetched_at = row.tried_at = now()
    row.problem = ""


def _note_failure(sessions: sessionmaker[Session], name: str, problem: str) -> Outcome:
    with writing(sessions) as session:
        row = session.get(FederationMetadata, name)
        if row is None:
            row = FederationMetadata(source=name)
            session.add(row)
        row.tried_at, row.problem = now(), problem
        audit.record(session, "federation_metadata", outcome="refused", detail={"source": name, "reason": problem})
    return Outcome(name, problem)


@dataclass(frozen=True)
class State:
    """What is known of one source: when it was last good and until when it holds."""

    source: str
    digest: bytes | None
    fetched_at: datetime | None
    valid_until: datetime | None
    problem: str


def states(session: Session) -> list[State]:
    """The state of every source that was ever tried."""
    table = FederationMetadata
    wanted = select(table.source, table.digest, table.fetched_at, table.valid_until, table.problem)
    return [State(*row) for row in session.execute(wanted.order_by(table.source))]


def kept(session: Session, name: str) -> bytes | None:
    """The signed original of a source that was last good."""
    return session.scalar(select(FederationMetadata.content).where(FederationMetadata.source == name))
