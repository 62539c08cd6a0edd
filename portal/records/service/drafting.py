"""Drafts of remarks: kept while they are written, with their files, until they are sent or thrown away."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.records import queries
from portal.records.models import Draft, Remark
from portal.records.rules.states import RemarkKind, check_remark
from portal.records.service.attaching import discard, has_files
from portal.records.service.holding import hold, need_client


def version_read(
    session: Session, actor: Actor, record_id: uuid.UUID, number: int, passage_id: uuid.UUID | None
) -> uuid.UUID:
    """Return the id of the version in which a passage, or the whole, was read.

    :raises NotFound: the actor may not read it, or it has no such passage.
    :raises InvalidInput: the passage is hidden.
    """
    read = queries.record(session, actor, record_id, number=number)
    if passage_id is not None:
        passage = next((each for each in read.passages if each.id == passage_id), None)
        if passage is None:
            raise NotFound
        if passage.hidden:
            raise InvalidInput(lazy("Stycket är dolt. Skriv om hela texten i stället."), reason="hidden")
    return read.version.id


def save_draft(
    session: Session,
    actor: Actor,
    *,
    record_id: uuid.UUID,
    number: int,
    passage_id: uuid.UUID | None,
    kind: RemarkKind | None,
    text: str,
    submission: str,
    seen: str = "",
    keep: bool = False,
) -> Draft | None:
    """Save a remark while it is written; None: nothing is kept, for nothing is written or it is sent already.

    ``keep``: also without a word, for files are to follow. ``seen`` is the stamp of the draft that the form has seen:
    one from another device is never written over unseen.

    :raises NotFound: the actor may not read that version of the record, or it has no such passage.
    :raises InvalidInput: the text is too long, or the passage is hidden.
    :raises Conflict: there is a draft that the form has not seen.
    """
    need_client(actor)
    version_read(session, actor, record_id, number, passage_id)
    check_remark(RemarkKind.WRONG, text)  # what is missing may still come
    hold(session, actor, record_id)
    if sent_as(session, actor, record_id, submission) is not None:
        return None
    spot = passage_id or record_id
    found = draft_of(session, actor, record_id, spot)
    if found is not None and found.stamp != seen and (found.kind, found.text) != (kind, text):
        raise Conflict(lazy("Du har skrivit här på en annan enhet. Ladda om sidan för att se det."), reason="draft")
    if kind is None and not text.strip() and not (keep or (found is not None and has_files(session, found))):
        discard_draft(session, actor, record_id=record_id, passage_id=passage_id)
        return None
    found = found or Draft(person_id=actor.id, record_id=record_id, spot=spot)
    found.kind, found.text, found.saved_at = kind, text, now()
    session.add(found)
    session.flush()
    return found


def draft_of(session: Session, actor: Actor, record_id: uuid.UUID, spot: uuid.UUID) -> Draft | None:
    """Return what the actor has written and not sent of a passage, or of the whole, whose spot is the record's id."""
    return session.scalars(
        select(Draft).where(Draft.person_id == actor.id, Draft.record_id == record_id, Draft.spot == spot)
    ).one_or_none()


def hold_draft(session: Session, actor: Actor, record_id: uuid.UUID, draft_id: uuid.UUID) -> None:
    """Hold a record while a file comes in for a draft of the actor's, which so can't be sent or thrown away meanwhile.

    :raises NotFound: it was, or is none of theirs.
    """
    need_client(actor)
    hold(session, actor, record_id)
    mine = select(Draft.id).where(Draft.id == draft_id, Draft.person_id == actor.id, Draft.record_id == record_id)
    if session.scalar(mine) is None:
        raise NotFound


def sent_as(session: Session, actor: Actor, record_id: uuid.UUID, submission: str) -> Remark | None:
    """Return the remark that a form has made already, if it has."""
    return session.scalars(
        select(Remark).where(
            Remark.record_id == record_id, Remark.person_id == actor.id, Remark.submission == submission
        )
    ).one_or_none()


def discard_draft(session: Session, actor: Actor, *, record_id: uuid.UUID, passage_id: uuid.UUID | None) -> None:
    """Throw a draft of the actor's away, if there is one."""
    need_client(actor)
    found = draft_of(session, actor, record_id, passage_id or record_id)
    if found is not None:
        discard(session, found)
        session.delete(found)
        session.flush()
