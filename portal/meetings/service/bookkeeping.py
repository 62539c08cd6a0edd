"""The one place where a meeting gets a new version, and where what happened to it is written down."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.text import clean_text
from portal.meetings.models import Meeting, MeetingEvent
from portal.meetings.rules.states import Delivery, EventKind


def renew(meeting: Meeting, *, revision: int | None = None) -> None:
    """Make a new version, for calendars and for the back office; ``revision`` is what one that came from there has."""
    meeting.sequence, meeting.changed_at = max(meeting.sequence + 1, revision or 0), now()
    if revision is None:
        meeting.delivery, meeting.delivered_at = Delivery.PENDING, None


def note(
    session: Session,
    actor: Actor | None,
    meeting: Meeting,
    kind: EventKind,
    *,
    reason: str = "",
    old_starts_at: datetime | None = None,
    new_starts_at: datetime | None = None,
    draft_id: uuid.UUID | None = None,
) -> None:
    """Write what happened into the history that both sides see, and into the log; nobody (None) is the back office."""
    session.add(
        MeetingEvent(
            meeting_id=meeting.id,
            kind=kind,
            side=actor.side if actor else None,
            staff_id=actor.staff_id if actor else None,
            reason=clean_text(reason),
            old_starts_at=old_starts_at,
            new_starts_at=new_starts_at,
            draft_id=draft_id,
        )
    )
    audit.record(
        session,
        f"meeting.{kind.value}",
        actor=actor,
        subject_id=meeting.person_id,
        object_id=meeting.id,
        reference=meeting.receipt_no,
        detail={"sequence": meeting.sequence or 0} if actor else {"from": "backoffice"},
    )
    session.flush()
