"""Answers that were given in an older version of the form, as answers of the newest."""

from collections.abc import Mapping

from portal.assistance.rules import carrying
from portal.assistance.rules.answers import Cells
from portal.assistance.rules.definition import newest
from portal.assistance.rules.kinds import Party
from portal.core.errors import Conflict
from portal.core.i18n import lazy

Answers = Mapping[tuple[Party, str], Cells]


class Updating(Conflict):
    """The draft is of a newer version of the form than this process knows: another one is being brought up."""

    message = lazy("Ansökan uppdateras just nu. Det du har skrivit finns kvar. Försök igen om en stund.")


def carried(answers: Answers, version: int) -> dict[tuple[Party, str], Cells]:
    """Return the answers of each party as they are in the newest version of the form.

    :raises Updating: this process doesn't know their version.
    """
    if version == newest().version:
        return dict(answers)
    if version > newest().version:
        raise Updating
    found: dict[tuple[Party, str], Cells] = {}
    for party in {party for party, _section in answers}:
        own = {section: cells for (whose, section), cells in answers.items() if whose is party}
        try:
            brought = carrying.carry(own, version)
        except carrying.UnknownVersion:
            raise Updating from None
        found |= {(party, section): cells for section, cells in brought.items()}
    return found
