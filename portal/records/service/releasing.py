"""Letting the client read a locked version, after a secrecy check, and taking that back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import lazy, today
from portal.core.states import move
from portal.records import outgoing
from portal.records.events import RecordReleased, ReleaseEnded
from portal.records.models import CaseRecord, Mask, Release, Version
from portal.records.queries.documents import document_of
from portal.records.rules.secrecy import grounds_on
from portal.records.rules.states import MAX_TEXT, VERSION_TRANSITIONS, Ground, VersionState
from portal.records.service.holding import hold, hold_version, need, texts_of

RELEASE = "record:release"


@dataclass(frozen=True, slots=True)
class Hidden:
    """A passage that may not be shown, the ground, and (for staff only) why."""

    passage_id: uuid.UUID
    ground: Ground
    why: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Check:
    """What a person has decided in the secrecy check; ``visible_from`` None means at once."""

    hidden: Sequence[Hidden] = ()
    visible_from: datetime | None = None
    for_guardians: bool = False
    summary: str = field(default="", repr=False)


def release(session: Session, actor: Actor, version_id: uuid.UUID, check: Check) -> Release:
    """Let the client read a version, with what the check hides left out.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to release is missing.
    :raises Conflict: it isn't locked, or is released already, or its file isn't here.
    :raises InvalidInput: a hidden passage isn't the version's, a ground isn't in force, or guardians are let in to what
        a child has said in confidence.
    """
    need(actor, RELEASE)
    record, version = hold_version(session, actor, version_id)
    if VersionState.RELEASED not in VERSION_TRANSITIONS[version.state]:
        raise Conflict(reason="not_locked")
    document = document_of(session, version.id)
    if document is not None and not document.ready:
        raise Conflict(lazy("Filen är inte här än. Vänta tills du själv kan öppna den."), reason="file")
    _checked(session, record, version, check)
    made = give(session, record, version, check, actor.staff_id)
    detail = {"case": str(record.case_id), "version": version.number, "hidden": len(check.hidden)}
    audit.record(
        session, "record.released", actor=actor, subject_id=record.person_id, object_id=record.id, detail=detail
    )
    outgoing.tell_record(session, record, version)
    session.flush()
    return made


def _checked(session: Session, record: CaseRecord, version: Version, check: Check) -> None:
    here = {passage.id for passage in texts_of(session, version.id)}
    hidden = [each.passage_id for each in check.hidden]
    in_force = grounds_on(today())
    if len(set(hidden)) < len(hidden) or not set(hidden) <= here:
        raise InvalidInput(lazy("Ladda om sidan och försök igen."), reason="passage")
    if any(each.ground not in in_force for each in check.hidden):
        raise InvalidInput(lazy("Välj en grund som gäller i dag."), reason="ground")
    if check.for_guardians and record.child_sensitive:
        raise InvalidInput(lazy("Vårdnadshavare får inte läsa det här."), reason="guardians")
    if len(check.summary) > MAX_TEXT:
        raise InvalidInput(lazy("Texten är för lång. Korta den eller dela upp den."), reason="too_long")


def give(
    session: Session, record: CaseRecord, version: Version, check: Check, released_by: uuid.UUID | None
) -> Release:
    """Store a release of a version that is held, and tell the other features; the caller has checked it."""
    at = now()
    made = Release(
        record_id=record.id,
        version_id=version.id,
        released_at=at,
        released_by=released_by,
        visible_from=max(check.visible_from or at, at),
        for_guardians=check.for_guardians,
        summary=check.summary,
    )
    version.state = move(VERSION_TRANSITIONS, version.state, VersionState.RELEASED)
    session.add(made)
    session.flush()
    session.add_all(
        Mask(release_id=made.id, passage_id=each.passage_id, ground=each.ground, why=each.why) for each in check.hidden
    )
    session.flush()
    events.publish(session, RecordReleased(made.id, record.id, record.case_id, record.person_id, made.visible_from))
    return made


def withdraw(session: Session, actor: Actor, record_id: uuid.UUID) -> None:
    """Take a record away from the client at once, in every version; what was remarked on it stays.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to release is missing.
    :raises Conflict: nothing of it is released.
    """
    need(actor, RELEASE)
    record = hold(session, actor, record_id)
    taken = take_back(session, record, actor.staff_id)
    if not taken:
        raise Conflict(reason="not_released")
    detail = {"case": str(record.case_id), "versions": len(taken)}
    audit.record(
        session, "record.withdrawn", actor=actor, subject_id=record.person_id, object_id=record.id, detail=detail
    )
    outgoing.tell_record(session, record, taken[-1])
    session.flush()


def take_back(session: Session, record: CaseRecord, withdrawn_by: uuid.UUID | None) -> list[Version]:
    """End every release of a record that is held, and return the versions that were released, oldest first."""
    rows = session.execute(
        select(Release, Version)
        .join(Version, Version.id == Release.version_id)
        .where(Release.record_id == record.id, Release.withdrawn_at.is_(None))
        .order_by(Version.number)
    ).all()
    for made, version in rows:
        end(session, made, version, withdrawn_by)
    return [version for _made, version in rows]


def end(session: Session, made: Release, version: Version, withdrawn_by: uuid.UUID | None) -> None:
    """End a release of a record that is held, and tell the other features; None: the back office or a rule did."""
    made.withdrawn_at, made.withdrawn_by = now(), withdrawn_by
    version.state = move(VERSION_TRANSITIONS, version.state, VersionState.WITHDRAWN)
    session.flush()
    events.publish(session, ReleaseEnded(made.id))
