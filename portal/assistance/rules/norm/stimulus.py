"""Who qualifies for jobbstimulans (den särskilda beräkningsregeln) in a month, by the months known; pure.

Source: socialtjänstlagen (2025:400) 12 kap. 8 §, until 30 June 2025 (2001:453) 4 kap. 1 b §. That the two years are 24
months in a row from the first month after the qualifying ones is practice (Malmö); that a new qualification counts only
months after them stands in prop. 2012/13:94.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from portal.assistance.rules.kinds import Period
from portal.assistance.rules.norm.tables import Stimulus
from portal.assistance.rules.norm.unknown import UNKNOWN, Unknown


@dataclass(frozen=True, slots=True)
class Support:
    """For which months somebody has had support (försörjningsstöd), as far as that is known.

    ``months``: whether they had it; ``UNKNOWN`` where that isn't decided or told. A month that isn't among them had
    none, unless it is ``running`` or later and can still be applied for, or ``complete`` is false and it lies before
    the first of them.
    """

    months: Mapping[Period, bool | Unknown] = field(repr=False)
    running: Period
    complete: bool = False

    def of(self, month: Period) -> bool | Unknown:
        """Tell whether there was support for a month that isn't before the first known one."""
        return self.months.get(month, UNKNOWN if month >= self.running else False)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody is after a month: so many months in a row with support, or so many of the two years left."""

    in_a_row: int = 0
    left: int = 0

    def after(self, rule: Stimulus, *, received: bool) -> "_Place":
        if self.left:
            return _Place(left=self.left - 1)
        row = self.in_a_row + 1 if received else 0
        return _Place(left=rule.months) if row == rule.after_months else _Place(row)


def qualifies(support: Support, month: Period, rule: Stimulus) -> bool | Unknown:
    """Tell whether part of somebody's wages isn't counted in a month; ``UNKNOWN`` where what isn't known decides it."""
    at = min(support.months, default=month)
    places = {_Place()} if support.complete else set(_anywhere(rule))
    while at < month:
        received = support.of(at)
        possible = (True, False) if received is UNKNOWN else (received,)
        places = {place.after(rule, received=one) for place in places for one in possible}
        at = at.plus(1)
    found = {place.left > 0 for place in places}
    return found.pop() if len(found) == 1 else UNKNOWN


def _anywhere(rule: Stimulus) -> Iterator[_Place]:
    yield from (_Place(in_a_row=number) for number in range(rule.after_months))
    yield from (_Place(left=number) for number in range(1, rule.months + 1))
