"""A handed-in application on paper: exactly what was signed, with its receipt and its signatures.

It is made of the frozen version, not of what stands in the draft's tables: its answers, by the version of the form that
they were given in, in Swedish, which is what was signed.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from portal.assistance.queries import ApplicationView, Frozen
from portal.assistance.rules import attestation
from portal.assistance.rules.answers import Cell, Cells
from portal.assistance.rules.definition import definition
from portal.assistance.rules.kinds import Kind, Party, Period
from portal.assistance.rules.states import ApplicationState
from portal.assistance.rules.summary import Line, Part, summary
from portal.core.i18n import STOCKHOLM, _, format_date, format_month, format_time
from portal.core.pdf import Block, Document, Facts, Heading, Inline, Items, Paragraph, Span
from portal.files.show import size_words
from portal.identity.signing.rules import control_code
from portal.people.identity_numbers import hyphenated


def document(view: ApplicationView, found: Frozen, *, author: str) -> Document:
    """Return what the file holds, in the language in force; ``author`` is the municipality."""
    content = found.document.content
    kind, period = Kind(content["kind"]), Period.parse(content["period"])
    return Document(
        heading=attestation.heading(kind, format_month(period.first)),
        blocks=list(_blocks(view, found, content)),
        date=found.created_at.astimezone(STOCKHOLM).date(),
        footer=_("Kvitto %(number)s", number=view.receipt_no),
        author=author,
    )


def _moment(instant: datetime) -> str:
    # Translators: a date and a time of day, for example "25 november 2026 kl. 11.48"
    return _("%(date)s kl. %(time)s", date=format_date(instant), time=format_time(instant))


def _blocks(view: ApplicationView, found: Frozen, content: Mapping[str, Any]) -> Iterator[Block]:
    if view.state is ApplicationState.WITHDRAWN and view.withdrawn_at is not None:
        yield Paragraph(Span(_("Ansökan togs tillbaka %(at)s.", at=_moment(view.withdrawn_at)), strong=True))
    sent = [(_("Kvitto"), view.receipt_no)]
    if view.submitted_at is not None:
        sent.append((_("Skickad"), _moment(view.submitted_at)))
    yield Facts(sent)
    yield Heading(_("Vem som söker"))
    yield Facts(
        [(_role(one), [Span(one["name"], auto=True), f", {hyphenated(one['number'])}"]) for one in content["parties"]]
    )
    for part in parts(found):
        yield from _part(part)
    yield from _files(content["files"])
    yield Heading(_("Det som intygas"))
    for line in attestation.text(content["attestation"]):
        yield Paragraph(str(line))
    yield from _signatures(found, content)


def _role(party: Mapping[str, Any]) -> str:
    return str(attestation.PARTY_WORDS[Party(party["party"])])


def parts(found: Frozen) -> tuple[Part, ...]:
    """Return the frozen answers in words, as they were read on the day they were frozen."""
    content = found.document.content
    form = definition(content["definition"])
    answers = {Party(party): _cells(sections) for party, sections in content["answers"].items()}
    return summary(form, Kind(content["kind"]), answers, today=found.created_at.astimezone(STOCKHOLM).date())


def _cells(sections: Mapping[str, Mapping[str, str]]) -> dict[str, Cells]:
    return {section: {key: Cell(raw) for key, raw in said.items()} for section, said in sections.items()}


def _part(part: Part) -> Iterator[Block]:
    whose = f" – {attestation.PARTY_WORDS[part.party]}" if part.is_each else ""
    yield Heading(f"{part.section.title}{whose}")
    for block in part.blocks:
        if str(block.title):
            yield Heading(str(block.title), 2)
        yield Facts([(str(line.label), _value(line)) for line in block.lines])


def _value(line: Line) -> Inline:
    return Span(str(line.value), auto=True) if line.own else str(line.value)


def _files(files: list[Mapping[str, Any]]) -> Iterator[Block]:
    if files:
        yield Heading(_("Bilagor"))
        yield Items([[Span(one["name"], auto=True), f", {size_words(one['size'])}"] for one in files])


def _signatures(found: Frozen, content: Mapping[str, Any]) -> Iterator[Block]:
    digest = found.document.digest
    yield Heading(_("Underskrifter"))
    rows: list[tuple[Inline, Inline]] = []
    for one in content["parties"]:
        signature = found.signature_of(Party(one["party"]))
        if signature is not None:
            at, level = _moment(signature.signed_at), signature.level
            how = _("%(at)s, med e-legitimation på tillitsnivå %(level)s", at=at, level=level)
            rows.append((_role(one), [Span(one["name"], auto=True), f", {how}"]))
    rows.append((_("Kontrollkod"), control_code(digest)))
    rows.append((_("Fingeravtryck (SHA-256)"), digest.hex()))
    yield Facts(rows)
