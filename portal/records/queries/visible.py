"""What a client may read at this moment: the condition that every other query of theirs goes through."""

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from portal.core.actor import Actor
from portal.core.i18n import STOCKHOLM, today
from portal.people.identity_numbers import birth_date
from portal.people.models import Person
from portal.people.queries import scope
from portal.records.models import CaseRecord, Release, Version
from portal.records.rules.secrecy import guardians_from

# Before every release, and after every one.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


def in_force(release: Any = Release) -> ColumnElement[bool]:
    """Return the condition that holds for a release by which the reader of ``reading`` may read its version now."""
    for_all = ~bindparam("guardian", type_=Boolean)
    for_guardian = and_(
        release.for_guardians, ~CaseRecord.child_sensitive, release.released_at >= bindparam("guardian_from")
    )
    return and_(release.withdrawn_at.is_(None), release.visible_from <= bindparam("moment"), or_(for_all, for_guardian))


def is_newest() -> ColumnElement[bool]:
    """Return the condition on ``Version`` that holds for the newest that its reader may read of the record."""
    newer, released = aliased(Version), aliased(Release)
    return ~(
        select(newer.id)
        .join(released, released.version_id == newer.id)
        .where(newer.record_id == Version.record_id, newer.number > Version.number, in_force(released))
        .correlate(Version, CaseRecord)
        .exists()
    )


def reading(session: Session, actor: Actor, **more: Any) -> dict[str, Any]:
    """Return the parameters of a statement with ``people.reachable`` and ``in_force`` in it."""
    guardian = actor.acting_for is not None and actor.acting_for != actor.person_id
    since = _guardian_from(session, actor.acting_for) if guardian else _EVER
    return scope(actor, guardian=guardian, guardian_from=since, **more)


def _guardian_from(session: Session, child_id: uuid.UUID | None) -> datetime:
    number = session.scalars(select(Person.identity_number).where(Person.id == child_id)).one_or_none()
    first = guardians_from(birth_date(number) if number else None, today())
    if first is None:
        return _NEVER
    return _EVER if first == date.min else datetime.combine(first, time.min, STOCKHOLM)
