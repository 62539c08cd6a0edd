"""Finding what an actor may act on, and holding it until the transaction ends; one record, one writer."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import Forbidden, NotFound
from portal.people import queries as people
from portal.people.models import Case
from portal.records.models import CaseRecord, Passage, Remark, Version
from portal.records.rules.passages import Passage as Text


def need(actor: Actor, permission: str) -> None:
    """Demand a right of staff.

    :raises Forbidden: on the client side, or without the right.
    """
    if actor.side is not Side.STAFF or permission not in actor.permissions:
        raise Forbidden(reason="permission")


def need_client(actor: Actor) -> None:
    """Demand a client.

    :raises Forbidden: on the staff side.
    """
    if actor.side is not Side.CLIENT:
        raise Forbidden(reason="side")


def hold(session: Session, actor: Actor, record_id: uuid.UUID) -> CaseRecord:
    """Return a record of a case that the actor reaches, and hold it.

    :raises NotFound: for a foreign or unknown one alike.
    """
    wanted = (
        select(CaseRecord)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(CaseRecord.id == record_id, people.reachable(actor.side))
        .with_for_update(of=CaseRecord)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(wanted, people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    return found


def hold_version(session: Session, actor: Actor, version_id: uuid.UUID) -> tuple[CaseRecord, Version]:
    """Return a version and its record, and hold both.

    :raises NotFound: for a foreign or unknown one alike.
    """
    record_id = session.scalar(select(Version.record_id).where(Version.id == version_id))
    if record_id is None:
        raise NotFound
    record = hold(session, actor, record_id)
    return record, session.get_one(Version, version_id, populate_existing=True)


def hold_remark(session: Session, actor: Actor, remark_id: uuid.UUID) -> tuple[CaseRecord, Remark]:
    """Return a remark and its record, and hold both; a client only their own.

    :raises NotFound: for a foreign or unknown one alike.
    """
    wanted = select(Remark.record_id).where(Remark.id == remark_id)
    if actor.side is Side.CLIENT:
        wanted = wanted.where(Remark.person_id == actor.person_id)
    record_id = session.scalar(wanted)
    if record_id is None:
        raise NotFound
    record = hold(session, actor, record_id)
    return record, session.get_one(Remark, remark_id, populate_existing=True)


def latest(session: Session, record_id: uuid.UUID) -> Version:
    """Return the latest version of a record, whatever its state."""
    return session.scalars(
        select(Version).where(Version.record_id == record_id).order_by(Version.number.desc()).limit(1)
    ).one()


def texts_of(session: Session, version_id: uuid.UUID) -> list[Text]:
    """Return the passages of a version in their order."""
    rows = session.execute(
        select(Passage.passage_id, Passage.text).where(Passage.version_id == version_id).order_by(Passage.position)
    )
    return [Text(passage_id, text) for passage_id, text in rows]


def known_ids(session: Session, record_id: uuid.UUID, *, before: int | None = None) -> set[uuid.UUID]:
    """Return the ids of the passages of every version of a record, or of those with a number below another."""
    wanted = (
        select(Passage.passage_id).join(Version, Version.id == Passage.version_id).where(Version.record_id == record_id)
    )
    return set(session.scalars(wanted if before is None else wanted.where(Version.number < before)))


def next_revision(session: Session, record_id: uuid.UUID) -> int:
    """Return the number that the back office will know the next text by."""
    return (session.scalar(select(func.max(Version.revision)).where(Version.record_id == record_id)) or 0) + 1
