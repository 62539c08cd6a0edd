"""Threads and their messages."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.db import plain_rows
from portal.messages.models import Message, Thread
from portal.messages.queries.names import ClientName, client_names, unread_by
from portal.messages.rules import PAGE_SIZE
from portal.people import queries as people
from portal.people.models import Case, StaffMember
from portal.sync.rules import Delivery


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A case in the list of threads; ``client`` is for staff only, ``last_at`` None before the first message."""

    case_id: uuid.UUID
    title: str
    caseworker: str
    client: ClientName | None
    last_at: datetime | None
    unread: int
    unanswered_since: datetime | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """One thread and its case; ``thread_id`` and ``last_at`` are None before the first message."""

    case: people.CaseView
    thread_id: uuid.UUID | None
    client_read_at: datetime | None
    staff_read_at: datetime | None
    staff_reader: str
    unanswered_since: datetime | None
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as it is shown. ``author`` is the staff member's name, empty for the client's own."""

    id: uuid.UUID
    side: Side
    author_staff_id: uuid.UUID | None
    author: str
    text: str
    sent_at: datetime
    receipt_no: str
    delivery: Delivery
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages, oldest first; ``older`` is the id before which there are more."""

    rows: Sequence[MessageRow]
    older: uuid.UUID | None


@cache
def _threads(side: Side) -> Select[uuid.UUID, datetime | None, datetime | None, datetime | None]:
    return (
        select(Thread.case_id, Thread.last_client_at, Thread.last_staff_at, Thread.unanswered_since)
        .join(Case, Case.id == Thread.case_id)
        .where(people.reachable(side))
    )


def threads(session: Session, actor: Actor) -> list[ThreadRow]:
    """Return every case an actor reaches with its thread, if it has one: unanswered first (staff), then the latest."""
    found = plain_rows(session, _threads(actor.side), people.scope(actor))
    by_case = {row.case_id: row for row in found}
    unread = _unread_by_case(session, actor)
    names = client_names(session, actor) if actor.side is Side.STAFF else {}
    listed = []
    for case in people.cases(session, actor):
        thread = by_case.get(case.id)
        listed.append(
            ThreadRow(
                case_id=case.id,
                title=case.title,
                caseworker=case.caseworker,
                client=names.get(case.person_id),
                last_at=_last_at(thread.last_client_at, thread.last_staff_at) if thread else None,
                unread=unread.get(case.id, 0),
                unanswered_since=thread.unanswered_since if thread else None,
            )
        )
    return sorted(listed, key=_urgency if actor.side is Side.STAFF else _recency)


@cache
def _unread(side: Side) -> Select[uuid.UUID, int]:
    return (
        select(Thread.case_id, func.count())
        .join(Message, Message.thread_id == Thread.id)
        .join(Case, Case.id == Thread.case_id)
        .where(people.reachable(side), unread_by(side))
        .group_by(Thread.case_id)
    )


def _unread_by_case(session: Session, actor: Actor) -> dict[uuid.UUID, int]:
    return {row[0]: row[1] for row in plain_rows(session, _unread(actor.side), people.scope(actor))}


def _recency(row: ThreadRow) -> tuple[bool, float]:
    return row.last_at is None, -(row.last_at.timestamp() if row.last_at else 0)


def _urgency(row: ThreadRow) -> tuple[bool, float, bool, float]:
    since = row.unanswered_since
    return since is None, since.timestamp() if since else 0, *_recency(row)


def _last_at(client_at: datetime | None, staff_at: datetime | None) -> datetime | None:
    return max((at for at in (client_at, staff_at) if at is not None), default=None)


@cache
def _thread() -> Select[Thread, str | None]:
    return (
        select(Thread, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Thread.staff_read_by)
        .where(Thread.case_id == bindparam("case_id"))
    )


def conversation(session: Session, actor: Actor, case_id: uuid.UUID) -> Conversation:
    """Return the thread of a case, which may not have begun.

    :raises NotFound: for a foreign or unknown case alike.
    """
    case = people.case(session, actor, case_id)
    row = session.execute(_thread(), {"case_id": case.id}).one_or_none()
    if row is None:
        return Conversation(case, None, None, None, "", None, None)
    thread, reader = row
    return Conversation(
        case=case,
        thread_id=thread.id,
        client_read_at=thread.client_read_at,
        staff_read_at=thread.staff_read_at,
        staff_reader=reader or "",
        unanswered_since=thread.unanswered_since,
        last_at=_last_at(thread.last_client_at, thread.last_staff_at),
    )


@cache
def _messages(side: Side, *, older: bool) -> Select[*tuple[Any, ...]]:
    wanted = select(
        Message.id,
        Message.side,
        Message.author_staff_id,
        StaffMember.name,
        Message.text,
        Message.sent_at,
        Message.receipt_no,
        Message.delivery,
        Message.delivered_at,
    )
    wanted = (
        wanted.join(Thread, Thread.id == Message.thread_id)
        .join(Case, Case.id == Thread.case_id)
        .outerjoin(StaffMember, StaffMember.id == Message.author_staff_id)
        .where(Message.thread_id == bindparam("thread_id"), people.reachable(side))
        .order_by(Message.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    return wanted.where(Message.id < bindparam("before")) if older else wanted


def messages(
    session: Session, actor: Actor, thread_id: uuid.UUID | None, *, before: uuid.UUID | None = None
) -> MessagePage:
    """Return the latest messages of a thread, or those before one of them, oldest first.

    A thread that the actor doesn't reach has no messages. UUIDv7 ids sort in the order in which messages came.
    """
    if thread_id is None:
        return MessagePage((), None)
    wanted = _messages(actor.side, older=before is not None)
    sent = plain_rows(session, wanted, people.scope(actor, thread_id=thread_id, before=before))
    found = [
        MessageRow(id_, side, staff_id, author or "", text, sent_at, receipt_no, delivery, delivered_at)
        for id_, side, staff_id, author, text, sent_at, receipt_no, delivery, delivered_at in sent
    ]
    shown = found[:PAGE_SIZE]
    return MessagePage(shown[::-1], shown[-1].id if len(found) > PAGE_SIZE else None)
