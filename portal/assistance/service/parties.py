"""Two who apply together: invited by identity number, joined by a fresh sign-in of one's own, and free to decline.

There is no code and no link that opens anything (PEERS.md B2 row 1): an invitation is found by whoever signs in with
the number. What the inviting person is told of a number is the same for everybody whom the portal can't invite, whether
unknown, protected, or not known not to be: it must not tell who is.
"""

import uuid
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.assistance import queries
from portal.assistance.events import ApplicationNews
from portal.assistance.models import Application, ApplicationParty, Paper, SectionAnswers
from portal.assistance.queries.applications import TAKING_PART
from portal.assistance.rules.answers import to_json
from portal.assistance.rules.definition import newest
from portal.assistance.rules.kinds import Party, Period, Whose
from portal.assistance.rules.states import ApplicationState, EventKind, PartyState, move, move_party
from portal.assistance.service import starting
from portal.assistance.service.drafts import PAPER, open_key
from portal.assistance.service.holding import bring_up, changed, hold_draft, need_applicant, note
from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.events import publish
from portal.core.i18n import lazy, today
from portal.core.ids import new_id
from portal.core.text import clean_text
from portal.files import service as files
from portal.people.identity_numbers import InvalidIdentityNumber, birth_date, parse_identity_number
from portal.people.models import Person
from portal.people.queries import find_person
from portal.people.rules import Protection, age_on

# Numbers that one person may try within a day: nobody learns by trying who can be invited.
MAX_INVITATIONS = 5
OF_AGE = 18
MAX_ASKED = 1000
_ACTION = "application.invited"


class TooManyInvitations(Conflict):
    """The person has tried as many numbers today as anybody needs."""

    message = lazy("Du har försökt många gånger i dag. Vänta till i morgon, eller ring oss så hjälper vi dig.")


class OwnApplicationOpen(Conflict):
    """The invited person has an application of their own for the month."""

    message = lazy("Du har redan en egen ansökan för den månaden. Ta bort den först, så kan du söka tillsammans.")


def invite(session: Session, actor: Actor, application_id: uuid.UUID, number: str) -> None:
    """Ask the person with an identity number to apply together with the actor.

    What is refused counts, too, so the caller keeps the transaction (``InvalidInput`` is shown beside the field).

    :raises NotFound: a foreign or unknown application, or the actor is not its applicant.
    :raises InvalidInput: no identity number, the actor's own, a child's, or of somebody who can't be invited.
    :raises Conflict: somebody takes part already.
    :raises TooManyInvitations: the actor has tried too many today.
    """
    row, mine = hold_draft(session, actor, application_id)
    _need_party(mine, Party.APPLICANT)
    if _co_applicant(session, row) is not None:
        raise Conflict
    _count_attempt(session, actor, row)
    invited = _invited(session, actor, number)
    part = ApplicationParty(
        id=new_id(),
        application_id=row.id,
        party=Party.CO_APPLICANT,
        state=PartyState.INVITED,
        since=now(),
        identity_number=invited.identity_number,
        identity_index=invited.identity_index,
    )
    session.add(part)
    changed(session, row, mine.party)
    note(session, row, EventKind.INVITED, mine.party)
    session.flush()
    publish(session, ApplicationNews(row.id, invited.id, f"invited:{part.id}"))


def _count_attempt(session: Session, actor: Actor, row: Application) -> None:
    wanted = select(func.count()).where(
        AuditEntry.action == _ACTION, AuditEntry.actor_id == actor.id, AuditEntry.at > now() - timedelta(days=1)
    )
    if (session.scalar(wanted) or 0) >= MAX_INVITATIONS:
        raise TooManyInvitations
    audit.record(session, _ACTION, actor=actor, subject_id=row.person_id, object_id=row.id)


def _invited(session: Session, actor: Actor, typed: str) -> Person:
    try:
        number = parse_identity_number(typed)
    except InvalidIdentityNumber as wrong:
        raise InvalidInput(wrong.message, reason="number") from None
    found = find_person(session, number)
    if found is not None and found.id == actor.subject_id:
        raise InvalidInput(
            lazy("Det är ditt eget nummer. Skriv numret till den du söker tillsammans med."), reason="self"
        )
    born = birth_date(number)
    if born is not None and age_on(born, today()) < OF_AGE:
        raise InvalidInput(lazy("Den du söker tillsammans med måste ha fyllt 18 år."), reason="child")
    if found is None or found.protection is not Protection.NONE or found.identity_number is None:
        raise InvalidInput(
            lazy("Det går inte att söka tillsammans med den personen här. Ring oss, så hjälper vi er."), reason="other"
        )
    return found


def join(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Take part in an application that the actor is invited to.

    :raises NotFound: there is no such invitation.
    :raises OwnApplicationOpen: the actor has one of their own for the month.
    """
    row, part = _hold_invitation(session, actor, application_id)
    try:
        with session.begin_nested():
            part.state = move_party(part.state, PartyState.JOINED)
            part.person_id = actor.subject_id
            part.open_key = open_key(actor.subject_id, row.kind, Period.parse(row.period))
            session.flush()
    except IntegrityError:
        raise OwnApplicationOpen from None
    bring_up(session, row)
    _fill_in(session, actor, row)
    changed(session, row, Party.CO_APPLICANT)
    _told(session, actor, row, EventKind.JOINED, part)


def _fill_in(session: Session, actor: Actor, row: Application) -> None:
    """Let a co-applicant's own parts begin with what their last application says, if it was with the same person.

    The other one sees them at once: what was told in another household is none of theirs.
    """
    found = queries.submitted_main(session, actor)
    if not found or row.person_id not in {one.person_id for one in found[0].parties}:
        return
    own = {section.key for section in newest().of(row.kind) if section.whose is Whose.EACH}
    for key, cells in starting.last(session, found[0], row.kind).items():
        if key in own:
            part = Party.CO_APPLICANT
            session.add(SectionAnswers(application_id=row.id, party=part, section=key, cells=to_json(cells)))


def decline(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Say no to an invitation; nothing has to be explained.

    :raises NotFound: there is no such invitation.
    """
    row, part = _hold_invitation(session, actor, application_id)
    part.state = move_party(part.state, PartyState.DECLINED)
    _told(session, actor, row, EventKind.DECLINED, part)


def leave(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Take part no longer: the co-applicant's own answers and papers go, the signatures are void.

    :raises NotFound: a foreign or unknown application, or the actor is its applicant.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    _need_party(mine, Party.CO_APPLICANT)
    _forget(session, row, mine)
    mine.state = move_party(mine.state, PartyState.DECLINED)
    changed(session, row, Party.CO_APPLICANT)
    _told(session, actor, row, EventKind.DECLINED, mine)


def remove_co_applicant(session: Session, actor: Actor, application_id: uuid.UUID) -> None:
    """Apply alone, or with somebody else: takes the co-applicant or the invitation away; harmless without one.

    :raises NotFound: a foreign or unknown application, or the actor is not its applicant.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    _need_party(mine, Party.APPLICANT)
    found = session.scalars(
        select(ApplicationParty).where(
            ApplicationParty.application_id == row.id,
            ApplicationParty.party == Party.CO_APPLICANT,
            ApplicationParty.state != PartyState.REMOVED,
        )
    ).all()
    for part in found:
        _forget(session, row, part)
        part.state = move_party(part.state, PartyState.REMOVED)
    if found:
        changed(session, row, Party.APPLICANT)
    session.flush()


def ask_change(session: Session, actor: Actor, application_id: uuid.UUID, text: str) -> None:
    """Let the co-applicant ask for a change before signing; the applicant is told, and signatures are void.

    :raises NotFound: a foreign or unknown application, or the actor is its applicant.
    :raises InvalidInput: nothing is written, or too much.
    :raises NotADraft: it is handed in.
    """
    row, mine = hold_draft(session, actor, application_id)
    _need_party(mine, Party.CO_APPLICANT)
    mine.asked = clean_text(text)
    if not mine.asked or len(mine.asked) > MAX_ASKED:
        raise InvalidInput(lazy("Skriv vad som behöver ändras, med högst 1 000 tecken."), reason="asked")
    if row.state is ApplicationState.SIGNING:
        row.state = move(row.state, ApplicationState.DRAFT)
        row.frozen_id = None
    event = note(session, row, EventKind.CHANGE_ASKED, Party.CO_APPLICANT)
    session.flush()
    publish(session, ApplicationNews(row.id, row.person_id, f"asked:{event.id}"))


def _hold_invitation(session: Session, actor: Actor, application_id: uuid.UUID) -> tuple[Application, ApplicationParty]:
    need_applicant(session, actor)
    invited = queries.invitation(session, actor, application_id)
    held = select(Application).where(Application.id == invited.application_id).with_for_update()
    row = session.scalars(held.execution_options(populate_existing=True)).one_or_none()
    part = session.get(ApplicationParty, invited.party_id, populate_existing=True)
    if row is None or part is None or part.state is not PartyState.INVITED:
        raise NotFound
    return row, part


def _need_party(mine: ApplicationParty, party: Party) -> None:
    if mine.party is not party:
        raise NotFound


def _co_applicant(session: Session, row: Application) -> ApplicationParty | None:
    return session.scalars(
        select(ApplicationParty).where(
            ApplicationParty.application_id == row.id,
            ApplicationParty.party == Party.CO_APPLICANT,
            ApplicationParty.state.in_(TAKING_PART),
        )
    ).one_or_none()


def _forget(session: Session, row: Application, part: ApplicationParty) -> None:
    """Take away what a co-applicant has put in: it was theirs, and is nobody else's to read."""
    mine = (Paper.application_id == row.id, Paper.party == part.party)
    for paper_id in session.scalars(select(Paper.id).where(*mine)):
        files.discard(session, PAPER, paper_id)
    session.execute(delete(Paper).where(*mine))
    session.execute(
        delete(SectionAnswers).where(SectionAnswers.application_id == row.id, SectionAnswers.party == part.party)
    )
    part.open_key, part.asked, part.known_as, part.shielded_at = None, "", None, None


def _told(session: Session, actor: Actor, row: Application, kind: EventKind, part: ApplicationParty) -> None:
    event = note(session, row, kind, Party.CO_APPLICANT)
    audit.record(session, f"application.{kind.value}", actor=actor, subject_id=actor.subject_id, object_id=row.id)
    session.flush()
    publish(session, ApplicationNews(row.id, row.person_id, f"{kind.value}:{event.id}"))
