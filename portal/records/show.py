"""The words around documentation: kinds, outcomes, days and deliveries, as the client's pages say them."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from portal.core.actor import Side
from portal.core.i18n import LazyText, _, day_and_month, format_day, format_moment, lazy, ngettext, today
from portal.files.queries import DocumentView
from portal.files.rules import REFUSAL_WORDS
from portal.files.show import FileRow, size_words
from portal.files.show import rows as file_rows
from portal.records.forms.client import KINDS
from portal.records.queries import Opened, RecordRow, RemarkRow, TurnRow
from portal.records.rules.secrecy import Shown, grounds_on
from portal.records.rules.states import Delivery, Ground, Outcome, RemarkKind, RemarkState
from portal.web.words import first_name

LABELS = dict(KINDS)
LOOKS: dict[RemarkKind, tuple[str, str]] = {
    RemarkKind.RIGHT: ("success", "ok"),
    RemarkKind.WRONG: ("danger", "no"),
    RemarkKind.MISSING: ("warning", "plus-circle"),
    RemarkKind.DISAGREE: ("warning", "partly"),
    RemarkKind.NOT_UNDERSTOOD: ("info", "help"),
}
OUTCOMES: dict[Outcome, LazyText] = {
    Outcome.CORRECTED: lazy("Texten är rättad"),
    Outcome.NOTED: lazy("Det du säger är antecknat bredvid texten"),
    Outcome.EXPLAINED: lazy("Förklaring"),
    Outcome.NOT_CHANGED: lazy("Texten är inte ändrad"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said: who, when, what; ``outcome`` stands over an answer, with the version that it corrected in."""

    me: bool
    name: str
    day: str
    text: str = field(repr=False)
    outcome: str = ""
    corrected: int | None = None


@dataclass(frozen=True, slots=True)
class RemarkCard:
    """A remark as its passage shows it; ``quote`` is what it was made on, where that stands no more in the text."""

    id: uuid.UUID
    color: str
    icon: str
    label: str
    said: Sequence[Said]
    status: str
    about: str
    quote: str
    may_reply: bool
    may_withdraw: bool
    files: Sequence[FileRow] = ()


@dataclass(frozen=True, slots=True)
class PassageCard:
    """A passage with what was said of it and the form to say more; hidden ones have only ``why``."""

    place: int
    id: uuid.UUID | None
    text: str = field(repr=False)
    why: str = ""
    section: str = ""
    remarks: Sequence[RemarkCard] = ()
    kind: str = ""
    draft: str = field(default="", repr=False)
    error: str = ""
    # Of the draft that the form holds: its stamp, and when it was saved, in words.
    seen: str = ""
    saved: str = ""
    # What is uploaded for the draft.
    files: Sequence[FileRow] = ()


def passages(opened: Opened) -> list[PassageCard]:
    """Return the passages of a record for its page."""
    said: dict[uuid.UUID | None, list[RemarkRow]] = defaultdict(list)
    for row in opened.remarks:
        said[row.passage_id].append(row)
    return [passage(opened, place, said=said[shown.id]) for place, shown in enumerate(opened.passages, 1)]


def passage(
    opened: Opened,
    place: int,
    *,
    kind: str = "",
    draft: str = "",
    error: str = "",
    seen: str = "",
    said: Sequence[RemarkRow] | None = None,
) -> PassageCard:
    """Return one passage, counted from 1; 0 is the whole. With what was typed, or with the draft that is kept.

    ``said`` is what was remarked on it, where the caller has sorted that out already.
    """
    shown = opened.passages[place - 1] if place else None
    if shown is not None and shown.hidden:
        why, section = hidden_words(shown.hidden)
        return PassageCard(place, shown.id, "", why=why, section=section)
    passage_id, text = (shown.id, shown.text) if shown else (None, "")
    if said is None:
        said = [row for row in opened.remarks if row.passage_id == passage_id]
    kept = opened.drafts.get(passage_id or opened.id)
    if kept and not (kind or draft or error):
        kind, draft, seen = kept.kind or "", kept.text, kept.stamp
    return PassageCard(
        place,
        passage_id,
        text,
        remarks=_cards(opened, said),
        kind=kind,
        draft=draft,
        error=error,
        seen=seen,
        saved=_("Sparat %(at)s, men inte skickat.", at=format_moment(kept.saved_at))
        if kept and kept.stamp == seen
        else "",
        files=file_rows(opened.files.get(kept.id, ())) if kept else (),
    )


def hidden_words(ground: Ground) -> tuple[str, str]:
    """Return why a passage is hidden, in plain words, and the section of the law."""
    rule = grounds_on(today()).get(ground)
    return (str(rule.words), rule.section) if rule else (_("Texten får inte visas."), "OSL")


def removed(opened: Opened) -> list[RemarkCard]:
    """Return the remarks whose passage stands no more in the version that is read; none is ever left out."""
    here = {shown.id for shown in opened.passages if not shown.hidden}
    rest = [row for row in opened.remarks if row.passage_id is not None and row.passage_id not in here]
    return _cards(opened, rest)


def answerer(opened: Opened) -> str:
    """Return the first name of who answers what is said now; empty where it is nobody whom the client knows."""
    found = opened.answerer
    return first_name(found.name) if found and not (found.covers or found.away_until) else ""


def away(opened: Opened) -> str:
    """Tell that the client's caseworker is away, until when, and who answers instead; empty where nobody is."""
    found = opened.answerer
    if found and found.covers:
        return _(
            "%(name)s är borta till och med %(day)s. En kollega svarar.",
            name=first_name(found.covers),
            day=format_day(found.covered_until or today()),
        )
    if found and found.away_until:
        return _(
            "%(name)s är borta till och med %(day)s. Vi ser till att någon annan svarar.",
            name=first_name(found.name),
            day=format_day(found.away_until),
        )
    return ""


def _cards(opened: Opened, rows: Iterable[RemarkRow]) -> list[RemarkCard]:
    return [_card(row, opened.quotes.get(row.id), opened) for row in rows]


def _card(row: RemarkRow, quote: Shown | None, opened: Opened) -> RemarkCard:
    number = opened.version.number
    color, icon = LOOKS[row.kind]
    about = _("Du skrev det om version %(number)s.", number=row.number) if row.number != number else ""
    mine = [Said(True, "", format_day(row.made_at), row.text)] if row.text else []
    return RemarkCard(
        id=row.id,
        color="neutral" if row.state is RemarkState.WITHDRAWN else color,
        icon=icon,
        # Translators: what the reader has said of a passage, for example "Du: Stämmer inte"
        label=_("Du: %(kind)s", kind=LABELS[row.kind]),
        said=[*mine, *(_turn(turn, opened) for turn in row.turns)],
        status=_status(row, answerer(opened)),
        about=about,
        quote=quote.text if quote else "",
        may_reply=row.state is RemarkState.ANSWERED,
        may_withdraw=row.state is not RemarkState.WITHDRAWN,
        files=file_rows(opened.files.get(row.id, ())),
    )


def _turn(turn: TurnRow, opened: Opened) -> Said:
    outcome = str(OUTCOMES[turn.outcome]) if turn.outcome else ""
    # The first one that may be read has nothing before it to differ from.
    readable = turn.number in [version.number for version in opened.versions[1:]]
    return Said(
        turn.side is Side.CLIENT,
        first_name(turn.author),
        format_day(turn.at),
        turn.text,
        outcome,
        turn.number if readable else None,
    )


def _status(row: RemarkRow, name: str) -> str:
    if row.state is RemarkState.WITHDRAWN:
        return _("Du tog tillbaka det.")
    sent = ""
    if row.delivery is Delivery.STUCK:
        sent = _("Det har fastnat på vägen, vi hjälper till. Kvittens %(number)s.", number=row.receipt_no)
    elif row.delivery is Delivery.PENDING:
        sent = _("Inte levererat än. Kvittens %(number)s.", number=row.receipt_no)
    if row.state is RemarkState.OPEN and row.due_on:
        day = format_day(row.due_on)
        due = (
            _("%(name)s svarar senast %(day)s.", name=name, day=day)
            if name
            else _("Du får svar senast %(day)s.", day=day)
        )
        return f"{due} {sent}".strip()
    return sent


def tags(row: RecordRow) -> list[tuple[str, str, str]]:
    """Return the tags of a record in the list: colour, icon, words."""
    found = [] if row.read else [("info", "document", _("Ny"))]
    if row.document is not None:
        pages = row.document.pages
        # Translators: a document in a list, for example "Pdf, 3 sidor"
        words = _("Pdf, %(pages)s", pages=ngettext("%(num)s sida", "%(num)s sidor", pages)) if pages else _("Pdf")
        found.append(("neutral", "file", words))
    if row.number > 1:
        found.append(("warning", "pencil", _("Ändrad %(day)s", day=" ".join(day_and_month(row.written_at)))))
    if row.remarks.get(RemarkState.ANSWERED):
        found.append(("success", "message", _("Svar till dig")))
    elif row.remarks.get(RemarkState.OPEN):
        found.append(("neutral", "message", _("Du har sagt något")))
    elif row.agreed:
        found.append(("success", "ok", _("Du: %(kind)s", kind=LABELS[RemarkKind.RIGHT])))
    return found


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """A document in words: ``text`` of its link, or why there is none yet; ``trouble`` is for staff."""

    ready: bool
    text: str
    trouble: str = ""


def document(found: DocumentView) -> DocumentCard:
    """Return what a page says of a version that is a file."""
    if found.ready:
        pages = ngettext("%(num)s sida", "%(num)s sidor", found.pages)
        # Translators: a link to a document, for example "Läs (pdf, 3 sidor, 340 kB)"
        return DocumentCard(True, _("Läs (pdf, %(pages)s, %(size)s)", pages=pages, size=size_words(found.size)))
    if found.uploaded:
        trouble = str(REFUSAL_WORDS[found.reason]) if found.reason else ""
        return DocumentCard(False, _("Filen kontrolleras. Det tar oftast några sekunder."), trouble)
    if not found.failed:
        return DocumentCard(False, _("Dokumentet är på väg hit. Titta igen om en stund."))
    reason = str(REFUSAL_WORDS[found.reason]) if found.reason else _("Verksamhetssystemet lämnar inte ut filen.")
    return DocumentCard(
        False,
        _("Dokumentet går inte att visa här än. Felet är vårt, och vi ser till att det rättas."),
        f"{reason} {_('Filen finns kvar i verksamhetssystemet.')}",
    )
