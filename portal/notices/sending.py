"""Sending what is due: claimed in one transaction, sent outside any, settled in another.

A notice is sent at least once. When a worker dies, or a line, after it was given over, nobody knows whether it came
through: it is sent once more, and after that it is given up rather than sent a third time. Mails bear the same
Message-ID and text messages the same Idempotency-Key each time, by which a second copy can be known.

Who gets it, where and whether at all is looked up at this moment, not when the event happened: an address that was
removed, a choice that was changed or a protection that was set meanwhile holds at once.
"""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased, sessionmaker

from portal.core.clock import now
from portal.core.db import writing
from portal.core.ids import new_id
from portal.core.retry import RetryPolicy, jitter
from portal.notices.channels import senders
from portal.notices.channels.base import ChannelError, Parcel, Refused, Sender, Uncertain
from portal.notices.models import OPEN, ContactPoint, Notice
from portal.notices.queries import standing
from portal.notices.rules import (
    MOST_UNCERTAIN,
    NOTICE_POLICY,
    Channel,
    NoticeKind,
    NoticeState,
    Reminder,
    is_quiet,
    move,
)
from portal.notices.service import settle
from portal.notices.texts import sentence
from portal.people.models import Person
from portal.settings import Settings

log = structlog.get_logger("portal.notices")

_AT_ANY_HOUR = (NoticeKind.CODE, NoticeKind.REMINDER)
LOST = "lost"


@dataclass(frozen=True, slots=True)
class Claim:
    """A notice that one worker holds until its lease runs out; ``attempt`` is counted from 1."""

    id: uuid.UUID
    attempt: int
    channel: Channel
    parcel: Parcel


class NoticeSender:
    """Sends what is due; several may share a PostgreSQL database."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        *,
        channels: Mapping[Channel, Sender] | None = None,
        policy: RetryPolicy = NOTICE_POLICY,
        lease: timedelta | None = None,
    ) -> None:
        self.id = str(new_id())
        self._settings, self._sessions, self._policy = settings, sessions, policy
        self._channels = senders(settings) if channels is None else channels
        # It must outlast every step of one mail, each of which may take its whole time.
        self._lease = lease or timedelta(seconds=60 + 8 * settings.notice_timeout_seconds)

    def run(self, stop: threading.Event) -> int:
        """Send all that is due now, or until told to stop; return how many were sent."""
        sent = 0
        while not stop.is_set() and (claim := self._claim()) is not None:
            if claim.parcel.address:
                sent += self._send(claim)
        return sent

    def run_once(self) -> int:
        """Send all that is due now; return how many were sent."""
        return self.run(threading.Event())

    def _claim(self) -> Claim | None:
        """Take the first notice that is due; one that is not to be sent any more is settled, with an empty address."""
        with self._sessions() as session:
            # Looking takes no write lock: an idle worker must not hold up those who write.
            if session.scalars(self._due().limit(1)).first() is None:
                return None
        with writing(self._sessions) as session:
            found = session.scalars(self._due().limit(1).with_for_update(skip_locked=True)).first()
            if found is None:
                return None
            row = session.get_one(Notice, found, populate_existing=True)
            return self._take(session, row)

    def _due(self) -> Any:
        moment = now()
        gathered = moment - timedelta(minutes=self._settings.notice_collapse_minutes)
        earlier = aliased(Notice)
        # News of one person go out together, under the earliest of them; the others wait for it.
        blocked = (
            select(earlier.id)
            .where(
                Notice.kind == NoticeKind.NEWS,
                earlier.person_id == Notice.person_id,
                earlier.kind == NoticeKind.NEWS,
                earlier.state.in_((NoticeState.WAITING, NoticeState.SENDING)),
                or_(earlier.send_at < Notice.send_at, and_(earlier.send_at == Notice.send_at, earlier.id < Notice.id)),
            )
            .exists()
        )
        wanted = select(Notice.id).where(
            OPEN,
            or_(
                and_(Notice.state == NoticeState.WAITING, Notice.due_at <= moment),
                and_(Notice.state == NoticeState.SENDING, Notice.leased_until <= moment),
            ),
            or_(Notice.kind != NoticeKind.NEWS, Notice.send_at <= gathered),
            ~blocked,
        )
        if is_quiet(moment, self._settings.notice_quiet_from, self._settings.notice_quiet_until):
            wanted = wanted.where(Notice.kind.in_(_AT_ANY_HOUR))
        return wanted.order_by(Notice.due_at, Notice.id)

    def _take(self, session: Session, row: Notice) -> Claim:
        nothing = Claim(row.id, row.attempts, Channel.EMAIL, Parcel("", "", ""))
        if row.state is NoticeState.SENDING:
            row.uncertain += 1
            if row.uncertain > MOST_UNCERTAIN:
                self._give_up(session, row, LOST)
                return nothing
        row.state = move(row.state, NoticeState.SENDING)
        row.attempts += 1
        channel, address, why = _target(session, row)
        if channel is None or channel not in self._channels:
            settle(row, NoticeState.CANCELLED, why or "channel")
            log.info("notice.cancelled", notice=str(row.id), kind=row.kind.value, code=row.code)
            return nothing
        row.channel = channel
        row.leased_by, row.leased_until = self.id, now() + self._lease
        locale = session.get_one(Person, row.person_id).locale
        text = sentence(row.kind, locale, (row.sealed or {}).get("code", ""))
        return Claim(row.id, row.attempts, channel, Parcel(str(row.id), address, text, locale))

    def _send(self, claim: Claim) -> bool:
        error: ChannelError | None = None
        try:
            self._channels[claim.channel].send(claim.parcel)
        except ChannelError as caught:
            error = caught
        except Exception as caught:  # noqa: BLE001 - a channel's own fault must not stop the others' notices
            error = Uncertain(f"error_{type(caught).__name__}")
        with writing(self._sessions) as session:
            state = self._settle(session, claim, error)
        words = {"notice": str(claim.id), "channel": claim.channel.value, "attempt": claim.attempt}
        if state is None:
            log.warning("notice.overtaken", **words)
        elif error is None:
            log.info("notice.sent", **words)
        else:
            log.warning("notice.unsent", **words, state=state.value, code=error.code)
        return error is None

    def _settle(self, session: Session, claim: Claim, error: ChannelError | None) -> NoticeState | None:
        row = session.scalars(
            select(Notice)
            .where(Notice.id == claim.id, Notice.state == NoticeState.SENDING, Notice.attempts == claim.attempt)
            .with_for_update()
        ).one_or_none()
        if row is None:
            return None
        if error is None:
            settle(row, NoticeState.SENT)
            _note(session, row, None)
            _gather(session, row)
            return row.state
        row.uncertain += isinstance(error, Uncertain)
        if isinstance(error, Refused) or row.uncertain > MOST_UNCERTAIN or self._policy.exhausted(row.attempts):
            self._give_up(session, row, error.code)
            return row.state
        row.state = move(row.state, NoticeState.WAITING)
        row.code, row.leased_by, row.leased_until = error.code, None, None
        row.due_at = now() + self._policy.delay(row.attempts, jitter())
        return row.state

    def _give_up(self, session: Session, row: Notice, code: str) -> None:
        settle(row, NoticeState.FAILED, code)
        _note(session, row, now())
        _gather(session, row)
        log.error("notice.failed", notice=str(row.id), kind=row.kind.value, code=code)


def _target(session: Session, row: Notice) -> tuple[Channel | None, str, str]:
    """Return channel and address of a notice at this moment, or None and why it is not sent."""
    found = standing(session, row.person_id)
    if row.kind in {NoticeKind.CODE, NoticeKind.CHANGED}:
        return _sealed_target(row, hidden=found.is_protected and found.protected_since > row.created_at)
    if not found.address:
        return None, "", "protected" if found.lapsed else "off"
    if row.about_at is not None and (found.reminder is Reminder.NONE or now() >= row.about_at):
        return None, "", "off" if found.reminder is Reminder.NONE else "late"
    return found.channel, found.address, ""


def _sealed_target(row: Notice, *, hidden: bool) -> tuple[Channel | None, str, str]:
    address = (row.sealed or {}).get("address", "")
    if row.about_at is not None and now() >= row.about_at:
        return None, "", "late"  # a code that is no longer valid
    if row.kind is NoticeKind.CHANGED and hidden:
        return None, "", "protected"
    return (row.channel, address, "") if address else (None, "", "off")


def _note(session: Session, row: Notice, failed_at: datetime | None) -> None:
    """Remember at the address whether notices come through; codes and old addresses have none to remember it at."""
    if row.kind in {NoticeKind.NEWS, NoticeKind.REMINDER} and row.channel is not None:
        session.execute(
            update(ContactPoint)
            .where(ContactPoint.person_id == row.person_id, ContactPoint.channel == row.channel)
            .values(failed_at=failed_at)
        )


def _gather(session: Session, row: Notice) -> None:
    """Let the other news of the person that have happened by now go with this one."""
    if row.kind is not NoticeKind.NEWS:
        return
    others = select(Notice).where(
        Notice.person_id == row.person_id,
        Notice.kind == NoticeKind.NEWS,
        Notice.state == NoticeState.WAITING,
        Notice.send_at <= now(),
    )
    for other in session.scalars(others.with_for_update(skip_locked=True)):
        settle(other, NoticeState.CANCELLED, "gathered")
