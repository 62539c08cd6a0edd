"""What the back office says of applications: that it has them, that one is stuck, where they are, and known months."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application, ApplicationParty, AssistancePeriod, Supplement
from portal.assistance.rules.kinds import Period
from portal.assistance.rules.states import (
    ApplicationState,
    EventKind,
    Handling,
    PartyState,
    PeriodState,
    move_handling,
)
from portal.assistance.service.holding import note
from portal.audit import service as audit
from portal.core.events import publish
from portal.core.ids import new_id
from portal.core.states import IllegalTransition
from portal.core.text import clean_text
from portal.people.models import Case
from portal.sync.contract import (
    ApplicationStatusRecord,
    AssistancePeriodRecord,
    Change,
    Delivered,
    Kind,
    Resent,
    Stuck,
    UnknownCode,
)
from portal.sync.inbox import Applied, needed
from portal.sync.queries import local_id, own_id
from portal.sync.rules import Delivery

_STEPS: dict[Handling, EventKind] = {
    Handling.RECEIVED: EventKind.RECEIVED,
    Handling.UNDER_REVIEW: EventKind.UNDER_REVIEW,
    Handling.COMPLETION_ASKED: EventKind.COMPLETION_ASKED,
    Handling.DECIDED: EventKind.DECIDED,
}


def on_delivered(session: Session, event: Delivered) -> None:
    """Note that the back office has acknowledged an application or what was added to one; said twice it counts once."""
    found = _sent_as(session, event.kind, event.message_id)
    if found is None or found.delivery is Delivery.DELIVERED:
        return
    found.delivery = Delivery.DELIVERED
    if isinstance(found, Application):
        found.delivered_at = event.at
        note(session, found, EventKind.DELIVERED, None)


def on_stuck(session: Session, event: Stuck) -> None:
    """Note that an application, or what was added to one, needs a person's help to get through."""
    found = _sent_as(session, event.kind, event.message_id)
    if found is not None and found.delivery is Delivery.PENDING:
        found.delivery = Delivery.STUCK


def on_resent(session: Session, event: Resent) -> None:
    """Note that somebody has helped an application, or what was added to one, along: it is under way again."""
    found = _sent_as(session, event.kind, event.message_id)
    if found is not None and found.delivery is Delivery.STUCK:
        found.delivery = Delivery.PENDING


def _sent_as(session: Session, kind: str, message_id: uuid.UUID) -> Application | Supplement | None:
    if kind == Kind.APPLICATION:
        held = select(Application).where(Application.outbox_id == message_id).with_for_update()
        return session.scalars(held).one_or_none()
    if kind == Kind.APPLICATION_SUPPLEMENT:
        added = select(Supplement).where(Supplement.outbox_id == message_id).with_for_update()
        return session.scalars(added).one_or_none()
    return None


def receive_status(session: Session, change: Change) -> Applied:
    """Take in where an application is in the back office; a step that can't follow is told as a warning.

    A tombstone changes nothing: what is decided or asked for isn't undone by silence. What is said of an application
    that its client has taken back is taken in too, and a person should look: the two did not know of each other.

    :raises UnknownCode: the payload can't be read strictly, names no application of ours, another than it did before,
        or a person or a case that isn't the application's.
    :raises LinkMissing: its case hasn't come yet.
    """
    known = local_id(session, Kind.APPLICATION_STATUS, change.source_id)
    if change.deleted:
        return Applied(known, "status_deleted")
    record = ApplicationStatusRecord.from_payload(change.payload)
    if (record.outcome is not None) != (record.handling is Handling.DECIDED):
        raise UnknownCode("application_status.outcome")
    row = _application(session, record)
    if known is not None and known != row.id:
        raise UnknownCode("application_status.application_id")
    if record.case_id is not None:
        row.case_id = _case(session, row, record.case_id)
    try:
        step = move_handling(row.handling, record.handling)
    except IllegalTransition:
        return Applied(row.id, "status_backwards")
    if (step, record.outcome, clean_text(record.text)) != (row.handling, row.outcome, row.handling_text):
        _go_on(session, row, step, record)
    goes_on = row.state is ApplicationState.WITHDRAWN and step is not Handling.RECEIVED
    return Applied(row.id, "status_withdrawn" if goes_on else "")


def _go_on(session: Session, row: Application, step: Handling, record: ApplicationStatusRecord) -> None:
    text = clean_text(record.text)
    row.handling, row.outcome, row.handling_text, row.handling_at = step, record.outcome, text, record.at
    event = note(session, row, _STEPS[step], None, text)
    event.at = record.at
    detail = {"handling": step.value}
    audit.record(session, "application.status", subject_id=row.person_id, object_id=row.id, detail=detail)
    session.flush()
    if step is not Handling.RECEIVED:
        for person_id in parties_of(session, row.id):
            publish(session, ApplicationNews(row.id, person_id, f"status:{event.id}"))


def _application(session: Session, record: ApplicationStatusRecord) -> Application:
    named = own_id(record.application_id)
    found = session.get(Application, named, with_for_update=True) if named else None
    handed_in = {ApplicationState.SUBMITTED, ApplicationState.WITHDRAWN}
    if found is None or found.state not in handed_in:
        raise UnknownCode("application_status.application_id")
    if record.handling is Handling.NONE:
        raise UnknownCode("application_status.handling")
    if local_id(session, Kind.PERSON, record.person_id) != found.person_id:
        raise UnknownCode("application_status.person_id")
    return found


def _case(session: Session, row: Application, external_id: str) -> uuid.UUID:
    """Return the case of an application: whoever works on it gets the files, so that it must be the applicant's own."""
    found = session.get_one(Case, needed(session, Kind.CASE, external_id))
    if found.person_id != row.person_id:
        raise UnknownCode("application_status.case_id")
    return found.id


def parties_of(session: Session, application_id: uuid.UUID) -> list[uuid.UUID]:
    """Return the persons who take part in an application."""
    wanted = select(ApplicationParty.person_id).where(
        ApplicationParty.application_id == application_id, ApplicationParty.state == PartyState.JOINED
    )
    return [person_id for person_id in session.scalars(wanted) if person_id is not None]


def receive_period(session: Session, change: Change) -> Applied:
    """Take in a month that somebody has applied for or been decided on; a tombstone takes it away again.

    Each object of the back office is a row of its own, also where two tell of the same month: one that goes away takes
    nothing with it of what the other says.

    :raises UnknownCode: the payload can't be read strictly, is granted before it is decided, or is another person's
        than it was.
    :raises LinkMissing: its person hasn't come yet.
    """
    known = local_id(session, Kind.ASSISTANCE_PERIOD, change.source_id)
    if change.deleted:
        row = session.get(AssistancePeriod, known) if known else None
        if row is not None:
            session.delete(row)
        return Applied(known)
    record = AssistancePeriodRecord.from_payload(change.payload)
    try:
        period = str(Period.parse(record.period))
    except ValueError:
        raise UnknownCode("assistance_period.period") from None
    if record.granted is not None and record.state is not PeriodState.DECIDED:
        raise UnknownCode("assistance_period.granted")
    person_id = needed(session, Kind.PERSON, record.person_id)
    row = session.get(AssistancePeriod, known) if known else None
    if row is None:
        # Under the id that it had, where it was taken away and is told of again: its link stands.
        row = AssistancePeriod(id=known or new_id(), person_id=person_id)
        session.add(row)
    elif row.person_id != person_id:
        raise UnknownCode("assistance_period.person_id")
    row.period, row.state, row.cohabiting, row.granted = period, record.state, record.cohabiting, record.granted
    session.flush()
    return Applied(row.id)
