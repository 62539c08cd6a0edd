"""Applications as their parties see them.

An application is reached by its applicant and by a co-applicant who has joined. Somebody who has protected personal
data, or of whom nobody has said that they have none, is shielded from the other one. A draft of a shielded applicant is
no longer reached by the co-applicant, as if they were no longer asked; a shielded co-applicant is to the applicant
somebody who doesn't get ready. What is handed in looks as before, with the name that the shielded one went by, without
what the back office writes later. No reason is told, and none of these states occurs for this reason alone.
"""

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import BindParameter, Select, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from portal.assistance.models import Application, ApplicationParty, AssistancePeriod
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.states import EDITABLE, ApplicationState, Handling, Outcome, PartyState
from portal.core.actor import Actor, Side
from portal.core.crypto import ring_of
from portal.core.errors import NotFound
from portal.people import queries as people
from portal.people.models import Person
from portal.people.rules import Protection, full_name
from portal.sync.rules import Delivery

# An application of one's own, or of the two who apply together, never has more parties than these at a time.
TAKING_PART = (PartyState.INVITED, PartyState.JOINED)
# Of somebody who is shielded without the register's word of since when, nothing was ever told.
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party of an application; the name of an invited one is not known before that person joins."""

    id: uuid.UUID
    party: Party
    state: PartyState
    person_id: uuid.UUID | None
    since: datetime
    name: str = field(repr=False)
    asked: str = field(repr=False)
    # Set only for the one who typed it, until the invited person has joined.
    number: str = field(default="", repr=False)
    # Nothing more of theirs is shown to whom this view is made for, from then on.
    shielded: bool = field(default=False, repr=False)
    shielded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """An application as one of its parties sees it: ``party`` is who that is."""

    id: uuid.UUID
    party: Party
    case_id: uuid.UUID | None
    kind: Kind
    period: Period
    state: ApplicationState
    definition: int
    revision: int
    frozen_id: uuid.UUID | None
    created_at: datetime
    changed_at: datetime
    keep_until: datetime
    submitted_at: datetime | None
    withdrawn_at: datetime | None
    receipt_no: str
    delivery: Delivery
    delivered_at: datetime | None
    handling: Handling
    handling_at: datetime | None
    outcome: Outcome | None
    parties: tuple[PartyView, ...] = ()

    @property
    def co_applicant(self) -> PartyView | None:
        """The co-applicant who is invited or has joined, or the latest who has declined."""
        found = [one for one in self.parties if one.party is Party.CO_APPLICANT and one.state is not PartyState.REMOVED]
        return found[-1] if found else None

    @property
    def other(self) -> PartyView | None:
        """The other one who takes part."""
        found = (one for one in self.parties if one.party is not self.party and one.state is PartyState.JOINED)
        return next(found, None)

    @property
    def joined(self) -> tuple[Party, ...]:
        """Who takes part now: all of them have to sign."""
        return tuple(one.party for one in self.parties if one.state is PartyState.JOINED)

    @property
    def shown(self) -> frozenset[Party]:
        """Whose answers and papers may be shown."""
        return frozenset(one.party for one in self.parties if not one.shielded)

    @property
    def asks_for_more(self) -> bool:
        """Tell whether the back office waits for something more from its parties."""
        return self.state is ApplicationState.SUBMITTED and self.handling is Handling.COMPLETION_ASKED

    @property
    def told_until(self) -> datetime | None:
        """Until when the words of the back office were written to both; None while they still are."""
        since = [one.shielded_at or _EVER for one in self.parties if one.shielded]
        return min(since, default=None)


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody asks the actor to apply together with them."""

    application_id: uuid.UUID
    party_id: uuid.UUID
    kind: Kind
    period: Period
    since: datetime
    name: str = field(repr=False)


def is_protected(session: Session, person_id: uuid.UUID) -> bool:
    """Tell whether a person can't apply here: protected personal data, or no word that there is none."""
    found = session.scalar(select(Person.protection).where(Person.id == person_id))
    return found is not Protection.NONE


def reached(actor: Actor) -> Select[Application, ApplicationParty]:
    """Return the statement of the applications that a client takes part in, each with the row of their part.

    Who it is comes in through ``people.scope`` when it is executed.
    """
    return _reached(actor.side)


@cache
def _reached(side: Side) -> Select[Application, ApplicationParty]:
    if side is not Side.CLIENT:
        raise NotFound
    other, person = aliased(ApplicationParty), aliased(Person)
    reader: BindParameter[uuid.UUID] = bindparam("reader_id")
    shielded = (
        exists()
        .where(other.application_id == Application.id, other.person_id != reader)
        .where(other.state == PartyState.JOINED, person.id == other.person_id)
        .where(person.protection != Protection.NONE)
    )
    return (
        select(Application, ApplicationParty)
        .join(ApplicationParty, ApplicationParty.application_id == Application.id)
        .where(ApplicationParty.person_id == reader, ApplicationParty.state == PartyState.JOINED)
        # The applicant keeps their own application; a co-applicant loses sight of the draft of one who is shielded.
        .where(or_(ApplicationParty.party == Party.APPLICANT, Application.state.not_in(EDITABLE), ~shielded))
    )


def application(session: Session, actor: Actor, application_id: uuid.UUID) -> ApplicationView:
    """Return one application.

    :raises NotFound: for a foreign or unknown id alike.
    """
    wanted = reached(actor).where(Application.id == application_id)
    found = session.execute(wanted, people.scope(actor)).one_or_none()
    if found is None:
        raise NotFound
    return _views(session, [(found[0], found[1])])[0]


def applications(session: Session, actor: Actor, limit: int = 50) -> list[ApplicationView]:
    """Return the applications that an actor takes part in, newest first."""
    found = session.execute(_newest(actor.side), people.scope(actor, most=limit))
    return _views(session, [(row, mine) for row, mine in found])


@cache
def _newest(side: Side) -> Select[Application, ApplicationParty]:
    return _reached(side).order_by(Application.created_at.desc(), Application.id.desc()).limit(bindparam("most"))


def _views(session: Session, rows: list[tuple[Application, ApplicationParty]]) -> list[ApplicationView]:
    parties = _parties(session, {row.id: mine.party for row, mine in rows}) if rows else {}
    return [_view(row, mine.party, tuple(parties.get(row.id, ()))) for row, mine in rows]


def _view(row: Application, party: Party, parties: tuple[PartyView, ...]) -> ApplicationView:
    return ApplicationView(
        id=row.id,
        party=party,
        case_id=row.case_id,
        kind=row.kind,
        period=Period.parse(row.period),
        state=row.state,
        definition=row.definition,
        revision=row.revision,
        frozen_id=row.frozen_id,
        created_at=row.created_at,
        changed_at=row.changed_at,
        keep_until=row.keep_until,
        submitted_at=row.submitted_at,
        withdrawn_at=row.withdrawn_at,
        receipt_no=row.receipt_no or "",
        delivery=row.delivery,
        delivered_at=row.delivered_at,
        handling=row.handling,
        handling_at=row.handling_at,
        outcome=row.outcome,
        parties=parties,
    )


def _parties(session: Session, of: dict[uuid.UUID, Party]) -> dict[uuid.UUID, list[PartyView]]:
    wanted = (
        select(ApplicationParty, Person.given_name, Person.surname, Person.protection)
        .outerjoin(Person, Person.id == ApplicationParty.person_id)
        .where(ApplicationParty.application_id.in_(of), ApplicationParty.state != PartyState.REMOVED)
        .order_by(ApplicationParty.since, ApplicationParty.id)
    )
    found: dict[uuid.UUID, list[PartyView]] = {}
    for row, given, surname, protection in session.execute(wanted):
        joined = row.state is PartyState.JOINED
        shielded = joined and row.party is not of[row.application_id] and protection is not Protection.NONE
        name = full_name(given, surname) if joined and given is not None else ""
        found.setdefault(row.application_id, []).append(
            PartyView(
                id=row.id,
                party=row.party,
                state=row.state,
                person_id=row.person_id if joined else None,
                since=row.since,
                name=row.known_as or "" if shielded else name,
                asked=row.asked,
                number=row.identity_number or "" if of[row.application_id] is Party.APPLICANT else "",
                shielded=shielded,
                shielded_at=row.shielded_at if shielded else None,
            )
        )
    return found


def invitations(session: Session, actor: Actor) -> list[Invitation]:
    """Return who has asked the actor to apply together with them and waits for an answer."""
    wanted = select(Person.identity_number, Person.protection).where(Person.id == actor.subject_id)
    number, protection = session.execute(wanted).one_or_none() or (None, None)
    if number is None or protection is not Protection.NONE:
        return []
    candidates = ring_of(session.get_bind().dialect).blind_candidates("person", number)
    asked = (
        select(ApplicationParty, Application, Person)
        .join(Application, Application.id == ApplicationParty.application_id)
        .join(Person, Person.id == Application.person_id)
        .where(ApplicationParty.identity_index.in_(candidates), ApplicationParty.state == PartyState.INVITED)
        .where(Application.state == ApplicationState.DRAFT, Person.protection == Protection.NONE)
        .where(Application.person_id != actor.subject_id)
        .order_by(ApplicationParty.since)
    )
    return [
        Invitation(row.id, mine.id, row.kind, Period.parse(row.period), mine.since, person.name)
        for mine, row, person in session.execute(asked)
    ]


def invitation(session: Session, actor: Actor, application_id: uuid.UUID) -> Invitation:
    """Return the invitation to one application.

    :raises NotFound: there is none for this actor.
    """
    for found in invitations(session, actor):
        if found.application_id == application_id:
            return found
    raise NotFound


def known_periods(session: Session, actor: Actor) -> list[AssistancePeriod]:
    """Return the months that the back office says the actor has applied for or been decided on, newest first."""
    wanted = select(AssistancePeriod).where(AssistancePeriod.person_id == actor.subject_id)
    return list(session.scalars(wanted.order_by(AssistancePeriod.period.desc(), AssistancePeriod.id.desc()).limit(36)))
