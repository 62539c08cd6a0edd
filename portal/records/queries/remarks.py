"""Remarks with their answers and replies."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.errors import NotFound
from portal.people.models import StaffMember
from portal.records.models import Correction, Draft, Remark, Turn, Version
from portal.records.rules.states import Delivery, Outcome, RemarkKind, RemarkState

# The purpose of files of remarks: their object is the draft, and then the remark that takes over its id.
REMARK_FILES = "remark"


@dataclass(frozen=True, slots=True)
class TurnRow:
    """An answer (with an outcome) or a reply; ``author`` is the staff member's name, empty for the client's own."""

    side: Side
    author: str
    outcome: Outcome | None
    number: int | None
    text: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """A remark as it is shown; ``number`` is the version it was made on."""

    id: uuid.UUID
    version_id: uuid.UUID
    number: int
    passage_id: uuid.UUID | None
    person_id: uuid.UUID
    kind: RemarkKind
    text: str = field(repr=False)
    state: RemarkState
    made_at: datetime
    due_on: date | None
    withdrawn_at: datetime | None
    receipt_no: str
    delivery: Delivery
    # The version that was begun to correct the text, whatever its state.
    correction_id: uuid.UUID | None
    turns: Sequence[TurnRow]


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A remark that isn't sent yet; ``spot`` is the passage's id, or the record's own."""

    id: uuid.UUID
    spot: uuid.UUID
    kind: RemarkKind | None
    text: str = field(repr=False)
    saved_at: datetime
    stamp: str


def remarks_of(session: Session, record_id: uuid.UUID, author_id: uuid.UUID | None = None) -> list[RemarkRow]:
    """Return the remarks on a record, oldest first: those of one author, or (for staff) all.

    The caller has checked that the actor reaches the record.
    """
    wanted = (
        select(Remark, Version.number, Correction.version_id)
        .join(Version, Version.id == Remark.version_id)
        .outerjoin(Correction, Correction.remark_id == Remark.id)
        .where(Remark.record_id == record_id)
    )
    if author_id is not None:
        wanted = wanted.where(Remark.person_id == author_id)
    rows = session.execute(wanted.order_by(Remark.made_at, Remark.id)).all()
    turns = _turns(session, [remark.id for remark, *_rest in rows])
    return [_row(remark, number, correction, turns[remark.id]) for remark, number, correction in rows]


def _row(remark: Remark, number: int, correction: uuid.UUID | None, turns: Sequence[TurnRow]) -> RemarkRow:
    return RemarkRow(
        remark.id,
        remark.version_id,
        number,
        remark.passage_id,
        remark.person_id,
        remark.kind,
        remark.text,
        remark.state,
        remark.made_at,
        remark.due_on,
        remark.withdrawn_at,
        remark.receipt_no,
        remark.delivery,
        correction,
        turns,
    )


def _turns(session: Session, remark_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[TurnRow]]:
    found: dict[uuid.UUID, list[TurnRow]] = defaultdict(list)
    rows = session.execute(
        select(Turn, StaffMember.name, Version.number)
        .outerjoin(StaffMember, StaffMember.id == Turn.author_staff_id)
        .outerjoin(Version, Version.id == Turn.version_id)
        .where(Turn.remark_id.in_(remark_ids))
        .order_by(Turn.remark_id, Turn.number)
    )
    for turn, author, number in rows:
        found[turn.remark_id].append(TurnRow(turn.side, author or "", turn.outcome, number, turn.text, turn.at))
    return found


def drafts_of(session: Session, record_id: uuid.UUID, person_id: uuid.UUID) -> dict[uuid.UUID, DraftRow]:
    """Return a person's drafts on a record, by spot."""
    rows = session.scalars(select(Draft).where(Draft.record_id == record_id, Draft.person_id == person_id))
    return {row.spot: DraftRow(row.id, row.spot, row.kind, row.text, row.saved_at, row.stamp) for row in rows}


def own_remark(session: Session, actor: Actor, remark_id: uuid.UUID) -> uuid.UUID:
    """Return the record of a remark of the actor's own.

    :raises NotFound: for another's or an unknown one alike.
    """
    found = session.scalar(select(Remark.record_id).where(Remark.id == remark_id, Remark.person_id == actor.person_id))
    if found is None:
        raise NotFound
    return found
