"""What is said to a remark that is held: answers of staff and the client's replies, each numbered, each once."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.records.models import Turn
from portal.records.rules.states import Outcome


def said_as(session: Session, actor: Actor, remark_id: uuid.UUID, submission: str) -> Turn | None:
    """Return what a form of the actor's has said already, if it has."""
    author = Turn.author_person_id if actor.side is Side.CLIENT else Turn.author_staff_id
    wanted = select(Turn).where(Turn.remark_id == remark_id, author == actor.id, Turn.submission == submission)
    return session.scalars(wanted).one_or_none()


def say(
    session: Session,
    actor: Actor,
    remark_id: uuid.UUID,
    *,
    text: str,
    submission: str,
    outcome: Outcome | None = None,
    version_id: uuid.UUID | None = None,
) -> Turn:
    """Add an answer, with its outcome and the version that it corrected in, or a reply, which has neither."""
    client = actor.side is Side.CLIENT
    made = Turn(
        remark_id=remark_id,
        number=next_turn(session, remark_id),
        side=actor.side,
        author_person_id=actor.id if client else None,
        author_staff_id=None if client else actor.id,
        outcome=outcome,
        version_id=version_id,
        text=text,
        at=now(),
        submission=submission,
    )
    session.add(made)
    session.flush()
    return made


def next_turn(session: Session, remark_id: uuid.UUID) -> int:
    """Return the number of the next answer or reply to a remark that is held."""
    return (session.scalar(select(func.max(Turn.number)).where(Turn.remark_id == remark_id)) or 0) + 1
