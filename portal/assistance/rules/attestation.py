"""What somebody vouches for by signing, in dated versions: the Swedish words rule, the others are shown beside them.

Source: DOMAIN.md 2.3 (Helsingborg's text; heder och samvete), SoL (2025:400) 33:1 (recovery), bidragsbrottslagen
(2007:612), 15:10-12 (what the authority fetches by law). Effective from 2026-11-26.
"""

from collections.abc import Mapping

from portal.assistance.rules.kinds import Kind, Party
from portal.core.i18n import LazyText, lazy

CURRENT = 1

_VERSIONS: Mapping[int, tuple[LazyText, ...]] = {
    1: (
        lazy("Jag försäkrar på heder och samvete att uppgifterna i ansökan är riktiga och fullständiga."),
        lazy("Jag säger till om något ändras, till exempel om någon i hushållet får ett jobb eller flyttar."),
        lazy(
            "Är uppgifterna fel kan pengarna behöva betalas tillbaka. Den som lämnar fel uppgifter kan bli polisanmäld."
        ),
        lazy(
            "Jag vet att socialtjänsten enligt lag hämtar uppgifter från Försäkringskassan, Pensionsmyndigheten, CSN, "
            "a-kassan, Arbetsförmedlingen och Skatteverket."
        ),
    )
}

PARTY_WORDS: Mapping[Party, LazyText] = {
    Party.APPLICANT: lazy("Sökande"),
    Party.CO_APPLICANT: lazy("Medsökande"),
}
_HEADINGS: Mapping[Kind, LazyText] = {
    Kind.NEW: lazy("Ansökan om ekonomiskt bistånd för %(month)s"),
    Kind.MONTHLY: lazy("Ansökan om ekonomiskt bistånd för %(month)s (återansökan)"),
    Kind.SUPPLEMENTARY: lazy("Tilläggsansökan om ekonomiskt bistånd för %(month)s"),
}


def text(version: int) -> tuple[LazyText, ...]:
    """Return a version of the attestation, paragraph by paragraph.

    :raises KeyError: there is none of this number.
    """
    return _VERSIONS[version]


def heading(kind: Kind, month: str) -> str:
    """Return the heading of the signed document."""
    return str(_HEADINGS[kind]) % {"month": month}
