"""A client's meetings in words: when, how, with whom, and what happened to them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup, escape

from portal.core.actor import Side
from portal.core.clock import now
from portal.core.i18n import (
    LazyText,
    _,
    current_locale,
    day_number,
    format_day,
    format_moment,
    format_short_month,
    format_time,
    lazy,
    ngettext,
)
from portal.meetings.queries import EventRow, MeetingRow
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.states import Delivery, EventKind, Form, MeetingState
from portal.meetings.rules.times import is_late
from portal.people.languages import INTERPRETER_LANGUAGES, OTHER_LANGUAGE
from portal.web.words import capital, first_name

ICONS: dict[Form, str] = {
    Form.PHONE: "phone",
    Form.VISIT: "building",
    Form.VIDEO: "video",
    Form.HOME: "home",
    Form.OTHER: "place",
}

HINTS: dict[Form, LazyText] = {
    Form.PHONE: lazy("Vi ringer dig"),
    Form.VISIT: lazy("I vårt besöksrum"),
    Form.VIDEO: lazy("I mobilen, ingen app behövs"),
    Form.HOME: lazy("Du får alltid säga nej till hembesök"),
    Form.OTHER: lazy("Till exempel biblioteket"),
}

_SHORT: dict[Form, LazyText] = {
    Form.PHONE: lazy("Telefonmöte"),
    Form.VISIT: lazy("Besök hos oss"),
    Form.VIDEO: lazy("Videomöte"),
    Form.HOME: lazy("Hemma hos dig"),
    Form.OTHER: lazy("På en annan plats"),
}

_WITH: dict[Form, LazyText] = {
    Form.PHONE: lazy("Telefon med %(name)s"),
    Form.VISIT: lazy("Besök hos %(name)s"),
    Form.VIDEO: lazy("Videomöte med %(name)s"),
    Form.HOME: lazy("Hemma hos dig med %(name)s"),
    Form.OTHER: lazy("Möte med %(name)s"),
}

# What is asked for beside a form, where it isn't a place of ours.
WHERE: dict[Form, tuple[LazyText, LazyText]] = {
    Form.PHONE: (lazy("Vilket nummer ska vi ringa?"), lazy("Lämna tomt om vi redan har rätt nummer.")),
    Form.HOME: (lazy("Vart ska vi komma?"), lazy("Lämna tomt om vi redan har rätt adress.")),
    Form.OTHER: (lazy("Var vill du träffas?"), lazy("Skriv plats och adress.")),
}

_HAPPENED: dict[tuple[EventKind, bool], LazyText] = {
    (EventKind.BOOKED, True): lazy("Du bokade mötet"),
    (EventKind.BOOKED, False): lazy("%(name)s bokade mötet"),
    (EventKind.MOVED, True): lazy("Du flyttade mötet"),
    (EventKind.MOVED, False): lazy("%(name)s flyttade mötet"),
    (EventKind.CHANGED, True): lazy("Du ändrade mötet"),
    (EventKind.CHANGED, False): lazy("%(name)s ändrade mötet"),
    (EventKind.CANCELLED, True): lazy("Du avbokade mötet"),
    (EventKind.CANCELLED, False): lazy("%(name)s avbokade mötet"),
    (EventKind.ATTENDED, False): lazy("Ni träffades"),
    (EventKind.NO_SHOW, False): lazy("Mötet blev inte av"),
    (EventKind.COVERED, False): lazy("%(name)s tog över mötet"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting in a list."""

    url: str
    day: str
    month: str
    date: str
    time: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a meeting or a proposal; ``reason`` is what was written with it."""

    at: str
    text: Markup
    change: str
    reason: str


def short_time(instant: datetime) -> str:
    """Return a time of day as short as it is said: "10", "13.45"; in full where the language wants it so."""
    text = format_time(instant)
    return text.removesuffix(".00").lstrip("0") or "0" if current_locale() == "sv" else text


def hours(starts_at: datetime, ends_at: datetime) -> str:
    """Return from when until when on a day: "kl. 10–11"."""
    # Translators: from one time of day until another, for example "kl. 10–11.30"; in words where text runs leftwards
    return _("kl. %(start)s–%(end)s", start=short_time(starts_at), end=short_time(ends_at))


def length(minutes: int, *, with_interpreter: bool) -> str:
    """Return how long a meeting takes."""
    if with_interpreter:
        return ngettext("%(num)s minut med tolk", "%(num)s minuter med tolk", minutes)
    return ngettext("%(num)s minut", "%(num)s minuter", minutes)


def with_whom(form: Form, name: str) -> str:
    """Return form and person: "Telefon med Petra Almskog"."""
    return str(_WITH[form]) % {"name": name}


def language(wanted: Arrangement) -> str:
    """Return the interpreter's language and what to think of, or nothing."""
    if not wanted.interpreter:
        return ""
    known = INTERPRETER_LANGUAGES.get(wanted.interpreter)
    name = str(known) if known else wanted.interpreter
    if wanted.interpreter == OTHER_LANGUAGE:
        return wanted.interpreter_wish
    return f"{name}. {wanted.interpreter_wish}" if wanted.interpreter_wish else name


def line(row: MeetingRow) -> Line:
    """Return a meeting for a list; of a person with protected data it tells no place."""
    return Line(
        url=url_for("meetings.meeting", meeting_id=row.id),
        day=day_number(row.starts_at),
        month=format_short_month(row.starts_at),
        date=capital(format_day(row.starts_at)),
        time=hours(row.starts_at, row.ends_at),
        text=_about(row),
        state=state(row),
    )


def _about(row: MeetingRow) -> str:
    how = str(_SHORT[row.form])
    if row.form is Form.VISIT and row.place and row.where_shown:
        # Translators: how and where one meets, for example "Besök hos oss, Medborgarhuset"
        how = _("%(how)s, %(place)s", how=how, place=row.place)
    who = _("%(name)s och tolk", name=row.staff) if row.wanted.interpreter else row.staff
    # Translators: two short sentences about a meeting, for example "Videomöte. Petra Almskog."
    return _("%(how)s. %(who)s.", how=how, who=who)


def state(row: MeetingRow) -> str:
    """Return how a meeting ended, nothing where it is ahead or simply took place."""
    if row.state is MeetingState.CANCELLED:
        return _("Avbokat")
    return _("Blev inte av") if row.state is MeetingState.NO_SHOW else ""


def facts(row: MeetingRow) -> Iterator[tuple[str, str | Markup]]:
    """Yield what one needs to know of a meeting, as term and value."""
    if row.form is Form.VISIT and row.place:
        yield _("Plats"), _lines(swedish(row.place), swedish(row.address))
        if row.access_note:
            yield _("Anmäl dig"), swedish(row.access_note)
    elif row.form is Form.PHONE:
        called = _("%(name)s ringer dig.", name=first_name(row.staff))
        from_number = _("Det ringer från: %(number)s.", number=row.calls_from) if row.calls_from else ""
        yield _("Telefon"), _lines(called, from_number)
        if row.wanted.place_text:
            yield _("Vi ringer"), _own(row.wanted.place_text)
    elif row.form is Form.HOME:
        where = _own(row.wanted.place_text) if row.wanted.place_text else _("Hemma hos dig")
        yield _("Plats"), _lines(where, _("Du får alltid säga nej till hembesök."))
    elif row.wanted.place_text:
        yield _("Plats"), _own(row.wanted.place_text)
    yield _("Tolk"), language(row.wanted) or _("Nej")
    yield _("Med dig"), _own(row.wanted.support) if row.wanted.support else _("Ingen")
    if row.wanted.needs:
        yield _("Du behöver"), _own(row.wanted.needs)
    yield _("Kvittens"), _receipt(row)


def swedish(text: str) -> Markup:
    """Return what the municipality has written, to be read out and laid out as Swedish in every language."""
    return Markup('<span lang="sv" dir="ltr">{}</span>').format(text)


def _own(text: str) -> Markup:
    # What a client has written runs the way of its own script.
    return Markup('<span dir="auto">{}</span>').format(text)


def _lines(first: str, second: str) -> str | Markup:
    return Markup("{}<br>{}").format(first, second) if second else first


def _receipt(row: MeetingRow) -> str | Markup:
    number = Markup("<bdi>{}</bdi>").format(row.receipt_no)
    if row.delivery is not Delivery.PENDING:
        return number
    return _lines(number, _("Sparat hos oss. Inte levererat till handläggarens system än."))


def stuck(delivery: Delivery, reader: Side) -> str:
    """Return what to say of something that doesn't get through to the back office, nothing where it does."""
    if delivery is not Delivery.STUCK:
        return ""
    if reader is Side.STAFF:
        return _("Det här har inte kommit fram till verksamhetssystemet. Förvaltningen ser det och hjälper till.")
    return _("Det här är sparat hos oss, men har fastnat på väg till handläggarens system. Vi hjälper till.")


def late(row: MeetingRow) -> str:
    """Return what to think of where a meeting is near, or nothing: it can be moved and cancelled all the same."""
    if not is_late(row.starts_at, now(), row.notice_hours):
        return ""
    return _("Mötet är snart. Du kan ändra eller avboka ändå. Ring gärna också, så att vi hinner se det.")


def happenings(rows: list[EventRow], reader: Side, client: str = "") -> list[Happening]:
    """Return a meeting's history, the latest first; ``client`` is the name that staff read."""
    return [_happening(row, reader, client) for row in rows]


def _happening(row: EventRow, reader: Side, client: str) -> Happening:
    by_client = row.side is Side.CLIENT
    mine = by_client and reader is Side.CLIENT
    text = _HAPPENED.get((row.kind, mine)) or _HAPPENED[row.kind, False]
    who = client if by_client else row.staff or _("Verksamhetssystemet")
    change = ""
    if row.kind is EventKind.MOVED and row.old_starts_at and row.new_starts_at:
        change = _("Från %(old)s till %(new)s.", old=moment(row.old_starts_at), new=moment(row.new_starts_at))
    return Happening(
        at=capital(format_moment(row.at)),
        text=Markup("<b>{}</b>").format(escape(str(text)) % {"name": Markup("<bdi>{}</bdi>").format(who)}),
        change=change,
        reason=row.reason,
    )


def moment(instant: datetime) -> str:
    """Return a day and a time ahead: "tisdag 24 november kl. 10"."""
    # Translators: a day and a time of day ahead, for example "tisdag 24 november kl. 10"
    return _("%(day)s kl. %(time)s", day=format_day(instant), time=short_time(instant))


def remaining(until: datetime) -> str:
    """Return in words how long a held time is still kept."""
    minutes = max(1, -int(-(until - now()).total_seconds() // 60))
    left = ngettext("%(num)s minut till", "%(num)s minuter till", minutes)
    # Translators: %(left)s is for example "9 minuter till", %(time)s a time of day
    return _("Tiden är reserverad åt dig i %(left)s, till %(time)s.", left=left, time=format_time(until))
