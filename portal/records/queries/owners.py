"""Who is to answer a remark: the named caseworker, or a colleague on the case while that one is away."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portal.core.clock import now
from portal.core.i18n import today
from portal.people.absence import away
from portal.people.models import CaseAssignment, StaffMember
from portal.records.rules.deadlines import needs_cover


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who can answer; ``covers`` names the absent colleague in whose stead, and until when that one is away.

    ``away_until`` and ``covered_until`` are last days.
    """

    staff_id: uuid.UUID
    name: str
    away_until: date | None = None
    covers: str = ""
    covered_until: date | None = None


def workers(session: Session, case_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[Owner]]:
    """Return who works on cases, the named caseworker first, then who has done so longest; closed accounts don't.

    The caller has checked who may know.
    """
    if not case_ids:
        return {}
    moment, absent = now(), away(session)
    rows = session.execute(
        select(CaseAssignment.case_id, StaffMember.id, StaffMember.name)
        .join(StaffMember, StaffMember.id == CaseAssignment.staff_id)
        .where(
            CaseAssignment.case_id.in_(case_ids),
            StaffMember.active,
            CaseAssignment.since <= moment,
            or_(CaseAssignment.until.is_(None), CaseAssignment.until > moment),
        )
        .order_by(CaseAssignment.named.desc(), CaseAssignment.since, CaseAssignment.id)
    )
    found: dict[uuid.UUID, list[Owner]] = defaultdict(list)
    for case_id, staff_id, name in rows:
        found[case_id].append(Owner(staff_id, name, absent.get(staff_id)))
    return found


def owner(working: Sequence[Owner], due: date | None) -> Owner | None:
    """Return who of those who work on a case is to answer by a day; None: nobody works on it.

    The first one who is there. Where all are away it stays the first one's, and the team leader is told.
    """
    first = working[0] if working else None
    for each in working:
        if first and not needs_cover(each.away_until, due, today()):
            there = replace(each, away_until=None)  # back in time
            return there if each is first else replace(there, covers=first.name, covered_until=first.away_until)
    return first
