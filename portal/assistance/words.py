"""Applications in words, wherever they are shown: what is applied for, where it is, what the other one is called."""

from dataclasses import dataclass

from portal.assistance.queries import ApplicationView
from portal.assistance.rules.kinds import Kind, Period
from portal.assistance.rules.sending import SendBy
from portal.assistance.rules.sending import send_by as rule
from portal.assistance.rules.states import ApplicationState, Handling, Outcome
from portal.core.i18n import STOCKHOLM, _, format_month, lazy, today
from portal.web.words import first_name


@dataclass(frozen=True, slots=True)
class Look:
    """A state as a tag."""

    color: str
    icon: str
    text: str


_STATES = {
    ApplicationState.DRAFT: ("warning", "pencil", lazy("Inte skickad")),
    ApplicationState.SIGNING: ("warning", "clock", lazy("Väntar på underskrift")),
    ApplicationState.WITHDRAWN: ("neutral", "", lazy("Tillbakatagen")),
}
_HANDLINGS = {
    Handling.NONE: ("info", "send", lazy("Skickad")),
    Handling.RECEIVED: ("info", "check", lazy("Mottagen")),
    Handling.UNDER_REVIEW: ("info", "eye", lazy("Vi läser")),
    Handling.COMPLETION_ASKED: ("warning", "warning", lazy("Vi behöver mer")),
    Handling.DECIDED: ("success", "check", lazy("Beslut klart")),
}
OUTCOMES = {
    Outcome.GRANTED: lazy("Bifall. Du får det du har sökt."),
    Outcome.PARTLY: lazy("Delvis bifall. Du får en del av det du har sökt."),
    Outcome.REFUSED: lazy("Avslag. Du får inte det du har sökt."),
    Outcome.DISMISSED: lazy("Avvisad. Ansökan har inte prövats."),
}


def title(kind: Kind, period: Period) -> str:
    """Return what is applied for: "Ansökan för december 2026"."""
    month = format_month(period.first)
    if kind is Kind.SUPPLEMENTARY:
        return _("Tilläggsansökan för %(month)s", month=month)
    return _("Ansökan för %(month)s", month=month)


def look(view: ApplicationView) -> Look:
    """Return where an application is, as a tag."""
    submitted = view.state is ApplicationState.SUBMITTED
    color, icon, text = _HANDLINGS[view.handling] if submitted else _STATES[view.state]
    return Look(color, icon, str(text))


def send_by(view: ApplicationView, number: int) -> SendBy | None:
    """Return until when an application that isn't sent is to be sent; ``number`` is the municipality's day."""
    begun = view.created_at.astimezone(STOCKHOLM).date()
    return rule(view.kind, view.period, number, today=today(), begun=begun)


def other_name(view: ApplicationView) -> str:
    """Return the first name of the other one who applies, or words for somebody who isn't shown."""
    return first_name(view.other.name) if view.other and view.other.name else _("Den du söker tillsammans med")
