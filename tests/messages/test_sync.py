"""What the back office tells of messages."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.ids import new_id
from portal.messages import queries
from portal.messages.models import Message, Thread
from portal.messages.rules import Origin
from portal.messages.sync import receive
from portal.sync.contract import Author, CaseMessage, Change, Kind, UnknownCode
from portal.sync.inbox import LinkMissing
from portal.sync.models import ExternalLink
from portal.sync.queries import SOURCE
from portal.sync.rules import Delivery
from tests.messages.world import World, build, write


@pytest.fixture
def world(session: Session) -> World:
    made = build(session)
    for kind, external, local in (
        (Kind.CASE, "A-1", made.money),
        (Kind.PERSON, "P-1", made.mariam),
        (Kind.STAFF, "H-1", made.petra),
    ):
        link(session, kind, external, local)
    return made


def link(session: Session, kind: Kind, external: str, local: Any) -> None:
    session.add(
        ExternalLink(
            system=SOURCE,
            kind=kind,
            external_index=ring_of(session.get_bind().dialect).blind_index("external", external),
            external_id=external,
            local_id=local,
            version=1,
        )
    )
    session.flush()


def change(
    body: str = "Ring mig i morgon.", *, at: datetime | None = None, deleted: bool = False, **other: str
) -> Change:
    values = {"id": "M-9", "author": Author.STAFF, "author_id": "H-1", "case_id": "A-1", **other}
    record = CaseMessage(
        thread_id="T-1", person_id="P-1", subject="", body=body, sent_at=at or now(), in_reply_to=None, **values
    )
    return Change("M-9", Kind.CASE_MESSAGE, 1, {} if deleted else record.to_payload(), deleted, "P-1")


def test_what_staff_write_elsewhere_comes_to_the_client_and_is_the_answer(session: Session, world: World) -> None:
    write(session, world)
    applied = receive(session, change())
    message = session.get_one(Message, applied.local_id)
    assert (message.side, message.origin, message.delivery) == (Side.STAFF, Origin.BACKOFFICE, Delivery.DELIVERED)
    assert message.author_staff_id == world.petra
    assert queries.unread_count(session, world.client(world.mariam)) == 1
    assert queries.unanswered_count(session, world.staff(world.petra)) == 0


def test_what_is_registered_for_the_client_waits_for_an_answer(session: Session, world: World) -> None:
    receive(session, change(author=Author.CLIENT, author_id="P-1"))
    assert queries.unanswered_count(session, world.staff(world.petra)) == 1


def test_control_and_direction_characters_stop_at_the_door(session: Session, world: World) -> None:
    applied = receive(session, change("Hej\x00 \u202eda\u2066\r\nnya"))
    assert session.get_one(Message, applied.local_id).text == "Hej da\nnya"


def test_the_echo_of_our_own_message_is_no_second_message(session: Session, world: World) -> None:
    ours = write(session, world)
    applied = receive(session, change(id=str(ours.id)))
    assert applied.local_id == ours.id
    assert ours.delivery is Delivery.DELIVERED
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_newer_version_and_a_tombstone_change_nothing_in_silence(session: Session, world: World) -> None:
    applied = receive(session, change())
    assert applied.local_id is not None
    link(session, Kind.CASE_MESSAGE, "M-9", applied.local_id)
    assert receive(session, change("En annan text")).warning == "message_changed"
    assert receive(session, change(deleted=True)).warning == "message_deleted"
    assert session.get_one(Message, applied.local_id).text == "Ring mig i morgon."


@pytest.mark.parametrize("missing", [{"case_id": "A-2"}, {"author_id": "H-2"}])
def test_what_refers_to_something_unknown_waits(session: Session, world: World, missing: dict[str, str]) -> None:
    with pytest.raises(LinkMissing):
        receive(session, change(**missing))
    assert session.scalar(select(func.count()).select_from(Thread)) == 0


def test_a_payload_that_can_not_be_read_is_never_guessed(session: Session, world: World) -> None:
    good = change()
    bad = Change("M-9", Kind.CASE_MESSAGE, 1, {**good.payload, "author": "robot"}, person="P-1")
    with pytest.raises(UnknownCode):
        receive(session, bad)


def test_an_unknown_id_in_the_shape_of_ours_is_a_new_message(session: Session, world: World) -> None:
    applied = receive(session, change(id=str(new_id())))
    assert session.get_one(Message, applied.local_id).origin is Origin.BACKOFFICE
