"""The first version of the form: its parts in their order."""

from portal.assistance.rules.definition.base import Definition
from portal.assistance.rules.definition.costs import COSTS
from portal.assistance.rules.definition.home import HOME
from portal.assistance.rules.definition.household import HOUSEHOLD
from portal.assistance.rules.definition.money import ASSETS, INCOMES, PAYMENT
from portal.assistance.rules.definition.planning import CONTACT, PLANNING
from portal.core.i18n import lazy

FIRST = Definition(
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
