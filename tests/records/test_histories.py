"""Random histories: no remark is lost or moves to another passage, and nobody sees what isn't released or is masked.

A model beside the portal knows each passage by a word of its own, and says which words may be seen.
"""

import itertools
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.errors import NotFound
from portal.notices.models import Notice
from portal.records import printed, queries, service
from portal.records.models import Remark, Version
from portal.records.rules.passages import Written
from portal.records.rules.states import Ground, NoteStatus, RemarkKind
from portal.records.service import Check, Hidden
from portal.records.sync import receive
from portal.sync.contract import Change, Kind, NoteRecord, RemarkRecord
from portal.sync.contract.records import PassagePart
from portal.sync.models import OutboxMessage
from tests.conftest import make_settings
from tests.messages.test_sync import link
from tests.records.world import EVENT, World, about, sign_in, submission
from tests.support import pdf
from tests.support.client import PageClient

WORD = re.compile(r"ord\d{4}")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["publish", "publish", "publish", "revise", "release", "withdraw", "remark", "remark", "feed"]),
        st.lists(st.sampled_from(["keep", "keep", "change", "drop", "insert", "retype"]), min_size=4, max_size=4),
        st.sets(st.integers(0, 3), max_size=2),
        st.integers(0, 3),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@pytest.fixture
def browser(session: Session, world: World, engine: Engine, saml_files: Any) -> PageClient:
    """Mariam's browser, on an application that sees what the session has not committed."""
    from portal.app import create_app

    settings = make_settings(saml_providers=saml_files.providers / "providers.toml", saml_keys=saml_files.keys)
    app: Flask = create_app(settings, {Side.CLIENT}, engine)
    app.test_client_class = PageClient
    within = sessionmaker(
        session.connection(),
        join_transaction_mode="create_savepoint",
        expire_on_commit=False,
        info={"event_bus": session.info["event_bus"]},
    )
    app.extensions["insyn.sessions"] = within
    found = cast("PageClient", app.test_client())
    sign_in(within, found, world.client(world.mariam))
    return found


@dataclass
class Model:
    """What the test knows: the words of each version, and what of them is released and masked."""

    session: Session
    world: World
    record_id: uuid.UUID
    words: Iterator[str]
    passages: dict[uuid.UUID, list[tuple[uuid.UUID, str]]] = field(default_factory=dict)
    order: list[uuid.UUID] = field(default_factory=list)
    active: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=dict)
    remarks: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID, str]] = field(default_factory=dict)

    def learn(self) -> None:
        """Take note of versions that are new, by the staff's own view of them."""
        petra = self.world.staff(self.world.petra)
        for row in queries.worked(self.session, petra, self.record_id).versions:
            if row.id not in self.passages:
                found = queries.worked(self.session, petra, self.record_id, number=row.number)
                self.passages[row.id] = [(passage.id, passage.text) for passage in found.passages]
                self.order.append(row.id)

    def may_be_seen(self) -> set[str]:
        """Return every word that the client may see."""
        if not self.active:
            return set()
        masked = self.active[self.newest]
        return {
            word
            for version in self.active
            for id_, text in self.passages[version]
            if id_ not in self.active[version] and id_ not in masked
            for word in text.split()
        }

    def must_be_seen(self) -> set[str]:
        """Return every word of the newest version that the client is shown."""
        if not self.active:
            return set()
        masked = self.active[self.newest]
        return {word for id_, text in self.passages[self.newest] if id_ not in masked for word in text.split()}

    @property
    def newest(self) -> uuid.UUID:
        """The newest of the released versions."""
        return max(self.active, key=self.order.index)


def begin(session: Session, world: World) -> Model:
    words = (f"ord{number:04d}" for number in itertools.count())
    text = "\n\n".join(next(words) for _number in range(4))
    version = service.write(
        session, world.staff(world.petra), case_id=world.money, about=about(), text=text, submission=submission()
    )
    service.lock(session, world.staff(world.petra), version.id, seen=version.stamp)
    model = Model(session, world, version.record_id, words)
    model.learn()
    return model


def changed(model: Model, plan: list[str]) -> list[tuple[uuid.UUID | None, str]]:
    made: list[tuple[uuid.UUID | None, str]] = []
    for (id_, text), step in zip(model.passages[model.order[-1]], itertools.cycle(plan), strict=False):
        if step == "insert":
            made.append((None, next(model.words)))
        if step != "drop":
            made.append(
                (None if step == "retype" else id_, f"{text} {next(model.words)}" if step == "change" else text)
            )
    return made or [(None, next(model.words))]


def revise(model: Model, plan: list[str]) -> None:
    petra = model.world.staff(model.world.petra)
    written = [Written(text, id_) for id_, text in changed(model, plan)]
    version = service.revise(model.session, petra, model.record_id, title="Samtal", passages=written, reason="")
    service.lock(model.session, petra, version.id, seen=version.stamp)
    model.learn()


def release(model: Model, masked: set[int]) -> None:
    version = model.order[-1]
    if version in model.active:
        return
    ids = [id_ for place, (id_, _text) in enumerate(model.passages[version]) if place in masked]
    check = Check(hidden=tuple(Hidden(id_, Ground.REPORTER) for id_ in ids))
    service.release(model.session, model.world.staff(model.world.petra), version, check)
    model.active[version] = set(ids)


def withdraw(model: Model) -> None:
    if model.active:
        service.withdraw(model.session, model.world.staff(model.world.petra), model.record_id)
        model.active.clear()


def remark(model: Model, place: int) -> None:
    mariam = model.world.client(model.world.mariam)
    try:
        read = queries.record(model.session, mariam, model.record_id)
    except NotFound:
        return
    passage = read.passages[place % len(read.passages)]
    if passage.hidden:
        return
    made = service.remark(
        model.session,
        mariam,
        record_id=model.record_id,
        number=read.version.number,
        passage_id=passage.id,
        kind=RemarkKind.WRONG,
        text="",
        submission=submission(),
        answer_days=5,
    )
    model.remarks[made.id] = (read.version.id, passage.id, passage.text)


def feed(model: Model, plan: list[str], masked: set[int], *, with_ids: bool) -> None:
    """Let the back office send a locked text; it releases none, which the other steps do."""
    parts = tuple(
        PassagePart(str(id_) if with_ids and id_ else None, text, Ground.REPORTER if place in masked else None)
        for place, (id_, text) in enumerate(changed(model, plan))
    )
    latest = model.session.get_one(Version, model.order[-1])
    record = NoteRecord(
        id=str(model.record_id),
        case_id="A-1",
        person_id="P-1",
        author_id="",
        type=about().type,
        title="Samtal",
        event_at=EVENT,
        child_sensitive=False,
        revision=latest.revision + 1,
        reason="",
        written_at=EVENT,
        locked_at=EVENT,
        status=NoteStatus.LOCKED,
        released_by=None,
        visible_from=None,
        for_guardians=False,
        passages=parts,
    )
    receive(model.session, Change(record.id, Kind.NOTE, 1, record.to_payload()))
    model.learn()


def seen_by_client(model: Model) -> str:
    """Return everything that a client can get to see of the record, whatever they ask for."""
    session, mariam = model.session, model.world.client(model.world.mariam)
    seen: list[object] = [queries.records(session, mariam), queries.search(session, mariam, "ord")]
    for number in (None, *range(1, len(model.order) + 2)):
        for question in (queries.record, queries.changes):
            try:
                answer = question(session, mariam, model.record_id, number=number)
            except NotFound:
                continue
            seen.append(answer)
            if isinstance(answer, queries.Opened):
                seen.append(pdf.text_of(pdf.made_here(printed.document(answer, municipality="Kommunen"))))
    return text_of(seen)


def shown_on_pages(model: Model, browser: PageClient) -> str:
    """Return the pages of the list, of the search, and of every version and change that somebody might ask for."""
    record = f"/journal/{model.record_id}"
    versions = [f"?version={number}" for number in range(1, len(model.order) + 2)]
    paths = [f"{record}{more}{number}" for more in ("", "/andrat") for number in ("", *versions)]
    listed = browser.page("/journal")
    searched = browser.submit(listed, 'form[action="/journal/sok"]', {"words": "ord"})
    return " ".join([listed.response.text, searched.response.text, *(browser.get(path).text for path in paths)])


def text_of(value: object) -> str:
    """Return every text in an answer; fields that never show in a trace are read too."""
    if isinstance(value, str):
        return value + " "
    if isinstance(value, dict):
        return text_of(list(value.values()))
    if isinstance(value, (list, tuple, set)):
        return "".join(text_of(each) for each in value)
    names = getattr(value, "__slots__", ())
    return "".join(text_of(getattr(value, name)) for name in names)


def check_pages(model: Model, browser: PageClient) -> None:
    """The rendered pages hold nothing but what may be seen, and all of the newest; notices hold no word at all."""
    seen = set(WORD.findall(shown_on_pages(model, browser)))
    assert model.must_be_seen() <= seen <= model.may_be_seen()
    notices = model.session.execute(select(*Notice.__table__.columns)).all()
    assert not WORD.search(repr([tuple(row) for row in notices]))


def check(model: Model) -> None:
    seen = {word for word in seen_by_client(model).split() if word.startswith("ord")}
    assert seen <= model.may_be_seen() | {"ord"}
    for person in (model.world.tor, model.world.vera):
        assert not queries.records(model.session, model.world.client(person)).rows
    kept = queries.worked(model.session, model.world.staff(model.world.petra), model.record_id).remarks
    assert {row.id: (row.version_id, row.passage_id) for row in kept} == {
        id_: (version, passage) for id_, (version, passage, _text) in model.remarks.items()
    }
    told = model.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "remark"))
    payloads = {payload.id: payload for payload in (RemarkRecord.from_payload(row.payload) for row in told)}
    for id_, (version, passage, text) in model.remarks.items():
        assert dict(model.passages[version])[passage] == text
        assert payloads[str(id_)].passage == text
    assert len(model.session.scalars(select(Remark.id)).all()) == len(model.remarks)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(steps=STEPS)
def test_no_remark_is_lost_and_nobody_sees_what_is_not_released(
    session: Session, world: World, browser: PageClient, steps: list[tuple[str, list[str], set[int], int, bool]]
) -> None:
    with session.begin_nested() as savepoint:
        link(session, Kind.CASE, "A-1", world.money)
        model = begin(session, world)
        for step, plan, masked, place, with_ids in steps:
            if step in {"revise", "publish"}:
                revise(model, plan)
            if step in {"release", "publish"}:
                release(model, masked)
            if step == "withdraw":
                withdraw(model)
            elif step == "remark":
                remark(model, place)
            elif step == "feed":
                feed(model, plan, masked, with_ids=with_ids)
            check(model)
        check_pages(model, browser)
        savepoint.rollback()
    session.expire_all()
