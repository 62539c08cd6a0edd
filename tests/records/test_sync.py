"""What the back office tells of documentation, on both databases."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.ids import new_id
from portal.people.models import Person
from portal.people.rules import Protection
from portal.records import queries, service
from portal.records.models import CaseRecord, Release, Version
from portal.records.rules.passages import Written
from portal.records.rules.states import Delivery, Ground, NoteStatus, NoteType, Outcome, VersionState
from portal.records.sync import on_delivered, on_resent, on_stuck, receive
from portal.sync.contract import Change, Delivered, Kind, NoteRecord, RemarkRecord, Resent, Stuck, UnknownCode
from portal.sync.contract.records import PassagePart
from portal.sync.inbox import Applied, LinkMissing
from portal.sync.models import OutboxMessage
from tests.messages.test_sync import link
from tests.records.world import EVENT, World, answer, locked, passage_ids, release, released, remark, revised

PARTS = (
    PassagePart("s1", "Hyran höjs.", None),
    PassagePart("s2", "Jonas arbetar heltid.", None),
    PassagePart("s3", "Grannen Rut ringde.", Ground.REPORTER),
)


@pytest.fixture
def world(world: World, session: Session) -> World:
    for kind, external, local in (
        (Kind.CASE, "A-1", world.money),
        (Kind.CASE, "A-2", world.tors),
        (Kind.PERSON, "P-1", world.mariam),
        (Kind.STAFF, "H-1", world.petra),
    ):
        link(session, kind, external, local)
    return world


def note(**changes: Any) -> NoteRecord:
    values: dict[str, Any] = {
        "id": "N-1",
        "case_id": "A-1",
        "person_id": "P-1",
        "author_id": "H-1",
        "type": NoteType.PHONE,
        "title": "Samtal",
        "event_at": EVENT,
        "child_sensitive": False,
        "revision": 1,
        "reason": "",
        "written_at": EVENT,
        "locked_at": EVENT,
        "status": NoteStatus.RELEASED,
        "released_by": "H-1",
        "visible_from": None,
        "for_guardians": False,
        "passages": PARTS,
    }
    return NoteRecord(**{**values, **changes})


def take(session: Session, *, deleted: bool = False, **changes: Any) -> Applied:
    """Apply a note as the inbox would: what was applied is linked."""
    record = note(**changes)
    known = session.scalar(select(func.count()).select_from(CaseRecord)) or 0
    applied = receive(session, Change(record.id, Kind.NOTE, 1, {} if deleted else record.to_payload(), deleted, "P-1"))
    if session.scalar(select(func.count()).select_from(CaseRecord)) != known:
        link(session, Kind.NOTE, record.id, applied.local_id)
    return applied


def texts(session: Session, world: World, record_id: uuid.UUID | None, number: int | None = None) -> Sequence[str]:
    assert record_id
    found = queries.record(session, world.client(world.mariam), record_id, number=number)
    return [passage.text or "-" for passage in found.passages]


def test_a_released_record_is_read_without_what_is_masked(session: Session, world: World) -> None:
    applied = take(session)
    assert applied.warning == ""
    assert texts(session, world, applied.local_id) == ["Hyran höjs.", "Jonas arbetar heltid.", "-"]
    assert queries.unread_count(session, world.client(world.mariam)) == 1


def test_the_same_again_changes_nothing(session: Session, world: World) -> None:
    take(session)
    take(session)
    assert session.scalar(select(func.count()).select_from(Version)) == 1
    assert session.scalar(select(func.count()).select_from(Release)) == 1


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"passages": ()}, "note.passages"),
        ({"passages": (PassagePart("s1", " ", None),)}, "note.passages"),
        ({"passages": (PARTS[0], PARTS[0])}, "note.passages"),
        ({"passages": tuple(PassagePart(None, "x", None) for _n in range(401))}, "note.passages"),
    ],
)
def test_a_record_without_passages_is_an_alarm_and_nothing_is_shown(
    session: Session, world: World, changes: dict[str, Any], where: str
) -> None:
    with session.begin_nested() as savepoint:
        with pytest.raises(UnknownCode) as caught:
            take(session, **changes)
        savepoint.rollback()
    assert caught.value.where == where
    assert not queries.records(session, world.client(world.mariam)).rows


@pytest.mark.parametrize("field", ["type", "status"])
def test_an_unknown_kind_or_status_is_an_alarm(session: Session, world: World, field: str) -> None:
    payload = {**note().to_payload(), field: "brev"}
    with pytest.raises(UnknownCode):
        receive(session, Change("N-1", Kind.NOTE, 1, payload))


@pytest.mark.parametrize("missing", [{"case_id": "A-9"}, {"author_id": "H-9"}, {"released_by": "H-9"}])
def test_what_refers_to_something_unknown_waits(session: Session, world: World, missing: dict[str, str]) -> None:
    with pytest.raises(LinkMissing):
        take(session, **missing)


def test_a_record_does_not_move_to_another_persons_case(session: Session, world: World) -> None:
    take(session)
    with pytest.raises(UnknownCode):
        take(session, case_id="A-2")
    assert not queries.records(session, world.client(world.tor)).rows


def test_remarks_stay_with_their_passage_through_new_versions(session: Session, world: World) -> None:
    applied = take(session)
    version = session.scalars(select(Version)).one()
    moved, gone = remark(session, world, version, 0), remark(session, world, version, 1)
    ids = passage_ids(session, version)
    take(
        session,
        revision=2,
        passages=(PARTS[2], PassagePart("s1", "Hyran sänks.", None), PassagePart("s9", "Nytt.", None)),
    )
    assert applied.local_id
    found = queries.record(session, world.client(world.mariam), applied.local_id)
    assert [passage.id for passage in found.passages[:2]] == [ids[2], ids[0]]
    assert {row.id: row.passage_id for row in found.remarks} == {moved.id: ids[0], gone.id: ids[1]}
    assert found.quotes[gone.id].text == "Jonas arbetar heltid."
    assert moved.id not in found.quotes


def test_passages_without_ids_stay_by_their_text(session: Session, world: World) -> None:
    plain = tuple(PassagePart(None, part.text, part.ground) for part in PARTS)
    applied = take(session, passages=plain)
    before = passage_ids(session, session.scalars(select(Version)).one())
    take(session, revision=2, passages=(plain[2], plain[0], PassagePart(None, "Nytt.", None)))
    assert applied.local_id
    found = queries.record(session, world.client(world.mariam), applied.local_id)
    assert [passage.id for passage in found.passages[:2]] == [before[2], before[0]]


def test_where_a_masked_passage_may_have_moved_a_person_must_check(session: Session, world: World) -> None:
    plain = tuple(PassagePart(None, part.text, part.ground) for part in PARTS)
    applied = take(session, passages=plain)
    changed = (plain[0], plain[1], PassagePart(None, "Grannen Rut ringde igen.", None))
    assert take(session, revision=2, passages=changed).warning == "release_needs_person"
    assert texts(session, world, applied.local_id)[2] == "-"
    with pytest.raises(NotFound):
        texts(session, world, applied.local_id, 2)


def test_what_was_masked_here_stays_masked(session: Session, world: World) -> None:
    version = released(session, world, hide={1: Ground.OTHER_PERSON})
    parts = [
        PassagePart(str(passage.id), passage.text, None)
        for passage in queries.worked(session, world.staff(world.petra), version.record_id).passages
    ]
    parts[0] = PassagePart(parts[0].id, "Hyran höjs inte.", None)
    own = str(version.record_id)
    take(session, id=own, title="Telefonsamtal", revision=2, passages=tuple(parts))
    assert texts(session, world, version.record_id)[:2] == ["Hyran höjs inte.", "-"]
    # A mask that is added there is added here.
    parts[2] = PassagePart(parts[2].id, parts[2].text, Ground.REPORTER)
    take(session, id=own, title="Telefonsamtal", revision=2, passages=tuple(parts))
    assert texts(session, world, version.record_id) == ["Hyran höjs inte.", "-", "-"]


def test_a_withdrawal_takes_the_text_away_and_keeps_the_remarks(session: Session, world: World) -> None:
    for deleted in (False, True):
        applied = take(session, id=f"N-{deleted}")
        assert applied.local_id
        version = session.scalars(select(Version).where(Version.record_id == applied.local_id)).one()
        made = remark(session, world, version)
        take(session, id=f"N-{deleted}", status=NoteStatus.WITHDRAWN, deleted=deleted)
        with pytest.raises(NotFound):
            texts(session, world, applied.local_id)
        kept = queries.worked(session, world.staff(world.petra), applied.local_id).remarks
        assert [row.id for row in kept] == [made.id]


def test_what_was_withdrawn_here_is_not_released_again_from_there(session: Session, world: World) -> None:
    applied = take(session)
    assert applied.local_id
    service.withdraw(session, world.staff(world.petra), applied.local_id)
    assert take(session).warning == "withdrawn_here"
    with pytest.raises(NotFound):
        texts(session, world, applied.local_id)


@pytest.mark.parametrize("protected", [True, False])
def test_a_release_by_rule_waits_and_never_is_for_those_who_may_be_hurt(
    session: Session, world: World, protected: bool
) -> None:
    if protected:
        session.get_one(Person, world.mariam).protection = Protection.SECRECY
    applied = take(session, released_by=None, locked_at=now())
    assert applied.warning == ("release_needs_person" if protected else "")
    releases = session.scalars(select(Release)).all()
    assert [each.visible_from > now() for each in releases] == ([] if protected else [True])
    assert not queries.records(session, world.client(world.mariam)).rows


def test_what_turns_out_to_be_a_childs_talk_is_taken_back(session: Session, world: World) -> None:
    applied = take(session, released_by=None, locked_at=now() - timedelta(days=30))
    assert texts(session, world, applied.local_id)
    warned = take(session, released_by=None, child_sensitive=True, locked_at=now() - timedelta(days=30))
    assert warned.warning == "release_needs_person"
    with pytest.raises(NotFound):
        texts(session, world, applied.local_id)


def test_guardians_are_never_let_in_to_a_childs_talk(session: Session, world: World) -> None:
    assert take(session, child_sensitive=True, for_guardians=True).warning == "guardians_at_childs_talk"
    assert [each.for_guardians for each in session.scalars(select(Release))] == [False]


def test_ours_and_theirs_are_one_record(session: Session, world: World) -> None:
    version = locked(session, world)
    sent = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "note")).one()
    release(session, world, version)
    applied = receive(session, Change(sent.payload["id"], Kind.NOTE, 1, {**sent.payload, "case_id": "A-1"}))
    assert applied.local_id == version.record_id
    assert session.scalar(select(func.count()).select_from(Version)) == 1
    assert version.state is VersionState.RELEASED  # it had not heard of our release yet


def test_an_older_text_of_theirs_undoes_no_correction(session: Session, world: World) -> None:
    applied = take(session)
    assert applied.local_id
    after = revised(session, world, applied.local_id, {1: "Jonas arbetar halvtid."}, hide={2: Ground.REPORTER})
    assert after.revision == 2
    take(session)
    assert texts(session, world, applied.local_id)[1] == "Jonas arbetar halvtid."


def test_a_version_that_is_worked_on_here_moves_behind_one_from_there(session: Session, world: World) -> None:
    applied = take(session)
    assert applied.local_id
    petra = world.staff(world.petra)
    working = service.revise(session, petra, applied.local_id, title="Samtal", passages=[Written("Utkast.")], reason="")
    take(session, revision=2, passages=(*PARTS, PassagePart("s4", "Till.", None)))
    assert [(row.number, row.state) for row in queries.worked(session, petra, applied.local_id).versions] == [
        (1, VersionState.RELEASED),
        (2, VersionState.RELEASED),
        (3, VersionState.WORKING),
    ]
    assert working.number == 3


def test_control_and_direction_characters_stop_at_the_door(session: Session, world: World) -> None:
    applied = take(session, passages=(PassagePart("s1", "Hej\x00 \u202eda\u2066", None),))
    assert texts(session, world, applied.local_id) == ["Hej da"]


def test_remarks_are_told_under_their_ids(session: Session, world: World) -> None:
    applied = take(session)
    version = session.scalars(select(Version).where(Version.record_id == applied.local_id)).one()
    made = remark(session, world, version, 1)
    answer(session, world, made, Outcome.NOTED, "Antecknat.")
    rows = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark").order_by(OutboxMessage.seq))
    last = [RemarkRecord.from_payload(row.payload) for row in rows][-1]
    assert (last.note_id, last.passage_id, last.case_id, last.person_id) == ("N-1", "s2", "A-1", "P-1")
    assert last.answers[0].author_id == "H-1"


def test_what_is_delivered_or_stuck_shows(session: Session, world: World) -> None:
    version = released(session, world)
    made = remark(session, world, version)
    assert made.outbox_id
    lane, at = world.mariam, now()
    on_stuck(session, Stuck(made.outbox_id, Kind.REMARK, lane, "x", at))
    assert made.delivery is Delivery.STUCK
    on_resent(session, Resent(made.outbox_id, Kind.REMARK))
    assert made.delivery is Delivery.PENDING
    on_stuck(session, Stuck(made.outbox_id, Kind.REMARK, lane, "x", at))
    on_delivered(session, Delivered(made.outbox_id, Kind.REMARK, lane, "D1", at))
    assert made.delivery is Delivery.DELIVERED
    on_stuck(session, Stuck(made.outbox_id, Kind.REMARK, lane, "x", at))
    assert made.delivery is Delivery.DELIVERED
    row = session.get_one(CaseRecord, version.record_id)
    assert row.outbox_id
    on_delivered(session, Delivered(row.outbox_id, Kind.NOTE, lane, "D2", at))
    assert row.delivery is Delivery.DELIVERED
    on_delivered(session, Delivered(new_id(), Kind.CASE_MESSAGE, lane, "D3", at))
