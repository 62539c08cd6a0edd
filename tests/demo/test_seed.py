"""The first data: whole on both kinds of database, the same every time, and with only the newest on its way out."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, ApplicationParty
from portal.assistance.rules.states import ApplicationState, Handling, PartyState
from portal.core.actor import Side
from portal.core.clock import now
from portal.core.db import make_engine, make_sessionmaker
from portal.demo.appointments import APPOINTMENTS, PROPOSALS
from portal.demo.conversations import CLIENT, CONVERSATIONS
from portal.demo.environment import Layout
from portal.demo.people import CLIENTS, STAFF
from portal.demo.providers import identity_providers, prepare_keys, write_providers
from portal.demo.seed import seed
from portal.identity.federation import load_federation
from portal.identity.signing.models import Signature
from portal.identity.signing.recheck import recheck
from portal.meetings.models import Claim, Meeting, MeetingType, Proposal, StaffCalendar, WeeklyRule
from portal.meetings.rules.kinds import DEFAULT_KINDS
from portal.meetings.rules.states import ProposalState
from portal.messages.models import Message, Thread
from portal.messages.rules import Origin
from portal.people.models import Case, CaseAssignment, Person, StaffMember
from portal.people.rules import Protection
from portal.settings import Settings
from portal.sync.adapters.sql import create_store, store_engine
from portal.sync.adapters.tables import OBJECTS
from portal.sync.contract import Kind
from portal.sync.models import InboxChange
from portal.sync.queries import queue_state
from portal.sync.rules import Delivery, Outcome
from tests.conftest import make_settings
from tests.support import database
from tests.support.client import IDP_URL
from tests.support.database import Kind as DatabaseKind

# Each kind is filled once: on one worker.
pytestmark = pytest.mark.xdist_group("seed")
LINES = [(key, line) for key, lines in CONVERSATIONS.items() for line in lines]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def kind(request: pytest.FixtureRequest) -> DatabaseKind:
    """The kind of database; each is filled once, for nothing here changes it."""
    found: DatabaseKind = request.param
    return found


@pytest.fixture(scope="module")
def seeded(kind: DatabaseKind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with filled(kind, tmp_path_factory.mktemp("seed")) as settings:
        yield settings


@contextmanager
def filled(kind: DatabaseKind, directory: Path) -> Iterator[Settings]:
    url = database.copy_of_template(kind)
    layout = Layout(directory)
    prepare_keys(layout)
    at = {"client_url": "http://localhost", "staff_url": "http://localhost", "idp_url": IDP_URL}
    configs = identity_providers(layout, **at)
    write_providers(layout, configs)
    settings = make_settings(
        database_url=url,
        backoffice_url=f"sqlite:///{directory}/backoffice.db",
        saml_providers=layout.providers / "providers.toml",
        saml_keys=layout.keys,
    )
    create_store(settings.backoffice_url)
    seed(settings, configs[0])
    yield settings
    database.drop(url)


@contextmanager
def reading(settings: Settings) -> Iterator[Session]:
    engine = make_engine(settings.database_url, settings.key_ring)
    with make_sessionmaker(engine)() as session:
        yield session
    engine.dispose()


def story(settings: Settings) -> list[tuple[str, str, str, str]]:
    """What everybody has written, in order, without ids and instants."""
    with reading(settings) as session:
        rows = session.execute(
            select(Person, Case, Message.side, Message.text)
            .join(Thread, Thread.id == Message.thread_id)
            .join(Case, Case.id == Thread.case_id)
            .join(Person, Person.id == Case.person_id)
            .order_by(Message.sent_at, Message.id)
        )
        return [(person.name, case.title, side.value, text) for person, case, side, text in rows]


def test_everybody_and_everything_has_come_through_the_inbox(seeded: Settings) -> None:
    with reading(seeded) as session:
        assert sorted(session.scalars(select(StaffMember.subject))) == sorted(one.subject for one in STAFF)
        assert {person.name for person in session.scalars(select(Person))} == {client.name for client in CLIENTS}
        assert session.scalar(select(func.count()).select_from(Case)) == sum(len(client.cases) for client in CLIENTS)
        outcomes = Counter(session.scalars(select(InboxChange.outcome)))
        protected = [one.name for one in session.scalars(select(Person)) if one.protection is not Protection.NONE]
    assert set(outcomes) == {Outcome.APPLIED}
    assert protected == ["Vera Hallonmark"]


def test_every_message_stands_once_at_its_own_time(seeded: Settings) -> None:
    with reading(seeded) as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
    assert sorted(one.text for one in messages) == sorted(line.text for _, line in LINES)
    assert [one.sent_at for one in messages] == sorted(one.sent_at for one in messages)
    moment = now()
    wanted = {line.text: line.instant(moment) for _, line in LINES}
    assert max(abs((one.sent_at - wanted[one.text]).total_seconds()) for one in messages) < 120
    assert Counter(one.origin for one in messages)[Origin.BACKOFFICE] == sum(line.elsewhere for _, line in LINES)


def test_the_newest_wait_for_the_worker_and_the_rest_lie_in_the_back_office(seeded: Settings) -> None:
    with reading(seeded) as session:
        waiting = session.scalars(select(Message).where(Message.delivery == Delivery.PENDING)).all()
        state = queue_state(session)
    assert {one.text for one in waiting} == {CONVERSATIONS["layla"][-1].text, CONVERSATIONS["alva"][-1].text}
    # Meetings and turns of proposals are made last, and wait too.
    turns = sum(2 if one.answer else 1 for one in PROPOSALS)
    assert (state.pending, state.stuck) == (len(waiting) + len(APPOINTMENTS) + turns, 0)
    assert kept_in(store_engine(seeded.backoffice_url, 5)) == len(LINES) - len(waiting)


def kept_in(engine: Engine) -> int:
    with engine.connect() as connection:
        found = connection.execute(select(func.count()).select_from(OBJECTS[Kind.CASE_MESSAGE])).scalar_one()
    engine.dispose()
    return int(found)


def test_few_wait_for_an_answer_and_a_new_answer_is_unread(seeded: Settings) -> None:
    with reading(seeded) as session:
        names = {
            session.get_one(Person, thread.person_id).given_name
            for thread in session.scalars(select(Thread).where(Thread.unanswered_since.is_not(None)))
        }
        mariam = session.scalars(
            select(Thread).where(Thread.last_client_at.is_not(None), Thread.unanswered_since.is_(None))
        ).all()
    assert names == {"Layla", "Hanna", "Samuel", "Birger", "Mikael", "Alva", "Jonas", "Gunvor"}
    unread = [one for one in mariam if one.client_read_at is None or one.client_read_at < (one.last_staff_at or now())]
    assert len(unread) == sum(lines[-1].unread for lines in CONVERSATIONS.values()) == 3
    assert all(
        lines[-1].by == CLIENT or not lines[-1].elsewhere or lines[-1].days_ago for lines in CONVERSATIONS.values()
    )


def test_it_is_the_same_every_time(seeded: Settings, kind: DatabaseKind, tmp_path: Path) -> None:
    with filled(kind, tmp_path) as again:
        assert story(again) == story(seeded)


def test_whoever_is_named_to_a_client_has_hours(seeded: Settings) -> None:
    with reading(seeded) as session:
        named = set(session.scalars(select(CaseAssignment.staff_id).where(CaseAssignment.named.is_(True))))
        assert named <= set(session.scalars(select(WeeklyRule.staff_id)))
        assert session.scalar(select(func.count()).select_from(MeetingType)) == len(DEFAULT_KINDS)
        assert session.scalar(select(func.count()).where(StaffCalendar.intake.is_(True))) == 2


def test_meetings_are_booked_and_proposals_wait_for_either_side(seeded: Settings) -> None:
    with reading(seeded) as session:
        booked = set(session.scalars(select(Meeting.id)))
        assert len(booked) == len(APPOINTMENTS)
        assert set(session.scalars(select(Claim.meeting_id))) == booked
        assert set(session.scalars(select(Proposal.state))) == {ProposalState.WITH_STAFF, ProposalState.WITH_CLIENT}


def test_applications_are_in_every_place_and_their_signatures_hold(seeded: Settings) -> None:
    with reading(seeded) as session:
        asked = select(Person.given_name, Application.state, Application.handling, Application.delivery)
        rows = session.execute(asked.join(Application, Application.person_id == Person.id))
        found = {name: (state, handling, delivery) for name, state, handling, delivery in rows}
        certs = load_federation(seeded).by_entity_id(Side.CLIENT, f"{IDP_URL}/client").signing_certs
        signatures = list(session.scalars(select(Signature.id)))
        verdicts = [recheck(session, one, certs) for one in signatures]
        parties = Counter(session.scalars(select(ApplicationParty.state)))
    assert found == {
        "Mariam": (ApplicationState.SUBMITTED, Handling.DECIDED, Delivery.DELIVERED),
        "Yusuf": (ApplicationState.SUBMITTED, Handling.COMPLETION_ASKED, Delivery.DELIVERED),
        "Pavel": (ApplicationState.SIGNING, Handling.NONE, Delivery.PENDING),
        "Layla": (ApplicationState.DRAFT, Handling.NONE, Delivery.PENDING),
    }
    assert parties == {PartyState.JOINED: 6}
    assert len(verdicts) == 4
    assert all(one.holds for one in verdicts)
