"""What the back office of these tests says of applications, taken in as the inbox does."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from portal.assistance.rules.states import Handling, Outcome
from portal.assistance.sync import receive_status
from portal.core.clock import now
from portal.sync.contract import ApplicationStatusRecord, Change, Kind
from portal.sync.inbox import Applied
from portal.sync.queries import local_id
from tests.assistance.world import Scene
from tests.messages.test_sync import link


def know(scene: Scene) -> None:
    """Let the back office know the persons and cases of the scene."""
    for kind, external, local in (
        (Kind.PERSON, "P-M", scene.world.mariam),
        (Kind.PERSON, "P-T", scene.world.tor),
        (Kind.CASE, "A-M", scene.world.money),
        (Kind.CASE, "A-T", scene.world.tors),
    ):
        link(scene.session, kind, external, local)


def status(draft: UUID, handling: Handling = Handling.UNDER_REVIEW, **changes: Any) -> ApplicationStatusRecord:
    record = ApplicationStatusRecord("S-1", str(draft), "P-M", None, handling, None, "", now())
    return replace(record, **changes)


def decided(draft: UUID, **changes: Any) -> ApplicationStatusRecord:
    values = {"outcome": Outcome.GRANTED, "text": "Du får 5 220 kr.", **changes}
    return status(draft, Handling.DECIDED, **values)


def receive(scene: Scene, record: ApplicationStatusRecord, **payload: Any) -> Applied:
    """Apply a change and link it, as the inbox does."""
    change = Change(record.id, Kind.APPLICATION_STATUS, 1, {**record.to_payload(), **payload}, person=record.person_id)
    applied = receive_status(scene.session, change)
    if local_id(scene.session, Kind.APPLICATION_STATUS, record.id) is None and applied.local_id:
        link(scene.session, Kind.APPLICATION_STATUS, record.id, applied.local_id)
    return applied
