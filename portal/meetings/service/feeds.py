"""The private address of a calendar feed: made, renewed and closed by its owner."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor, Side
from portal.core.errors import Forbidden
from portal.meetings.models import CalendarFeed
from portal.meetings.queries import feeds
from portal.meetings.rules.feeds import digest, new_secret


def renew(session: Session, actor: Actor, *, detailed: bool) -> str:
    """Give the actor a new address and return its secret, shown once; the former address is void at once.

    :raises Forbidden: for somebody who acts for another: a feed would go on when the mandate has ended.
    """
    if actor.acting_for is not None:
        raise Forbidden(reason="acting_for")
    close(session, actor)
    secret = new_secret()
    owner = {"person_id": actor.id} if actor.side is Side.CLIENT else {"staff_id": actor.id}
    made = CalendarFeed(secret_digest=digest(secret), detailed=detailed, **owner)
    session.add(made)
    session.flush()
    audit.record(session, "calendar_feed.renewed", actor=actor, object_id=made.id, detail={"detailed": detailed})
    return secret


def close(session: Session, actor: Actor) -> bool:
    """Make the actor's address void, and tell whether there was one."""
    found = feeds.own(session, actor)
    if found is None:
        return False
    session.execute(delete(CalendarFeed).where(CalendarFeed.id == found.id))
    audit.record(session, "calendar_feed.closed", actor=actor, object_id=found.id)
    session.flush()
    return True
