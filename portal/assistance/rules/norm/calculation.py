"""The whole calculation: riksnormen and costs, less incomes; preliminary and no decision, for the board decides; pure.

Costs stand as they are claimed: what is reasonable (skäligt) is the board's (nämnden) to judge, and nothing here lowers
them. Assets are shown and not counted. What is counted of incomes is told in ``incomes``.

Source: socialtjänstlagen (2025:400) 12 kap. 1 and 7-9 §§, in force from 1 July 2025, as read in its wording of January
2026; before that (2001:453) 4 kap. 1-3 §§.
"""

from collections.abc import Iterator

from portal.assistance.rules.norm.household import SUPPORT_COSTS, CostKind, Household, check_household
from portal.assistance.rules.norm.incomes import income_lines
from portal.assistance.rules.norm.lines import Calculation, Label, Line, LineKind, Section
from portal.assistance.rules.norm.members import Basis, check_ages, personal_lines, shared_lines
from portal.assistance.rules.norm.practice import Practice
from portal.assistance.rules.norm.rows import as_stated, nil, unanswered
from portal.assistance.rules.norm.tables import NormTables, Rules
from portal.assistance.rules.norm.unknown import UNKNOWN


def calculate(household: Household, tables: NormTables, practice: Practice | None = None) -> Calculation:
    """Calculate what a household needs by the norm of its days; without ``practice`` by the usual one.

    :raises NormMissing: there is no norm for its days.
    :raises HouseholdRefused: it can't be calculated, with what has to change where.
    """
    check_household(household)
    norm = tables.at(household.span.first)
    basis = Basis(household, norm, practice or Practice())
    check_ages(basis)
    return Calculation(
        norm=Section((*personal_lines(basis), *shared_lines(basis))),
        costs=Section(tuple(_cost_lines(household, norm.rules))),
        incomes=Section(tuple(income_lines(household, norm.rules, tables))),
        assets=Section(tuple(_asset_lines(household, norm.rules))),
        source=norm.valid.source,
    )


def _cost_lines(household: Household, rules: Rules) -> Iterator[Line]:
    if household.costs is UNKNOWN:
        yield unanswered(LineKind.COST, Label.COSTS, rules.reasonable_costs)
        return
    for kind in CostKind:
        support = kind in SUPPORT_COSTS
        source = rules.reasonable_costs if support else rules.other_costs
        rows = [cost for cost in household.costs if cost.kind is kind]
        yield from (as_stated(LineKind.COST, cost, source) for cost in rows)
        if support and not rows:
            yield nil(LineKind.COST, kind, source)


def _asset_lines(household: Household, rules: Rules) -> Iterator[Line]:
    if household.assets is UNKNOWN:
        yield unanswered(LineKind.ASSET, Label.ASSETS, rules.incomes)
        return
    yield from (as_stated(LineKind.ASSET, asset, rules.incomes) for asset in household.assets)
