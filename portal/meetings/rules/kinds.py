"""What may stand as a kind of meeting and as a place, and the kinds that a new installation begins with; pure."""

from dataclasses import dataclass

from portal.core.i18n import Text, lazy
from portal.meetings.rules.availability import MAX_AHEAD_DAYS
from portal.meetings.rules.hours import HoursRefused
from portal.meetings.rules.states import Form, TypeKind

MAX_NAME = 80
MAX_ADDRESS = 200
MAX_ACCESS_NOTE = 500
# A day's work: what takes longer is several meetings.
MAX_MINUTES = 480
MAX_BUFFER = 120
MAX_PERCENT = 200
MAX_NOTICE_HOURS = 24 * 14


@dataclass(frozen=True, slots=True)
class KindSettings:
    """How a kind of meeting is held and booked: minutes, per cent, hours, days; the first form is suggested."""

    kind: TypeKind
    minutes: int
    forms: tuple[Form, ...]
    name: str = ""
    interpreter_percent: int = 50
    buffer_minutes: int = 15
    notice_hours: int = 24
    ahead_days: int = 56
    client_bookable: bool = True
    hidden_from_guardians: bool = False


@dataclass(frozen=True, slots=True)
class PlaceSettings:
    """A place where clients are met, and how to get in."""

    name: str
    address: str
    access_note: str = ""


# No source states how long meetings take: these are the suggestions of DOMAIN.md section 8 (2026-11, sure: low to
# medium), which a system manager changes. What needs others to be there, or two caseworkers, is agreed on by
# proposals. A visit at home is never booked by the client alone, a talk with a child never past the caseworker.
DEFAULT_KINDS: tuple[KindSettings, ...] = (
    KindSettings(TypeKind.FIRST, 60, (Form.VISIT, Form.VIDEO, Form.PHONE)),
    KindSettings(TypeKind.FOLLOW_UP, 45, (Form.VISIT, Form.PHONE, Form.VIDEO)),
    KindSettings(TypeKind.HOME_VISIT, 90, (Form.HOME,), buffer_minutes=30, notice_hours=72, client_bookable=False),
    KindSettings(TypeKind.SIP, 60, (Form.VISIT, Form.VIDEO), notice_hours=72, client_bookable=False),
    KindSettings(
        TypeKind.CHILD_TALK,
        45,
        (Form.VISIT, Form.OTHER, Form.HOME),
        client_bookable=False,
        hidden_from_guardians=True,
    ),
    KindSettings(TypeKind.NETWORK, 90, (Form.VISIT, Form.VIDEO), notice_hours=72, client_bookable=False),
)


def check_kind(kind: KindSettings) -> None:
    """See that a kind of meeting can stand.

    :raises HoursRefused: with the field of each fault.
    """
    limits = {
        "minutes": (kind.minutes, 5, MAX_MINUTES),
        "interpreter_percent": (kind.interpreter_percent, 0, MAX_PERCENT),
        "buffer_minutes": (kind.buffer_minutes, 0, MAX_BUFFER),
        "notice_hours": (kind.notice_hours, 0, MAX_NOTICE_HOURS),
        "ahead_days": (kind.ahead_days, 1, MAX_AHEAD_DAYS),
    }
    faults: dict[str, Text] = {
        name: lazy("Skriv ett tal från %(min)s till %(max)s.", min=least, max=most)
        for name, (value, least, most) in limits.items()
        if not least <= value <= most
    }
    if not kind.forms:
        faults["forms"] = lazy("Välj minst ett sätt att ses.")
    if len(kind.name) > MAX_NAME:
        faults["name"] = lazy("Texten är för lång. Korta den.")
    elif kind.kind is TypeKind.OTHER and not kind.name:
        faults["name"] = lazy("Skriv vad mötet heter.")
    if faults:
        raise HoursRefused(faults)


def check_place(place: PlaceSettings) -> None:
    """See that a place can stand.

    :raises HoursRefused: with the field of each fault.
    """
    faults: dict[str, Text] = {}
    for name, value, most in (("name", place.name, MAX_NAME), ("address", place.address, MAX_ADDRESS)):
        if not value:
            faults[name] = lazy("Du behöver svara här.")
        elif len(value) > most:
            faults[name] = lazy("Texten är för lång. Korta den.")
    if len(place.access_note) > MAX_ACCESS_NOTE:
        faults["access_note"] = lazy("Texten är för lång. Korta den.")
    if faults:
        raise HoursRefused(faults)
