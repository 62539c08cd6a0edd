"""What several do at the same moment: start, save, sign; in threads with transactions of their own."""

import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from portal.assistance import queries
from portal.assistance.models import Application, AssistancePeriod
from portal.assistance.rules.answers import Edit, base_of
from portal.assistance.rules.kinds import Kind, Party
from portal.assistance.rules.states import ApplicationState, PeriodState
from portal.assistance.service import drafts, signing
from portal.assistance.service.holding import NotADraft
from portal.core.actor import Actor
from portal.core.db import writing
from portal.core.errors import Conflict
from portal.files import service as files
from portal.files.models import StoredFile
from portal.sync.models import OutboxMessage
from tests.assistance.world import ALONE, MONTH, Scene, couple, fill, make, put_file, signed, start

Got = TypeVar("Got")


@pytest.fixture
def scene(sessions: sessionmaker[Session]) -> Scene:
    with writing(sessions) as session:
        return make(session, wired=True)


def at_once(acts: Sequence[Callable[[], Got]]) -> list[Got]:
    """Run acts in threads that set off together."""
    together = Barrier(len(acts))

    def run(act: Callable[[], Got]) -> Got:
        together.wait(timeout=30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_many_starts_at_once_make_one_application(sessions: sessionmaker[Session], scene: Scene) -> None:
    def start() -> uuid.UUID:
        with writing(sessions) as session:
            return drafts.start(session, scene.mariam, kind=Kind.MONTHLY, period=MONTH, prefilled={})

    assert len(set(at_once([start] * 8))) == 1


def test_answers_saved_at_once_are_all_kept(sessions: sessionmaker[Session], scene: Scene) -> None:
    with writing(sessions) as session:
        draft = drafts.start(session, scene.mariam, kind=Kind.MONTHLY, period=MONTH, prefilled={})
    said = {"message": "a", "phone": "070-174 06 05", "email": "m@example.se", "interpreter": "no"}

    def save(key: str) -> Callable[[], drafts.Saved]:
        def act() -> drafts.Saved:
            with writing(sessions) as session:
                edits = {key: Edit(said[key], base_of(None))}
                return drafts.save(session, scene.mariam, draft, "contact", edits, form=key, turn=0)

        return act

    assert all(not saved.conflicts for saved in at_once([save(key) for key in said]))
    with sessions() as session:
        cells = queries.draft(session, scene.mariam, draft).answers[Party.APPLICANT, "contact"]
    assert {key: cells[key].raw for key in said} == said


def test_both_sign_at_once_and_it_is_handed_in_once(sessions: sessionmaker[Session], scene: Scene) -> None:
    with writing(sessions) as session:
        draft = couple(Scene(session, scene.world, scene.mariam, scene.tor, scene.jonas))

    def sign(who: Actor) -> Callable[[], None]:
        with writing(sessions) as session:
            _document, party = signing.prepare(session, who, draft)

        def act() -> None:
            with writing(sessions) as session:
                signed(session, draft, who, party)

        return act

    at_once([sign(scene.mariam), sign(scene.jonas)])
    with sessions() as session:
        assert session.get_one(Application, draft).state is ApplicationState.SUBMITTED
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_one_person_who_submits_on_two_devices_at_once_hands_in_once(
    sessions: sessionmaker[Session], scene: Scene
) -> None:
    with writing(sessions) as session:
        here = Scene(session, scene.world, scene.mariam, scene.tor, scene.jonas)
        draft = start(here)
        fill(here, draft, ALONE)

    def submit() -> str:
        try:
            with writing(sessions) as session:
                _document, party = signing.prepare(session, scene.mariam, draft)
            with writing(sessions) as session:
                signed(session, draft, scene.mariam, party)
        except NotADraft as refused:  # the other device was done before
            return str(refused.message)
        except IntegrityError:  # both have signed: the answer of the second is refused in words (identity.signing)
            return "signed"
        return ""

    said = at_once([submit] * 4)
    assert "" in said
    assert said.count("") == 1
    assert set(said) <= {"", "signed", str(NotADraft.message)}
    with sessions() as session:
        assert session.get_one(Application, draft).state is ApplicationState.SUBMITTED
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_begun_and_decided_elsewhere_at_once_is_never_signed(sessions: sessionmaker[Session], scene: Scene) -> None:
    with writing(sessions) as session:
        here = Scene(session, scene.world, scene.mariam, scene.tor, scene.jonas)
        draft = start(here)
        fill(here, draft, ALONE)
        _document, party = signing.prepare(session, scene.mariam, draft)

    def decide() -> None:
        with writing(sessions) as session:
            month = {"person_id": scene.world.mariam, "period": str(MONTH), "cohabiting": False}
            session.add(AssistancePeriod(**month, state=PeriodState.DECIDED))

    def sign() -> None:
        with writing(sessions) as session:
            signed(session, draft, scene.mariam, party)

    at_once([decide, sign])
    with writing(sessions) as session:
        row = session.get_one(Application, draft)
        # Whichever came first: sent before it was decided, or told that it is.
        if row.state is not ApplicationState.SUBMITTED:
            assert (row.state, row.frozen_id) == (ApplicationState.DRAFT, None)
            with pytest.raises(signing.NotReady):
                signing.prepare(session, scene.mariam, draft)


def test_signed_and_changed_at_once_is_never_half(sessions: sessionmaker[Session], scene: Scene) -> None:
    with writing(sessions) as session:
        draft = couple(Scene(session, scene.world, scene.mariam, scene.tor, scene.jonas))
    for number in range(4):
        race(sessions, scene, draft, number)
        with sessions() as session:
            row = session.get_one(Application, draft)
            # Whichever came first: the change stands, and no signature of what it was before counts.
            assert (row.state, row.frozen_id) == (ApplicationState.DRAFT, None)


def test_signed_and_a_file_taken_away_at_once_is_sent_whole_or_not_at_all(
    sessions: sessionmaker[Session], scene: Scene
) -> None:
    for _number in range(4):
        with writing(sessions) as session:
            here = Scene(session, scene.world, scene.mariam, scene.tor, scene.jonas)
            draft = start(here)
            fill(here, draft, ALONE)
            file = put_file(here, draft).id
            _document, party = signing.prepare(session, scene.mariam, draft)

        def sign(draft: uuid.UUID = draft, party: Party = party) -> bool:
            with writing(sessions) as session:
                signed(session, draft, scene.mariam, party)
            return True

        def remove(file: uuid.UUID = file) -> bool:
            try:
                with writing(sessions) as session:
                    files.remove(session, scene.mariam, file)
            except Conflict:
                return False
            return True

        _, gone = at_once([sign, remove])
        with writing(sessions) as session:
            row = session.get_one(Application, draft)
            assert row.state is (ApplicationState.DRAFT if gone else ApplicationState.SUBMITTED)
            assert (session.get_one(StoredFile, file).handed_over_at is None) is gone
            if gone:
                drafts.discard(session, scene.mariam, draft)
            else:
                signing.withdraw(session, scene.mariam, draft)


def race(sessions: sessionmaker[Session], scene: Scene, draft: uuid.UUID, number: int) -> None:
    with writing(sessions) as session:
        _document, party = signing.prepare(session, scene.mariam, draft)

    def sign() -> None:
        with writing(sessions) as session:
            signed(session, draft, scene.mariam, party)

    def change() -> None:
        with writing(sessions) as session:
            edits = {"message": Edit(f"Ändring {number}", base_of(None))}
            drafts.save(session, scene.mariam, draft, "contact", edits, form="x", turn=number)

    at_once([sign, change])
