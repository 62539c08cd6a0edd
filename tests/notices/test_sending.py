"""Sending: once for a burst, never at night, in the reader's language, and only to whom it may go at that moment."""

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from portal.core.clock import now, travel
from portal.core.db import writing
from portal.core.i18n import LOCALES, STOCKHOLM
from portal.core.retry import RetryPolicy
from portal.core.states import IllegalTransition
from portal.notices import service
from portal.notices.channels.base import ChannelError, Parcel, Refused, Uncertain, Unreachable
from portal.notices.models import ContactPoint, Notice, NoticeChoice
from portal.notices.queries import queue_state
from portal.notices.rules import (
    TRANSITIONS,
    Channel,
    NoticeKind,
    NoticeState,
    Reminder,
    is_quiet,
    move,
)
from portal.notices.sending import NoticeSender
from portal.notices.texts import SENTENCES, sentence
from portal.people.models import Person
from portal.people.rules import Protection
from tests.conftest import make_settings
from tests.notices import people

Sessions = sessionmaker[Session]
# A Wednesday at noon in Sweden: nothing of it lies in the quiet hours.
NOON = datetime(2027, 3, 10, 12, tzinfo=STOCKHOLM)
GATHERED = timedelta(minutes=31)


class Fake:
    """A channel that keeps what it gets and fails as it is told to; an ``Uncertain`` one has sent it all the same."""

    def __init__(self) -> None:
        self.sent: list[Parcel] = []
        self.faults: list[ChannelError] = []

    def send(self, parcel: Parcel) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or isinstance(fault, Uncertain):
            self.sent.append(parcel)
        if fault is not None:
            raise fault


@pytest.fixture
def mail() -> Fake:
    return Fake()


@pytest.fixture
def sender(sessions: Sessions, mail: Fake) -> NoticeSender:
    return NoticeSender(make_settings(), sessions, channels={Channel.EMAIL: mail})


@pytest.fixture
def who(sessions: Sessions) -> Iterator[Person]:
    with travel(NOON):
        with writing(sessions) as session:
            made = session.get_one(Person, people.person(session))
        yield made


def tell(sessions: Sessions, who: Person, *keys: str) -> None:
    with writing(sessions) as session:
        for key in keys:
            service.notify(session, person_id=who.id, key=key)


def rows(sessions: Sessions) -> list[Notice]:
    with sessions() as session:
        return list(session.scalars(select(Notice).order_by(Notice.id)))


def test_a_burst_becomes_one_notice_at_its_end(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    tell(sessions, who, "a", "b", "c")
    assert sender.run_once() == 0
    with travel(NOON + timedelta(minutes=20)):
        tell(sessions, who, "d")
        assert sender.run_once() == 0
    with travel(NOON + GATHERED):
        assert sender.run_once() == 1
        assert sender.run_once() == 0
    assert [(one.address, one.text) for one in mail.sent] == [(people.MAIL, "Du har något nytt i Insyn.")]
    assert [row.state for row in rows(sessions)] == [NoticeState.SENT] + 3 * [NoticeState.CANCELLED]
    # What happens afterwards is new; what was told is not told again.
    with travel(NOON + 2 * GATHERED):
        tell(sessions, who, "a", "d", "e")
    with travel(NOON + 4 * GATHERED):
        assert sender.run_once() == 1


def test_an_event_that_is_taken_back_takes_no_others_with_it(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    tell(sessions, who, "a", "b")
    with writing(sessions) as session:
        service.cancel(session, "a")
    with travel(NOON + GATHERED):
        assert sender.run_once() == 1


@pytest.mark.parametrize("locale", [*LOCALES, "xx"])
def test_it_is_in_the_readers_language(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person, locale: str
) -> None:
    with writing(sessions) as session:
        session.execute(update(Person).values(locale=locale))
    tell(sessions, who, "a")
    with travel(NOON + GATHERED):
        sender.run_once()
    assert mail.sent[0].text == sentence(NoticeKind.NEWS, locale)


def test_news_wait_for_the_morning_and_reminders_keep_their_time(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    night = NOON + timedelta(hours=9)
    starts = NOON + timedelta(hours=19, minutes=30)
    with travel(night):
        tell(sessions, who, "a")
        with writing(sessions) as session:
            session.execute(update(NoticeChoice).values(reminder=Reminder.TWO_HOURS))
            service.remind(session, person_id=who.id, key="meeting", starts_at=starts)
    with travel(night + timedelta(hours=2)):
        assert sender.run_once() == 0
    with travel(starts - timedelta(hours=2)):  # half past five
        assert sender.run_once() == 1
        assert rows(sessions)[0].state is NoticeState.WAITING
    with travel(NOON + timedelta(hours=19, minutes=5)):
        assert sender.run_once() == 1


def test_what_was_chosen_meanwhile_holds_at_once(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    changes: list[tuple[str, Callable[[Session], object]]] = [
        ("off", lambda session: session.execute(update(NoticeChoice).values(channel=None))),
        ("off", lambda session: session.query(ContactPoint).delete()),
        ("protected", lambda session: setattr(session.get_one(Person, who.id), "protection", Protection.UNKNOWN)),
    ]
    for number, (why, change) in enumerate(changes):
        tell(sessions, who, f"event {number}")
        with travel(NOON + timedelta(minutes=1)), sessions() as session:
            change(session)
            session.commit()
        with travel(NOON + GATHERED):
            assert sender.run_once() == 0
        row = rows(sessions)[-1]
        assert (row.state, row.code) == (NoticeState.CANCELLED, why)
        with writing(sessions) as session:
            session.get_one(Person, who.id).protection = Protection.NONE
            session.query(ContactPoint).delete()
            people.choose(session, who.id, Channel.EMAIL)
    assert mail.sent == []


def test_a_channel_that_was_taken_out_of_the_settings_sends_nothing(sessions: Sessions, who: Person) -> None:
    tell(sessions, who, "a")
    with travel(NOON + GATHERED):
        assert NoticeSender(make_settings(), sessions, channels={}).run_once() == 0
    assert rows(sessions)[0].code == "channel"


def test_a_reminder_that_is_off_or_too_late_is_not_sent(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    starts = NOON + timedelta(days=2)
    with writing(sessions) as session:
        service.remind(session, person_id=who.id, key="late", starts_at=starts)
    with travel(starts):
        sender.run_once()
    with writing(sessions) as session:
        session.execute(update(NoticeChoice).values(reminder=Reminder.NONE))
        service.remind(session, person_id=who.id, key="off", starts_at=starts)
        session.execute(update(Notice).where(Notice.key == "off").values(due_at=NOON))
    with travel(NOON + GATHERED):
        sender.run_once()
    assert [row.code for row in rows(sessions)] == ["late", "off"]
    assert mail.sent == []


def test_what_fails_is_tried_again_with_longer_pauses_and_given_up(sessions: Sessions, mail: Fake, who: Person) -> None:
    sender = NoticeSender(
        make_settings(), sessions, channels={Channel.EMAIL: mail}, policy=RetryPolicy(first=60, factor=2, attempts=3)
    )
    mail.faults = [Unreachable("smtp_451") for _ in range(3)]
    tell(sessions, who, "a")
    for number in range(3):
        with travel(NOON + (number + 1) * GATHERED):
            sender.run_once()
            row = rows(sessions)[0]
            assert row.attempts == number + 1
            if number < 2:
                pause = row.due_at - now()
                assert timedelta(seconds=25 * 2**number) < pause <= timedelta(seconds=60 * 2**number)
    assert (row.state, row.code, row.sealed) == (NoticeState.FAILED, "smtp_451", None)
    with sessions() as session:
        assert session.scalars(select(ContactPoint.failed_at)).one() is not None
        with travel(NOON + 4 * GATHERED):
            assert (queue_state(session).refused, queue_state(session).given_up) == (0, 1)
    # The next one that gets through makes it good.
    with travel(NOON + 5 * GATHERED):
        tell(sessions, who, "b")
    with travel(NOON + 7 * GATHERED):
        assert sender.run_once() == 1
    with sessions() as session:
        assert session.scalars(select(ContactPoint.failed_at)).one() is None


def test_a_refused_address_is_given_up_at_once(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    mail.faults = [Refused("refused_smtp_550")]
    tell(sessions, who, "a", "b")
    with travel(NOON + GATHERED):
        assert sender.run_once() == 0
        with sessions() as session:
            assert (queue_state(session).refused, queue_state(session).given_up) == (1, 0)
    assert [row.state for row in rows(sessions)] == [NoticeState.FAILED, NoticeState.CANCELLED]


def test_what_may_have_been_sent_is_sent_once_more_and_no_oftener(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    mail.faults = [Uncertain("smtp_TimeoutError") for _ in range(5)]
    tell(sessions, who, "a")
    for number in range(5):
        with travel(NOON + (number + 1) * GATHERED):
            sender.run_once()
    assert len(mail.sent) == 2
    assert rows(sessions)[0].state is NoticeState.FAILED


def test_a_channel_that_breaks_stops_nobody_elses_notice(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    class Broken(Fake):
        def send(self, parcel: Parcel) -> None:
            if parcel.address == "b@post.example":
                raise RuntimeError(parcel.address)
            super().send(parcel)

    broken = Broken()
    with writing(sessions) as session:
        other = session.get_one(Person, people.person(session, address="b@post.example"))
    tell(sessions, other, "a")
    tell(sessions, who, "b")
    with travel(NOON + GATHERED):
        assert NoticeSender(make_settings(), sessions, channels={Channel.EMAIL: broken}).run_once() == 1
    told = "".join(capsys.readouterr())
    assert "error_RuntimeError" in told
    assert "post.example" not in told


def test_a_dead_workers_notice_is_taken_over_once(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    tell(sessions, who, "a")
    times = [NOON + number * timedelta(hours=1) for number in (1, 2, 3)]
    for at in times[:2]:
        with travel(at):
            assert sender._claim() is not None  # and the worker dies
            assert sender.run_once() == 0
    with travel(times[2]):
        assert sender.run_once() == 0
    row = rows(sessions)[0]
    assert (row.state, row.code, row.attempts) == (NoticeState.FAILED, "lost", 2)


def test_what_another_has_taken_over_is_not_settled_twice(
    sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person
) -> None:
    tell(sessions, who, "a")
    with travel(NOON + timedelta(hours=1)):
        first = sender._claim()
    with travel(NOON + timedelta(hours=2)):
        second = sender._claim()
        assert first is not None
        assert second is not None
        sender._send(first)
        assert rows(sessions)[0].state is NoticeState.SENDING
        sender._send(second)
        assert rows(sessions)[0].state is NoticeState.SENT


def test_two_workers_never_send_the_same_news(sessions: Sessions, mail: Fake, who: Person) -> None:
    one, other = (NoticeSender(make_settings(), sessions, channels={Channel.EMAIL: mail}) for _ in range(2))
    tell(sessions, who, "a", "b")
    with travel(NOON + GATHERED):
        held = one._claim()
        assert held is not None
        assert other.run_once() == 0
        one._send(held)
        assert other.run_once() == 0
    assert len(mail.sent) == 1


def test_told_to_stop_it_begins_nothing(sessions: Sessions, sender: NoticeSender, mail: Fake, who: Person) -> None:
    tell(sessions, who, "a")
    stop = threading.Event()
    stop.set()
    with travel(NOON + GATHERED):
        assert sender.run(stop) == 0
    assert mail.sent == []


def test_every_other_step_is_refused() -> None:
    for before, to in itertools.product(NoticeState, NoticeState):
        if to in TRANSITIONS[before]:
            assert move(before, to) is to
        else:
            with pytest.raises(IllegalTransition):
                move(before, to)


@given(st.datetimes(), st.integers(0, 23), st.integers(0, 23))
def test_quiet_hours_are_those_of_the_swedish_clock(moment: datetime, begins: int, ends: int) -> None:
    local = moment.replace(tzinfo=STOCKHOLM)
    hours, hour = [], begins
    while hour != ends:
        hours.append(hour)
        hour = (hour + 1) % 24
    assert is_quiet(local, begins, ends) is (local.hour in hours)


FIXED = {
    text
    for locale in LOCALES
    for kind in SENTENCES
    if kind is not NoticeKind.CODE
    for text in (sentence(kind, locale),)
}


@given(st.sampled_from(NoticeKind), st.text(max_size=8), st.from_regex(r"\A[0-9]{6}\Z"))
def test_no_notice_ever_says_anything_but_the_fixed_sentences(kind: NoticeKind, locale: str, code: str) -> None:
    for language in (locale, *LOCALES):
        text = sentence(kind, language, code)
        if kind is NoticeKind.CODE:
            assert text.count(code) == 1
            assert text.replace(code, "000000") in {sentence(kind, known, "000000") for known in LOCALES}
        else:
            assert text in FIXED
            assert not any(char.isdigit() for char in text)


def test_no_sentence_tells_what_the_portal_is() -> None:
    for text in FIXED:
        assert "Insyn" in text
        for word in ("social", "soc", "möte", "meddelande", "http", "@", "kommun"):
            assert word not in text.lower()
    assert {sentence(NoticeKind.NEWS, locale) for locale in LOCALES} == {
        sentence(NoticeKind.REMINDER, locale) for locale in LOCALES
    }
