"""What a client is booking: begun, changed, and the time that is held for it while the client reads and writes."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.core.actor import Actor, Side
from portal.core.clock import now
from portal.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from portal.core.i18n import lazy
from portal.meetings import queries
from portal.meetings.models import BookingDraft, MeetingType
from portal.meetings.queries import FreeTime, meeting_minutes
from portal.meetings.rules.arrangement import Arrangement, arrangement_of, checked
from portal.meetings.rules.availability import on_grid
from portal.meetings.rules.states import HOLD, QUANTUM, Form, MeetingState
from portal.meetings.rules.times import Booked, check_when
from portal.meetings.service import claims
from portal.meetings.service.claims import JustTaken
from portal.people import queries as people
from portal.people.models import Person, StaffMember

# Half-made bookings are forgotten after so long; they hold nothing by then.
FORGOTTEN_AFTER = timedelta(days=1)
# Half-made bookings of one client, each with a held time; the oldest gives way, so that nobody can hold a whole week.
MAX_DRAFTS = 3


class NobodyToMeet(Conflict):
    """No caseworker and no intake can be booked."""

    message = lazy("Det finns ingen att boka just nu. Ring oss, så hjälper vi dig.")


class CaseworkerLeft(Conflict):
    """Whom the client had chosen doesn't work with the case any more."""

    message = lazy("Den du ville träffa arbetar inte längre med ditt ärende. Välj en tid hos någon annan.")


class FormNotOffered(InvalidInput):
    """That kind of meeting isn't held in that form."""

    message = lazy("Det mötet går inte att ha på det sättet. Välj ett annat sätt att träffas.")


@dataclass(frozen=True, slots=True)
class Offered:
    """Who can be met by a draft. ``left`` names the one who was wished for and has left; then others are offered."""

    staff_ids: tuple[uuid.UUID, ...]
    left: str = ""


def lock_client(session: Session, person_id: uuid.UUID) -> None:
    """Let one client's bookings come one after the other; held until the transaction ends."""
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))


def begin(
    session: Session,
    actor: Actor,
    *,
    case_id: uuid.UUID | None,
    staff_id: uuid.UUID | None,
    type_id: uuid.UUID,
    wanted: Arrangement,
) -> BookingDraft:
    """Begin to book; of the client's half-made bookings beyond ``MAX_DRAFTS`` the oldest is dropped.

    :raises NotFound: the case isn't the client's, or the kind of meeting isn't one that clients may book.
    :raises NobodyToMeet: there is nobody to book.
    :raises CaseworkerLeft: the one who is wished for isn't there to be booked.
    :raises InvalidInput: the form isn't offered, or a text is too long.
    """
    draft = BookingDraft(person_id=_client(actor), case_id=case_id, staff_id=staff_id, type_id=type_id)
    _write(session, actor, draft, wanted)
    lock_client(session, draft.person_id)
    _make_room(session, draft.person_id)
    session.add(draft)
    session.flush()
    return draft


def change(
    session: Session,
    actor: Actor,
    *,
    draft_id: uuid.UUID,
    case_id: uuid.UUID | None,
    staff_id: uuid.UUID | None,
    type_id: uuid.UUID,
    wanted: Arrangement,
) -> BookingDraft:
    """Change whom to meet and how; the time that was held is let go, for it may be too short now.

    :raises NotFound: the draft isn't the client's, and as ``begin``.
    """
    draft = own(session, actor, draft_id, lock=True)
    if draft.moves_id is None:
        draft.case_id = case_id
    draft.staff_id, draft.type_id = staff_id, type_id
    _write(session, actor, draft, wanted)
    claims.release(session, draft_id=draft.id)
    draft.held_staff_id = draft.held_from = draft.held_to = None
    session.flush()
    return draft


def to_move(session: Session, actor: Actor, meeting_id: uuid.UUID) -> BookingDraft:
    """Return a draft that would move a meeting, with all that was agreed; it isn't stored before a time is held.

    :raises NotFound: the meeting isn't the client's.
    :raises Conflict: it is over, has begun, or is cancelled.
    """
    meeting = queries.open_meeting(session, actor, meeting_id, lock=False)
    if meeting.state is not MeetingState.BOOKED or meeting.starts_at <= now():
        raise Conflict(lazy("Mötet går inte att flytta längre."), reason="over")
    draft = BookingDraft(
        person_id=meeting.person_id,
        case_id=meeting.case_id,
        type_id=meeting.type_id,
        staff_id=meeting.staff_id,
        moves_id=meeting.id,
    )
    arrangement_of(meeting).onto(draft)
    return draft


def keep(session: Session, draft: BookingDraft) -> BookingDraft:
    """Store a draft that ``to_move`` has made."""
    lock_client(session, draft.person_id)
    _make_room(session, draft.person_id)
    session.add(draft)
    session.flush()
    return draft


def keep_held(session: Session, actor: Actor, draft: BookingDraft, *, starts_at: datetime) -> BookingDraft:
    """Store a draft that ``to_move`` has made with the time that it holds: both or neither.

    :raises JustTaken: also ``PastTime``, ``TooLate`` and ``TooEarly``, as ``hold``.
    """
    with session.begin_nested():
        return hold(session, actor, keep(session, draft), starts_at=starts_at)


def own(session: Session, actor: Actor, draft_id: uuid.UUID, *, lock: bool = False) -> BookingDraft:
    """Return a draft of the client's.

    :raises NotFound: for a foreign, forgotten or used one alike.
    """
    wanted = select(BookingDraft).where(BookingDraft.id == draft_id, BookingDraft.person_id == _client(actor))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound
    if found.moves_id is not None:
        # What is hidden from whoever acts for the client is hidden in its drafts, too.
        queries.meeting(session, actor, found.moves_id)
    return found


def minutes_of(session: Session, draft: BookingDraft) -> int:
    """Return how long the meeting will be, with interpreter if one is wished for."""
    return meeting_minutes(kind_of(session, draft), with_interpreter=bool(draft.interpreter))


def kind_of(session: Session, draft: BookingDraft) -> MeetingType:
    """Return the kind of meeting that a draft is for."""
    return session.get_one(MeetingType, draft.type_id)


def offered(session: Session, actor: Actor, draft: BookingDraft) -> Offered:
    """Return who can be met now: the one wished for, or whoever there is.

    :raises NobodyToMeet: there is nobody.
    """
    there = [one.id for one in queries.bookable_staff(session, actor, draft.case_id)]
    if draft.staff_id is None and there:
        return Offered(tuple(there))
    if draft.staff_id in there:
        return Offered((draft.staff_id,))
    left = session.get(StaffMember, draft.staff_id) if draft.staff_id else None
    if not there:
        raise NobodyToMeet(reason="nobody")
    return Offered(tuple(there), left.name if left else "")


def free_times(
    session: Session, actor: Actor, draft: BookingDraft, *, after: datetime, before: datetime, limit: int
) -> list[FreeTime]:
    """Return the times that a draft could take; its own held one and the one to be moved from count as free.

    :raises NobodyToMeet: there is nobody to book.
    """
    return queries.free_times(
        session,
        actor,
        person_id=draft.person_id,
        type_id=draft.type_id,
        form=draft.form,
        staff_ids=offered(session, actor, draft).staff_ids,
        minutes=minutes_of(session, draft),
        after=after,
        before=before,
        limit=limit,
        ignoring_draft=draft.id,
        ignoring_meeting=draft.moves_id,
    )


def hold(session: Session, actor: Actor, draft: BookingDraft, *, starts_at: datetime) -> BookingDraft:
    """Hold a time for ``HOLD``, instead of the one held before; the same one again is renewed.

    :raises PastTime: also ``TooLate`` and ``TooEarly``: the time can't be booked now.
    :raises JustTaken: somebody else was first, or it was never free.
    """
    kind = kind_of(session, draft)
    check_when(starts_at, now(), notice_hours=kind.notice_hours, ahead_days=kind.ahead_days)
    if not on_grid(starts_at):
        raise JustTaken(reason="no_such_time")
    claims.lock(session, offered(session, actor, draft).staff_ids)
    found = free_times(session, actor, draft, after=starts_at, before=starts_at + QUANTUM, limit=1)
    if not found:
        raise JustTaken(reason="not_free")
    time = found[0]
    booked = Booked(time.staff_id, time.starts_at, time.ends_at, kind.buffer_minutes)
    claims.hold(session, draft.id, booked, now() + HOLD, moves_id=draft.moves_id)
    draft.held_staff_id, draft.held_from, draft.held_to = time.staff_id, time.starts_at, time.ends_at
    if draft.form is Form.VISIT:
        draft.place_id = time.place_id
    session.flush()
    return draft


def held_until(session: Session, draft: BookingDraft) -> datetime | None:
    """Return until when a draft's time is held, None where it isn't any more."""
    return claims.holds(session, draft.id) if draft.held_from else None


def clean_up(session: Session) -> None:
    """Free what has lapsed and forget old drafts; for every worker now and then, and for several at once."""
    claims.drop_lapsed(session)
    old = select(BookingDraft.id).where(BookingDraft.created_at < now() - FORGOTTEN_AFTER)
    forgotten = delete(BookingDraft).where(BookingDraft.id.in_(old.with_for_update(skip_locked=True)))
    session.execute(forgotten.execution_options(synchronize_session=False))


def _client(actor: Actor) -> uuid.UUID:
    if actor.side is not Side.CLIENT:
        raise Forbidden(reason="side")
    return actor.subject_id


def _write(session: Session, actor: Actor, draft: BookingDraft, wanted: Arrangement) -> None:
    """See that what is wished for can be had, and write it onto a draft."""
    if draft.case_id is not None:
        people.case(session, actor, draft.case_id)
    kinds = {kind.id: kind for kind in queries.types_for(session, actor, draft.case_id)}
    kind = kinds.get(draft.type_id)
    if kind is None:
        raise NotFound
    if wanted.form not in kind.forms:
        raise FormNotOffered(reason="form")
    if offered(session, actor, draft).left:
        raise CaseworkerLeft(reason="left")
    replace(checked(wanted), place_id=None).onto(draft)


def _make_room(session: Session, person_id: uuid.UUID) -> None:
    wanted = select(BookingDraft.id).where(BookingDraft.person_id == person_id).order_by(BookingDraft.id.desc())
    for draft_id in session.scalars(wanted.offset(MAX_DRAFTS - 1)).all():
        claims.release(session, draft_id=draft_id)
        session.execute(
            delete(BookingDraft).where(BookingDraft.id == draft_id).execution_options(synchronize_session=False)
        )
