"""What is counted of incomes; pure.

They are counted as received, but for wages. Of an adult's a quarter isn't counted where the adult qualifies (särskild
beräkningsregel, jobbstimulans). Of a child's own work nothing is counted up to a price base amount (prisbasbelopp) in
the calendar year in which it was received; what is above it may be counted, and is.

Source: socialtjänstlagen (2025:400) 12 kap. 8-9 §§ (from 1 July 2025), before that (2001:453) 4 kap. 1 a-1 b §§.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from portal.assistance.rules.norm.household import AUTHORITY_INCOMES, Household, Income, IncomeKind
from portal.assistance.rules.norm.lines import Label, Line, LineKind, Missing, Trail, Why
from portal.assistance.rules.norm.money import to_ore
from portal.assistance.rules.norm.rows import as_stated, nil, not_known, reached, unanswered
from portal.assistance.rules.norm.tables import NormTables, Rules
from portal.assistance.rules.norm.unknown import UNKNOWN, Amount, total

# What every calculation tells of, also where nothing was received.
NIL_INCOMES = (IncomeKind.SALARY, *AUTHORITY_INCOMES)
_HUNDRED = 100


def income_lines(household: Household, rules: Rules, tables: NormTables) -> Iterator[Line]:
    """Yield a line for each income, and one for each usual kind that nobody got.

    :raises NormMissing: a child has worked in a year whose price base amount isn't there.
    """
    if household.incomes is UNKNOWN:
        yield unanswered(LineKind.INCOME, Label.INCOMES, rules.incomes)
        return
    unanswered_authorities = any(income.kind is IncomeKind.AUTHORITIES for income in household.incomes)
    open_kinds = AUTHORITY_INCOMES if unanswered_authorities else ()
    for kind in IncomeKind:
        rows = [income for income in household.incomes if income.kind is kind]
        if kind is IncomeKind.SALARY:
            yield from _wage_lines(household, rows, rules, tables)
        else:
            yield from (as_stated(LineKind.INCOME, income, rules.incomes) for income in rows)
        if kind in NIL_INCOMES and kind not in open_kinds and not rows:
            yield nil(LineKind.INCOME, kind, rules.incomes)


def _wage_lines(household: Household, wages: list[Income], rules: Rules, tables: NormTables) -> Iterator[Line]:
    children = {child.key: child for child in (() if household.children is UNKNOWN else household.children)}
    for number, wage in enumerate(wages):
        if wage.amount is UNKNOWN or not wage.amount:
            yield as_stated(LineKind.INCOME, wage, rules.incomes)
        elif child := children.get(wage.person):
            day = _received(household, wage)
            earlier = [
                before.amount
                for before in wages[:number]
                if before.person == wage.person and _received(household, before).year == day.year
            ]
            limit = Decimal(tables.price_base(day).kronor)
            yield _child_wage_line(wage, wage.amount, rules, limit, total((child.earned_before, *earlier)))
        else:
            yield _adult_wage_line(household, wage, wage.amount, rules)


def _received(household: Household, wage: Income) -> date:
    return wage.received or household.span.first


def _child_wage_line(wage: Income, amount: Decimal, rules: Rules, limit: Decimal, earned: Amount) -> Line:
    if earned is UNKNOWN:
        return not_known(LineKind.INCOME, wage, rules.child_incomes, Missing.EARNED)
    apart = min(amount, max(Decimal(0), limit - earned))
    trail = Trail.start(Why.STATED, amount).minus(Why.CHILD_WORK, apart, limit=int(limit))
    return reached(LineKind.INCOME, wage, rules.child_incomes, trail)


def _adult_wage_line(household: Household, wage: Income, amount: Decimal, rules: Rules) -> Line:
    if not wage.person:
        return not_known(LineKind.INCOME, wage, rules.incomes, Missing.PERSON)
    adults = () if household.adults is UNKNOWN else household.adults
    qualifies = next((adult.stimulus for adult in adults if adult.key == wage.person), UNKNOWN)
    if qualifies is UNKNOWN:
        return not_known(LineKind.INCOME, wage, rules.stimulus.source, Missing.STIMULUS)
    if qualifies is False:
        counts = {"after_months": rules.stimulus.after_months, "months": rules.stimulus.months}
        return reached(LineKind.INCOME, wage, rules.incomes, Trail.start(Why.WHOLE_WAGE, amount, **counts))
    apart = to_ore(amount * rules.stimulus.percent / _HUNDRED)
    trail = Trail.start(Why.STATED, amount).minus(Why.STIMULUS, apart, percent=rules.stimulus.percent)
    return reached(LineKind.INCOME, wage, rules.stimulus.source, trail)
