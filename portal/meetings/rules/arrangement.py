"""How a meeting is to be, as a client has said: checked limits; pure."""

import uuid
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from portal.core.errors import InvalidInput
from portal.core.i18n import lazy
from portal.core.text import clean_text
from portal.meetings.rules.states import Form

MAX_AGENDA = 2000
MAX_SHORT = 300
MAX_REASON = 1000


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The wishes of ``models.Wishes`` as a value: what two sides agree on besides time and person."""

    form: Form = Form.PHONE
    place_id: uuid.UUID | None = None
    place_text: str = ""
    interpreter: str = ""
    interpreter_wish: str = ""
    support: str = ""
    needs: str = ""
    agenda: str = ""

    def onto(self, row: Any) -> None:
        """Write it onto a meeting or a draft."""
        for name, value in asdict(self).items():
            setattr(row, name, value)


def arrangement_of(row: Any) -> Arrangement:
    """Return the wishes of a meeting or a draft."""
    return Arrangement(**{found.name: getattr(row, found.name) for found in fields(Arrangement)})


_LIMITS = {
    "place_text": MAX_SHORT,
    "interpreter": MAX_SHORT,
    "interpreter_wish": MAX_SHORT,
    "support": MAX_SHORT,
    "needs": MAX_SHORT,
    "agenda": MAX_AGENDA,
}


def checked(wanted: Arrangement) -> Arrangement:
    """Return a cleaned arrangement whose texts are not too long.

    :raises InvalidInput: one of them is; its name is the reason.
    """
    texts: dict[str, Any] = {name: clean_text(getattr(wanted, name)) for name in _LIMITS}
    for name, limit in _LIMITS.items():
        if len(texts[name]) > limit:
            raise InvalidInput(lazy("Texten är för lång. Korta den."), reason=name)
    return replace(wanted, **texts)


def checked_reason(reason: str, *, required: bool) -> str:
    """Return a cleaned reason.

    :raises InvalidInput: it is too long, or missing where the other side has a right to know.
    """
    text = clean_text(reason)
    if required and not text:
        raise InvalidInput(lazy("Skriv varför, så att klienten förstår."), reason="empty")
    if len(text) > MAX_REASON:
        raise InvalidInput(lazy("Texten är för lång. Korta den."), reason="too_long")
    return text
