"""What decides which applications somebody is offered, and the application that the next one is filled in from."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, AssistancePeriod
from portal.assistance.queries.applications import ApplicationView, applications, is_protected, known_periods
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.routing import Facts
from portal.assistance.rules.states import ApplicationState
from portal.core.actor import Actor
from portal.people.models import Case
from portal.people.rules import CaseState


def facts(
    session: Session,
    actor: Actor,
    *,
    today: date,
    months_until_new: int,
    household_changed: bool = False,
    among: Sequence[ApplicationView] | None = None,
) -> Facts:
    """Return what decides which applications an actor is offered; ``household_changed`` is what they say themselves.

    ``among`` are the actor's newest applications where they are known already. Only the actor's own protection counts:
    what is offered must not tell that a former co-applicant has got one.
    """
    mine = main_of(applications(session, actor) if among is None else among)
    known = known_periods(session, actor)
    taken = frozenset([one.period for one in mine] + [Period.parse(one.period) for one in known])
    return Facts(
        today=today,
        case_open=bool(taken) and not _is_closed(session, mine[0].id if mine else None),
        protected=is_protected(session, actor.subject_id),
        last=max(taken, default=None),
        taken=taken,
        household_changed=household_changed or _has_changed(mine, known),
        months_until_new=months_until_new,
    )


def submitted_main(session: Session, actor: Actor) -> list[ApplicationView]:
    """Return the new and monthly applications that an actor has handed in, the latest month first."""
    return main_of(applications(session, actor))


def main_of(views: Iterable[ApplicationView]) -> list[ApplicationView]:
    """Return the new and monthly applications among them that are handed in, the latest month first."""
    found = [one for one in views if one.state is ApplicationState.SUBMITTED and one.kind is not Kind.SUPPLEMENTARY]
    return sorted(found, key=lambda one: one.period, reverse=True)


def _is_closed(session: Session, application_id: uuid.UUID | None) -> bool:
    """Tell whether the case of an application is closed; an application without one is still on its way to it."""
    if application_id is None:
        return False
    wanted = select(Case.state).join(Application, Application.case_id == Case.id)
    return session.scalar(wanted.where(Application.id == application_id)) is CaseState.CLOSED


def _has_changed(mine: list[ApplicationView], known: list[AssistancePeriod]) -> bool:
    """Tell whether the back office knows of another household since the last application here."""
    if not mine or not known or known[0].period < str(mine[0].period):
        return False
    return known[0].cohabiting is not (Party.CO_APPLICANT in mine[0].joined)
