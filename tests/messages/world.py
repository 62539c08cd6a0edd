"""Two caseworkers, three clients and their cases: the least world in which messages can go to the wrong person."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.orm import Session, sessionmaker

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.identity.models import SignedInSession
from portal.identity.service import digest
from portal.messages import service
from portal.messages.models import Message
from portal.people.models import Board, Case, CaseAssignment, Person, StaffMember, Unit
from portal.people.rules import PERMISSIONS, Protection, Role
from portal.people.service import set_identity_number
from tests.support.client import PageClient


@dataclass
class World:
    """Ids, and actors for them."""

    mariam: uuid.UUID
    tor: uuid.UUID
    vera: uuid.UUID
    petra: uuid.UUID
    henrik: uuid.UUID
    leader: uuid.UUID
    money: uuid.UUID
    tors: uuid.UUID
    veras: uuid.UUID
    roles: dict[uuid.UUID, Role] = field(default_factory=dict)

    def client(self, person_id: uuid.UUID) -> Actor:
        return Actor(Side.CLIENT, new_id(), now(), 3, person_id=person_id)

    def staff(self, staff_id: uuid.UUID) -> Actor:
        role = self.roles[staff_id]
        return Actor(
            Side.STAFF,
            new_id(),
            now(),
            3,
            staff_id=staff_id,
            name="Petra Almskog" if staff_id == self.petra else "Henrik Lyckevik",
            permissions=PERMISSIONS[role],
            unit="Enheten",
            role=role.value,
        )


def person(
    session: Session, number: str | None, given: str, surname: str, protection: Protection = Protection.NONE
) -> Person:
    made = Person(given_name=given, surname=surname, protection=protection)
    if number is not None:
        set_identity_number(session, made, number)
    session.add(made)
    session.flush()
    return made


def case(session: Session, who: uuid.UUID, board: Board, title: str, *workers: uuid.UUID) -> uuid.UUID:
    made = Case(person_id=who, board_id=board.id, title=title)
    session.add(made)
    session.flush()
    for number, worker in enumerate(workers):
        session.add(CaseAssignment(case_id=made.id, staff_id=worker, named=number == 0))
    session.flush()
    return made.id


def build(session: Session) -> World:
    board = Board(code="ASN", name="Arbetsmarknads- och socialnämnden")
    session.add(board)
    session.flush()
    unit = Unit(board_id=board.id, name="Enheten")
    session.add(unit)
    session.flush()
    workers = [
        StaffMember(subject=f"{key}@ekdala.example", name=name, role=role, unit_id=unit.id)
        for key, name, role in (
            ("petra", "Petra Almskog", Role.CASEWORKER),
            ("henrik", "Henrik Lyckevik", Role.CASEWORKER),
            ("karin", "Karin Ekhamre", Role.TEAM_LEADER),
        )
    ]
    session.add_all(workers)
    session.flush()
    petra, henrik, leader = (worker.id for worker in workers)
    mariam = person(session, "198511292388", "Mariam", "Sandell").id
    tor = person(session, "198107162391", "Tor", "Lindås").id
    vera = person(session, "197801302386", "Vera", "Hallonmark", Protection.SECRECY).id
    return World(
        mariam,
        tor,
        vera,
        petra,
        henrik,
        leader,
        money=case(session, mariam, board, "Ekonomi", petra),
        tors=case(session, tor, board, "Boendestöd", henrik),
        veras=case(session, vera, board, "Ekonomi", petra),
        roles={petra: Role.CASEWORKER, henrik: Role.CASEWORKER, leader: Role.TEAM_LEADER},
    )


def submission() -> str:
    return secrets.token_urlsafe(18)


def write(session: Session, world: World, text: str = "Hej!", case_id: uuid.UUID | None = None) -> Message:
    """Let the client of a case (Mariam's, unless another is named) write."""
    case_id = case_id or world.money
    owner = session.get_one(Case, case_id).person_id
    return service.write(session, world.client(owner), case_id=case_id, text=text, submission=submission())


def answer(session: Session, world: World, text: str = "Hej Mariam!") -> Message:
    return service.answer(session, world.staff(world.petra), case_id=world.money, text=text, submission=submission())


def sign_in(sessions: sessionmaker[Session], browser: PageClient, actor: Actor, *, level: int = 3) -> None:
    """Give a browser a session of an actor, as a sign-in would."""
    token = secrets.token_urlsafe(32)
    with writing(sessions) as session:
        session.add(
            SignedInSession(
                token_hash=digest(token),
                side=actor.side,
                person_id=actor.person_id,
                staff_id=actor.staff_id,
                level=level,
                provider="test",
                name_id=secrets.token_hex(8),
                name_id_digest=digest(token),
                csrf=secrets.token_hex(20),
                device="Test",
                authenticated_at=now() - timedelta(seconds=1),
            )
        )
    browser.set_cookie(f"insyn-{actor.side}-session", token)
