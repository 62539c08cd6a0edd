"""What clients are told of their documentation outside the portal: that something is new, never a word of it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.clock import now
from portal.notices.models import Notice
from portal.notices.rules import Channel, NoticeKind, NoticeState
from portal.records import service
from portal.records.models import Version
from portal.wiring import subscribe
from tests.notices.people import choose
from tests.records.world import TEXT, World, answer, locked, passage_ids, release, released, remark, submission


@pytest.fixture(autouse=True)
def _told(session: Session, world: World) -> None:
    bus = events.EventBus()
    subscribe(bus)
    session.info.update(events.bind(bus))
    choose(session, world.mariam, Channel.EMAIL)


def notices(session: Session, *states: NoticeState) -> list[Notice]:
    session.flush()
    wanted = states or (NoticeState.WAITING,)
    return list(session.scalars(select(Notice).where(Notice.state.in_(wanted)).order_by(Notice.send_at)))


def test_a_release_is_told_of_to_its_client_alone(session: Session, world: World) -> None:
    choose(session, world.tor, Channel.EMAIL)
    version = locked(session, world)
    assert notices(session) == []
    release(session, world, version)
    (told,) = notices(session)
    assert (told.person_id, told.kind) == (world.mariam, NoticeKind.NEWS)


def test_a_later_release_is_told_of_when_it_may_be_read(session: Session, world: World) -> None:
    day = now() + timedelta(days=7)
    release(session, world, locked(session, world), visible_from=day)
    (told,) = notices(session)
    assert told.send_at >= day


@pytest.mark.parametrize("days", [0, 7])
def test_what_is_taken_back_is_told_of_no_more(session: Session, world: World, days: int) -> None:
    version = locked(session, world)
    release(session, world, version, visible_from=now() + timedelta(days=days))
    service.withdraw(session, world.staff(world.petra), version.record_id)
    assert notices(session) == []
    assert len(notices(session, NoticeState.CANCELLED)) == 1


def test_taking_back_leaves_what_is_out_already(session: Session, world: World) -> None:
    version = released(session, world)
    (told,) = notices(session)
    told.state = NoticeState.SENT
    service.withdraw(session, world.staff(world.petra), version.record_id)
    assert notices(session, NoticeState.SENT) == [told]


def send_all(session: Session) -> None:
    for row in notices(session):
        row.state = NoticeState.SENT
    session.flush()


def test_an_answer_is_told_of_and_what_the_client_says_is_not(session: Session, world: World) -> None:
    version = released(session, world)
    send_all(session)
    made = remark(session, world, version)
    assert notices(session) == []
    answer(session, world, made)
    (told,) = notices(session)
    assert told.person_id == world.mariam
    send_all(session)
    mariam = world.client(world.mariam)
    service.reply(session, mariam, made.id, text="Tack.", submission=submission(), answer_days=5)
    service.withdraw_remark(session, mariam, made.id)
    assert notices(session) == []


def test_of_a_talk_with_a_child_nothing_is_told(session: Session, world: World) -> None:
    """Neither now nor later nor of an answer: a child's address is often its parents'."""
    version = released(session, world, child_sensitive=True)
    answer(session, world, remark(session, world, version))
    release(session, world, locked(session, world, child_sensitive=True), visible_from=now() + timedelta(days=2))
    service.withdraw(session, world.staff(world.petra), version.record_id)
    assert session.scalars(select(Notice)).all() == []


def test_no_notice_holds_a_word_of_what_is_written_or_an_id_that_leads_to_it(session: Session, world: World) -> None:
    version = released(session, world)
    answer(session, world, remark(session, world, version))
    rows = notices(session)
    assert len(rows) == 2
    words = {*(word for word in TEXT.split() if len(word) > 4), "Telefonsamtal", "halvtid", *_ids(session, version)}
    for row in rows:
        held = " ".join(str(value) for name, value in vars(row).items() if not name.startswith("_"))
        assert not [word for word in words if word in held]


def _ids(session: Session, version: Version) -> set[str]:
    return {str(version.record_id), str(version.id), *map(str, passage_ids(session, version))}
