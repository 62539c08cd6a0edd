"""A record as a document to keep: exactly what its page shows, with what was said of it, and nothing to fill in."""

from collections.abc import Iterable, Iterator

from portal.core.i18n import _, format_date, format_time, today
from portal.core.pdf import Block, Document, Facts, Heading, Items, Note, Paragraph, Span
from portal.records import show
from portal.records.queries import Opened
from portal.records.show import PassageCard, RemarkCard, Said


def document(opened: Opened, *, municipality: str) -> Document:
    """Return the version that is read with its remarks and answers; hidden passages say only that they are hidden."""
    cards = show.passages(opened)
    return Document(
        heading=_written(opened.version.title),
        blocks=[
            _facts(opened),
            *_standing(opened),
            *([Note([Paragraph(_written(opened.version.summary))])] if opened.version.summary else []),
            *([] if opened.document else [Heading(_("Texten"))]),
            *([Paragraph(_("Dokumentet är en fil för sig. Spara den från samma sida."))] if opened.document else []),
            *(block for card in cards for block in _passage(card)),
            *_section(_("Det du sa om stycken som inte visas längre"), show.removed(opened)),
            *_section(_("Det du sa om hela texten"), show.passage(opened, 0).remarks),
            *(_appeal() if any(card.why for card in cards) else ()),
        ],
        date=today(),
        footer=municipality,
        author=municipality,
    )


def _written(text: str) -> Span:
    """Return what staff have written: in Swedish, whichever way its first letter runs."""
    return Span(text, lang="sv", auto=True)


def _facts(opened: Opened) -> Facts:
    version = opened.version
    by: list[str | Span] = [Span(version.author, auto=True), ", "] if version.author else []
    # Translators: a date and a time of day, for example "26 november 2026 09.15"
    written = _("%(day)s %(time)s", day=format_date(version.written_at), time=format_time(version.written_at))
    return Facts(
        [
            (_("Ärende"), Span(opened.case.title, lang="sv")),
            (_("Hände"), format_date(opened.event_at)),
            (_("Skrivet"), [*by, written]),
            (_("Version"), str(version.number)),
            *([(_("Varför den ändrades"), _written(version.reason))] if version.reason else []),
            (_("Sparad från Insyn"), format_date(today())),
        ]
    )


def _standing(opened: Opened) -> Iterator[Block]:
    if not opened.is_newest:
        yield Paragraph(_("Det här är en äldre version."))


def _passage(card: PassageCard) -> Iterator[Block]:
    if card.why:
        law = _("Det står i offentlighets- och sekretesslagen (%(section)s).", section=card.section)
        yield Note([Paragraph(Span(_("Ett stycke är dolt."), strong=True)), Paragraph(f"{card.why} {law}")])
        return
    yield Paragraph(_written(card.text))
    yield from map(_remark, card.remarks)


def _section(heading: str, cards: Iterable[RemarkCard]) -> Iterator[Block]:
    notes = [_remark(card) for card in cards]
    if notes:
        yield Heading(heading)
        yield from notes


def _remark(card: RemarkCard) -> Note:
    blocks: list[Block] = [Paragraph([Span(card.label, strong=True), f" {card.about}" if card.about else ""])]
    if card.quote:
        blocks.append(Paragraph(_written(card.quote), muted=True))
    for said in card.said:
        blocks += _said(said)
    if card.files:
        blocks.append(Items([Span(row.name, auto=True) for row in card.files]))
    if card.status:
        blocks.append(Paragraph(card.status, muted=True))
    return Note(blocks)


def _said(said: Said) -> Iterator[Block]:
    who = _("Du") if said.me else said.name or _("verksamhetssystemet")
    yield Paragraph([Span(who, auto=not said.me), f", {said.day}"], muted=True)
    if said.outcome:
        yield Paragraph(Span(said.outcome, strong=True))
    yield Paragraph(Span(said.text, auto=True))


def _appeal() -> Iterator[Block]:
    # OSL 6:3 (a written decision), 6:7 (kammarrätten), förvaltningslagen 44 § (three weeks).
    yield Heading(_("Om det som är dolt"))
    yield Paragraph(
        _(
            "Vill du ha ett beslut om det? Skriv till din handläggare och be om ett skriftligt beslut. Du kan "
            "överklaga beslutet till kammarrätten inom tre veckor från det att du fick det."
        )
    )
