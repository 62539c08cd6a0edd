"""The form of ekonomiskt bistånd in its versions: ``CURRENT`` is what a draft is filled in by.

A change of a key, of what an option means, or of what is needed is a new version, with a step in ``carrying``. New
words, hints and options are none. A signed application keeps the version that it was signed in.
"""

from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.definition.costs import COSTS
from portal.assistance.rules.definition.home import HOME
from portal.assistance.rules.definition.household import HOUSEHOLD
from portal.assistance.rules.definition.money import ASSETS, INCOMES, PAYMENT
from portal.assistance.rules.definition.planning import CONTACT, PLANNING
from portal.core.i18n import lazy

CURRENT = Definition(
    version=1,
    sections=(HOUSEHOLD, HOME, COSTS, INCOMES, ASSETS, PAYMENT, PLANNING, CONTACT),
    groups={
        # Translators: a heading over some parts of the application
        "home": lazy("Du och hemmet"),
        # Translators: a heading over some parts of the application
        "money": lazy("Pengar"),
        # Translators: a heading over some parts of the application
        "planning": lazy("Planering och papper"),
    },
)

_VERSIONS = {CURRENT.version: CURRENT}


def definition(version: int) -> Definition:
    """Return a version of the form.

    :raises KeyError: there is none of this number.
    """
    return _VERSIONS[version]
