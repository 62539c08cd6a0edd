"""The words around documentation as staff's pages say them: states, steps, grounds, who answers, and what was said."""

import uuid
from collections.abc import Sequence

from portal.core.i18n import LazyText, _, format_day, lazy, today
from portal.records.queries import RemarkRow, WaitingRow
from portal.records.rules.deadlines import Step
from portal.records.rules.secrecy import Shown, grounds_on
from portal.records.rules.states import Ground, Outcome, RemarkState, VersionState
from portal.records.show import LABELS, LOOKS, OUTCOMES, PassageCard, hidden_words

# As staff read them.
STAFF_OUTCOMES: dict[Outcome, LazyText] = {**OUTCOMES, Outcome.NOTED: lazy("Antecknat bredvid texten")}
# What was done about a remark that waits: colour, icon and words of its tag.
STEPS: dict[Step, tuple[str, str, LazyText]] = {
    Step.REMINDED: ("warning", "bell", lazy("Påminnelse")),
    Step.ESCALATED: ("danger", "people", lazy("Teamledaren vet")),
}
VERSION_STATES: dict[VersionState, LazyText] = {
    VersionState.WORKING: lazy("Arbetsanteckning"),
    VersionState.LOCKED: lazy("Låst"),
    VersionState.RELEASED: lazy("Visas för klienten"),
    VersionState.WITHDRAWN: lazy("Visas inte längre"),
}
STATE_LOOKS: dict[VersionState, tuple[str, str]] = {
    VersionState.WORKING: ("warning", "pencil"),
    VersionState.LOCKED: ("neutral", "lock"),
    VersionState.RELEASED: ("success", "eye"),
    VersionState.WITHDRAWN: ("neutral", "hidden"),
}


def owner(row: WaitingRow) -> str:
    """Return who is to answer a remark that waits, as staff's lists say it."""
    found = row.owner
    if found is None:
        return _("Ingen")
    if found.covers:
        who = _("Du") if row.mine else found.name
        return _("%(who)s, för %(name)s", who=who, name=found.covers)
    if found.away_until:
        return _("%(name)s, borta till och med %(day)s", name=found.name, day=format_day(found.away_until))
    return _("Du") if row.mine else found.name


def preview(shown: Sequence[Shown]) -> list[PassageCard]:
    """Return passages as their client will see them, with nothing said of them yet."""
    found = []
    for place, each in enumerate(shown, 1):
        why, section = hidden_words(each.hidden) if each.hidden else ("", "")
        found.append(PassageCard(place, each.id, each.text, why=why, section=section))
    return found


def ground_label(ground: Ground) -> str:
    """Return a ground as staff choose it: the section and what it is about."""
    rule = grounds_on(today()).get(ground)
    return f"{rule.section}: {rule.label}" if rule else ground.value


def remark(row: RemarkRow) -> tuple[uuid.UUID, str, str, str]:
    """Return a remark beside its passage for staff: id, colour, icon and words."""
    color, icon = LOOKS[row.kind]
    gone = row.state is RemarkState.WITHDRAWN
    said = _("Klienten: %(kind)s", kind=LABELS[row.kind])
    return row.id, "neutral" if gone else color, icon, f"{said} ({_('tillbakataget')})" if gone else said
