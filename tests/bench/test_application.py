"""A draft with 60 rows and 20 files beside an empty one: saving, the whole in words; and sealing an upload."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.rules.answers import Edit, base_of
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.service import drafts, frozen
from portal.core import events
from portal.core.db import make_engine
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.files.rules import Limits
from portal.files.stores.local import LocalStore
from portal.files.vault import Vault
from tests.assistance.world import ALONE, MONTH, Scene, answer, fill, make, put_file, row, start
from tests.bench.test_costs import show
from tests.conftest import make_settings
from tests.support import database
from tests.support.counting import counted
from tests.support.database import Kind as Database

pytestmark = [pytest.mark.bench, pytest.mark.timeout(3000)]

ROWS, FILES, ROUNDS = 60, 20, 9
MB = 1024 * 1024
UPLOAD = 64 * MB


@pytest.fixture(params=["sqlite", "postgresql"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    kind: Database = request.param
    url = database.copy_of_template(kind)
    engine: Engine = make_engine(url, make_settings().key_ring)
    with Session(engine, info=events.bind(events.EventBus())) as session:
        yield make(session)
    engine.dispose()
    database.drop(url)


def test_saving_an_answer_and_the_whole_in_words(scene: Scene) -> None:
    empty, full = start(scene), start(scene, kind=Kind.MONTHLY, period=MONTH.plus(1))
    fill(scene, full, ALONE)
    _rows(scene, full)
    for number in range(FILES):
        put_file(scene, full, paper=f"paper{number % 5}")
    name = scene.session.get_bind().dialect.name
    for what, act in (("saving an answer", _save), ("the whole in words", _words)):
        before, asked = _measured(scene, lambda act=act: act(scene, empty))  # type: ignore[misc]  # bound now
        after, then = _measured(scene, lambda act=act: act(scene, full))  # type: ignore[misc]  # bound now
        show(
            f"{name}: {what}, empty and {ROWS} rows with {FILES} files: {before:.1f} and {after:.1f} ms, "
            f"ratio {after / before:.1f}, {then} queries"
        )
        assert then <= asked + 1, what  # the files' own


def _rows(scene: Scene, application_id: uuid.UUID) -> None:
    said = {"costs.none": ""}
    for _number in range(ROWS):
        one = f"costs:{new_id()}"
        said |= {one: "1", f"{one}:kind": "medicine", f"{one}:amount": "1 200,50", f"{one}:whose": "applicant"}
    answer(scene, application_id, "costs", said)


def _save(scene: Scene, application_id: uuid.UUID) -> None:
    cells = queries.draft(scene.session, scene.mariam, application_id).answers.get((Party.APPLICANT, "costs"), {})
    edit = {"costs.none": Edit(new_id().hex, base_of(cells.get("costs.none")))}
    drafts.save(scene.session, scene.mariam, application_id, "costs", edit, form=new_id().hex, turn=0)


def _words(scene: Scene, application_id: uuid.UUID) -> None:
    assert frozen.whole(scene.session, row(scene, application_id)).parts(today())


def _measured(scene: Scene, act: Callable[[], None]) -> tuple[float, int]:
    """Return the shortest of some rounds, in milliseconds, and the number of queries."""
    taken = []
    for _round in range(ROUNDS):
        scene.session.expunge_all()
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    scene.session.expunge_all()
    with counted(scene.session) as statements:
        act()
    return min(taken) * 1000, len(statements)


def test_sealing_an_upload_beside_writing_it_plain(tmp_path: Path) -> None:
    content = [os.urandom(64 * 1024) for _ in range(UPLOAD // (64 * 1024))]
    store = LocalStore(tmp_path / "files")
    vault = Vault(store, Limits())
    plain, sealed = [], []
    for number in range(5):  # interleaved, so that a busy disk is busy for both
        begun = time.perf_counter()
        store.write(f"{number:032x}", iter(content))
        plain.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        vault.put(new_id(), iter(content), most=UPLOAD)
        sealed.append(time.perf_counter() - begun)
    rate = [UPLOAD / MB / min(times) for times in (plain, sealed)]
    show(f"upload: {rate[0]:.0f} MB/s plain and {rate[1]:.0f} MB/s sealed, ratio {rate[1] / rate[0]:.2f}")
