"""What stands in the way of a signature, and what became of one, in words; each obstacle with where to mend it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import url_for

from portal.assistance import words
from portal.assistance.queries import ApplicationView, Happening
from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.kinds import Party
from portal.assistance.rules.states import EventKind
from portal.core.i18n import _

_OF_A_PARTY = frozenset({"section", "not_here", "decided"})
_VOIDING = frozenset({EventKind.CHANGED, EventKind.CHANGE_ASKED})


@dataclass(frozen=True, slots=True)
class Left:
    """Something left to do; without an address it is not for this person to do."""

    text: str
    url: str = ""


def left(view: ApplicationView, form: Definition, codes: Sequence[str]) -> Iterator[Left]:
    """Yield what is left before somebody can sign, in the order of the pages; ``form`` is what the codes are of."""
    if waits_for_other(view, codes):
        # Which part isn't told: the words are the same where the other one can't go on here, for whatever reason.
        yield Left(_("Vi väntar på att %(name)s blir klar med sin del.", name=words.other_name(view)))
    for code in codes:
        kind, _colon, rest = code.partition(":")
        if _whose(code) not in {None, view.party}:
            continue
        if kind == "section":
            key = rest.partition(":")[2]
            title = str(form.section(key).title)
            yield Left(_("%(part)s är inte klart", part=title), section_url(view, key))
        else:
            yield _other(view, kind)


def _whose(code: str) -> Party | None:
    kind, _colon, rest = code.partition(":")
    return Party(rest.partition(":")[0]) if kind in _OF_A_PARTY else None


def is_not_here(view: ApplicationView, codes: Sequence[str]) -> bool:
    """Tell whether the person who looks can't sign here."""
    return f"not_here:{view.party.value}" in codes


def waits_for_other(view: ApplicationView, codes: Sequence[str]) -> bool:
    """Tell whether something is left for the other one: until then only what is one's own is shown."""
    return any(_whose(code) not in {None, view.party} for code in codes)


def _other(view: ApplicationView, code: str) -> Left:
    papers = url_for("assistance.papers", application_id=view.id)
    together = url_for("assistance.together", application_id=view.id)
    match code:
        case "files_coming":
            return Left(_("Alla filer är inte kontrollerade än. Vänta en stund och ladda om sidan."), papers)
        case "files_refused":
            return Left(_("En fil gick inte att ta emot. Ta bort den."), papers)
        case "decided":
            text = _("Vi har redan beslutat om den här månaden. Gör en tilläggsansökan om du vill söka för något mer.")
            return Left(text, url_for("assistance.overview"))
        case "co_applicant":
            return Left(_("Du har svarat att du är gift eller sambo. Då söker ni tillsammans."), together)
        case "co_applicant_alone":
            text = _("Någon söker tillsammans med dig, men du har svarat att du inte är gift eller sambo.")
            return Left(text, section_url(view, "household"))
        case _:
            raise ValueError(code)


def section_url(view: ApplicationView, key: str) -> str:
    """Return the page where a part is answered."""
    return url_for("assistance.section", application_id=view.id, key=key)


def voided(view: ApplicationView, found: Sequence[Happening]) -> str:
    """Return that signatures no longer count and why, or nothing; it is told until somebody signs again."""
    signed: set[Party] = set()
    told = ""
    for one in found:
        if one.kind is EventKind.SIGNED and one.party is not None:
            signed.add(one.party)
            told = ""
        elif one.kind in _VOIDING and signed:
            told = _why(view, one)
            signed.clear()
    return told


def _why(view: ApplicationView, one: Happening) -> str:
    name = words.other_name(view)
    mine = one.party is view.party
    if one.kind is EventKind.CHANGE_ASKED:
        who = _("Du bad om en ändring.") if mine else _("%(name)s bad om en ändring.", name=name)
    elif one.party is None:
        who = _("Något i ansökan ändrades.")
    else:
        who = _("Du ändrade något i ansökan.") if mine else _("%(name)s ändrade något i ansökan.", name=name)
    return who + " " + _("Därför gäller inte underskrifterna längre. Läs igenom och skriv under igen.")
