"""Answering a remark."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core import events
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import lazy
from portal.core.states import move
from portal.records.events import RemarkAnswered
from portal.records.models import Release, Remark, Turn, Version
from portal.records.rules.states import (
    REMARK_TRANSITIONS,
    Outcome,
    RemarkState,
    check_submission,
    check_turn,
)
from portal.records.service import turns
from portal.records.service.holding import hold_remark, need
from portal.records.service.remarking import note

ANSWER = "remark:answer"


def answer(
    session: Session,
    actor: Actor,
    remark_id: uuid.UUID,
    *,
    outcome: Outcome,
    text: str,
    submission: str,
    version_id: uuid.UUID | None = None,
) -> Turn:
    """Store a staff member's answer to a remark; the same submission again returns the first one.

    ``version_id`` is where the text was corrected: given with that outcome and with no other.

    :raises NotFound: the actor doesn't work on the case. :raises Forbidden: the right to answer is missing.
    :raises Conflict: the remark was withdrawn, or there is nothing to answer.
    :raises InvalidInput: the text is empty or too long, or the corrected version isn't a newer one that the client may
        read.
    """
    need(actor, ANSWER)
    check_submission(submission)
    check_turn(text)
    record, found = hold_remark(session, actor, remark_id)
    earlier = turns.said_as(session, actor, remark_id, submission)
    if earlier is not None:
        return earlier
    if RemarkState.ANSWERED not in REMARK_TRANSITIONS[found.state]:
        raise Conflict(reason="not_open")
    _check_version(session, found, outcome, version_id)
    found.state, found.due_on = move(REMARK_TRANSITIONS, found.state, RemarkState.ANSWERED), None
    made = turns.say(
        session, actor, remark_id, text=text, submission=submission, outcome=outcome, version_id=version_id
    )
    note(session, actor, "remark.answered", record, found, outcome=outcome.value)
    events.publish(session, RemarkAnswered(made.id, found.id, record.case_id, record.person_id, found.person_id))
    return made


def _check_version(session: Session, found: Remark, outcome: Outcome, version_id: uuid.UUID | None) -> None:
    if (outcome is Outcome.CORRECTED) is (version_id is None):
        raise InvalidInput(lazy("Välj den version där texten är rättad."), reason="version")
    if version_id is None:
        return
    made_on = session.get_one(Version, found.version_id)
    readable = session.scalars(
        select(Version.id)
        .join(Release, Release.version_id == Version.id)
        .where(
            Version.id == version_id,
            Version.record_id == found.record_id,
            Version.number > made_on.number,
            Release.withdrawn_at.is_(None),
            Release.visible_from <= now(),
        )
    ).one_or_none()
    if readable is None:
        raise InvalidInput(lazy("Välj den version där texten är rättad."), reason="version")
