"""A proposal in words, as the side that reads it sees it."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from markupsafe import Markup

from portal.core.actor import Side
from portal.core.i18n import LazyText, _, day_number, either, format_day, format_moment, format_short_month, lazy
from portal.meetings import show
from portal.meetings.queries.proposals import ProposalRow, TurnRow
from portal.meetings.rules.arrangement import Arrangement
from portal.meetings.rules.availability import Span
from portal.meetings.rules.states import Delivery, Form, ProposalState, TurnKind
from portal.meetings.show import Happening
from portal.meetings.words import FORM_WORDS
from portal.web.words import capital, first_name

_MINE: dict[TurnKind, LazyText] = {
    TurnKind.PROPOSE: lazy("föreslog %(times)s"),
    TurnKind.INVITE: lazy("föreslog %(times)s"),
    TurnKind.COUNTER: lazy("föreslog %(times)s"),
    TurnKind.ACCEPT: lazy("sa ja till %(times)s"),
    TurnKind.DECLINE: lazy("sa nej"),
    TurnKind.WITHDRAW: lazy("tog tillbaka förslaget"),
}

STATES: dict[ProposalState, LazyText] = {
    ProposalState.WITH_STAFF: lazy("Väntar på handläggaren"),
    ProposalState.WITH_CLIENT: lazy("Väntar på klienten"),
    ProposalState.ACCEPTED: lazy("Bokat"),
    ProposalState.DECLINED: lazy("Blev inte av"),
    ProposalState.WITHDRAWN: lazy("Tillbakadraget"),
    ProposalState.EXPIRED: lazy("Tiden gick ut"),
}


def window(span: Span) -> str:
    """Return a time such as "torsdag 26 november kl. 13–15"."""
    # Translators: a day and from when until when, for example "torsdag 26 november kl. 13–15"
    return _("%(day)s %(hours)s", day=format_day(span.start), hours=show.hours(span.start, span.end))


def windows(spans: tuple[Span, ...]) -> str:
    """Return several times as a list in a sentence."""
    return either([window(span) for span in spans])


def forms(found: tuple[Form, ...]) -> str:
    """Return ways to meet as a list in a sentence, the first with a capital."""
    return capital(either([str(FORM_WORDS[form]).lower() for form in found]))


@dataclass(frozen=True, slots=True)
class Line:
    """A proposal in the client's list; ``mine`` when it waits for the client."""

    url: str
    day: str
    month: str
    title: str
    ways: str
    due: str
    mine: bool


def line(row: ProposalRow) -> Line:
    """Return a proposal for the client's list."""
    mine = row.waits_for(Side.CLIENT)
    times, name = windows(row.latest.windows), first_name(row.staff)
    first = row.latest.windows[0].start
    return Line(
        url=url_for("meetings.proposal", proposal_id=row.id),
        day=day_number(first),
        month=format_short_month(first),
        title=_("%(name)s föreslår %(times)s", name=name, times=times)
        if mine
        else _("Du föreslår %(times)s", times=times),
        ways=forms(row.latest.forms),
        due=_("Svara senast %(when)s", when=answer_by(row.expires_at))
        if mine
        else _("Väntar på svar från %(name)s", name=name),
        mine=mine,
    )


def said(row: ProposalRow, reader: Side, client: str = "") -> list[Happening]:
    """Return what was said, the latest first."""
    return [_said(turn, reader, client) for turn in reversed(row.turns)]


def _said(turn: TurnRow, reader: Side, client: str) -> Happening:
    mine = turn.side is reader and reader is Side.CLIENT
    who = _("Du") if mine else first_name(turn.staff) if turn.side is Side.STAFF else client or _("Klienten")
    what = str(_MINE[turn.kind]) % {"times": windows(turn.windows)}
    text = Markup("<b><bdi>{}</bdi></b> {}.").format(who, what)
    return Happening(at=capital(format_moment(turn.at)), text=text, change="", reason=turn.text)


def answer_by(expires_at: datetime) -> str:
    """Return until when one can answer: "i dag 16.00", "i morgon 09.30" or a day and a time."""
    return show.moment(expires_at)


def facts(turn: TurnRow, place: str) -> list[tuple[str, str]]:
    """Return what else a turn says, as term and value."""
    found = [(_("Sätt"), forms(turn.forms))]
    where = place or turn.place_text
    if where:
        found.append((_("Plats"), where))
    if turn.interpreter:
        wanted = Arrangement(interpreter=turn.interpreter, interpreter_wish=turn.interpreter_wish)
        found.append((_("Tolk"), show.language(wanted)))
    if turn.participants:
        found.append((_("Med på mötet"), turn.participants))
    return found


def asked_for(row: ProposalRow) -> str:
    """Return what the client asked for last, where staff have proposed something else; else nothing."""
    if row.latest.side is not Side.STAFF:
        return ""
    earlier = [turn for turn in row.turns if turn.side is Side.CLIENT and turn.windows]
    return _("Du bad om %(times)s", times=windows(earlier[-1].windows)) if earlier else ""


def delivery(row: ProposalRow) -> str:
    """Return that it is still on its way to the back office, or nothing."""
    if row.delivery is Delivery.PENDING:
        return _("Sparat hos oss. Inte levererat till handläggarens system än.")
    return ""
