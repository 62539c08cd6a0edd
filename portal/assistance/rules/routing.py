"""Which applications somebody can make now: for which month, of which kind, and why that kind; pure (DOMAIN.md 2.1)."""

from dataclasses import dataclass
from datetime import date

from portal.assistance.rules.kinds import Kind, Period
from portal.core.errors import InvalidInput
from portal.core.i18n import LazyText, lazy

# How many months may lie between two applications before a new one is asked for; each municipality decides: Uddevalla
# two, Boden six (DOMAIN.md 2.1).
MONTHS_UNTIL_NEW = 2

_FIRST = lazy("Du har inget pågående ärende hos oss. Därför frågar vi om allt.")
_CHANGED = lazy("Du har börjat leva med någon eller blivit ensam. Därför frågar vi om allt på nytt.")
_LONG_AGO = lazy("Det var länge sedan du sökte. Därför frågar vi om allt på nytt.")
_AGAIN = lazy("Vi fyller i det du skrev förra gången. Ändra det som är nytt.")
_MORE = lazy("Här söker du för något mer, för en månad som du redan har sökt för.")


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides which applications are offered.

    ``case_open``: an open case of ekonomiskt bistånd, or an application that is not decided yet. ``last``: the month of
    the last application. ``taken``: the months applied for or decided, here or in the back office.
    ``household_changed``: civil status or co-applicant are others than in the last application. ``protected``: whoever
    applies has protected personal data, or it is not known.
    """

    today: date
    case_open: bool
    protected: bool
    last: Period | None = None
    taken: frozenset[Period] = frozenset()
    household_changed: bool = False
    months_until_new: int = MONTHS_UNTIL_NEW


@dataclass(frozen=True, slots=True)
class Offer:
    """An application that can be made: what, for which month, and why it is of this kind."""

    kind: Kind
    period: Period
    reason: LazyText


class NotOffered(InvalidInput):
    """An application of this kind can't be made for that month."""


def offer(facts: Facts) -> tuple[Offer, ...]:
    """Return what can be applied for now: this month and the next, and more for a month that is applied for already.

    With protected personal data nothing is offered, and no reason is given: those are helped by a person.
    """
    if facts.protected:
        return ()
    this = Period.of(facts.today)
    offers = [_offer(facts, period) for period in (this, this.plus(1))]
    before = this.plus(-1)
    # A bill of the month before often comes after its end.
    if before in facts.taken and facts.case_open and not facts.household_changed:
        offers.append(Offer(Kind.SUPPLEMENTARY, before, _MORE))
    return tuple(offers)


def offered(facts: Facts, kind: Kind, period: Period) -> Offer:
    """Return the offer of a kind for a month.

    :raises NotOffered: there is none, in words that tell what can be done; of protected data they tell nothing.
    """
    offers = offer(facts)
    for found in offers:
        if found.kind is kind and found.period == period:
            return found
    if offers and period in facts.taken:
        raise NotOffered(
            lazy("Du har redan sökt för den här månaden. Gör en tilläggsansökan om du behöver söka för något mer."),
            reason="taken",
        )
    if offers and period not in {found.period for found in offers}:
        raise NotOffered(lazy("Du kan söka för den här månaden och för nästa."), reason="period")
    raise NotOffered(lazy("Du kan inte göra den ansökan här. Ring oss, så hjälper vi dig."), reason="kind")


def _offer(facts: Facts, period: Period) -> Offer:
    if facts.last is None:
        return Offer(Kind.NEW, period, _FIRST)
    if facts.household_changed:
        return Offer(Kind.NEW, period, _CHANGED)
    if not facts.case_open:
        return Offer(Kind.NEW, period, _FIRST)
    if period in facts.taken:
        return Offer(Kind.SUPPLEMENTARY, period, _MORE)
    if facts.last.months_until(period) > facts.months_until_new:
        return Offer(Kind.NEW, period, _LONG_AGO)
    return Offer(Kind.MONTHLY, period, _AGAIN)
