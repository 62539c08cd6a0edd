"""Marking every passage that nothing was said of as right, in one go, and taking that back."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.states import move
from portal.records import queries
from portal.records.models import Remark
from portal.records.rules.states import REMARK_TRANSITIONS, RemarkKind, RemarkState, check_submission
from portal.records.service.holding import hold, need_client
from portal.records.service.remarking import Spot, new_remark, note


def agree_with_rest(
    session: Session, actor: Actor, *, record_id: uuid.UUID, number: int, submission: str
) -> list[Remark]:
    """Say of every passage of a version that it is right, but of those that the client has said or begun something of.

    Return what was said; the same submission again returns what it said first.

    :raises NotFound: the client may not read that version. :raises InvalidInput: the submission isn't one of ours.
    """
    need_client(actor)
    check_submission(submission)
    # Each passage bears its place after it.
    check_submission(f"{submission}-999")
    record = hold(session, actor, record_id)
    earlier = _said(session, actor, record_id, submission)
    if earlier:
        return earlier
    read = queries.record(session, actor, record_id, number=number)
    found = [
        new_remark(
            actor, Spot(record_id, read.version.id, passage_id), RemarkKind.RIGHT, submission=f"{submission}-{place}"
        )
        for place, passage_id in read.unsaid
    ]
    session.add_all(found)
    for each in found:
        note(session, actor, "remark.made", record, each)
    return found


def undo_rest(session: Session, actor: Actor, *, record_id: uuid.UUID, submission: str) -> int:
    """Take back what was said of the rest in one go, and return of how many passages.

    :raises NotFound: the client doesn't reach the record. :raises InvalidInput: the submission isn't one of ours.
    """
    need_client(actor)
    check_submission(submission)
    record = hold(session, actor, record_id)
    agreed = [each for each in _said(session, actor, record_id, submission) if each.state is RemarkState.AGREED]
    for each in agreed:
        each.state, each.withdrawn_at = move(REMARK_TRANSITIONS, each.state, RemarkState.WITHDRAWN), now()
        note(session, actor, "remark.withdrawn", record, each)
    return len(agreed)


def _said(session: Session, actor: Actor, record_id: uuid.UUID, submission: str) -> list[Remark]:
    wanted = select(Remark).where(
        Remark.record_id == record_id,
        Remark.person_id == actor.id,
        Remark.submission.startswith(f"{submission}-", autoescape=True),
    )
    return list(session.scalars(wanted.order_by(Remark.id)))
