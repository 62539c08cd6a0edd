"""Writing, locking, releasing and withdrawing, on both databases."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.audit.models import AuditEntry
from portal.core.clock import now, travel
from portal.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from portal.core.ids import new_id
from portal.people.models import CaseAssignment
from portal.records import queries, service
from portal.records.models import CaseRecord, Mask, Passage, Release
from portal.records.rules.passages import Written
from portal.records.rules.states import Ground, NoteStatus, VersionState
from portal.records.service import Check, Hidden
from portal.sync.contract import NoteRecord
from portal.sync.models import OutboxMessage
from tests.records.world import TEXT, World, about, locked, passage_ids, release, released, revised, submission


def shown(session: Session, world: World, record_id: uuid.UUID, number: int | None = None) -> list[str]:
    found = queries.record(session, world.client(world.mariam), record_id, number=number)
    return [passage.text or "-" for passage in found.passages]


def told(session: Session) -> list[NoteRecord]:
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "note").order_by(OutboxMessage.seq))
    return [NoteRecord.from_payload(row.payload) for row in rows]


def test_only_what_is_released_is_read(session: Session, world: World) -> None:
    petra, mariam = world.staff(world.petra), world.client(world.mariam)
    version = service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=submission())
    for step in (lambda: None, lambda: service.lock(session, petra, version.id, seen=version.stamp)):
        step()
        assert not queries.records(session, mariam).rows
        with pytest.raises(NotFound):
            queries.record(session, mariam, version.record_id)
    release(session, world, version)
    assert shown(session, world, version.record_id) == TEXT.split("\n\n")
    (row,) = queries.records(session, mariam).rows
    assert (row.id, row.title, row.author, row.read) == (version.record_id, "Telefonsamtal", "Petra Almskog", False)


def test_masked_passages_are_shown_as_hidden_with_their_ground(session: Session, world: World) -> None:
    version = released(session, world, hide={2: Ground.REPORTER})
    found = queries.record(session, world.client(world.mariam), version.record_id)
    assert [passage.hidden for passage in found.passages] == [None, None, Ground.REPORTER]
    assert "Rut" not in repr(found)
    assert not queries.search(session, world.client(world.mariam), "rut")


def test_a_release_of_later_is_not_read_now(session: Session, world: World) -> None:
    version = locked(session, world)
    release(session, world, version, visible_from=now() + timedelta(days=2))
    mariam = world.client(world.mariam)
    assert not queries.records(session, mariam).rows
    assert queries.unread_count(session, mariam) == 0
    assert not queries.search(session, mariam, "hyran")
    with travel(timedelta(days=3)):
        assert queries.unread_count(session, mariam) == 1


def test_until_a_later_version_may_be_read_the_former_one_is(session: Session, world: World) -> None:
    version = released(session, world)
    petra = world.staff(world.petra)
    after = service.revise(
        session, petra, version.record_id, title="Nytt", passages=[Written("Ny text.")], reason="Rättat."
    )
    assert shown(session, world, version.record_id) == TEXT.split("\n\n")
    service.lock(session, petra, after.id, seen=after.stamp)
    release(session, world, after, visible_from=now() + timedelta(days=1))
    found = queries.record(session, world.client(world.mariam), version.record_id)
    assert (found.version.number, found.version.title, found.is_newest) == (1, "Telefonsamtal", True)
    with pytest.raises(NotFound):
        queries.record(session, world.client(world.mariam), version.record_id, number=2)


def test_a_withdrawn_record_is_gone_at_once_in_every_version(session: Session, world: World) -> None:
    version = released(session, world)
    revised(session, world, version.record_id, {0: "Hyran höjs inte."})
    service.withdraw(session, world.staff(world.petra), version.record_id)
    mariam = world.client(world.mariam)
    for number in (None, 1, 2):
        with pytest.raises(NotFound):
            queries.record(session, mariam, version.record_id, number=number)
    assert not queries.records(session, mariam).rows
    assert not queries.search(session, mariam, "hyran")
    assert told(session)[-1].status is NoteStatus.WITHDRAWN
    with pytest.raises(Conflict):
        service.withdraw(session, world.staff(world.petra), version.record_id)


def test_released_anew_it_is_read_with_the_new_check(session: Session, world: World) -> None:
    version = released(session, world)
    service.withdraw(session, world.staff(world.petra), version.record_id)
    release(session, world, version, hide={2: Ground.OTHER_PERSON})
    assert shown(session, world, version.record_id)[2] == "-"


def test_what_a_later_check_hides_is_hidden_in_older_versions_at_once(session: Session, world: World) -> None:
    version = released(session, world)
    revised(session, world, version.record_id, {1: "Jonas arbetar halvtid."}, hide={2: Ground.REPORTER})
    assert shown(session, world, version.record_id, 1)[2] == "-"
    _before, _after, found = queries.changes(session, world.client(world.mariam), version.record_id)
    assert "Rut" not in repr(found)
    assert "halvtid" in repr(found)


def test_also_before_the_later_version_may_be_read(session: Session, world: World) -> None:
    version = released(session, world)
    petra = world.staff(world.petra)
    ids = passage_ids(session, version)
    written = [Written(text, id_) for text, id_ in zip(TEXT.split("\n\n"), ids, strict=True)]
    after = service.revise(session, petra, version.record_id, title="Ny", passages=written, reason="")
    service.lock(session, petra, after.id, seen=after.stamp)
    release(session, world, after, hide={2: Ground.REPORTER}, visible_from=now() + timedelta(days=9))
    assert shown(session, world, version.record_id)[2] == "-"
    assert not queries.search(session, world.client(world.mariam), "anmält")


def test_a_locked_version_never_changes(session: Session, world: World) -> None:
    version = locked(session, world)
    petra = world.staff(world.petra)
    with pytest.raises(Conflict):
        service.edit(session, petra, version.id, title="x", passages=[Written("y")], seen=version.stamp)
    with pytest.raises(Conflict):
        service.lock(session, petra, version.id, seen=version.stamp)


def test_a_working_version_is_edited_and_is_never_released(session: Session, world: World) -> None:
    petra = world.staff(world.petra)
    version = service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=submission())
    before = passage_ids(session, version)
    parts = TEXT.split("\n\n")
    service.edit(
        session, petra, version.id, title="Samtal", passages=[Written(parts[1]), Written("Nytt.")], seen=version.stamp
    )
    after = passage_ids(session, version)
    assert after[0] == before[1]
    assert after[1] not in before
    with pytest.raises(Conflict):
        service.release(session, petra, version.id, Check())
    with pytest.raises(Conflict):
        service.revise(session, petra, version.record_id, title="x", passages=[Written("y")], reason="")


def test_masks_of_another_version_and_guardians_at_a_childs_talk_are_refused(session: Session, world: World) -> None:
    petra = world.staff(world.petra)
    other = passage_ids(session, locked(session, world))
    version = locked(session, world, child_sensitive=True)
    own = passage_ids(session, version)[0]
    for check in (
        Check(hidden=(Hidden(other[0], Ground.REPORTER),)),
        Check(hidden=(Hidden(own, Ground.REPORTER), Hidden(own, Ground.CHILD))),
        Check(for_guardians=True),
        Check(summary="x" * 10_001),
    ):
        with pytest.raises(InvalidInput):
            service.release(session, petra, version.id, check)
    assert session.scalars(select(Release)).all() == []


def test_foreign_records_are_not_found(session: Session, world: World) -> None:
    version = released(session, world)
    henrik, tor, petra = world.staff(world.henrik), world.client(world.tor), world.staff(world.petra)
    with pytest.raises(NotFound):
        service.write(session, petra, case_id=world.tors, about=about(), text=TEXT, submission=submission())
    for actor_calls in (
        lambda: queries.record(session, tor, version.record_id),
        lambda: queries.record(session, petra, version.record_id),
        lambda: queries.changes(session, tor, version.record_id),
        lambda: queries.worked(session, henrik, version.record_id),
        lambda: queries.worked(session, world.client(world.mariam), version.record_id),
        lambda: service.withdraw(session, henrik, version.record_id),
        lambda: service.lock(session, henrik, version.id, seen=version.stamp),
        lambda: service.release(session, henrik, version.id, Check()),
        lambda: service.edit(session, henrik, version.id, title="x", passages=[Written("y")], seen=version.stamp),
        lambda: service.revise(session, henrik, version.record_id, title="x", passages=[Written("y")], reason=""),
        lambda: service.withdraw(session, petra, new_id()),
    ):
        with pytest.raises(NotFound):
            actor_calls()
    assert not queries.records(session, tor).rows
    assert queries.case_records(session, henrik, world.money) == []


def test_staff_whose_work_has_ended_reach_nothing(session: Session, world: World) -> None:
    version = released(session, world)
    session.scalars(select(CaseAssignment).where(CaseAssignment.case_id == world.money)).one().until = now()
    session.flush()
    with pytest.raises(NotFound):
        queries.worked(session, world.staff(world.petra), version.record_id)


def test_clients_write_and_release_nothing(session: Session, world: World) -> None:
    version = locked(session, world)
    mariam = world.client(world.mariam)
    for call in (
        lambda: service.write(session, mariam, case_id=world.money, about=about(), text=TEXT, submission=submission()),
        lambda: service.release(session, mariam, version.id, Check()),
        lambda: service.withdraw(session, mariam, version.record_id),
        lambda: service.lock(session, mariam, version.id, seen=version.stamp),
    ):
        with pytest.raises(Forbidden):
            call()


def test_the_back_office_is_told_of_what_is_locked_and_released(session: Session, world: World) -> None:
    petra = world.staff(world.petra)
    version = service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=submission())
    assert told(session) == []
    service.lock(session, petra, version.id, seen=version.stamp)
    release(session, world, version, hide={2: Ground.REPORTER})
    before, after = told(session)
    assert (before.status, after.status) == (NoteStatus.LOCKED, NoteStatus.RELEASED)
    assert [part.ground for part in after.passages] == [None, None, Ground.REPORTER]
    assert (before.id, before.revision, after.released_by) == (str(version.record_id), 1, str(world.petra))


def test_every_step_is_logged_without_a_word_of_it(session: Session, world: World) -> None:
    version = released(session, world, hide={2: Ground.REPORTER})
    rows = session.scalars(select(AuditEntry).where(AuditEntry.object_id == version.record_id)).all()
    assert [row.action for row in rows] == ["record.written", "record.locked", "record.released"]
    assert not any(word in str([row.detail for row in rows]) for word in ("Mariam", "Rut", "Telefon"))


def test_texts_are_not_readable_in_the_database(session: Session, world: World) -> None:
    version = released(session, world, hide={2: Ground.REPORTER})
    for statement in (
        "SELECT text FROM case_record_passage",
        "SELECT title FROM case_record_version",
        "SELECT why FROM case_record_mask",
    ):
        for value in session.scalars(text(statement)):
            assert not any(word in bytes(value) for word in (b"Mariam", b"Telefon", b"staff"))
    session.expire_all()
    assert session.scalars(select(Passage).where(Passage.version_id == version.id)).first()
    assert session.scalars(select(Mask)).one().why == "för staff"


def test_reading_is_noted_once_and_logged_each_time(session: Session, world: World) -> None:
    version = released(session, world)
    mariam = world.client(world.mariam)
    for _time in range(2):
        service.mark_read(session, mariam, record_id=version.record_id, version_id=version.id)
    assert queries.unread_count(session, mariam) == 0
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "record.read")).all()
    assert len(actions) == 2
    revised(session, world, version.record_id, {0: "Hyran höjs inte."})
    assert queries.unread_count(session, mariam) == 1
    found = queries.worked(session, world.staff(world.petra), version.record_id)
    assert [row.read_at is not None for row in found.versions] == [True, False]


def test_the_state_of_a_version_moves_with_its_release(session: Session, world: World) -> None:
    version = released(session, world)
    assert version.state is VersionState.RELEASED
    (row,) = queries.case_records(session, world.staff(world.petra), world.money)
    assert (row.state, row.number, row.waiting) == (VersionState.RELEASED, 1, 0)
    assert session.get_one(CaseRecord, version.record_id).person_id == world.mariam


def test_a_button_that_is_pressed_twice_begins_one_record(session: Session, world: World) -> None:
    petra, pressed = world.staff(world.petra), submission()
    once, again = (
        service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=pressed)
        for _time in range(2)
    )
    assert once.id == again.id
    other = service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=submission())
    assert other.record_id != once.record_id
    elsewhere = service.write(session, petra, case_id=world.veras, about=about(), text=TEXT, submission=pressed)
    assert elsewhere.record_id != once.record_id
    for wrong in ("", "å", "x" * 65):
        with pytest.raises(InvalidInput):
            service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=wrong)


def test_two_editors_never_write_over_each_other_unseen(session: Session, world: World) -> None:
    session.add(CaseAssignment(case_id=world.money, staff_id=world.henrik, named=False))
    session.flush()
    petra, henrik = world.staff(world.petra), world.staff(world.henrik)
    version = service.write(session, petra, case_id=world.money, about=about(), text=TEXT, submission=submission())
    seen = version.stamp
    mine = {"title": "Samtal", "passages": [Written("Petras.")]}
    service.edit(session, petra, version.id, **mine, seen=seen)
    # Pressed twice: the same again is no conflict.
    service.edit(session, petra, version.id, **mine, seen=seen)
    with pytest.raises(Conflict):
        service.edit(session, henrik, version.id, title="Samtal", passages=[Written("Henriks.")], seen=seen)
    with pytest.raises(Conflict):
        service.lock(session, henrik, version.id, seen=seen)
    assert [each.text for each in queries.worked(session, petra, version.record_id).passages] == ["Petras."]
    service.edit(session, henrik, version.id, title="Samtal", passages=[Written("Henriks.")], seen=version.stamp)
    service.lock(session, henrik, version.id, seen=version.stamp)


def test_a_new_version_is_begun_once(session: Session, world: World) -> None:
    version = locked(session, world)
    petra = world.staff(world.petra)
    begun = {"title": "Samtal", "passages": [Written("Nytt.")], "reason": "Fel."}
    once, again = (service.revise(session, petra, version.record_id, **begun) for _time in range(2))
    assert once.id == again.id
    with pytest.raises(Conflict):
        service.revise(session, petra, version.record_id, title="Samtal", passages=[Written("Annat.")], reason="Fel.")
