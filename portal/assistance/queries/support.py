"""For which months somebody has had support, as far as the back office and decided applications here tell."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, ApplicationParty, AssistancePeriod
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.norm.stimulus import Support
from portal.assistance.rules.norm.unknown import UNKNOWN, Unknown
from portal.assistance.rules.states import ApplicationState, Outcome, PartyState
from portal.core.actor import Actor

# Of a part of what was applied for somebody has had support, too.
_GRANTED = {Outcome.GRANTED: True, Outcome.PARTLY: True, Outcome.REFUSED: False, Outcome.DISMISSED: False}


def support(session: Session, actor: Actor, *, today: date) -> Support:
    """Return for which months the actor has had support; what the back office says of a month goes before our own.

    A back office that tells of a month tells of all since the first (``AssistancePeriodRecord``). Without its word
    nobody knows what lies before the first application here.
    """
    here = _decided_here(session, actor)
    told = _told(session, actor)
    months = here | {month: here.get(month, UNKNOWN) if one is UNKNOWN else one for month, one in told.items()}
    return Support(months, Period.of(today), complete=bool(told) and min(told) == min(months))


def _told(session: Session, actor: Actor) -> dict[Period, bool | Unknown]:
    wanted = select(AssistancePeriod.period, AssistancePeriod.granted)
    rows = session.execute(wanted.where(AssistancePeriod.person_id == actor.subject_id))
    said: dict[Period, set[bool | None]] = {}
    for period, granted in rows:
        said.setdefault(Period.parse(period), set()).add(granted)
    # Of several decisions of a month one that grants is enough, and none is known to while one of them is open.
    return {period: True if True in each else UNKNOWN if None in each else False for period, each in said.items()}


def _decided_here(session: Session, actor: Actor) -> dict[Period, bool | Unknown]:
    wanted = (
        select(Application.period, Application.outcome)
        .join(ApplicationParty, ApplicationParty.application_id == Application.id)
        .where(ApplicationParty.person_id == actor.subject_id, ApplicationParty.state == PartyState.JOINED)
        .where(Application.state == ApplicationState.SUBMITTED, Application.kind != Kind.SUPPLEMENTARY)
    )
    return {
        Period.parse(period): UNKNOWN if outcome is None else _GRANTED[outcome]
        for period, outcome in session.execute(wanted)
    }
