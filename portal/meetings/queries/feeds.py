"""Calendar feeds: whose an address is, and the meetings that stand in it."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import SOURCE_LOCALE
from portal.meetings.models import CalendarFeed, Meeting, Place
from portal.meetings.rules.feeds import KEPT, MOST, digest
from portal.meetings.rules.states import Form, MeetingState
from portal.people.models import Person, StaffMember
from portal.people.rules import Protection


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: whose it is, the language it is written in, and whether it may tell form and place."""

    id: uuid.UUID
    owner_id: uuid.UUID
    side: Side
    locale: str
    detailed: bool


@dataclass(frozen=True, slots=True)
class FeedMeeting:
    """A meeting of a feed; ``place`` is empty where the feed must not tell it."""

    id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    state: MeetingState
    sequence: int
    changed_at: datetime
    form: Form | None
    place: str


def own(session: Session, actor: Actor) -> CalendarFeed | None:
    """Return the actor's own feed."""
    owner = CalendarFeed.person_id if actor.side is Side.CLIENT else CalendarFeed.staff_id
    return session.scalars(select(CalendarFeed).where(owner == actor.id)).one_or_none()


def feed(session: Session, side: Side, secret: str) -> Feed | None:
    """Return the feed behind an address of one side, or None.

    Form and place of a person with protected data never stand in a feed, whatever was chosen before.
    """
    found = CalendarFeed.secret_digest == digest(secret)
    if side is Side.STAFF:
        wanted = select(CalendarFeed.id, StaffMember.id, CalendarFeed.detailed).join(StaffMember)
        member = session.execute(wanted.where(found, StaffMember.active.is_(True))).one_or_none()
        return None if member is None else Feed(*member[:2], side, SOURCE_LOCALE, member.detailed)
    named = select(CalendarFeed.id, Person.id, Person.locale, Person.protection, CalendarFeed.detailed).join(Person)
    client = session.execute(named.where(found)).one_or_none()
    if client is None:
        return None
    return Feed(*client[:2], side, client.locale, client.detailed and client.protection is Protection.NONE)


def may_tell(session: Session, actor: Actor) -> bool:
    """Tell whether the actor may let a calendar show form and place: not where their own data are protected."""
    if actor.side is Side.STAFF:
        return True
    return session.scalar(select(Person.protection).where(Person.id == actor.id)) is Protection.NONE


def _entries() -> Select[*tuple[Any, ...]]:
    return select(
        Meeting.id,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.state,
        Meeting.sequence,
        Meeting.changed_at,
        Meeting.form,
        Place.name,
        Place.address,
    ).outerjoin(Place, Place.id == Meeting.place_id)


def _entry(row: Any, *, detailed: bool) -> FeedMeeting:
    place = ", ".join(part for part in (row.name, row.address) if part)
    return FeedMeeting(
        id=row.id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        state=row.state,
        sequence=row.sequence,
        changed_at=row.changed_at,
        form=row.form if detailed else None,
        place=place if detailed else "",
    )


def one(session: Session, actor: Actor, meeting_id: uuid.UUID) -> FeedMeeting:
    """Return one of a client's meetings as a neutral entry.

    :raises NotFound: it is not theirs, or hidden from whoever acts for them.
    """
    wanted = _entries().where(Meeting.id == meeting_id, Meeting.person_id == actor.subject_id)
    if actor.acting_for is not None:
        wanted = wanted.where(Meeting.hidden_from_guardians.is_(False))
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound
    return _entry(found, detailed=False)


def meetings(session: Session, found: Feed) -> list[FeedMeeting]:
    """Return the meetings of a feed, the earliest first.

    A talk that is hidden from guardians (SoL 20:7) never stands in a client's feed: a child's telephone is often
    shared with its parents. In that of staff it does, for nothing there tells whom they meet.
    """
    owner = Meeting.staff_id if found.side is Side.STAFF else Meeting.person_id
    wanted = _entries().where(owner == found.owner_id, Meeting.ends_at > now() - KEPT)
    wanted = wanted.order_by(Meeting.starts_at, Meeting.id).limit(MOST)
    if found.side is Side.CLIENT:
        wanted = wanted.where(Meeting.hidden_from_guardians.is_(False))
    return [_entry(row, detailed=found.detailed) for row in session.execute(wanted)]
