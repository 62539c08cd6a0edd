"""Persons with and without an address, for the tests of notices."""

import uuid

from sqlalchemy.orm import Session

from portal.notices.models import ContactPoint, NoticeChoice
from portal.notices.rules import Channel, Reminder
from portal.people.models import Person
from portal.people.rules import Protection

MAIL = "klient@post.example"
PHONE = "+46701740605"
ADDRESSES = {Channel.EMAIL: MAIL, Channel.SMS: PHONE}


def person(
    session: Session,
    channel: Channel | None = Channel.EMAIL,
    *,
    protection: Protection = Protection.NONE,
    locale: str = "sv",
    reminder: Reminder = Reminder.ONE_DAY,
    address: str = "",
) -> uuid.UUID:
    """Register a person who has an address and a choice, or neither."""
    made = Person(given_name="Test", surname="Person", protection=protection, locale=locale)
    session.add(made)
    session.flush()
    if channel is not None:
        choose(session, made.id, channel, reminder=reminder, address=address)
    return made.id


def choose(
    session: Session,
    person_id: uuid.UUID,
    channel: Channel,
    *,
    reminder: Reminder = Reminder.ONE_DAY,
    address: str = "",
) -> None:
    """Give a person a proved address and the choice of its channel."""
    session.add(ContactPoint(person_id=person_id, channel=channel, value=address or ADDRESSES[channel]))
    session.merge(NoticeChoice(person_id=person_id, channel=channel, reminder=reminder))
    session.flush()
