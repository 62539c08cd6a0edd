"""Keeping up kinds of meetings and places: nothing is ever deleted, for booked meetings point at it."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.meetings.models import MeetingType, Place
from portal.meetings.queries import kinds as queries
from portal.meetings.rules.kinds import DEFAULT_KINDS, KindSettings, PlaceSettings, check_kind, check_place
from portal.people.models import Unit


def save_kind(
    session: Session,
    actor: Actor,
    *,
    kind_id: uuid.UUID | None,
    settings: KindSettings,
    unit_id: uuid.UUID | None,
    active: bool = True,
) -> MeetingType:
    """Add a kind of meeting (``kind_id`` None) or change one; what is booked keeps its time.

    :raises HoursRefused: it can't stand so.
    :raises NotFound: the kind or the unit is unknown.
    """
    found = queries.kind(session, actor, kind_id) if kind_id else MeetingType()
    queries.require(actor)
    check_kind(settings)
    _check_unit(session, unit_id)
    _set_kind(found, settings)
    found.unit_id, found.active = unit_id, active
    session.add(found)
    session.flush()
    action = "meeting.kind.changed" if kind_id else "meeting.kind.added"
    audit.record(session, action, actor=actor, object_id=found.id, detail={"kind": found.kind.value, "active": active})
    return found


def save_place(
    session: Session,
    actor: Actor,
    *,
    place_id: uuid.UUID | None,
    settings: PlaceSettings,
    unit_id: uuid.UUID | None,
    active: bool = True,
) -> Place:
    """Add a place (``place_id`` None) or change one; one that is out of use receives no new visits.

    :raises HoursRefused: it can't stand so.
    :raises NotFound: the place or the unit is unknown.
    """
    found = queries.place(session, actor, place_id) if place_id else Place()
    queries.require(actor)
    check_place(settings)
    _check_unit(session, unit_id)
    found.name, found.address, found.access_note = settings.name, settings.address, settings.access_note
    found.unit_id, found.active = unit_id, active
    session.add(found)
    session.flush()
    action = "meeting.place.changed" if place_id else "meeting.place.added"
    audit.record(session, action, actor=actor, object_id=found.id, detail={"active": active})
    return found


def add_defaults(session: Session) -> int:
    """Add the kinds that a new installation begins with, where there is none of their sort yet; return how many."""
    had = set(session.scalars(select(MeetingType.kind).where(MeetingType.unit_id.is_(None))))
    missing = [settings for settings in DEFAULT_KINDS if settings.kind not in had]
    for settings in missing:
        made = MeetingType()
        _set_kind(made, settings)
        session.add(made)
    session.flush()
    return len(missing)


def _set_kind(found: MeetingType, settings: KindSettings) -> None:
    found.kind, found.name, found.minutes = settings.kind, settings.name, settings.minutes
    found.interpreter_percent, found.buffer_minutes = settings.interpreter_percent, settings.buffer_minutes
    found.forms = [form.value for form in settings.forms]
    found.notice_hours, found.ahead_days = settings.notice_hours, settings.ahead_days
    found.client_bookable, found.hidden_from_guardians = settings.client_bookable, settings.hidden_from_guardians


def _check_unit(session: Session, unit_id: uuid.UUID | None) -> None:
    if unit_id is not None and session.get(Unit, unit_id) is None:
        raise NotFound
