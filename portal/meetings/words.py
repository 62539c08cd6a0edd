"""What forms and kinds of meetings are called, and hours in words."""

from portal.core.i18n import LazyText, lazy
from portal.meetings.models import MeetingType
from portal.meetings.rules.states import Form, TypeKind

# What staff call a form, and what a client is told: "hos oss" and "hos dig" say where they go.
_FORMS: dict[Form, tuple[LazyText, LazyText]] = {
    Form.VISIT: (lazy("Besök"), lazy("Besök hos oss")),
    Form.PHONE: (lazy("Telefon"), lazy("Telefon")),
    Form.VIDEO: (lazy("Video"), lazy("Videomöte")),
    Form.HOME: (lazy("Hembesök"), lazy("Hemma hos dig")),
    Form.OTHER: (lazy("Annan plats"), lazy("Annan plats")),
}
FORM_NAMES: dict[Form, LazyText] = {form: staffs for form, (staffs, _clients) in _FORMS.items()}
FORM_WORDS: dict[Form, LazyText] = {form: clients for form, (_staffs, clients) in _FORMS.items()}

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
