"""The client's journal: its list at 5,000 records and a record of 200 passages with 300 remarks, beside small ones."""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.db import make_engine
from portal.core.ids import new_id, new_receipt_no
from portal.records import queries
from portal.records.models import CaseRecord, Passage, Release, Remark, Version
from portal.records.rules.states import NoteType, RemarkKind, RemarkState, VersionState
from tests.bench.test_costs import show
from tests.conftest import make_settings
from tests.messages.world import World, build, submission
from tests.support import database
from tests.support.counting import counted
from tests.support.database import Kind

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]

FEW, MANY, ROUNDS = 50, 5_000, 9
SMALL, LARGE, REMARKS = 5, 200, 300
WORDS = "Mariam ringer och berättar att hyran höjs från januari. " * 4


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    kind: Kind = request.param
    url = database.copy_of_template(kind)
    made = make_engine(url, make_settings().key_ring)
    yield made
    made.dispose()
    database.drop(url)


def test_the_list_and_a_record(engine: Engine) -> None:
    with Session(engine) as session:
        world = build(session)
        actor = world.client(world.mariam)
        small = _records(session, world, FEW, SMALL)
        few = _measured(session, lambda: queries.records(session, actor).rows)
        little = _measured(session, lambda: queries.record(session, actor, small).passages)
        _records(session, world, MANY - FEW, 1)
        large = _records(session, world, 1, LARGE, REMARKS)
        many = _measured(session, lambda: queries.records(session, actor).rows)
        much = _measured(session, lambda: queries.record(session, actor, large).passages)
    name = engine.dialect.name
    for what, (before, asked), (after, then) in (
        (f"list, {FEW} and {MANY:,} records", few, many),
        (f"record, {SMALL} and {LARGE} passages with {REMARKS} remarks", little, much),
    ):
        show(f"{name}: {what}: {before:.1f} and {after:.1f} ms, ratio {after / before:.1f}, {then} queries")
        assert asked == then, what


def _measured(session: Session, ask: Callable[[], object]) -> tuple[float, int]:
    """Return the shortest of some rounds, in milliseconds, and the number of queries."""
    taken = []
    for _round in range(ROUNDS):
        session.expunge_all()
        start = time.perf_counter()
        assert ask()
        taken.append(time.perf_counter() - start)
    session.expunge_all()
    with counted(session) as statements:
        ask()
    return min(taken) * 1000, len(statements)


def _records(session: Session, world: World, count: int, passages: int, remarks: int = 0) -> uuid.UUID:
    """Add released records of Mariam's; return the id of the last one."""
    at = now() - timedelta(days=1)
    rows: dict[type, list[dict[str, object]]] = {CaseRecord: [], Version: [], Passage: [], Release: [], Remark: []}
    record_id = new_id()
    for number in range(count):
        record_id, version_id, ids = new_id(), new_id(), [new_id() for _passage in range(passages)]
        happened = at - timedelta(hours=number)
        rows[CaseRecord].append(
            {
                "id": record_id,
                "case_id": world.money,
                "person_id": world.mariam,
                "type": NoteType.NOTE,
                "event_at": happened,
            }
        )
        rows[Version].append(
            {
                "id": version_id,
                "record_id": record_id,
                "number": 1,
                "state": VersionState.RELEASED,
                "title": "Anteckning",
                "author_id": world.petra,
                "locked_at": happened,
                "revision": 1,
            }
        )
        rows[Passage] += [
            {"id": new_id(), "version_id": version_id, "passage_id": id_, "position": place, "text": WORDS}
            for place, id_ in enumerate(ids)
        ]
        rows[Release].append(
            {
                "id": new_id(),
                "record_id": record_id,
                "version_id": version_id,
                "released_at": at,
                "released_by": world.petra,
                "visible_from": at,
                "for_guardians": False,
                "summary": "",
            }
        )
        rows[Remark] += [
            {
                "id": new_id(),
                "record_id": record_id,
                "version_id": version_id,
                "passage_id": ids[each % passages],
                "person_id": world.mariam,
                "kind": RemarkKind.WRONG,
                "text": "Det var i oktober.",
                "state": RemarkState.OPEN,
                "receipt_no": new_receipt_no(),
                "submission": submission(),
            }
            for each in range(remarks)
        ]
    for table, values in rows.items():
        if values:
            session.execute(insert(table), values)
    # As autovacuum does in time; without it PostgreSQL plans by the sizes from before.
    session.execute(text("ANALYZE"))
    session.commit()
    return record_id
