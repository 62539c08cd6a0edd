"""What a client decides about notices: proves an address with a code, removes one, chooses where notices go.

Whoever holds the phone must not be able to lead notices elsewhere in silence: every change is told to where notices
went until then, neutrally. Where none went, by choice or by protection, nothing is sent.
"""

import enum
import hmac
import secrets
import uuid
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from portal.audit import service as audit
from portal.core.actor import Actor
from portal.core.clock import now
from portal.core.crypto import ring_of
from portal.core.errors import Conflict, InvalidInput, NotFound
from portal.core.i18n import LOCALES, lazy
from portal.core.ids import new_id
from portal.notices.addresses import normal
from portal.notices.models import ContactCode, ContactPoint, Notice, NoticeChoice
from portal.notices.queries import standing
from portal.notices.rules import (
    CODE_ATTEMPTS,
    CODE_LENGTH,
    CODE_LIFETIME,
    CODES_PER_ADDRESS_AND_DAY,
    CODES_PER_DAY,
    CODES_PER_HOUR,
    Channel,
    NoticeKind,
    Reminder,
)
from portal.notices.service import cancel, plan_reminders_anew
from portal.people.models import Person


class Typed(enum.StrEnum):
    """What came of a typed code. A wrong one counts, so the caller must not roll back."""

    RIGHT = "right"
    WRONG = "wrong"
    OVER = "over"  # too old, or wrong too often: a new one is needed


def code_key(code_id: uuid.UUID) -> str:
    """Return the key of the notice that carries a code."""
    return f"code:{code_id}"


def ask_code(session: Session, actor: Actor, *, channel: Channel, typed: str) -> ContactCode:
    """Send a code to an address, which gets nothing else until the code has been typed; an earlier code ends.

    :raises InvalidInput: it is no such address, it is the present one, or too many codes were asked for.
    """
    value, person_id = normal(channel, typed), actor.subject_id
    session.scalars(select(Person.id).where(Person.id == person_id).with_for_update()).one()  # one at a time is counted
    present = _point(session, person_id, channel)
    if present is not None and present.value == value:
        raise InvalidInput(lazy("Den har vi redan. Du behöver inte göra något."), reason="same")
    _check_limits(session, person_id, value)
    _close(session, person_id, channel)
    moment, own_id, code = now(), new_id(), "".join(secrets.choice("0123456789") for _ in range(CODE_LENGTH))
    ring = ring_of(session.get_bind().dialect)
    made = ContactCode(
        id=own_id,
        person_id=person_id,
        channel=channel,
        value=value,
        value_index=ring.blind_index("contact", value),
        digest=ring.blind_index("contact_code", f"{own_id}:{code}"),
        created_at=moment,
        expires_at=moment + CODE_LIFETIME,
    )
    session.add(made)
    session.flush()
    sealed = {"address": value, "code": code}
    _seal(session, person_id, NoticeKind.CODE, code_key(own_id), channel, sealed).about_at = made.expires_at
    audit.record(
        session, "contact.code_asked", actor=actor, subject_id=person_id, object_id=own_id, detail=_detail(channel)
    )
    return made


def ask_again(session: Session, actor: Actor, *, channel: Channel) -> ContactCode:
    """Send a new code to the address that waits for one.

    :raises NotFound: none does. :raises InvalidInput: too many codes were asked for.
    """
    return ask_code(session, actor, channel=channel, typed=_waiting(session, actor, channel).value)


def type_code(session: Session, actor: Actor, *, channel: Channel, typed: str) -> Typed:
    """Prove an address with the code that was sent to it; then it takes the place of the former one.

    The first proved address of somebody without protected data is chosen for notices at once: that is what they gave
    it for. With protected data they have to choose it themselves.

    :raises NotFound: no address waits for a code.
    """
    waiting = _waiting(session, actor, channel)
    digits = "".join(char for char in typed if char.isdecimal() and char.isascii())
    ring = ring_of(session.get_bind().dialect)
    wanted = ring.blind_candidates("contact_code", f"{waiting.id}:{digits}")
    if waiting.attempts >= CODE_ATTEMPTS or waiting.expires_at <= now():
        return Typed.OVER
    waiting.attempts += 1
    if not any(hmac.compare_digest(waiting.digest, candidate) for candidate in wanted):
        return _wrong(session, actor, waiting)
    waiting.closed_at = now()
    _tell_former(session, actor.subject_id, channel)
    _place(session, actor.subject_id, channel, waiting.value)
    found = standing(session, actor.subject_id)
    if session.get(NoticeChoice, actor.subject_id) is None and not found.is_protected:
        session.add(NoticeChoice(person_id=actor.subject_id, channel=channel))
    audit.record(
        session,
        "contact.verified",
        actor=actor,
        subject_id=actor.subject_id,
        object_id=waiting.id,
        detail=_detail(channel),
    )
    session.flush()
    return Typed.RIGHT


def break_off(session: Session, actor: Actor, *, channel: Channel) -> None:
    """Forget an address that waits for a code."""
    _close(session, actor.subject_id, channel)


def remove(session: Session, actor: Actor, *, channel: Channel) -> None:
    """Remove an address; notices that went there go nowhere until the person chooses anew.

    :raises NotFound: there is none.
    """
    person_id = actor.subject_id
    point = _point(session, person_id, channel)
    if point is None:
        raise NotFound
    _tell_former(session, person_id, channel)
    session.delete(point)
    session.execute(
        update(NoticeChoice)
        .where(NoticeChoice.person_id == person_id, NoticeChoice.channel == channel)
        .values(channel=None, chosen_at=now())
        .execution_options(synchronize_session="fetch")
    )
    audit.record(session, "contact.removed", actor=actor, subject_id=person_id, detail=_detail(channel))
    session.flush()


def choose(session: Session, actor: Actor, *, channel: Channel | None, reminder: Reminder, locale: str) -> None:
    """Choose where notices go (None: nowhere), how long before a meeting to be reminded, and the language.

    :raises InvalidInput: an unknown language. :raises Conflict: there is no proved address of that kind any more.
    """
    person_id = actor.subject_id
    if locale not in LOCALES:
        raise InvalidInput(reason="locale")
    if channel is not None and _point(session, person_id, channel) is None:
        raise Conflict(reason="no_address")
    before = standing(session, person_id)
    if before.channel is not channel:
        _tell_former(session, person_id, None)
    choice = session.get(NoticeChoice, person_id) or NoticeChoice(person_id=person_id)
    # Also an unchanged choice counts from now: it was made under the present protection.
    choice.channel, choice.reminder, choice.chosen_at = channel, reminder, now()
    session.add(choice)
    session.get_one(Person, person_id).locale = locale
    session.flush()
    plan_reminders_anew(session, person_id)
    detail = {"channel": channel.value if channel else "none", "reminder": reminder.value, "locale": locale}
    audit.record(session, "notices.chosen", actor=actor, subject_id=person_id, detail=detail)


def _wrong(session: Session, actor: Actor, waiting: ContactCode) -> Typed:
    audit.record(
        session,
        "contact.code_wrong",
        actor=actor,
        subject_id=actor.subject_id,
        object_id=waiting.id,
        outcome="refused",
        detail={**_detail(waiting.channel), "attempt": waiting.attempts},
    )
    session.flush()
    return Typed.OVER if waiting.attempts >= CODE_ATTEMPTS else Typed.WRONG


def _check_limits(session: Session, person_id: uuid.UUID, value: str) -> None:
    moment = now()
    found = ring_of(session.get_bind().dialect).blind_candidates("contact", value)
    own, theirs = ContactCode.person_id == person_id, ContactCode.value_index.in_(found)
    hour, day = timedelta(hours=1), timedelta(days=1)
    limits: list[tuple[ColumnElement[bool], timedelta, int]] = [
        (own, hour, CODES_PER_HOUR),
        (own, day, CODES_PER_DAY),
        (theirs, day, CODES_PER_ADDRESS_AND_DAY),
    ]
    for whose, within, most in limits:
        asked = select(func.count()).select_from(ContactCode).where(whose, ContactCode.created_at > moment - within)
        if (session.scalar(asked) or 0) >= most:
            raise InvalidInput(lazy("Det har skickats många koder. Vänta och försök igen senare."), reason="limit")


def _waiting(session: Session, actor: Actor, channel: Channel) -> ContactCode:
    row = session.scalars(
        select(ContactCode)
        .where(
            ContactCode.person_id == actor.subject_id, ContactCode.channel == channel, ContactCode.closed_at.is_(None)
        )
        .order_by(ContactCode.created_at.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _point(session: Session, person_id: uuid.UUID, channel: Channel) -> ContactPoint | None:
    wanted = select(ContactPoint).where(ContactPoint.person_id == person_id, ContactPoint.channel == channel)
    return session.scalars(wanted.with_for_update()).one_or_none()


def _place(session: Session, person_id: uuid.UUID, channel: Channel, value: str) -> None:
    session.execute(delete(ContactPoint).where(ContactPoint.person_id == person_id, ContactPoint.channel == channel))
    session.add(ContactPoint(person_id=person_id, channel=channel, value=value))
    session.flush()


def _close(session: Session, person_id: uuid.UUID, channel: Channel) -> None:
    rows = session.scalars(
        select(ContactCode)
        .where(ContactCode.person_id == person_id, ContactCode.channel == channel, ContactCode.closed_at.is_(None))
        .with_for_update()
    )
    for row in rows.all():
        row.closed_at = now()
        cancel(session, code_key(row.id))


def _tell_former(session: Session, person_id: uuid.UUID, changed: Channel | None) -> None:
    """Tell where notices go until now, and the address that is being changed, that something was changed."""
    found = standing(session, person_id)
    if not found.address or found.channel is None:
        return
    targets = {found.channel: found.address}
    former = _point(session, person_id, changed) if changed else None
    if former is not None:
        targets[former.channel] = former.value
    for channel, address in targets.items():
        _seal(session, person_id, NoticeKind.CHANGED, f"changed:{new_id()}", channel, {"address": address})


def _seal(
    session: Session, person_id: uuid.UUID, kind: NoticeKind, key: str, channel: Channel, sealed: dict[str, str]
) -> Notice:
    moment = now()
    row = Notice(person_id=person_id, kind=kind, key=key, channel=channel, send_at=moment, due_at=moment, sealed=sealed)
    session.add(row)
    session.flush()
    return row


def _detail(channel: Channel) -> dict[str, str]:
    return {"channel": channel.value}
