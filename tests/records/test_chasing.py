"""Remarks that nobody answers: the owner is reminded once, the team leader told once, whatever workers do."""

import threading
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import clock
from portal.core.db import writing
from portal.core.i18n import today
from portal.core.workdays import working_day_after
from portal.notices.models import Notice
from portal.people.models import Case, CaseAssignment, StaffMember
from portal.records import queries, service
from portal.records.models import Chase, Remark
from portal.records.rules.deadlines import Step
from portal.records.rules.states import RemarkKind
from portal.records.service import chasing
from tests.messages.world import sign_in
from tests.records.world import ANSWER_DAYS, World, answer, make, released, remark, submission
from tests.support.client import PageClient

REMIND_DAYS = 2


def chase(session: Session) -> list[int]:
    return [chasing.chase(session, step, remind_days=REMIND_DAYS) for step in Step]


def steps(session: Session) -> list[Step]:
    return list(session.scalars(select(Chase.step).order_by(Chase.id)))


def test_the_owner_is_reminded_before_the_last_day_and_the_leader_told_after_it_once(
    session: Session, world: World
) -> None:
    made = remark(session, world, released(session, world))
    remark(session, world, released(session, world), kind=RemarkKind.RIGHT)
    assert made.due_on
    last = made.due_on
    assert chase(session) == [0, 0]
    for day, found in (
        (-2, [Step.REMINDED]),
        (0, [Step.REMINDED]),
        (1, [Step.REMINDED, Step.ESCALATED]),
        (9, [Step.REMINDED, Step.ESCALATED]),
    ):
        with clock.travel(timedelta(days=(last - today()).days + day)):
            chase(session)
            assert chase(session) == [0, 0]
        assert steps(session) == found
    assert set(session.scalars(select(Chase.owner_id))) == {world.petra}
    log = session.scalars(select(AuditEntry).where(AuditEntry.action.in_(["remark.reminded", "remark.escalated"])))
    assert {(entry.action, entry.object_id, entry.reference) for entry in log} == {
        (f"remark.{step}", made.id, made.receipt_no) for step in Step
    }
    # Nothing of it reaches the client.
    assert session.scalars(select(Notice)).all() == []


def test_a_reply_begins_anew_and_what_is_answered_or_taken_back_is_left_alone(session: Session, world: World) -> None:
    version = released(session, world)
    replied, answered, withdrawn = (remark(session, world, version, place) for place in (0, 1, 2))
    for each in (replied, answered):
        answer(session, world, each)
    service.withdraw_remark(session, world.client(world.mariam), withdrawn.id)
    with clock.travel(timedelta(days=30)):
        assert chase(session) == [0, 0]
        mariam = world.client(world.mariam)
        service.reply(session, mariam, replied.id, text="Nej.", submission=submission(), answer_days=ANSWER_DAYS)
        chase(session)
        assert steps(session) == []
    with clock.travel(timedelta(days=60)):
        chase(session)
    assert list(session.scalars(select(Chase.remark_id))) == [replied.id]


def test_a_remark_that_nobody_can_answer_is_told_of_too(session: Session, world: World) -> None:
    remark(session, world, released(session, world))
    session.scalars(select(CaseAssignment).where(CaseAssignment.case_id == world.money)).one().until = clock.now()
    session.get_one(Case, world.money).unit_id = session.get_one(StaffMember, world.leader).unit_id
    session.flush()
    with clock.travel(timedelta(days=30)):
        chase(session)
        assert steps(session) == [Step.ESCALATED]
        assert [row.owner for row in queries.late(session, world.staff(world.leader))] == [""]
    assert list(session.scalars(select(Chase.owner_id))) == [None]


def test_a_case_without_a_unit_is_followed_by_the_unit_of_whoever_works_on_it(session: Session, world: World) -> None:
    made = remark(session, world, released(session, world))
    assert session.get_one(Case, world.money).unit_id is None
    leader = world.staff(world.leader)
    with clock.travel(timedelta(days=30)):
        assert [row.receipt_no for row in queries.late(session, leader)] == [made.receipt_no]
        assert queries.waiting_count(session, leader) == 1
        session.get_one(StaffMember, world.petra).unit_id = None
        session.flush()
        assert queries.late(session, leader) == []
        assert queries.waiting_count(session, leader) == 0


def many(sessions: sessionmaker[Session], count: int) -> World:
    with writing(sessions) as session:
        world = make(session)
        version = released(session, world)
        for _number in range(count):
            remark(session, world, version)
        for row in session.scalars(select(Remark)):
            row.due_on = today() - timedelta(days=1)
    return world


def test_two_workers_at_once_take_each_step_once(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chasing, "BATCH", 2)
    many(sessions, 7)
    start, errors = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            chasing.chase_all(sessions, remind_days=REMIND_DAYS)
        except Exception as error:  # noqa: BLE001 - told to the test below
            errors.append(error)

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    with sessions() as session:
        assert len(steps(session)) == 7
        log = session.scalars(select(AuditEntry.object_id).where(AuditEntry.action == "remark.escalated"))
        assert set(Counter(log).values()) == {1}


def test_a_worker_that_was_slower_logs_nothing(session: Session, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between this worker's question and its note another one takes the step."""
    remark(session, world, released(session, world)).due_on = today() - timedelta(days=1)
    session.flush()
    asked = chasing.workers

    def overtaken(session: Session, case_ids: set[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[queries.Owner]]:
        monkeypatch.setattr(chasing, "workers", asked)
        assert chase(session) == [0, 1]
        return asked(session, case_ids)

    monkeypatch.setattr(chasing, "workers", overtaken)
    assert chasing.chase(session, Step.ESCALATED, remind_days=REMIND_DAYS) == 1
    assert steps(session) == [Step.ESCALATED]
    assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "remark.escalated")).all()) == 1


def test_a_worker_that_is_killed_leaves_whole_steps_and_the_next_one_goes_on(
    sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chasing, "BATCH", 2)
    many(sessions, 5)
    with writing(sessions) as session:
        assert chasing.chase(session, Step.ESCALATED, remind_days=REMIND_DAYS) == 2
    with pytest.raises(KeyboardInterrupt):
        _die_before_the_commit(sessions)
    with sessions() as session:
        assert len(steps(session)) == 2
    chasing.chase_all(sessions, remind_days=REMIND_DAYS)
    with sessions() as session:
        assert len(steps(session)) == 5
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "remark.escalated")).all()) == 5


def _die_before_the_commit(sessions: sessionmaker[Session]) -> None:
    with writing(sessions) as session:
        chasing.chase(session, Step.ESCALATED, remind_days=REMIND_DAYS)
        raise KeyboardInterrupt


def test_the_lists_mark_what_was_reminded_of_and_told(staff_app: Flask, staff_client: PageClient) -> None:
    sessions: sessionmaker[Session] = staff_app.extensions["insyn.sessions"]
    with writing(sessions) as session:
        world = make(session)
        version = released(session, world)
        late, soon, _later = (remark(session, world, version, place) for place in (0, 1, 2))
        late.due_on, soon.due_on = today() - timedelta(days=1), working_day_after(today(), REMIND_DAYS)
    chasing.chase_all(sessions, remind_days=REMIND_DAYS)
    sign_in(sessions, staff_client, world.staff(world.petra))
    for path in ("/synpunkter", "/arbetsko"):
        rows = [row.get_text(" ", strip=True) for row in staff_client.page(path).soup.select("tbody tr")]
        assert ["Teamledaren vet" in row for row in rows] == [True, False, False]
        assert ["Påminnelse" in row for row in rows] == [False, True, False]
