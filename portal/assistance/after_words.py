"""A handed-in application in words: where it is on its way to a decision, and what has happened, to a client."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.assistance import queries, words
from portal.assistance.queries import ApplicationView, Happening
from portal.assistance.rules.states import ApplicationState, EventKind, Handling
from portal.core.i18n import LazyText, _, format_moment, lazy
from portal.sync.rules import Delivery
from portal.web.words import capital


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way: done, now, or still to come (neither)."""

    icon: str
    title: str
    text: str = ""
    done: bool = False
    now: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the timeline; ``reason`` is what somebody wrote."""

    at: str
    text: str
    reason: str = ""
    change: str = ""


_BY_ME: Mapping[EventKind, LazyText] = {
    EventKind.STARTED: lazy("Du började på ansökan"),
    EventKind.INVITED: lazy("Du bad någon att söka tillsammans med dig"),
    EventKind.JOINED: lazy("Du gick med i ansökan"),
    EventKind.DECLINED: lazy("Du sa nej till att söka tillsammans"),
    EventKind.CHANGE_ASKED: lazy("Du bad om en ändring"),
    EventKind.CHANGED: lazy("Du ändrade något. Underskrifterna gällde inte längre."),
    EventKind.SIGNED: lazy("Du skrev under"),
    EventKind.SUPPLEMENTED: lazy("Du kompletterade ansökan"),
    EventKind.WITHDRAWN: lazy("Du tog tillbaka ansökan"),
}
_BY_OTHER: Mapping[EventKind, LazyText] = {
    EventKind.STARTED: lazy("%(name)s började på ansökan"),
    EventKind.INVITED: lazy("%(name)s bad dig att söka tillsammans"),
    EventKind.JOINED: lazy("%(name)s gick med i ansökan"),
    EventKind.DECLINED: lazy("%(name)s sa nej till att söka tillsammans"),
    EventKind.CHANGE_ASKED: lazy("%(name)s bad om en ändring"),
    EventKind.CHANGED: lazy("%(name)s ändrade något. Underskrifterna gällde inte längre."),
    EventKind.SIGNED: lazy("%(name)s skrev under"),
    EventKind.SUPPLEMENTED: lazy("%(name)s kompletterade ansökan"),
    EventKind.WITHDRAWN: lazy("%(name)s tog tillbaka ansökan"),
}
_BY_US: Mapping[EventKind, LazyText] = {
    EventKind.CHANGED: lazy("Något ändrades efter underskriften, så den gällde inte längre"),
    EventKind.SUBMITTED: lazy("Ansökan skickades"),
    EventKind.DELIVERED: lazy("Ansökan kom fram till handläggarna"),
    EventKind.RECEIVED: lazy("Vi tog emot ansökan"),
    EventKind.UNDER_REVIEW: lazy("Vi började läsa ansökan"),
    EventKind.COMPLETION_ASKED: lazy("Vi bad dig om mer"),
    EventKind.DECIDED: lazy("Vi fattade beslut"),
}


def timeline(view: ApplicationView, found: Sequence[Happening]) -> list[Told]:
    """Return what has happened, the latest first."""
    told, withdrawn = [], False
    for one in found:
        withdrawn = withdrawn or one.kind is EventKind.WITHDRAWN
        back = withdrawn and one.kind is EventKind.DELIVERED
        text = _("Handläggarna fick veta att ansökan är tillbakatagen") if back else _what(view, one)
        told.append(Told(moment(one.at), text, one.text))
    return told[::-1]


def _what(view: ApplicationView, one: Happening) -> str:
    if one.party is None:
        return str(_BY_US[one.kind])
    if one.party is view.party:
        return str(_BY_ME[one.kind])
    return str(_BY_OTHER[one.kind]) % {"name": words.other_name(view)}


def moment(instant: datetime) -> str:
    """Return when something happened, as it begins a line: "I dag 08.31"."""
    return capital(format_moment(instant))


def heading(view: ApplicationView) -> str:
    """Return what the page of a handed-in application is called."""
    if view.state is ApplicationState.WITHDRAWN:
        return _("Ansökan är tillbakatagen")
    match view.handling:
        case Handling.UNDER_REVIEW:
            return _("Vi läser din ansökan")
        case Handling.COMPLETION_ASKED:
            return _("Vi behöver mer från dig")
        case Handling.DECIDED:
            return _("Ansökan är beslutad")
        case _:
            return _("Ansökan är skickad")


def outcome(view: ApplicationView) -> str:
    """Return what was decided; empty where nothing is."""
    decided = view.state is ApplicationState.SUBMITTED and view.handling is Handling.DECIDED
    return str(words.OUTCOMES[view.outcome]) if decided and view.outcome else ""


def asked(view: ApplicationView, found: Sequence[Happening]) -> str:
    """Return what the back office wrote that it needs more of; empty where that isn't told here."""
    return queries.said(found, EventKind.COMPLETION_ASKED) if view.asks_for_more else ""


def reasons(view: ApplicationView, found: Sequence[Happening]) -> str:
    """Return how a decision is explained; empty where there is none or it isn't told here."""
    return queries.said(found, EventKind.DECIDED) if view.handling is Handling.DECIDED else ""


def taken_back(view: ApplicationView) -> str:
    """Return whether the caseworkers know that an application is taken back."""
    match view.delivery:
        case Delivery.DELIVERED:
            return _("Handläggarna vet att den är tillbakatagen.")
        case Delivery.STUCK:
            return _("Beskedet till handläggarna har fastnat. Vi har sett felet. Du behöver inte göra något.")
        case _:
            return _("Beskedet är på väg till handläggarna.")


def track(view: ApplicationView) -> Iterator[Step]:
    """Yield the steps from sending to a decision."""
    yield Step("check", _("Du har skickat ansökan") if not view.other else _("Ni har skickat ansökan"), done=True)
    yield _delivery(view)
    yield _reading(view)
    decided = view.handling is Handling.DECIDED
    # Translators: a step of the way of an application that is still to come, or has come
    title = _("Ansökan är beslutad") if decided else _("Du får ett beslut")
    yield Step("check" if decided else "scales", title, done=decided)


def _delivery(view: ApplicationView) -> Step:
    there = view.delivery is Delivery.DELIVERED or view.handling is not Handling.NONE
    if there:
        at = moment(view.delivered_at) if view.delivered_at else ""
        return Step("check", _("Den har kommit fram till handläggarna"), at, done=True)
    if view.delivery is Delivery.STUCK:
        text = _("Ansökan räknas som inlämnad. Vi har sett felet och hjälper den vidare. Du behöver inte göra något.")
        return Step("warning", _("Något har fastnat på vägen"), text, now=True)
    text = _("Ansökan räknas som inlämnad. Den är sparad hos oss.")
    return Step("clock", _("Den är på väg till handläggarna"), text, now=True)


def _reading(view: ApplicationView) -> Step:
    match view.handling:
        case Handling.DECIDED:
            return Step("check", _("Vi har läst ansökan"), done=True)
        case Handling.COMPLETION_ASKED:
            return Step("warning", _("Vi behöver mer från dig"), _("Komplettera så läser vi vidare."), now=True)
        case Handling.UNDER_REVIEW:
            return Step("eye", _("Vi läser din ansökan"), _("Om något saknas frågar vi dig."), now=True)
        case _:
            now = view.handling is Handling.RECEIVED or view.delivery is Delivery.DELIVERED
            return Step("eye", _("En handläggare läser"), _("Om något saknas frågar vi dig."), now=now)
