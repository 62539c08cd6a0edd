"""The client's journal as pages: its list at 5,000 records, a record of 200 passages with 300 remarks, and its PDF.

Each as a ratio to 50 records and 5 passages. Both clients stand in one database and are measured in turns, so that
what else the machine does meets both alike.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, text
from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id, new_receipt_no
from portal.people.models import Case
from portal.records.models import CaseRecord, Passage, Release, Remark, Version
from portal.records.rules.states import NoteType, RemarkKind, RemarkState, VersionState
from portal.settings import Settings
from tests.bench.test_costs import show
from tests.messages.world import World, build, sign_in, submission
from tests.support.client import PageClient
from tests.web.test_query_counts import counted

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]

FEW, MANY, ROUNDS, PDF_ROUNDS = 50, 5_000, 25, 7
SMALL, LARGE, REMARKS = 5, 200, 300
WORDS = "Mariam ringer och berättar att hyran höjs från januari. " * 4


@dataclass(frozen=True)
class Bench:
    """A client with little and one with much, each with a browser, and the record of each."""

    sessions: sessionmaker[Session]
    database: str
    browsers: tuple[PageClient, PageClient]
    records: tuple[uuid.UUID, uuid.UUID]

    def visits(self, address: str) -> list[tuple[PageClient, str]]:
        """Return where each of the two goes."""
        return [(browser, address.format(record=id_)) for browser, id_ in zip(self.browsers, self.records, strict=True)]

    def fastest(self, visits: list[tuple[PageClient, str]], rounds: int) -> tuple[float, float]:
        """Return the shortest time of each of the two in milliseconds, measured in turns."""
        taken = [[_milliseconds(*visit) for visit in visits] for _round in range(rounds)]
        before, after = (min(each) for each in zip(*taken, strict=True))
        return before, after


@pytest.fixture
def bench(make_app: Callable[..., Flask], settings: Settings) -> Bench:
    app = make_app(Side.CLIENT)
    sessions: sessionmaker[Session] = app.extensions["insyn.sessions"]
    with writing(sessions) as session:
        world = build(session)
        little = _records(session, world.tors, FEW, SMALL)
        _records(session, world.money, MANY - 1, 1)
        much = _records(session, world.money, 1, LARGE, REMARKS)
        # As autovacuum does in time; without it PostgreSQL plans by the sizes from before.
        session.execute(text("ANALYZE"))
    tor, mariam = (_browser(app, sessions, world, person_id) for person_id in (world.tor, world.mariam))
    return Bench(sessions, settings.database_url.partition(":")[0], (tor, mariam), (little, much))


def test_the_list_and_a_record(bench: Bench) -> None:
    for what, address in (
        (f"list, {FEW} and {MANY:,} records", "/journal"),
        (f"record, {SMALL} and {LARGE} passages with {REMARKS} remarks", "/journal/{record}"),
    ):
        visits = bench.visits(address)
        costs = []
        for visit in visits:
            _milliseconds(*visit)
            with counted(bench.sessions) as statements:
                _milliseconds(*visit)
            costs.append(len(statements))
        before, after = bench.fastest(visits, ROUNDS)
        show(
            f"{bench.database}: {what}: {before:.1f} and {after:.1f} ms, ratio {after / before:.1f}, {costs[1]} queries"
        )
        assert costs[0] == costs[1], what


def test_a_record_as_pdf(bench: Bench) -> None:
    """The whole of it: queries, the process that writes the document, and its answer."""
    before, after = bench.fastest(bench.visits("/journal/{record}/fil"), PDF_ROUNDS)
    show(
        f"{bench.database}: record as PDF, {SMALL} and {LARGE} passages with {REMARKS} remarks: "
        f"{before:.0f} and {after:.0f} ms, ratio {after / before:.1f}"
    )


def _browser(app: Flask, sessions: sessionmaker[Session], world: World, person_id: uuid.UUID) -> PageClient:
    browser = cast("PageClient", app.test_client())
    sign_in(sessions, browser, world.client(person_id))
    return browser


def _milliseconds(browser: PageClient, address: str) -> float:
    began = time.perf_counter()
    answer = FlaskClient.open(browser, address)  # without the checks of the page, which take longer than it
    assert answer.status_code == 200
    return (time.perf_counter() - began) * 1000


def _records(session: Session, case_id: uuid.UUID, count: int, passages: int, remarks: int = 0) -> uuid.UUID:
    """Add released records of a case; return the id of the last one."""
    person_id = session.get_one(Case, case_id).person_id
    at = now() - timedelta(days=1)
    rows: dict[type, list[dict[str, object]]] = {CaseRecord: [], Version: [], Passage: [], Release: [], Remark: []}
    record_id = new_id()
    for number in range(count):
        record_id, version_id, ids = new_id(), new_id(), [new_id() for _passage in range(passages)]
        happened = at - timedelta(hours=number)
        rows[CaseRecord].append(
            {
                "id": record_id,
                "case_id": case_id,
                "person_id": person_id,
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
                "person_id": person_id,
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
    return record_id
