"""The world of the messages' tests, with records: written, locked, released and remarked on in one call each."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.people.models import Case
from portal.records import queries, service
from portal.records.models import CaseRecord, Release, Remark, Turn, Version
from portal.records.rules.passages import Written
from portal.records.rules.states import Ground, NoteType, Outcome, RemarkKind
from portal.records.service import About, Check, Hidden
from tests.messages.world import World, build, sign_in, submission

__all__ = ["World", "build", "sign_in", "submission"]

EVENT = datetime(2026, 11, 5, 14, 20, tzinfo=UTC)
TEXT = (
    "Mariam ringer och berättar att hyran höjs.\n\n"
    "Jonas arbetar heltid sedan september.\n\n"
    "Grannen Rut Ekmark har anmält att det är stökigt."
)
ANSWER_DAYS = 5


def about(title: str = "Telefonsamtal", **changes: Any) -> About:
    return About(**{"type": NoteType.PHONE, "title": title, "event_at": EVENT, **changes})


def locked(
    session: Session, world: World, text: str = TEXT, *, case_id: uuid.UUID | None = None, **changes: Any
) -> Version:
    """Write a record in Mariam's case (or another of Petra's) and lock it."""
    petra = world.staff(world.petra)
    version = service.write(
        session, petra, case_id=case_id or world.money, about=about(**changes), text=text, submission=submission()
    )
    return service.lock(session, petra, version.id, seen=version.stamp)


def passage_ids(session: Session, version: Version) -> list[uuid.UUID]:
    found = queries.worked(session, _petra(session, version), version.record_id, number=version.number)
    return [passage.id for passage in found.passages]


def _petra(session: Session, version: Version) -> Actor:
    world: World = session.info["world"]
    return world.staff(world.petra)


def release(
    session: Session,
    world: World,
    version: Version,
    *,
    hide: Mapping[int, Ground] | None = None,
    **changes: Any,
) -> Release:
    """Release a version; ``hide`` is by the passages' place."""
    ids = passage_ids(session, version)
    hidden = tuple(Hidden(ids[place], ground, "för staff") for place, ground in (hide or {}).items())
    return service.release(session, world.staff(world.petra), version.id, Check(hidden=hidden, **changes))


def released(
    session: Session,
    world: World,
    text: str = TEXT,
    *,
    hide: Mapping[int, Ground] | None = None,
    case_id: uuid.UUID | None = None,
    **changes: Any,
) -> Version:
    """Write, lock and release a record."""
    version = locked(session, world, text, case_id=case_id, **changes)
    release(session, world, version, hide=hide)
    return version


def revised(
    session: Session,
    world: World,
    record_id: uuid.UUID,
    change: Mapping[int, str],
    *,
    hide: Mapping[int, Ground] | None = None,
    title: str = "Telefonsamtal",
) -> Version:
    """Write a new version with passages changed by place (an empty text takes one out), lock and release it."""
    petra = world.staff(world.petra)
    before = queries.worked(session, petra, record_id)
    written = [
        Written(change.get(place, passage.text), passage.id)
        for place, passage in enumerate(before.passages)
        if change.get(place, passage.text)
    ]
    written += [Written(text) for place, text in change.items() if place >= len(before.passages)]
    version = service.revise(session, petra, record_id, title=title, passages=written, reason="Du sa till.")
    service.lock(session, petra, version.id, seen=version.stamp)
    release(session, world, version, hide=hide)
    return version


def remark(
    session: Session,
    world: World,
    version: Version,
    place: int | None = 0,
    kind: RemarkKind = RemarkKind.WRONG,
    text: str = "Han arbetar halvtid.",
    actor: Actor | None = None,
) -> Remark:
    """Let the client of the record (Mariam, unless another case is meant) remark on a passage or on the whole."""
    record = session.get_one(CaseRecord, version.record_id)
    person_id = session.get_one(Case, record.case_id).person_id
    return service.remark(
        session,
        actor or world.client(person_id),
        record_id=record.id,
        number=version.number,
        passage_id=None if place is None else passage_ids(session, version)[place],
        kind=kind,
        text=text,
        submission=submission(),
        answer_days=ANSWER_DAYS,
    )


def answer(
    session: Session,
    world: World,
    made: Remark,
    outcome: Outcome = Outcome.EXPLAINED,
    text: str = "Det betyder att jag läste upp det.",
    version: Version | None = None,
) -> Turn:
    return service.answer(
        session,
        world.staff(world.petra),
        made.id,
        outcome=outcome,
        text=text,
        submission=submission(),
        version_id=version.id if version else None,
    )


def make(session: Session) -> World:
    """Build the world and let helpers find it."""
    world = build(session)
    session.info["world"] = world
    return world
