"""What somebody who acts for another may read of them, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.core.errors import NotFound
from portal.people.models import Person
from portal.records import queries
from portal.records.models import CaseRecord
from tests.records.world import World, locked, release


@pytest.mark.parametrize("decided", [True, False])
def test_a_guardian_reads_only_what_was_decided_for_guardians(session: Session, world: World, decided: bool) -> None:
    version = locked(session, world)
    release(session, world, version, for_guardians=decided)
    guardian = replace(world.client(world.tor), acting_for=world.mariam)
    assert bool(queries.records(session, guardian).rows) is decided
    assert bool(queries.search(session, guardian, "hyran")) is decided
    if decided:
        assert queries.record(session, guardian, version.record_id).passages
    else:
        with pytest.raises(NotFound):
            queries.record(session, guardian, version.record_id)
    assert queries.records(session, world.client(world.mariam)).rows


def test_of_whom_the_age_is_not_known_a_guardian_reads_nothing(session: Session, world: World) -> None:
    release(session, world, locked(session, world), for_guardians=True)
    child = session.get_one(Person, world.mariam)
    child.identity_number = child.identity_index = None
    session.flush()
    guardian = replace(world.client(world.tor), acting_for=world.mariam)
    assert not queries.records(session, guardian).rows
    assert queries.unread_count(session, guardian) == 0


def test_a_childs_talk_is_hidden_from_guardians_as_soon_as_it_is_marked(session: Session, world: World) -> None:
    version = locked(session, world)
    release(session, world, version, for_guardians=True)
    guardian = replace(world.client(world.tor), acting_for=world.mariam)
    assert queries.records(session, guardian).rows
    session.get_one(CaseRecord, version.record_id).child_sensitive = True
    session.flush()
    assert not queries.records(session, guardian).rows
