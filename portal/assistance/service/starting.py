"""An application begun: what is offered decides which it is, and the last one fills it in."""

import uuid
from collections.abc import Mapping

from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.rules.answers import Cells
from portal.assistance.rules.carrying import carry, prefill
from portal.assistance.rules.definition import definition
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
    return drafts.start(
        session, actor, kind=kind, period=period, prefilled={} if household_changed else _last(session, actor, kind)
    )


def _last(session: Session, actor: Actor, kind: Kind) -> Mapping[tuple[Party, str], Cells]:
    """Return what the last application fills in; a household that has changed begins with nothing of the old one."""
    found = queries.submitted_main(session, actor)
    if not found:
        return {}
    last = queries.draft_of(session, found[0])
    form = definition(last.application.definition)
    answers = carry(last.by_section(form.sections, last.application.party), form.version)
    return {(Party.APPLICANT, key): cells for key, cells in prefill(answers, kind).items()}
