"""Answers to remarks that come from the back office, on both databases."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit.models import AuditEntry
from portal.core import events
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.people.rules import CaseState, Protection
from portal.records import outgoing, queries, service
from portal.records.events import RemarkAnswered
from portal.records.incoming import receive
from portal.records.models import CaseRecord, Remark, Turn, Version
from portal.records.queries import TurnRow
from portal.records.rules.states import Outcome, RemarkKind, RemarkState
from portal.records.sync import receive as receive_note
from portal.sync.adapters.sql import SqlBackOffice, SqlStore, create_store
from portal.sync.contract import Author, BoardRecord, Change, Kind, NoteRecord, PersonRecord, RemarkRecord, UnknownCode
from portal.sync.contract import CaseRecord as CaseTold
from portal.sync.contract.records import AnswerPart
from portal.sync.inbox import Applied, LinkMissing
from portal.sync.models import InboxChange, OutboxMessage
from portal.sync.rules import Outcome as Settled
from portal.sync.worker import Worker
from portal.wiring import inbox_handlers
from tests.conftest import make_settings
from tests.messages.test_sync import link
from tests.records.world import EVENT, World, answer, make, released, remark, submission

WORDS = "Vi har skrivit upp det."


@pytest.fixture
def world(world: World, session: Session) -> World:
    link_all(session, world)
    return world


def link_all(session: Session, world: World) -> None:
    for kind, external, local in (
        (Kind.CASE, "A-1", world.money),
        (Kind.PERSON, "P-1", world.mariam),
        (Kind.STAFF, "H-1", world.petra),
    ):
        link(session, kind, external, local)


@pytest.fixture
def made(session: Session, world: World) -> Remark:
    return remark(session, world, released(session, world))


def told(session: Session) -> RemarkRecord:
    """Return a remark as the back office was last told of it."""
    row = session.scalars(
        select(OutboxMessage).where(OutboxMessage.kind == Kind.REMARK).order_by(OutboxMessage.seq.desc()).limit(1)
    ).one()
    return RemarkRecord.from_payload(row.payload)


def part(**changes: Any) -> AnswerPart:
    values = {
        "author": Author.STAFF,
        "author_id": "H-1",
        "outcome": Outcome.NOTED,
        "text": WORDS,
        "revision": None,
        "at": now(),
    }
    return AnswerPart(**{**values, **changes})


def take(session: Session, record: RemarkRecord, *answers: AnswerPart, version: int = 2, **changes: Any) -> Applied:
    payload = {**replace(record, answers=(*record.answers, *answers)).to_payload(), **changes}
    return receive(session, Change(record.id, Kind.REMARK, version, payload, person="P-1"))


def turns(session: Session, world: World) -> list[TurnRow]:
    record_id = session.scalars(select(CaseRecord.id)).one()
    (row,) = queries.record(session, world.client(world.mariam), record_id).remarks
    return list(row.turns)


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Turn)) or 0


def test_an_answer_from_there_is_shown_with_its_outcome_and_told(session: Session, world: World, made: Remark) -> None:
    heard: list[RemarkAnswered] = []
    bus: events.EventBus = session.info["event_bus"]
    bus.subscribe(RemarkAnswered, lambda _session, event: heard.append(event))
    at = now()
    assert take(session, told(session), part(at=at, text="Vi har\x00 skrivit\u202e upp det.")) == Applied(made.id)
    (turn,) = turns(session, world)
    assert (turn.author, turn.outcome, turn.text, turn.at) == ("Petra Almskog", Outcome.NOTED, WORDS, at)
    assert (made.state, made.due_on) == (RemarkState.ANSWERED, None)
    assert [(event.remark_id, event.author_id) for event in heard] == [(made.id, world.mariam)]
    assert session.scalars(select(AuditEntry).where(AuditEntry.action == "remark.answer_received")).one()
    assert queries.waiting(session, world.staff(world.petra)) == []


def test_the_same_again_and_an_older_text_change_nothing(session: Session, world: World, made: Remark) -> None:
    before, theirs = told(session), part()
    take(session, before, theirs)
    take(session, before, theirs)
    take(session, before)
    assert [turn.text for turn in turns(session, world)] == [WORDS]
    assert made.state is RemarkState.ANSWERED


def test_the_echo_of_ours_adds_nothing(session: Session, world: World, made: Remark) -> None:
    answer(session, world, made)
    service.reply(session, world.client(world.mariam), made.id, text="Nej.", submission=submission(), answer_days=5)
    sent = session.scalar(select(func.count()).select_from(OutboxMessage))
    assert take(session, told(session)) == Applied(made.id)
    assert count(session) == 2
    assert made.state is RemarkState.OPEN
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == sent


def test_where_both_sides_have_answered_both_stand_and_both_know(session: Session, world: World, made: Remark) -> None:
    before = told(session)
    answer(session, world, made, Outcome.EXPLAINED, "Det betyder att jag läste upp det.")
    assert take(session, before, part()).warning == "answered_on_both_sides"
    assert [turn.text for turn in turns(session, world)] == ["Det betyder att jag läste upp det.", WORDS]
    assert [each.text for each in told(session).answers] == ["Det betyder att jag läste upp det.", WORDS]
    # Which comes back as it was told.
    assert take(session, told(session)) == Applied(made.id)
    assert count(session) == 2


def test_a_reply_that_came_after_their_answer_still_waits(session: Session, world: World, made: Remark) -> None:
    before, theirs = told(session), part()
    answer(session, world, made)
    service.reply(session, world.client(world.mariam), made.id, text="Nej.", submission=submission(), answer_days=5)
    take(session, before, theirs)
    assert count(session) == 3
    assert made.state is RemarkState.OPEN
    assert made.due_on is not None
    take(session, told(session), part(at=now() + timedelta(seconds=1)))
    assert made.state is RemarkState.ANSWERED


def test_a_correction_names_its_version_also_when_that_comes_after_it(
    session: Session, world: World, made: Remark
) -> None:
    before = told(session)
    corrected = part(outcome=Outcome.CORRECTED, revision=2)
    assert take(session, before, corrected).warning == "corrected_version_missing"
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == Kind.NOTE).limit(1)).one()
    note = NoteRecord.from_payload(row.payload)
    parts = (replace(note.passages[0], text="Hyran höjs inte."), *note.passages[1:])
    note = replace(note, case_id="A-1", revision=2, passages=parts)
    receive_note(session, Change(note.id, Kind.NOTE, 2, note.to_payload()))
    after = session.scalars(select(Version).where(Version.number == 2)).one()
    again, older = (part(outcome=Outcome.CORRECTED, revision=revision) for revision in (2, 1))
    assert take(session, before, corrected, again).warning == ""
    assert take(session, before, corrected, again, older).warning == "corrected_version_missing"
    assert list(session.scalars(select(Turn.version_id).order_by(Turn.number))) == [after.id, after.id, None]
    assert [each.revision for each in outgoing.answers_of(session, made)] == [2, 2, 1]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"outcome": None}, "remark.answers.outcome"),
        ({"author": Author.CLIENT}, "remark.answers.outcome"),
        ({"text": " \u202e"}, "remark.answers.text"),
        ({"text": "x" * 10_001}, "remark.answers.text"),
        ({"outcome": Outcome.CORRECTED}, "remark.answers.revision"),
        ({"revision": 2}, "remark.answers.revision"),
    ],
)
def test_a_broken_answer_is_an_alarm(
    session: Session, world: World, made: Remark, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(UnknownCode) as caught:
        take(session, told(session), part(**changes))
    assert caught.value.where == where
    assert count(session) == 0


def test_an_unknown_outcome_another_record_and_an_unknown_remark_are_alarms(
    session: Session, world: World, made: Remark
) -> None:
    record = told(session)
    unknown = {**replace(record, answers=(part(),)).to_payload()}
    unknown["answers"][0]["outcome"] = "maybe"
    other = replace(record, id=str(new_id()))
    for source, payload in (
        (record.id, unknown),
        (record.id, {**record.to_payload(), "note_id": "N-9"}),
        (record.id, other.to_payload()),
        (other.id, other.to_payload()),
        ("R-9", {**record.to_payload(), "id": "R-9"}),
    ):
        with pytest.raises(UnknownCode):
            receive(session, Change(source, Kind.REMARK, 2, payload))
    with pytest.raises(LinkMissing):
        take(session, record, part(author_id="H-9"))


def test_what_the_client_said_never_changes_and_never_goes(session: Session, world: World, made: Remark) -> None:
    record = told(session)
    assert take(session, record, text="Allt stämmer.").warning == "remark_changed"
    assert take(session, record, says=RemarkKind.RIGHT.value).warning == "remark_changed"
    unknown = part(author=Author.CLIENT, author_id="P-1", outcome=None)
    assert take(session, record, unknown).warning == "reply_unknown"
    gone = receive(session, Change(record.id, Kind.REMARK, 3, {}, deleted=True))
    assert gone.warning == "remark_deleted"
    session.refresh(made)
    assert (made.kind, made.text, made.state) == (RemarkKind.WRONG, "Han arbetar halvtid.", RemarkState.OPEN)


@pytest.mark.parametrize("kind", [RemarkKind.RIGHT, RemarkKind.WRONG])
def test_an_answer_to_what_needs_none_is_kept_and_shown(session: Session, world: World, kind: RemarkKind) -> None:
    made = remark(session, world, released(session, world), kind=kind)
    before = told(session)
    if kind is RemarkKind.WRONG:
        service.withdraw_remark(session, world.client(world.mariam), made.id)
    state = made.state
    take(session, before, part(author_id=""))
    assert [(turn.author, turn.text) for turn in turns(session, world)] == [("", WORDS)]
    assert made.state is state


def test_an_answer_goes_through_the_store_and_back(sessions: sessionmaker[Session], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    create_store(url)
    store = SqlStore(url)
    with writing(sessions) as session:
        world = make(session)
        link_all(session, world)
        remark(session, world, released(session, world))
    worker = Worker(make_settings(), sessions, SqlBackOffice(url), inbox_handlers())
    store.put_board(BoardRecord("B-1", "ASN", "Nämnden"))
    store.put_person(PersonRecord("P-1", "198511292388", "Mariam", "Sandell", Protection.NONE))
    store.put_case(CaseTold("A-1", "P-1", "B-1", None, "Ekonomi", CaseState.OPEN, EVENT))
    with sessions() as session:
        record = told(session)
    worker.run_once()
    theirs = part()
    store.put_remark(replace(record, answers=(theirs,)))
    worker.run_once()
    store.put_remark(replace(record, answers=(theirs, part(text="En gång till."))))
    worker.run_once()
    with sessions() as session:
        assert [turn.text for turn in turns(session, world)] == [WORDS, "En gång till."]
        changes = session.scalars(select(InboxChange.outcome).where(InboxChange.kind == Kind.REMARK)).all()
        assert list(changes) == [Settled.APPLIED] * 2
    store.close()
