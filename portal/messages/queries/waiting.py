"""What waits for someone: unread by a client, unanswered by staff, or stuck on its way."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.db import plain_rows
from portal.messages.models import Message, Thread
from portal.messages.queries.names import ClientName, name_of, unread_by
from portal.messages.rules import answer_due
from portal.people import queries as people
from portal.people.models import Case, Person, StaffMember
from portal.sync.contract import Kind
from portal.sync.queries import StuckDelivery
from portal.sync.rules import RESEND, Delivery


@dataclass(frozen=True, slots=True)
class UnansweredRow:
    """A thread that waits for an answer, and the last day for it."""

    case_id: uuid.UUID
    client: ClientName
    since: datetime
    due: date


@dataclass(frozen=True, slots=True)
class NewRow:
    """What is unread for a client in one thread, and who wrote the latest of it."""

    case_id: uuid.UUID
    title: str
    author: str
    count: int
    latest_at: datetime


@cache
def _unread_count(side: Side) -> Select[int]:
    return (
        select(func.count())
        .select_from(Message)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Case, Case.id == Thread.case_id)
        .where(people.reachable(side), unread_by(side))
    )


def unread_count(session: Session, actor: Actor) -> int:
    """Return how many messages the actor's side has not read."""
    return plain_rows(session, _unread_count(actor.side), people.scope(actor)).scalar_one()


@cache
def _new_for_client() -> Select[uuid.UUID, str, str | None, int, datetime]:
    counted = (
        select(Thread.id, func.count().label("count"), func.max(Message.sent_at).label("latest_at"))
        .join(Message, Message.thread_id == Thread.id)
        .join(Case, Case.id == Thread.case_id)
        .where(people.reachable(Side.CLIENT), unread_by(Side.CLIENT))
        .group_by(Thread.id)
        .subquery()
    )
    return (
        select(Case.id, Case.title, StaffMember.name, counted.c.count, Message.sent_at)
        .join(Thread, Thread.case_id == Case.id)
        .join(counted, counted.c.id == Thread.id)
        .join(Message, and_(Message.thread_id == Thread.id, Message.sent_at == counted.c.latest_at))
        .outerjoin(StaffMember, StaffMember.id == Message.author_staff_id)
        .where(Message.side == Side.STAFF)
        .order_by(Message.sent_at, Message.id)
    )


def new_for_client(session: Session, actor: Actor) -> list[NewRow]:
    """Return what a client has not read, one row a thread, the longest waiting first."""
    news = plain_rows(session, _new_for_client(), people.scope(actor))
    # Two messages of one thread in the same microsecond would give two rows.
    found = {case_id: NewRow(case_id, title, name or "", count, at) for case_id, title, name, count, at in news}
    return list(found.values())


@cache
def _unanswered_count(side: Side) -> Select[int]:
    return (
        select(func.count())
        .select_from(Thread)
        .join(Case, Case.id == Thread.case_id)
        .where(people.reachable(side), Thread.unanswered_since.is_not(None))
    )


def unanswered_count(session: Session, actor: Actor) -> int:
    """Return how many threads wait for an answer from those who work on the actor's cases."""
    return plain_rows(session, _unanswered_count(actor.side), people.scope(actor)).scalar_one()


def unanswered(session: Session, actor: Actor, *, answer_days: int) -> list[UnansweredRow]:
    """Return the threads that wait for an answer, the one that is due first at the top.

    ``answer_days`` is the municipality's own promise, in working days.
    """
    rows = session.execute(
        select(
            Thread.case_id,
            Thread.unanswered_since,
            Person.id,
            Person.given_name,
            Person.surname,
            Person.protection,
        )
        .join(Case, Case.id == Thread.case_id)
        .join(Person, Person.id == Case.person_id)
        .where(people.reachable(actor.side), Thread.unanswered_since.is_not(None))
        .order_by(Thread.unanswered_since),
        people.scope(actor),
    )
    return [
        UnansweredRow(case_id, name_of(person_id, given, surname, protection), since, answer_due(since, answer_days))
        for case_id, since, person_id, given, surname, protection in rows
        if since is not None
    ]


def helped_by(actor: Actor) -> ColumnElement[bool]:
    """Return the condition on ``Case`` that holds where an actor may send a message again.

    Everywhere with the permission ``delivery:resend``, else in the actor's own cases. Executed with ``people.scope``.
    """
    return true() if RESEND in actor.permissions else people.reachable(actor.side)


def stuck(session: Session, actor: Actor) -> list[StuckDelivery]:
    """Return the messages that did not get through, the oldest first."""
    wanted = (
        select(Message.outbox_id, Message.sent_at, Message.receipt_no)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Case, Case.id == Thread.case_id)
        .where(Message.delivery == Delivery.STUCK, helped_by(actor))
        .order_by(Message.sent_at)
    )
    rows = session.execute(wanted, people.scope(actor))
    return [StuckDelivery(id_, Kind.CASE_MESSAGE, at, number) for id_, at, number in rows if id_ is not None]
