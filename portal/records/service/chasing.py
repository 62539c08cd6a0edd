"""Reminding of remarks that wait for an answer, and telling the team leader of those past their last day.

Staff get no notices outside the portal: what is noted here marks the row in their lists and stands in the log. The
team leader's list itself asks the days, and never waits for this.
"""

import uuid

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import service as audit
from portal.core.clock import now
from portal.core.db import insert_into, writing
from portal.core.i18n import today
from portal.core.ids import new_id
from portal.records.models import CaseRecord, Chase, Remark
from portal.records.queries.owners import owner, workers
from portal.records.rules.deadlines import Step, reminded_until
from portal.records.rules.states import RemarkState

# Remarks of one transaction: a worker that is killed loses no more, and nobody waits long for a row.
BATCH = 100


def chase_all(sessions: sessionmaker[Session], *, remind_days: int) -> None:
    """Take every step that is due, in short transactions; several workers may do so at once."""
    for step in Step:
        done = BATCH
        while done == BATCH:
            with writing(sessions) as session:
                done = chase(session, step, remind_days=remind_days)


def chase(session: Session, step: Step, *, remind_days: int) -> int:
    """Take one step for remarks for which it is due and not taken yet; return how many were looked at."""
    taken = select(Chase.id).where(Chase.remark_id == Remark.id, Chase.due_on == Remark.due_on, Chase.step == step)
    rows = session.execute(
        select(Remark, CaseRecord.case_id, CaseRecord.person_id)
        .join(CaseRecord, CaseRecord.id == Remark.record_id)
        .where(Remark.state == RemarkState.OPEN, _due(step, remind_days), ~taken.exists())
        .order_by(Remark.due_on, Remark.id)
        .limit(BATCH)
    ).all()
    working = workers(session, {case_id for _remark, case_id, _person in rows})
    for remark, case_id, person_id in rows:
        to_answer = owner(working.get(case_id, ()), remark.due_on)
        owner_id = to_answer.staff_id if to_answer else None
        if not _note(session, remark, step, owner_id):
            continue  # another worker was faster
        audit.record(
            session,
            f"remark.{step.value}",
            subject_id=person_id,
            object_id=remark.id,
            reference=remark.receipt_no,
            detail={"case": str(case_id), "owner": str(owner_id or "")},
        )
    session.flush()
    return len(rows)


def _due(step: Step, remind_days: int) -> ColumnElement[bool]:
    day = today()
    if step is Step.ESCALATED:
        return Remark.due_on < day
    return Remark.due_on.between(day, reminded_until(day, remind_days))


def _note(session: Session, remark: Remark, step: Step, owner_id: uuid.UUID | None) -> bool:
    row = insert_into(session, Chase).values(
        id=new_id(), remark_id=remark.id, due_on=remark.due_on, step=step, owner_id=owner_id, at=now()
    )
    once = row.on_conflict_do_nothing(index_elements=["remark_id", "due_on", "step"]).returning(Chase.id)
    return session.execute(once).scalar_one_or_none() is not None
