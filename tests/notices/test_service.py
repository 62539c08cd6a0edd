"""What features ask for: told once, planned, moved, cancelled; nothing for those who get no notices."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.clock import now, travel
from portal.notices import service
from portal.notices.models import Notice, NoticeChoice
from portal.notices.queries import standing
from portal.notices.rules import Channel, NoticeKind, NoticeState, Reminder
from portal.people.models import Person
from portal.people.rules import Protection
from tests.notices import people

LATER = timedelta(minutes=1)


def rows(session: Session) -> list[Notice]:
    return list(session.scalars(select(Notice).order_by(Notice.id).execution_options(populate_existing=True)))


def test_an_event_is_told_once_however_often_it_is_told(session: Session) -> None:
    who = people.person(session)
    assert service.notify(session, person_id=who, key="message:1")
    assert not service.notify(session, person_id=who, key="message:1")
    (row,) = rows(session)
    assert (row.kind, row.state, row.sealed) == (NoticeKind.NEWS, NoticeState.WAITING, None)


def test_who_has_chosen_nothing_is_told_nothing(session: Session) -> None:
    who = people.person(session, None)
    assert not service.notify(session, person_id=who, key="message:1")
    session.add(NoticeChoice(person_id=who, channel=None))
    assert not service.notify(session, person_id=who, key="message:1")
    assert rows(session) == []


def test_a_channel_without_an_address_tells_nothing(session: Session) -> None:
    who = people.person(session, None)
    session.add(NoticeChoice(person_id=who, channel=Channel.SMS))
    assert not service.notify(session, person_id=who, key="message:1")


@pytest.mark.parametrize("protection", [Protection.UNKNOWN, Protection.SECRECY, Protection.REGISTRATION])
def test_a_choice_holds_only_if_it_was_made_under_the_protection(session: Session, protection: Protection) -> None:
    who = people.person(session)
    with travel(LATER):
        session.get_one(Person, who).protection = protection
        assert not service.notify(session, person_id=who, key="message:1")
        assert standing(session, who).lapsed
    with travel(2 * LATER):
        session.get_one(NoticeChoice, who).chosen_at = now()
        assert service.notify(session, person_id=who, key="message:1")
    with travel(3 * LATER):
        # Another protection is a new one.
        session.get_one(Person, who).protection = (
            Protection.SECRECY if protection is not Protection.SECRECY else Protection.REGISTRATION
        )
        assert not service.notify(session, person_id=who, key="message:2")
    with travel(4 * LATER):
        session.get_one(Person, who).protection = Protection.NONE
        assert service.notify(session, person_id=who, key="message:3")


def test_the_same_protection_told_again_changes_nothing(session: Session) -> None:
    who = people.person(session, protection=Protection.SECRECY)
    since = session.get_one(Person, who).protection_since
    with travel(LATER):
        session.get_one(Person, who).protection = Protection.SECRECY
    assert session.get_one(Person, who).protection_since == since


def test_a_planned_notice_is_moved_cancelled_and_planned_anew(session: Session) -> None:
    who, first = people.person(session), now() + timedelta(days=3)
    assert service.schedule(session, person_id=who, key="meeting:1", send_at=first)
    assert service.schedule(session, person_id=who, key="meeting:1", send_at=first + LATER)
    (row,) = rows(session)
    assert (row.send_at, row.due_at) == (first + LATER, first + LATER)
    assert service.cancel(session, "meeting:1")
    assert not service.cancel(session, "meeting:1")
    assert rows(session)[0].state is NoticeState.CANCELLED
    assert service.schedule(session, person_id=who, key="meeting:1", send_at=first)
    (row,) = rows(session)
    assert (row.state, row.settled_at, row.code) == (NoticeState.WAITING, None, "")


def test_what_is_out_is_neither_moved_nor_cancelled(session: Session) -> None:
    who, at = people.person(session), now()
    service.schedule(session, person_id=who, key="meeting:1", send_at=at)
    for state in (NoticeState.SENDING, NoticeState.SENT, NoticeState.FAILED):
        rows(session)[0].state = state
        assert not service.schedule(session, person_id=who, key="meeting:1", send_at=at + LATER)
        assert not service.cancel(session, "meeting:1")
        assert rows(session)[0].send_at == at


def test_an_unknown_key_is_no_fault(session: Session) -> None:
    assert not service.cancel(session, "meeting:1")


def test_a_key_of_somebody_else_is_not_taken_over(session: Session) -> None:
    who, other, at = people.person(session), people.person(session), now() + LATER
    service.schedule(session, person_id=who, key="meeting:1", send_at=at)
    assert not service.schedule(session, person_id=other, key="meeting:1", send_at=at + LATER)
    assert rows(session)[0].send_at == at


def test_a_reminder_follows_what_the_client_chooses(session: Session) -> None:
    who, starts = people.person(session), now() + timedelta(days=3)
    assert service.remind(session, person_id=who, key="meeting:1", starts_at=starts)
    assert rows(session)[0].due_at == starts - timedelta(days=1)
    for reminder, before in ((Reminder.TWO_HOURS, timedelta(hours=2)), (Reminder.NONE, timedelta(0))):
        session.get_one(NoticeChoice, who).reminder = reminder
        service.plan_reminders_anew(session, who)
        assert rows(session)[0].due_at == starts - before


def test_a_reminder_for_today_comes_two_hours_before_or_not_at_all(session: Session) -> None:
    who = people.person(session)
    for number, (hours, due) in enumerate(((5, 3), (1, 1))):
        starts = now() + timedelta(hours=hours)
        service.remind(session, person_id=who, key=f"meeting:{number}", starts_at=starts)
        assert rows(session)[number].due_at - starts == timedelta(hours=due - hours)


def test_what_was_over_long_ago_is_removed(session: Session) -> None:
    who = people.person(session)
    service.notify(session, person_id=who, key="message:1")
    service.notify(session, person_id=who, key="message:2")
    service.cancel(session, "message:1")
    with travel(timedelta(days=200)):
        service.clean_up(session)
    assert [row.key for row in rows(session)] == ["message:2"]


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    who = people.person(session)
    with pytest.raises(Exception, match="naive"):
        service.schedule(session, person_id=who, key="meeting:1", send_at=datetime.now(UTC).replace(tzinfo=None))
