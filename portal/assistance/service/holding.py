"""Finding the application that an actor may act on, and holding it until the transaction ends: one writer at a time."""

import uuid
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.assistance.models import Application, ApplicationEvent, ApplicationParty, SectionAnswers
from portal.assistance.queries.applications import is_protected, reached
from portal.assistance.queries.carried import carried
from portal.assistance.rules.answers import from_json, to_json
from portal.assistance.rules.definition import newest
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import EDITABLE, ApplicationState, EventKind, PartyState, move
from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.core.i18n import lazy
from portal.people import queries as people
from portal.people.events import PersonProtected

# A draft is kept so long after its last use (issue 6: 90 days); some days before it is removed its person is told.
KEPT = timedelta(days=90)
WARNED = timedelta(days=10)


class NotHere(Forbidden):
    """Somebody can't apply in the portal; why is never said (protected data, or no word of it)."""

    message = lazy("Du kan inte ansöka här. Ring oss, så hjälper vi dig.")


class NotADraft(Conflict):
    """The application is handed in or taken back, and its answers stand."""

    message = lazy("Ansökan är inskickad och kan inte ändras. Du kan komplettera den i stället.")


def need_applicant(session: Session, actor: Actor) -> None:
    """Demand a client who acts for themselves and may apply in the portal.

    :raises Forbidden: staff, or somebody who acts for another.
    :raises NotHere: with protected personal data, or where nobody has said that there are none.
    """
    if actor.side is not Side.CLIENT or actor.acting_for is not None:
        raise Forbidden(reason="side")
    if is_protected(session, actor.subject_id):
        raise NotHere(reason="not_here")


def hold(session: Session, actor: Actor, application_id: uuid.UUID) -> tuple[Application, ApplicationParty]:
    """Return an application that the actor takes part in, and their part, and hold it.

    :raises NotFound: for a foreign or unknown one alike.
    """
    wanted = (
        reached(actor)
        .where(Application.id == application_id)
        .with_for_update(of=Application)
        .execution_options(populate_existing=True)
    )
    found = session.execute(wanted, people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    return found[0], found[1]


def hold_draft(session: Session, actor: Actor, application_id: uuid.UUID) -> tuple[Application, ApplicationParty]:
    """Return an application whose answers may still be changed, and hold it.

    :raises NotFound: for a foreign or unknown one alike.
    :raises NotHere: the actor can't apply in the portal.
    :raises NotADraft: it is handed in.
    :raises Updating: it is of a newer version of the form than this process knows.
    """
    need_applicant(session, actor)
    row, mine = hold(session, actor, application_id)
    if row.state not in EDITABLE:
        raise NotADraft
    bring_up(session, row)
    return row, mine


def bring_up(session: Session, row: Application) -> None:
    """Bring a held draft to the newest version of the form; what was signed of it in an older one is void.

    :raises Updating: it is of a newer version of the form than this process knows.
    """
    if row.definition == newest().version:
        return
    stored = session.scalars(select(SectionAnswers).where(SectionAnswers.application_id == row.id)).all()
    held = {(one.party, one.section): one for one in stored}
    brought = carried({key: from_json(one.cells) for key, one in held.items()}, row.definition)
    for (party, section), cells in brought.items():
        found = held.get((party, section))
        if found is None:
            found = SectionAnswers(application_id=row.id, party=party, section=section)
            session.add(found)
        found.cells = to_json(cells)
    row.definition = newest().version
    changed(session, row, None)
    session.flush()


def on_protected(session: Session, event: PersonProtected) -> None:
    """Shield somebody who has become protected from those who apply with them; what waits for signatures is void.

    It is void as after any change: no reason is told.
    """
    theirs = (ApplicationParty.person_id == event.person_id, ApplicationParty.state == PartyState.JOINED)
    takes_part = exists().where(ApplicationParty.application_id == Application.id, *theirs)
    wanted = select(Application).where(Application.state == ApplicationState.SIGNING, takes_part)
    held = wanted.order_by(Application.id).with_for_update().execution_options(populate_existing=True)
    for row in session.scalars(held):
        changed(session, row, None)
    if event.known_as is not None:
        for part in session.scalars(select(ApplicationParty).where(*theirs)):
            part.known_as, part.shielded_at = event.known_as, now()
    session.flush()


def touch(row: Application) -> None:
    """Note that a draft is in use: it is kept so much longer."""
    row.changed_at = now()
    row.keep_until = row.changed_at + KEPT
    row.warned_at = None


def changed(session: Session, row: Application, party: Party | None) -> None:
    """Note that what would be signed is another than before; signatures of what it was are void."""
    touch(row)
    row.revision += 1
    if row.state is ApplicationState.SIGNING:
        row.state = move(row.state, ApplicationState.DRAFT)
        row.frozen_id = None
        note(session, row, EventKind.CHANGED, party)


def note(session: Session, row: Application, kind: EventKind, party: Party | None, text: str = "") -> ApplicationEvent:
    """Add to the timeline of an application."""
    event = ApplicationEvent(application_id=row.id, kind=kind, party=party, text=text, at=now())
    session.add(event)
    return event
