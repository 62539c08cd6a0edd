"""What clients say of a record, and what is answered, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.clock import now, travel
from portal.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.people.models import Board, Case, CaseAssignment, StaffMember
from portal.records import queries, service
from portal.records.events import RecordReleased, RemarkAnswered, RemarkMade
from portal.records.models import Remark, Turn
from portal.records.queries import Only, listing
from portal.records.rules.deadlines import due_on
from portal.records.rules.passages import Written
from portal.records.rules.states import Ground, Outcome, RemarkKind, RemarkState
from portal.sync.contract import RemarkRecord
from portal.sync.models import OutboxMessage
from tests.messages.world import case
from tests.records.world import (
    ANSWER_DAYS,
    World,
    answer,
    passage_ids,
    release,
    released,
    remark,
    revised,
    submission,
)


def told(session: Session) -> list[RemarkRecord]:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark").order_by(OutboxMessage.seq))
    return [RemarkRecord.from_payload(row.payload) for row in rows]


def test_a_remark_has_a_receipt_a_last_day_and_an_owner_and_reaches_the_back_office(
    session: Session, world: World
) -> None:
    version = released(session, world)
    made = remark(session, world, version, 1)
    assert (made.state, made.due_on) == (RemarkState.OPEN, due_on(now(), ANSWER_DAYS))
    assert made.receipt_no
    (row,) = queries.waiting(session, world.staff(world.petra))
    assert row.owner
    assert (row.id, row.client, row.owner.name, row.mine) == (made.id, "Mariam Sandell", "Petra Almskog", True)
    assert queries.waiting_count(session, world.staff(world.henrik)) == 0
    (record,) = told(session)
    assert (record.note_id, record.revision, record.passage_id) == (
        str(version.record_id),
        1,
        str(passage_ids(session, version)[1]),
    )
    assert (record.says, record.text) == (RemarkKind.WRONG, "Han arbetar halvtid.")
    assert record.passage == "Jonas arbetar heltid sedan september."


def test_what_is_right_waits_for_nobody(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world), 0, RemarkKind.RIGHT, "")
    assert (made.state, made.due_on) == (RemarkState.AGREED, None)
    assert queries.waiting(session, world.staff(world.petra)) == []
    with pytest.raises(Conflict):
        answer(session, world, made)


def test_the_same_submission_counts_once(session: Session, world: World) -> None:
    version = released(session, world)
    mariam, once = world.client(world.mariam), submission()
    ids = [
        service.remark(
            session,
            mariam,
            record_id=version.record_id,
            number=1,
            passage_id=None,
            kind=RemarkKind.DISAGREE,
            text="Nej",
            submission=once,
            answer_days=3,
        ).id
        for _time in range(2)
    ]
    assert ids[0] == ids[1]
    assert session.scalar(select(func.count()).select_from(Remark)) == 1
    assert len(told(session)) == 1


@pytest.mark.parametrize(
    ("place", "kind", "words", "error"),
    [
        (2, RemarkKind.WRONG, "x", InvalidInput),  # it is hidden
        (0, RemarkKind.MISSING, " ", InvalidInput),
        (0, RemarkKind.WRONG, "å" * 1_000_000, InvalidInput),
    ],
)
def test_bad_remarks_store_nothing(
    session: Session, world: World, place: int, kind: RemarkKind, words: str, error: type[Exception]
) -> None:
    version = released(session, world, hide={2: Ground.REPORTER})
    with pytest.raises(error):
        remark(session, world, version, place, kind, words)
    assert session.scalar(select(func.count()).select_from(Remark)) == 0


def test_remarks_on_what_one_may_not_read_are_not_found(session: Session, world: World) -> None:
    version, other = released(session, world), released(session, world, "Annat.")
    mariam = world.client(world.mariam)

    def on(number: int = 1, passage: object = None, actor: object = mariam, record: object = version.record_id) -> None:
        service.remark(
            session,
            actor,  # type: ignore[arg-type]
            record_id=record,  # type: ignore[arg-type]
            number=number,
            passage_id=passage,  # type: ignore[arg-type]
            kind=RemarkKind.WRONG,
            text="x",
            submission=submission(),
            answer_days=3,
        )

    for call in (
        lambda: on(number=2),
        lambda: on(passage=passage_ids(session, other)[0]),  # a passage of another record
        lambda: on(passage=new_id()),
        lambda: on(actor=world.client(world.tor)),
        lambda: on(record=new_id()),
    ):
        with pytest.raises(NotFound):
            call()
    with pytest.raises(Forbidden):
        on(actor=world.staff(world.petra))
    service.withdraw(session, world.staff(world.petra), version.record_id)
    with pytest.raises(NotFound):
        on()


def test_a_correction_is_answered_with_its_version_and_the_objection_stays(session: Session, world: World) -> None:
    version = released(session, world)
    made = remark(session, world, version, 1)
    after = revised(session, world, version.record_id, {1: "Jonas arbetar halvtid sedan oktober."})
    answer(session, world, made, Outcome.CORRECTED, "Tack, du har rätt.", after)
    found = queries.record(session, world.client(world.mariam), version.record_id)
    (seen,) = found.remarks
    assert (seen.state, seen.number, seen.passage_id) == (RemarkState.ANSWERED, 1, found.passages[1].id)
    assert [(turn.outcome, turn.number, turn.author) for turn in seen.turns] == [
        (Outcome.CORRECTED, 2, "Petra Almskog")
    ]
    _before, _after, changes = queries.changes(session, world.client(world.mariam), version.record_id)
    assert [each.fate for each in changes] == ["same", "changed", "same"]
    assert told(session)[-1].answers[0].revision == 2
    assert queries.waiting(session, world.staff(world.petra)) == []
    assert queries.records(session, world.client(world.mariam), only=Only.ANSWERED).rows


def test_a_correction_needs_a_newer_version_that_may_be_read(session: Session, world: World) -> None:
    version, other = released(session, world), released(session, world, "Annat.")
    made = remark(session, world, version)
    petra = world.staff(world.petra)
    working = service.revise(session, petra, version.record_id, title="x", passages=[Written("Ny.")], reason="")
    for outcome, linked in (
        (Outcome.CORRECTED, None),
        (Outcome.CORRECTED, version),
        (Outcome.CORRECTED, other),
        (Outcome.CORRECTED, working),
        (Outcome.NOTED, working),
    ):
        with pytest.raises(InvalidInput):
            answer(session, world, made, outcome, "Svar", linked)
    with pytest.raises(InvalidInput):
        answer(session, world, made, Outcome.NOT_CHANGED, " ")
    service.lock(session, petra, working.id, seen=working.stamp)
    release(session, world, working, visible_from=now() + timedelta(days=1))
    with pytest.raises(InvalidInput):
        answer(session, world, made, Outcome.CORRECTED, "Svar", working)
    with travel(timedelta(days=2)):
        assert answer(session, world, made, Outcome.CORRECTED, "Svar", working).version_id == working.id


def test_a_remark_on_a_removed_passage_keeps_what_it_was_made_on(session: Session, world: World) -> None:
    version = released(session, world)
    made = remark(session, world, version, 1)
    revised(session, world, version.record_id, {1: ""})
    found = queries.record(session, world.client(world.mariam), version.record_id)
    assert made.passage_id not in {passage.id for passage in found.passages}
    assert found.quotes[made.id].text == "Jonas arbetar heltid sedan september."


def test_a_withdrawn_release_keeps_the_remarks(session: Session, world: World) -> None:
    version = released(session, world)
    made = remark(session, world, version)
    petra = world.staff(world.petra)
    service.withdraw(session, petra, version.record_id)
    assert [row.id for row in queries.worked(session, petra, version.record_id).remarks] == [made.id]
    release(session, world, version)
    assert [row.id for row in queries.record(session, world.client(world.mariam), version.record_id).remarks] == [
        made.id
    ]


def test_a_remark_is_taken_back_and_stays(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world))
    mariam = world.client(world.mariam)
    service.withdraw_remark(session, mariam, made.id)
    (seen,) = queries.record(session, mariam, made.record_id).remarks
    assert (seen.state, seen.text) == (RemarkState.WITHDRAWN, "Han arbetar halvtid.")
    assert seen.withdrawn_at is not None
    assert queries.waiting(session, world.staff(world.petra)) == []
    assert told(session)[-1].withdrawn_at is not None
    with pytest.raises(Conflict):
        service.withdraw_remark(session, mariam, made.id)
    with pytest.raises(Conflict):
        answer(session, world, made)


def test_a_reply_waits_for_an_answer_again(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world))
    mariam = world.client(world.mariam)
    with pytest.raises(Conflict):
        service.reply(session, mariam, made.id, text="Jo", submission=submission(), answer_days=3)
    answer(session, world, made, Outcome.NOT_CHANGED, "Intyget säger heltid.")
    once = submission()
    for _time in range(2):
        service.reply(session, mariam, made.id, text="Intyget är gammalt.", submission=once, answer_days=3)
    assert (made.state, made.due_on) == (RemarkState.OPEN, due_on(now(), 3))
    answer(session, world, made, Outcome.NOTED, "Vi antecknar det.")
    assert [turn.number for turn in session.scalars(select(Turn).order_by(Turn.number))] == [1, 2, 3]
    assert [part.outcome for part in told(session)[-1].answers] == [Outcome.NOT_CHANGED, None, Outcome.NOTED]


def test_nobody_else_touches_a_remark(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world))
    for call in (
        lambda: service.withdraw_remark(session, world.client(world.tor), made.id),
        lambda: service.reply(
            session, world.client(world.tor), made.id, text="x", submission=submission(), answer_days=3
        ),
        lambda: service.answer(
            session,
            world.staff(world.henrik),
            made.id,
            outcome=Outcome.NOTED,
            text="x",
            submission=submission(),
        ),
    ):
        with pytest.raises(NotFound):
            call()


def test_remarks_are_not_readable_in_the_database(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world), text="hemligheten")
    answer(session, world, made, text="hemligheten")
    for table in ("remark", "remark_turn"):
        assert b"hemlig" not in bytes(session.scalars(text(f"SELECT text FROM {table}")).one())  # noqa: S608


def test_the_owner_is_covered_and_the_team_leader_told_of_what_is_late(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world))
    session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik, named=False))
    leader = session.get_one(StaffMember, world.leader)
    session.get_one(Case, world.money).unit_id = leader.unit_id
    session.get_one(StaffMember, world.petra).active = False
    session.flush()
    (row,) = queries.waiting(session, world.staff(world.henrik))
    assert row.owner
    assert (row.owner.name, row.mine) == ("Henrik Lyckevik", True)
    boss = world.staff(world.leader)
    assert queries.late(session, boss) == []
    with travel(timedelta(days=40)):
        assert made.due_on is not None
        assert made.due_on < today()
        (late,) = queries.late(session, boss)
        assert (late.receipt_no, late.owner) == (made.receipt_no, "Henrik Lyckevik")
        assert queries.late(session, world.staff(world.henrik)) == []


def test_protected_clients_are_not_named_in_lists(session: Session, world: World) -> None:
    remark(session, world, released(session, world, case_id=world.veras))
    (row,) = queries.waiting(session, world.staff(world.petra))
    assert row.protected
    assert "Hallonmark" not in row.client


def test_events_tell_what_happened_once(session: Session, world: World) -> None:
    heard: list[object] = []
    bus: events.EventBus = session.info["event_bus"]
    for kind in (RecordReleased, RemarkMade, RemarkAnswered):
        bus.subscribe(kind, lambda _session, event: heard.append(event))
    made = remark(session, world, released(session, world))
    answer(session, world, made)
    assert [type(event) for event in heard] == [RecordReleased, RemarkMade, RemarkAnswered]


def test_filters_and_pages(session: Session, world: World) -> None:
    mariam = world.client(world.mariam)
    other_case = case(session, world.mariam, session.scalars(select(Board)).one(), "Boende", world.petra)
    versions = [released(session, world, f"Text {number}.") for number in range(31)]
    extra = released(session, world, "Boendestödet kom.", case_id=other_case)
    first = queries.records(session, mariam)
    assert len(first.rows) == 30
    rest = queries.records(session, mariam, before=first.older)
    assert len(rest.rows) == 2
    assert not {row.id for row in first.rows} & {row.id for row in rest.rows}
    assert [row.id for row in queries.records(session, mariam, case_id=other_case).rows] == [extra.record_id]
    assert not queries.records(session, mariam, case_id=world.tors).rows
    remark(session, world, versions[3])
    assert [row.id for row in queries.records(session, mariam, only=Only.REMARKED).rows] == [versions[3].record_id]
    service.mark_read(session, mariam, record_id=extra.record_id, version_id=extra.id)
    assert queries.unread_count(session, mariam) == 31
    (found,) = queries.search(session, mariam, "BOENDESTÖDET kom")
    assert (found.row.id, found.passages) == (extra.record_id, ["Boendestödet kom."])
    assert queries.search(session, mariam, " ") == []


def test_what_is_new_is_counted_among_the_newest_alone(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mariam = world.client(world.mariam)
    versions = [released(session, world, event_at=now() - timedelta(days=day)) for day in (1, 2, 3)]
    assert queries.unread_count(session, mariam) == 3
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    listing._count_unread.cache_clear()
    try:
        assert queries.unread_count(session, mariam) == 2
        for version, left in zip(versions[::-1], (2, 1, 0), strict=True):
            service.mark_read(session, mariam, record_id=version.record_id, version_id=version.id)
            assert queries.unread_count(session, mariam) == left
    finally:
        listing._count_unread.cache_clear()
