"""What staff call forms and kinds of meetings, and hours in words."""

from portal.core.i18n import LazyText, lazy
from portal.meetings.models import MeetingType
from portal.meetings.rules.states import Form, TypeKind

FORM_NAMES: dict[Form, LazyText] = {
    Form.VISIT: lazy("Besök"),
    Form.PHONE: lazy("Telefon"),
    Form.VIDEO: lazy("Video"),
    Form.HOME: lazy("Hembesök"),
    Form.OTHER: lazy("Annan plats"),
}

KIND_NAMES: dict[TypeKind, LazyText] = {
    TypeKind.FIRST: lazy("Första mötet"),
    TypeKind.FOLLOW_UP: lazy("Uppföljning eller planering"),
    TypeKind.HOME_VISIT: lazy("Hembesök"),
    TypeKind.SIP: lazy("Möte om samordnad plan (SIP)"),
    TypeKind.CHILD_TALK: lazy("Samtal med barn"),
    TypeKind.NETWORK: lazy("Nätverksmöte"),
    TypeKind.OTHER: lazy("Annat möte"),
}

WEEKDAYS: tuple[LazyText, ...] = (
    lazy("Måndag"),
    lazy("Tisdag"),
    lazy("Onsdag"),
    lazy("Torsdag"),
    lazy("Fredag"),
    lazy("Lördag"),
    lazy("Söndag"),
)


def kind_name(kind: MeetingType) -> str:
    """Return what a kind of meeting is called: the unit's own word, else the common one, translated."""
    return kind.name or str(KIND_NAMES[kind.kind])


def clock(minute: int) -> str:
    """Return minutes from midnight as the clock on the wall shows them: "08.30", "24.00"."""
    return f"{minute // 60:02}.{minute % 60:02}"
