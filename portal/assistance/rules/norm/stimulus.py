"""Who qualifies for jobbstimulans (den särskilda beräkningsregeln) in a month; pure.

Source: socialtjänstlagen (2025:400) 12 kap. 8 §, until 30 June 2025 (2001:453) 4 kap. 1 b §. That the two years are 24
months in a row from the first month after the qualifying ones is practice (Malmö); that a new qualification counts only
months after them stands in prop. 2012/13:94.
"""

from collections.abc import Collection

from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm.tables import Stimulus


def qualifies(received: Collection[Period], month: Period, rule: Stimulus) -> bool:
    """Tell whether part of somebody's wages isn't counted in a month, from the months they have had support for.

    ``received`` must be all of them: who doesn't know them all can't tell, and takes ``UNKNOWN`` instead.
    """
    in_a_row = 0
    at = min(received, default=month)
    while at < month:
        in_a_row = in_a_row + 1 if at in received else 0
        at = at.plus(1)
        if in_a_row == rule.after_months:
            after = at.plus(rule.months)
            if at <= month < after:
                return True
            at, in_a_row = after, 0
    return False
