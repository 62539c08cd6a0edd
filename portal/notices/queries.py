"""What a person has chosen, which addresses they have, and how the queue of notices is."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.notices.models import OPEN, ContactCode, ContactPoint, Notice, NoticeChoice
from portal.notices.rules import Channel, NoticeState, Reminder, may_be_told
from portal.people.models import Person
from portal.people.rules import Protection


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person's notices go now. ``channel`` is what they chose; ``address`` is empty where nothing is sent.

    ``lapsed``: a channel was chosen, but before the person's data were protected.
    """

    channel: Channel | None
    reminder: Reminder
    address: str
    lapsed: bool
    locale: str
    is_protected: bool
    protected_since: datetime


@dataclass(frozen=True, slots=True)
class QueueState:
    """The queue: what waits, how late the oldest due one is (s), and what has failed within a day, by cause."""

    waiting: int
    late_seconds: float
    refused: int
    given_up: int


def standing(session: Session, person_id: uuid.UUID) -> Standing:
    """Return where a person's notices go; the caller has checked who may know of it."""
    row = session.execute(
        select(
            Person.protection,
            Person.protection_since,
            Person.locale,
            NoticeChoice.channel,
            NoticeChoice.reminder,
            NoticeChoice.chosen_at,
            ContactPoint.value,
        )
        .outerjoin(NoticeChoice, NoticeChoice.person_id == Person.id)
        .outerjoin(ContactPoint, (ContactPoint.person_id == Person.id) & (ContactPoint.channel == NoticeChoice.channel))
        .where(Person.id == person_id)
    ).one()
    is_protected = row.protection is not Protection.NONE
    holds = row.channel is not None and may_be_told(
        is_protected=is_protected, protected_since=row.protection_since, chosen_at=row.chosen_at
    )
    return Standing(
        channel=row.channel,
        reminder=row.reminder or Reminder.ONE_DAY,
        address=(row.value or "") if holds else "",
        lapsed=row.channel is not None and not holds,
        locale=row.locale,
        is_protected=is_protected,
        protected_since=row.protection_since,
    )


def contact_points(session: Session, actor: Actor) -> dict[Channel, ContactPoint]:
    """Return the client's own proved addresses."""
    rows = session.scalars(select(ContactPoint).where(ContactPoint.person_id == actor.subject_id))
    return {row.channel: row for row in rows}


def open_codes(session: Session, actor: Actor) -> dict[Channel, ContactCode]:
    """Return the client's own addresses that wait for a code to be typed."""
    rows = session.scalars(
        select(ContactCode)
        .where(
            ContactCode.person_id == actor.subject_id, ContactCode.closed_at.is_(None), ContactCode.expires_at > now()
        )
        .order_by(ContactCode.created_at)
    )
    return {row.channel: row for row in rows}


def state_of(session: Session, key: str) -> NoticeState | None:
    """Return where the notice with a key is, or None if there is none."""
    return session.scalar(select(Notice.state).where(Notice.key == key))


def queue_state(session: Session) -> QueueState:
    """Return how the queue is."""
    moment = now()
    waiting = session.scalar(select(func.count()).select_from(Notice).where(OPEN)) or 0
    oldest = session.scalar(select(func.min(Notice.due_at)).where(OPEN))
    failed = session.execute(
        select(Notice.code, func.count())
        .where(Notice.state == NoticeState.FAILED, Notice.settled_at > moment - timedelta(days=1))
        .group_by(Notice.code)
    ).all()
    refused = sum(count for code, count in failed if code.startswith("refused"))
    late = 0.0 if oldest is None else max(0.0, (moment - oldest).total_seconds())
    return QueueState(waiting, late, refused, sum(count for _, count in failed) - refused)
