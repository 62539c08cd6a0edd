"""The words around messages: days, times, receipts and deliveries, as the reader's page says them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from portal.core.actor import Actor, Side
from portal.core.i18n import _, format_day, format_time, same_day
from portal.messages.models import Message
from portal.messages.queries import Conversation, MessageRow
from portal.sync.rules import Delivery
from portal.web.words import day_heading, first_name


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message as its template shows it; ``day`` stands above the first of each day."""

    id: str
    day: str
    me: bool
    name: str
    time: str
    text: str
    receipt: str
    delivery: str
    icon: str
    failed: bool


def bubbles(
    actor: Actor,
    found: Conversation,
    rows: Iterable[MessageRow],
    *,
    client_name: str = "",
    after: datetime | None = None,
) -> Iterator[Bubble]:
    """Yield the messages of a thread for its reader.

    ``client_name`` is how staff see the client; ``after`` is when the message came that already stands above.
    """
    for row in rows:
        new_day = after is None or not same_day(after, row.sent_at)
        after = row.sent_at
        yield _bubble(actor, found, row, client_name, day_heading(row.sent_at) if new_day else "")


def _bubble(actor: Actor, found: Conversation, row: MessageRow, client_name: str, day: str) -> Bubble:
    me = row.side is actor.side and (row.side is Side.CLIENT or row.author_staff_id == actor.staff_id)
    name = row.author if row.side is Side.STAFF else client_name
    text, icon = _delivery(row) if row.side is actor.side else ("", "")
    return Bubble(
        id=f"m-{row.id}",
        day=day,
        me=me,
        name=first_name(name) if actor.side is Side.CLIENT else name,
        time=format_time(row.sent_at),
        text=row.text,
        receipt=_read(actor, found, row) if me else _author(actor, found, row),
        delivery=text,
        icon=icon,
        failed=row.delivery is Delivery.STUCK,
    )


def _author(actor: Actor, found: Conversation, row: MessageRow) -> str:
    """Return who wrote, where it isn't the one whose name stands above the thread."""
    if row.side is Side.CLIENT or (actor.side is Side.CLIENT and row.author == found.case.caseworker):
        return ""
    return row.author or _("verksamhetssystemet")


def _read(actor: Actor, found: Conversation, row: MessageRow) -> str:
    read_at = found.staff_read_at if actor.side is Side.CLIENT else found.client_read_at
    if read_at is None or read_at < row.sent_at:
        return ""
    if actor.side is Side.STAFF:
        return _("läst av klienten")
    return _("läst av %(name)s", name=first_name(found.staff_reader)) if found.staff_reader else _("läst")


def _delivery(row: MessageRow) -> tuple[str, str]:
    if row.delivery is Delivery.DELIVERED and row.delivered_at:
        if same_day(row.delivered_at, row.sent_at):
            return _("levererat %(time)s", time=format_time(row.delivered_at)), "check"
        day = format_day(row.delivered_at)
        return _("levererat %(day)s %(time)s", day=day, time=format_time(row.delivered_at)), "check"
    # Until it has arrived, the receipt is what one asks about it with.
    if row.delivery is Delivery.STUCK:
        return _("fastnat, vi hjälper till. Kvittens %(number)s", number=row.receipt_no), "warning"
    return _("inte levererat än. Kvittens %(number)s", number=row.receipt_no), "clock"


def row_of(message: Message, author: str) -> MessageRow:
    """Return a message that was just stored as lists have it."""
    return MessageRow(
        message.id,
        message.side,
        message.author_staff_id,
        author,
        message.text,
        message.sent_at,
        message.receipt_no,
        message.delivery,
        message.delivered_at,
    )
