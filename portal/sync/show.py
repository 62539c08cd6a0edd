"""The words around what is stuck: lists by kind, and that something is sent again. They name nobody."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.core.i18n import _, format_moment, lazy, ngettext
from portal.sync.contract import Kind
from portal.sync.queries import StuckDelivery

_WHAT = {
    Kind.CASE_MESSAGE: lazy("Ett meddelande"),
    Kind.APPLICATION: lazy("En ansökan"),
    # Translators: what a client adds to an application
    Kind.APPLICATION_SUPPLEMENT: lazy("En komplettering"),
    Kind.MEETING: lazy("Ett möte"),
    Kind.MEETING_PROPOSAL: lazy("Ett förslag om ett möte"),
    # Translators: something that is written about a client
    Kind.NOTE: lazy("En anteckning"),
    # Translators: what a client has said about something written, with its answers
    Kind.REMARK: lazy("En synpunkt"),
}
# A kind without a word of its own must not hide that something is stuck.
_DELIVERY = lazy("En leverans")


@dataclass(frozen=True, slots=True)
class StuckRow:
    """Something that did not get through: ``number`` names it on its button, ``url`` is where it is sent again."""

    text: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class StuckList:
    """What of a kind did not get through."""

    title: str
    rows: list[StuckRow]


def stuck_lists(found: Iterable[StuckDelivery], url: Callable[[uuid.UUID], str]) -> list[StuckList]:
    """Return lists by kind of what did not get through; ``url`` gives where one of them is sent again."""
    lists: dict[Callable[[int], str], list[StuckRow]] = {title: [] for title in (_messages, _applications, _others)}
    for one in found:
        lists[_TITLES.get(one.kind, _others)].append(_row(one, url(one.id)))
    return [StuckList(title(len(rows)), rows) for title, rows in lists.items() if rows]


def sent_again(receipt_no: str | None) -> str:
    """Return what to say when something is under way again."""
    if receipt_no is None:
        return _("Skickas igen.")
    return _("Skickas igen. Kvittens %(number)s", number=receipt_no)


def _row(one: StuckDelivery, url: str) -> StuckRow:
    at = format_moment(one.since)
    if one.receipt_no is not None:
        return StuckRow(_("Kvittens %(number)s, skickat %(at)s.", number=one.receipt_no, at=at), one.receipt_no, url)
    what = _WHAT.get(one.kind, _DELIVERY)
    return StuckRow(_("%(what)s, skickat %(at)s.", what=what, at=at), f"{what}, {at}", url)


def _messages(number: int) -> str:
    return ngettext("%(num)s meddelande har inte kommit fram.", "%(num)s meddelanden har inte kommit fram.", number)


def _applications(number: int) -> str:
    return ngettext(
        "%(num)s ansökan eller komplettering har inte kommit fram.",
        "%(num)s ansökningar eller kompletteringar har inte kommit fram.",
        number,
    )


def _others(number: int) -> str:
    return ngettext(
        "%(num)s annan leverans har inte kommit fram.", "%(num)s andra leveranser har inte kommit fram.", number
    )


_TITLES = {
    Kind.CASE_MESSAGE: _messages,
    Kind.APPLICATION: _applications,
    Kind.APPLICATION_SUPPLEMENT: _applications,
}
