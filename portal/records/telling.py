"""What of documentation a client is told outside the portal: that something is new, never a word of what.

Of a talk with a child (SoL 20:7) there is no notice at all: a child's address is often its parents'.
"""

import uuid

from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.notices import service as notices
from portal.notices.rules import NoticeKind
from portal.records.events import RecordReleased, ReleaseEnded, RemarkAnswered
from portal.records.models import CaseRecord, Remark


def on_released(session: Session, event: RecordReleased) -> None:
    """Tell the client that something may be read, at once or when that is so."""
    if session.get_one(CaseRecord, event.record_id).child_sensitive:
        return
    key = _key(event.release_id)
    if event.visible_from <= now():
        notices.notify(session, person_id=event.person_id, key=key)
        return
    notices.schedule(session, person_id=event.person_id, key=key, send_at=event.visible_from, kind=NoticeKind.NEWS)


def on_ended(session: Session, event: ReleaseEnded) -> None:
    """Take back a notice that isn't sent yet: there would be nothing to read."""
    notices.cancel(session, _key(event.release_id))


def on_answered(session: Session, event: RemarkAnswered) -> None:
    """Tell whoever made a remark that it was answered."""
    record_id = session.get_one(Remark, event.remark_id).record_id
    if not session.get_one(CaseRecord, record_id).child_sensitive:
        notices.notify(session, person_id=event.author_id, key=f"answer:{event.turn_id}")


def _key(release_id: uuid.UUID) -> str:
    return f"release:{release_id}"
