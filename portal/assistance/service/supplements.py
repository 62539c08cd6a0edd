"""What a party adds to a submitted application: words and files, each sending with a number of its own."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance import outgoing
from portal.assistance.models import Application, Supplement
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import ApplicationState, EventKind
from portal.assistance.service.holding import hold, note
from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput
from portal.core.i18n import lazy
from portal.core.ids import new_id, new_receipt_no
from portal.core.text import clean_text
from portal.files import queries as files
from portal.files import service as file_service
from portal.files.rules import FileState

# The purpose of the files of what is added: their object is the supplement.
ADDED = "assistance.supplement"
MAX_TEXT = 5000


class NotHandedIn(Conflict):
    """There is nothing to add to: the application is a draft, or taken back."""

    message = lazy("Den här ansökan går inte att komplettera.")


def supplement(session: Session, actor: Actor, application_id: uuid.UUID) -> Supplement:
    """Return what the actor is about to add to an application, made where there is none.

    :raises NotFound: a foreign or unknown application.
    :raises NotHandedIn: it is a draft, or taken back.
    """
    row, _mine = _hold(session, actor, application_id)
    found = session.scalars(
        select(Supplement).where(
            Supplement.application_id == row.id, Supplement.person_id == actor.subject_id, Supplement.sent_at.is_(None)
        )
    ).one_or_none()
    if found is None:
        own_id = new_id()
        found = Supplement(id=own_id, application_id=row.id, person_id=actor.subject_id, submission=str(own_id))
        session.add(found)
        session.flush()
    return found


def send(session: Session, actor: Actor, application_id: uuid.UUID, supplement_id: uuid.UUID, text: str) -> Supplement:
    """Send what was added; the same one a second time is sent once.

    :raises NotFound: a foreign or unknown application.
    :raises NotHandedIn: it is a draft, or taken back.
    :raises InvalidInput: there is neither a word nor a file, or too many words.
    :raises Conflict: a file is still being checked, or couldn't be taken.
    """
    row, party = _hold(session, actor, application_id)
    added = session.scalars(
        select(Supplement).where(
            Supplement.id == supplement_id,
            Supplement.application_id == row.id,
            Supplement.person_id == actor.subject_id,
        )
    ).one_or_none()
    if added is None:
        raise NotHandedIn
    if added.sent_at is not None:
        return added
    written = clean_text(text)
    if len(written) > MAX_TEXT:
        raise InvalidInput(lazy("Texten är för lång. Skriv högst %(length)s tecken.", length=MAX_TEXT), reason="long")
    entries = tuple(entry for _object_id, entry in files.ready_of(session, ADDED, [added.id]))
    if states := files.unready_of(session, ADDED, [added.id]):
        if FileState.REFUSED in states:
            raise Conflict(lazy("En fil gick inte att ta emot. Ta bort den först."), reason="files_refused")
        raise Conflict(lazy("Alla filer är inte kontrollerade än. Vänta en stund."), reason="files_coming")
    if not written and not entries:
        raise InvalidInput(lazy("Skriv något eller lägg till en fil."), reason="empty")
    added.text, added.sent_at, added.receipt_no = written, now(), new_receipt_no()
    file_service.hand_over_all(session, [entry.id for entry in entries], case_id=row.case_id)
    note(session, row, EventKind.SUPPLEMENTED, party)
    audit.record(
        session,
        "application.supplemented",
        actor=actor,
        subject_id=actor.subject_id,
        object_id=row.id,
        reference=added.receipt_no,
        detail={"files": len(entries)},
    )
    outgoing.enqueue_supplement(session, row, added, entries)
    return added


def _hold(session: Session, actor: Actor, application_id: uuid.UUID) -> tuple[Application, Party]:
    row, mine = hold(session, actor, application_id)
    if row.state is not ApplicationState.SUBMITTED:
        raise NotHandedIn
    return row, mine.party
