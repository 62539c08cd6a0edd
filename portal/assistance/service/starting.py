"""An application begun: what is offered decides which it is, and the last one fills it in."""

import uuid

from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.queries import ApplicationView
from portal.assistance.rules.answers import REGISTER, Cell, Cells
from portal.assistance.rules.carrying import carry, prefill
from portal.assistance.rules.definition import definition
from portal.assistance.rules.definition.household import COHABITING, HOUSEHOLD, SINGLE
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.routing import offered
from portal.assistance.service import drafts
from portal.assistance.service.holding import need_applicant
from portal.core.actor import Actor
from portal.core.i18n import today


def begin(
    session: Session,
    actor: Actor,
    *,
    kind: Kind,
    period: Period,
    months_until_new: int,
    household_changed: bool = False,
) -> uuid.UUID:
    """Begin what is offered, filled in from the last application, or return the one that is open already.

    :raises NotHere: the actor can't apply in the portal.
    :raises NotOffered: that can't be applied for now.
    """
    need_applicant(session, actor)
    facts = queries.facts(
        session, actor, today=today(), months_until_new=months_until_new, household_changed=household_changed
    )
    offered(facts, kind, period)
    found = queries.submitted_main(session, actor)
    begun = last(session, found[0], kind) if found and not facts.household_changed else {}
    if not begun and not household_changed:
        begun = _told(session, actor, kind)
    prefilled = {(Party.APPLICANT, key): cells for key, cells in begun.items()}
    return drafts.start(session, actor, kind=kind, period=period, prefilled=prefilled)


def last(session: Session, view: ApplicationView, kind: Kind) -> dict[str, Cells]:
    """Return what an earlier application fills in of the next, by section, for the party who sees it."""
    before = queries.draft_of(session, view)
    form = definition(before.application.definition)
    return prefill(carry(before.by_section(form.sections, before.application.party), form.version), kind)


def _told(session: Session, actor: Actor, kind: Kind) -> dict[str, Cells]:
    """Return what the back office tells of the last month that was applied for elsewhere."""
    known = queries.known_periods(session, actor)
    if not known:
        return {}
    status = COHABITING if known[0].cohabiting else SINGLE
    return prefill({HOUSEHOLD.key: {"civil_status": Cell(status)}}, kind, origin=REGISTER)
