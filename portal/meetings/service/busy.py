"""Busy times from calendars elsewhere: an address that the worker fetches, or a file. Titles are never kept.

What can't be fetched or read leaves the last good times in their place, with the code of the error beside them.
"""

import json
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core import caged
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.db import writing
from portal.core.errors import Conflict
from portal.core.fetching import FetchError, fetch_url
from portal.core.i18n import lazy
from portal.core.ids import new_id
from portal.meetings.models import BusySource, BusyTime
from portal.meetings.queries import busy as queries
from portal.meetings.queries import hours as hours_queries
from portal.meetings.rules.availability import Span
from portal.meetings.rules.busy import MAX_BYTES, MAX_SOURCES, MOST, WINDOW, checked_address

log = structlog.get_logger("portal.meetings")
# How old a calendar is when it is fetched again, and how many are fetched in one go of the worker.
STALE = timedelta(minutes=30)
TASK_SECONDS = 300.0
PER_RUN = 20
_PATIENCE = 60.0
_MOST_ANSWER = MOST * 80


class BusyRefused(Exception):  # noqa: N818 - named after what it is
    """A calendar can't be taken in; the words are a code of ours."""


def read_busy(data: bytes) -> list[Span]:
    """Return the busy times of a calendar from now on, read by a process of its own.

    :raises BusyRefused: it isn't one, or holds too much.
    """
    if len(data) > MAX_BYTES:
        raise BusyRefused("too_large")
    start = now()
    arguments = (start.isoformat(), (start + WINDOW).isoformat(), str(MOST))
    try:
        answer = caged.ask("portal.meetings.busy_child", arguments, data, most=_MOST_ANSWER, patience=_PATIENCE)
    except caged.TookTooLong as error:
        raise BusyRefused("took_too_long") from error
    return _spans(answer)


def _spans(answer: bytes) -> list[Span]:
    """Read the answer of a process that may have been taken over: nothing but times is believed."""
    try:
        told = json.loads(answer)
        if told.keys() == {"refused"}:
            raise BusyRefused("too_many" if told["refused"] == "too_many" else "unreadable")
        spans = [Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in told["busy"]]
        if len(spans) > MOST or any(span.start.tzinfo is None or not span.start < span.end for span in spans):
            raise BusyRefused("unreadable")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise BusyRefused("unreadable") from error
    return spans


def fetch_calendar(url: str) -> bytes:
    """Return what lies at a calendar's address on the internet.

    :raises FetchError: it can't be had, or isn't on the internet.
    """
    return fetch_url(url, accept="text/calendar", most=MAX_BYTES, public_only=True)


def add_address(session: Session, actor: Actor, *, staff_id: uuid.UUID, url: str) -> BusySource:
    """Take in a calendar by its address; the worker fetches it soon.

    :raises NotFound: the calendar isn't the actor's to keep up.
    :raises HoursRefused: it isn't an https address.
    :raises Conflict: there are too many already.
    """
    return _add(session, actor, staff_id, checked_address(url))


def add_file(session: Session, actor: Actor, *, staff_id: uuid.UUID, spans: Sequence[Span]) -> BusySource:
    """Take in what ``read_busy`` has read from a file, before the transaction began: that may take seconds.

    :raises NotFound: the calendar isn't the actor's to keep up.
    :raises Conflict: there are too many already.
    """
    source = _add(session, actor, staff_id, "")
    _replace(session, source, spans)
    return source


def remove(session: Session, actor: Actor, *, source_id: uuid.UUID) -> None:
    """Forget a calendar and its times.

    :raises NotFound: it isn't the actor's to keep up.
    """
    _owner, source = queries.source(session, actor, source_id)
    session.execute(delete(BusyTime).where(BusyTime.source_id == source.id))
    session.delete(source)
    session.flush()
    audit.record(session, "meeting.busy.removed", actor=actor, object_id=source_id)


def refresh(
    sessions: sessionmaker[Session],
    get: Callable[[str], bytes] = fetch_calendar,
    read: Callable[[bytes], Sequence[Span]] = read_busy,
) -> int:
    """Fetch the calendars that are stale, the longest waiting first, each in its own transaction; return how many."""
    stale = or_(BusySource.fetched_at.is_(None), BusySource.fetched_at < now() - STALE)
    with sessions() as session:
        found = session.execute(select(BusySource.id, BusySource.url).where(stale).order_by(BusySource.fetched_at))
        due = [(id_, url) for id_, url in found if url][:PER_RUN]
    for source_id, url in due:
        spans, error = _got(url, get, read)
        with writing(sessions) as session:
            source = session.get(BusySource, source_id)
            if source is None:
                continue
            source.fetched_at, source.error = now(), error
            if spans is not None:
                _replace(session, source, spans)
        if error:
            log.warning("busy times not fetched", source=str(source_id), code=error)
    return len(due)


def _got(
    url: str, get: Callable[[str], bytes], read: Callable[[bytes], Sequence[Span]]
) -> tuple[Sequence[Span] | None, str]:
    try:
        return read(get(url)), ""
    except (FetchError, BusyRefused) as error:
        return None, str(error)


def _add(session: Session, actor: Actor, staff_id: uuid.UUID, url: str) -> BusySource:
    hours_queries.caseworker(session, actor, staff_id)
    count = session.scalar(select(func.count()).where(BusySource.staff_id == staff_id)) or 0
    if count >= MAX_SOURCES:
        raise Conflict(lazy("Det finns redan så många kalendrar som det går att ha. Ta bort en först."), reason="room")
    source = BusySource(staff_id=staff_id, url=url)
    session.add(source)
    session.flush()
    audit.record(session, "meeting.busy.added", actor=actor, object_id=source.id, detail={"staff": str(staff_id)})
    return source


def _replace(session: Session, source: BusySource, spans: Sequence[Span]) -> None:
    session.execute(delete(BusyTime).where(BusyTime.source_id == source.id))
    rows = [
        {"id": new_id(), "staff_id": source.staff_id, "source_id": source.id, "starts_at": start, "ends_at": end}
        for start, end in spans
    ]
    if rows:
        session.execute(insert(BusyTime), rows)
    source.fetched_at = source.ok_at = now()
    source.error = ""
    session.flush()
