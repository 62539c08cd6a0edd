"""What holds for every household: sums to the öre, no order, no step down, and no zero for what isn't known."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.assistance.rules.norm import (
    UNKNOWN,
    Adult,
    AgeOn,
    Asset,
    AssetKind,
    Calculation,
    Child,
    Cost,
    CostKind,
    DayRate,
    Household,
    Income,
    IncomeKind,
    LineKind,
    PartTimeShared,
    Practice,
    Span,
    calculate,
    norm_tables,
)
from portal.assistance.rules.norm.lines import Op
from portal.assistance.rules.norm.money import ORE, to_ore

TABLES = norm_tables()
# A household takes long to draw, not to calculate.
few = settings(max_examples=40)
AMOUNTS = st.integers(0, 5_000_000).map(lambda ore: Decimal(ore) / 100)
PRACTICES = st.builds(Practice, st.sampled_from(DayRate), st.sampled_from(AgeOn), st.sampled_from(PartTimeShared))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    month = Span.month(draw(st.sampled_from((2024, 2025, 2026))), draw(st.integers(1, 12)))
    if draw(st.booleans()):
        return month
    first = draw(st.integers(1, month.days))
    last = draw(st.integers(first, month.days))
    return Span(month.first.replace(day=first), month.first.replace(day=last))


@st.composite
def children(draw: st.DrawFn, span: Span, key: str) -> Child:
    # Below 20 on the first day of the month, so that nobody turns 21 in it.
    born = draw(st.dates(date(span.first.year - 20, span.first.month, 2), span.first))
    days = draw(st.none() | st.integers(1, 31))
    return Child(key, born, draw(st.booleans()), pupil=True, days=days, earned_before=draw(AMOUNTS))


@st.composite
def households(draw: st.DrawFn) -> Household:
    span = draw(spans())
    adults = [Adult(f"adult {number}", draw(st.booleans())) for number in range(draw(st.integers(1, 2)))]
    young = [draw(children(span, f"child {number}")) for number in range(draw(st.integers(0, 7)))]
    keys = st.sampled_from([*(adult.key for adult in adults), *(child.key for child in young)])
    costs = st.builds(Cost, st.sampled_from(CostKind), AMOUNTS)
    incomes = st.builds(Income, st.sampled_from(IncomeKind), AMOUNTS, keys)
    assets = st.builds(Asset, st.sampled_from(AssetKind), AMOUNTS)
    return Household(
        span,
        tuple(adults),
        tuple(young),
        draw(st.integers(0, 6)),
        tuple(draw(st.lists(costs, max_size=5))),
        tuple(draw(st.lists(incomes, max_size=5))),
        assets=tuple(draw(st.lists(assets, max_size=2))),
    )


def shared(found: Calculation) -> Decimal:
    return sum((known(line.amount) for line in found.norm.lines if line.kind is LineKind.SHARED), Decimal(0))


def known(amount: object) -> Decimal:
    assert isinstance(amount, Decimal)
    return amount


@few
@given(households(), PRACTICES)
def test_lines_add_up_to_the_total_to_the_ore(household: Household, practice: Practice) -> None:
    found = calculate(household, TABLES, practice)
    added = sum(
        (-known(line.amount) if line.kind is LineKind.INCOME else known(line.amount) for line in found.lines),
        Decimal(0),
    )
    assert (
        known(found.total) == added == known(found.norm.total) + known(found.costs.total) - known(found.incomes.total)
    )
    assert added == added.quantize(ORE)
    assert abs(known(found.result) - added) <= Decimal("0.5")


@few
@given(households(), PRACTICES)
def test_every_step_is_right_and_the_last_is_the_amount(household: Household, practice: Practice) -> None:
    for line in calculate(household, TABLES, practice).lines:
        assert line.nil == (not line.parts)
        value = Decimal(0)
        for number, part in enumerate(line.parts):
            assert (part.op is Op.START) == (number == 0)
            value = {
                Op.START: lambda operand, _: operand,
                Op.TIMES: lambda operand, before: before * operand,
                Op.DIVIDE: lambda operand, before: to_ore(before / operand),
                Op.MINUS: lambda operand, before: before - operand,
                Op.AT_MOST: lambda operand, before: min(before, operand),
            }[part.op](part.operand, value)
            assert part.result == value
        assert line.amount == value


@few
@given(households(), PRACTICES)
def test_nothing_is_counted_below_zero_and_no_part_is_more_than_the_whole(
    household: Household, practice: Practice
) -> None:
    found = calculate(household, TABLES, practice)
    assert all(known(line.amount) >= 0 for line in found.lines)
    # Only where it is costs and incomes that are lowered: the norm's own first step is the month's amount.
    assert all(known(line.amount) <= line.parts[0].result for line in found.norm.lines)
    assert all(known(line.amount) <= known(line.stated) for line in found.incomes.lines)
    assert all(line.amount == line.stated for line in found.costs.lines)


@few
@given(households(), PRACTICES, st.randoms())
def test_no_order_matters(household: Household, practice: Practice, random: object) -> None:
    def mixed(rows: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(random.sample(rows, len(rows)))  # type: ignore[attr-defined]  # hypothesis' own kind of Random

    assert not isinstance(household.adults, type(UNKNOWN))
    other = replace(
        household,
        adults=mixed(household.adults),
        children=mixed(household.children),
        costs=mixed(household.costs),
        incomes=mixed(household.incomes),
    )
    before, after = calculate(household, TABLES, practice), calculate(other, TABLES, practice)
    assert before.total == after.total
    assert sorted(map(str, before.norm.lines)) == sorted(map(str, after.norm.lines))


@few
@given(st.data(), households(), PRACTICES)
def test_one_more_never_lowers_the_shared_costs(data: st.DataObject, household: Household, practice: Practice) -> None:
    one_more = data.draw(children(household.span, "one more"))
    grown = replace(household, children=(*household.children, one_more))
    before, after = calculate(household, TABLES, practice), calculate(grown, TABLES, practice)
    assert shared(after) >= shared(before)
    assert known(after.norm.total) > known(before.norm.total)


@few
@given(households(), PRACTICES)
def test_one_more_of_others_never_raises_what_a_household_pays_but_always_what_the_home_costs(
    household: Household, practice: Practice
) -> None:
    others = household.others
    assert isinstance(others, int)
    assume(household.span.whole)
    members = len(household.adults) + len(household.children)
    table = TABLES.at(household.span.first).table
    assert table.shared(members + others + 1) >= table.shared(members + others)
    whole = replace(practice, part_time_shared=PartTimeShared.WHOLE)
    before = calculate(household, TABLES, whole)
    after = calculate(replace(household, others=others + 1), TABLES, whole)
    assert shared(after) <= shared(before)


@few
@given(households(), PRACTICES, st.integers(1, 30))
def test_a_child_on_more_days_never_costs_less(household: Household, practice: Practice, days: int) -> None:
    assume(household.children)
    first, *rest = household.children

    def total(number: int) -> Decimal:
        child = replace(first, days=number)
        return known(calculate(replace(household, children=(child, *rest)), TABLES, practice).norm.total)

    assert total(days) <= total(days + 1)


UNKNOWN_PARTS = ("adults", "children", "others", "costs", "incomes")


@few
@given(households(), PRACTICES, st.sampled_from(UNKNOWN_PARTS))
def test_a_part_that_is_not_answered_is_never_zero(household: Household, practice: Practice, name: str) -> None:
    found = calculate(replace(household, **{name: UNKNOWN}), TABLES, practice)
    assert found.total is found.result is UNKNOWN
    assert found.unknown
    assert all(line.missing for line in found.unknown)


@few
@given(st.data(), households(), PRACTICES)
def test_an_answer_that_is_missing_is_never_zero(data: st.DataObject, household: Household, practice: Practice) -> None:
    rows = {name: getattr(household, name) for name in ("costs", "incomes", "children")}
    name = data.draw(st.sampled_from(sorted(rows)))
    assume(rows[name])
    number = data.draw(st.integers(0, len(rows[name]) - 1))
    field = data.draw(st.sampled_from(("born", "days"))) if name == "children" else "amount"
    changed = [replace(row, **{field: UNKNOWN}) if at == number else row for at, row in enumerate(rows[name])]
    found = calculate(replace(household, **{name: tuple(changed)}), TABLES, practice)
    assert found.total is found.result is UNKNOWN
    section = {"costs": found.costs, "incomes": found.incomes, "children": found.norm}[name]
    assert section.total is UNKNOWN
    # What doesn't depend on it is still known.
    assert all(
        other.total is not UNKNOWN
        for other in (found.norm, found.costs, found.incomes)
        if other is not section and not (name == "children" and other is found.incomes)
    )


@few
@given(households(), PRACTICES)
def test_assets_are_shown_and_not_counted(household: Household, practice: Practice) -> None:
    found = calculate(household, TABLES, practice)
    without = calculate(replace(household, assets=UNKNOWN), TABLES, practice)
    assert found.total == without.total
    assert len(found.assets.lines) == len(household.assets)
    assert without.assets.total is UNKNOWN


def test_what_is_not_known_cannot_be_reckoned_with() -> None:
    for operation in ("+", "-", "*", "<"):
        with pytest.raises(TypeError):
            eval(f"value {operation} unknown", {"value": Decimal(1), "unknown": UNKNOWN})  # noqa: S307 - our own text
    with pytest.raises(TypeError):
        bool(UNKNOWN)
