"""What the worked households don't show: ages at their edges, what isn't known or is refused, and where it stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

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
    HouseholdRefused,
    Income,
    IncomeKind,
    Line,
    LineKind,
    Missing,
    NormMissing,
    PartTimeShared,
    Practice,
    Span,
    calculate,
    norm_tables,
    practice_of,
)
from portal.assistance.rules.norm.members import age_on
from portal.settings import Settings

NOVEMBER = Span.month(2026, 11)
ALONE = Household(NOVEMBER, (Adult("adult", stimulus=False),))
FIRST, LAST = Practice(age_on=AgeOn.FIRST), Practice(age_on=AgeOn.LAST)


def reckoned(household: Household, practice: Practice | None = None) -> Calculation:
    return calculate(household, norm_tables(), practice)


def with_child(born: date, **told: Any) -> Household:
    return replace(ALONE, children=(Child("child", born, **told),))


def child_line(household: Household, practice: Practice | None = None) -> Line:
    return next(line for line in reckoned(household, practice).norm.lines if line.person == "child")


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2019, 11, 1), date(2026, 11, 1), 7),
        (date(2019, 11, 2), date(2026, 11, 1), 6),
        (date(2019, 11, 30), date(2026, 11, 30), 7),
        (date(2024, 2, 29), date(2026, 2, 28), 1),
        (date(2024, 2, 29), date(2026, 3, 1), 2),
        (date(2024, 2, 29), date(2028, 2, 29), 4),
        (date(2026, 11, 20), date(2026, 11, 1), 0),
    ],
)
def test_an_age_is_that_of_the_day(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize(
    ("born", "practice", "kronor"),
    [
        (date(2019, 11, 15), FIRST, 3060),  # turns 7 in the month
        (date(2019, 11, 15), LAST, 3820),
        (date(2019, 11, 1), FIRST, 3820),
        (date(2019, 12, 1), LAST, 3060),
        (date(2022, 11, 30), FIRST, 2720),  # turns 4 on its last day
        (date(2022, 11, 30), LAST, 3060),
        (date(2026, 11, 30), FIRST, 2740),  # born in the month
        (date(2026, 11, 30), LAST, 2740),
    ],
)
def test_the_day_that_fixes_an_age_is_a_setting(born: date, practice: Practice, kronor: int) -> None:
    assert child_line(with_child(born, lunch_out=False), practice).amount == kronor


@pytest.mark.parametrize("days", [(1, 15), (16, 30)])
def test_the_day_that_fixes_an_age_is_one_of_the_month_also_for_a_part_of_it(days: tuple[int, int]) -> None:
    part = replace(
        with_child(date(2019, 11, 10), lunch_out=False), span=Span(date(2026, 11, days[0]), date(2026, 11, days[1]))
    )
    assert child_line(part, FIRST).values["age"] == 6
    assert child_line(part, LAST).values["age"] == 7


def test_lunch_matters_below_seven_and_school_from_eighteen() -> None:
    assert child_line(with_child(date(2019, 10, 1))).amount == 3820
    assert child_line(with_child(date(2008, 11, 2))).amount == 4960
    assert child_line(with_child(date(2008, 11, 1), pupil=True)).amount == 4960
    assert child_line(with_child(date(2007, 11, 1), pupil=True)).amount == 5000
    assert child_line(with_child(date(2005, 11, 2), pupil=True)).amount == 5000


@pytest.mark.parametrize(
    ("born", "told"),
    [
        (date(2008, 11, 1), {"pupil": False}),
        (date(2005, 11, 1), {"pupil": True}),
        (date(1990, 1, 1), {"pupil": UNKNOWN}),
    ],
)
def test_whom_parents_need_not_maintain_applies_alone(born: date, told: dict[str, Any]) -> None:
    with pytest.raises(HouseholdRefused) as refused:
        reckoned(with_child(born, **told))
    assert "söker själv" in str(refused.value.faults["children.0.born"])


BABY = Child("child", date(2024, 11, 1), lunch_out=False)
YOUTH = Child("child", date(2008, 5, 1), pupil=True)
WAGE = Income(IncomeKind.SALARY, Decimal(4000), "adult")


@pytest.mark.parametrize(
    ("household", "missing"),
    [
        (replace(ALONE, adults=UNKNOWN), {Missing.ADULTS}),
        (replace(ALONE, children=UNKNOWN), {Missing.CHILDREN}),
        (replace(ALONE, others=UNKNOWN), {Missing.OTHERS}),
        (replace(ALONE, children=(replace(BABY, born=UNKNOWN),)), {Missing.BORN}),
        (replace(ALONE, children=(replace(BABY, lunch_out=UNKNOWN),)), {Missing.LUNCH}),
        (replace(ALONE, children=(replace(BABY, days=UNKNOWN),)), {Missing.DAYS}),
        (replace(ALONE, children=(replace(YOUTH, pupil=UNKNOWN),)), {Missing.PUPIL}),
        (replace(ALONE, costs=UNKNOWN), {Missing.ANSWER}),
        (replace(ALONE, incomes=UNKNOWN), {Missing.ANSWER}),
        (replace(ALONE, costs=(Cost(CostKind.RENT, UNKNOWN),)), {Missing.AMOUNT}),
        (replace(ALONE, incomes=(replace(WAGE, amount=UNKNOWN),)), {Missing.AMOUNT}),
        (replace(ALONE, adults=(Adult("adult"),), incomes=(WAGE,)), {Missing.STIMULUS}),
        (replace(ALONE, adults=UNKNOWN, incomes=(WAGE,)), {Missing.ADULTS, Missing.STIMULUS}),
        (replace(ALONE, children=(YOUTH,), incomes=(replace(WAGE, person="child"),)), {Missing.EARNED}),
        (replace(ALONE, incomes=(replace(WAGE, person=""),)), {Missing.PERSON}),
        (replace(ALONE, incomes=(Income(IncomeKind.FK, UNKNOWN),)), {Missing.AMOUNT}),
    ],
)
def test_what_is_not_known_is_named(household: Household, missing: set[Missing]) -> None:
    found = reckoned(household)
    assert {line.missing for line in found.unknown} == missing
    assert found.total is UNKNOWN
    assert found.result is UNKNOWN


@pytest.mark.parametrize(
    "child", [replace(BABY, born=UNKNOWN), replace(BABY, days=UNKNOWN), replace(YOUTH, pupil=UNKNOWN)]
)
def test_a_child_who_is_perhaps_no_member_leaves_the_shared_costs_unknown(child: Child) -> None:
    found = reckoned(replace(ALONE, children=(child,)))
    assert {line.kind: line.amount for line in found.norm.lines}[LineKind.SHARED] is UNKNOWN


def test_lunch_that_is_not_known_leaves_the_shared_costs_known() -> None:
    found = reckoned(replace(ALONE, children=(replace(BABY, lunch_out=UNKNOWN),)))
    assert {line.kind: line.amount for line in found.norm.lines}[LineKind.SHARED] == 1410


def test_what_is_not_known_matters_only_where_it_is_asked_for() -> None:
    assert reckoned(replace(ALONE, adults=(Adult("adult"),))).total == 5220
    nothing = replace(WAGE, amount=Decimal(0))
    assert reckoned(replace(ALONE, adults=(Adult("adult"),), incomes=(nothing,))).total == 5220
    assert reckoned(replace(ALONE, children=(YOUTH,))).total == 10310


def test_a_childs_earlier_wages_of_the_month_count_towards_the_limit() -> None:
    youth = replace(YOUTH, earned_before=Decimal(59000))
    wages = tuple(Income(IncomeKind.SALARY, Decimal(150), "child") for _ in range(3))
    found = reckoned(replace(ALONE, children=(youth,), incomes=wages))
    assert [line.amount for line in found.incomes.lines if line.label is IncomeKind.SALARY] == [0, 100, 150]


def test_nobody_elses_wages_and_no_other_years_count_towards_a_childs_limit() -> None:
    youths = (replace(YOUTH, earned_before=Decimal(0)), replace(YOUTH, key="sister", earned_before=Decimal(0)))
    wages = (
        Income(IncomeKind.SALARY, Decimal(59200), "adult"),
        Income(IncomeKind.SALARY, Decimal(59200), "sister"),
        Income(IncomeKind.SALARY, Decimal(58800), "child", received=date(2025, 12, 30)),
        Income(IncomeKind.SALARY, Decimal(500), "child", received=date(2026, 11, 2)),
        Income(IncomeKind.SALARY, Decimal(58700), "child"),
        Income(IncomeKind.SALARY, Decimal(1), "child"),
    )
    found = reckoned(replace(ALONE, children=youths, incomes=wages))
    assert [line.amount for line in found.incomes.lines if not line.nil] == [59200, 0, 0, 0, 0, 1]


def test_a_childs_wages_of_a_year_without_a_price_base_amount_are_refused() -> None:
    youth = replace(YOUTH, earned_before=Decimal(0))
    household = replace(
        ALONE,
        children=(youth,),
        incomes=(replace(WAGE, person="child", received=date(2022, 12, 1)),),
    )
    with pytest.raises(NormMissing):
        reckoned(household)
    assert reckoned(replace(household, incomes=(WAGE,))).total == 6310  # 3940 + 4960 + 1410 - 4000


def test_a_month_without_a_norm_is_refused() -> None:
    with pytest.raises(NormMissing) as refused:
        reckoned(replace(ALONE, span=Span.month(2027, 1)))
    assert str(refused.value.message) == "Riksnormen för 2027 finns inte ännu."


def test_nothing_is_left_out_of_a_calculation_with_nothing_in_it() -> None:
    found = reckoned(ALONE)
    nil = [line.label for line in found.lines if line.nil]
    assert nil == [
        CostKind.RENT,
        CostKind.ELECTRICITY,
        CostKind.HOME_INSURANCE,
        CostKind.UNEMPLOYMENT_FUND,
        CostKind.UNION,
        CostKind.WORK_TRAVEL,
        IncomeKind.SALARY,
        IncomeKind.FK,
        IncomeKind.CSN,
        IncomeKind.PM,
        IncomeKind.UNEMPLOYMENT_FUND,
        IncomeKind.TAX,
    ]
    assert all(line.amount == 0 for line in found.lines if line.nil)
    rent = replace(ALONE, costs=(Cost(CostKind.RENT, Decimal(0)),))
    assert CostKind.RENT not in [line.label for line in reckoned(rent).lines if line.nil]


def test_authorities_that_nobody_told_of_do_not_pay_nothing() -> None:
    lines = reckoned(replace(ALONE, incomes=(Income(IncomeKind.AUTHORITIES, UNKNOWN),))).incomes.lines
    assert [(line.label, line.nil) for line in lines] == [(IncomeKind.SALARY, True), (IncomeKind.AUTHORITIES, False)]


@pytest.mark.parametrize(
    ("span", "kind", "source"),
    [
        (NOVEMBER, CostKind.RENT, "12 kap. 7 § första stycket 2 socialtjänstlagen (2025:400)"),
        (NOVEMBER, CostKind.MEDICINE, "12 kap. 1 § socialtjänstlagen (2025:400)"),
        (NOVEMBER, CostKind.INTERNET, "12 kap. 1 § socialtjänstlagen (2025:400)"),
        (Span.month(2025, 6), CostKind.RENT, "4 kap. 3 § första stycket 2 socialtjänstlagen (2001:453)"),
    ],
)
def test_a_cost_names_its_ground_and_keeps_its_words(span: Span, kind: CostKind, source: str) -> None:
    cost = Cost(kind, Decimal(100), "till januari", "adult")
    found = reckoned(replace(ALONE, span=span, costs=(cost,)))
    line = next(line for line in found.costs.lines if line.label is kind)
    assert (line.source, line.note, line.person, line.stated) == (source, "till januari", "adult", 100)


def test_a_line_of_the_norm_names_where_it_stands() -> None:
    found = reckoned(replace(ALONE, others=1))
    personal, shared = found.norm.lines
    assert personal.source == found.source
    assert "(2025:1046)" in personal.source
    assert shared.source == "12 kap. 3 § socialtjänstförordningen (2025:468)"


def test_wages_name_the_rule_that_they_are_counted_by() -> None:
    incomes = (WAGE, Income(IncomeKind.SALARY, Decimal(500), "child"), Income(IncomeKind.SALARY, Decimal(700), "other"))
    household = Household(
        NOVEMBER,
        (Adult("adult", stimulus=True), Adult("other", stimulus=False)),
        (replace(YOUTH, earned_before=Decimal(0)),),
        incomes=incomes,
    )
    sources = [line.source for line in reckoned(household).incomes.lines if line.label is IncomeKind.SALARY]
    assert [source.partition(" §")[0] for source in sources] == ["12 kap. 8", "12 kap. 9", "12 kap. 1"]


def test_assets_are_shown_as_told() -> None:
    assets = (Asset(AssetKind.BANK, Decimal(12000)), Asset(AssetKind.VEHICLE, UNKNOWN))
    found = reckoned(replace(ALONE, assets=assets))
    assert [line.amount for line in found.assets.lines] == [12000, UNKNOWN]
    assert found.total == 5220


@pytest.mark.parametrize(
    ("household", "place"),
    [
        (replace(ALONE, span=Span(date(2026, 11, 2), date(2026, 11, 1))), "span"),
        (replace(ALONE, span=Span(date(2026, 11, 20), date(2026, 12, 19))), "span"),
        (replace(ALONE, span=Span(date(2025, 11, 20), date(2026, 11, 19))), "span"),
        (replace(ALONE, adults=()), "adults"),
        (replace(ALONE, adults=tuple(Adult(key) for key in "abc")), "adults"),
        (replace(ALONE, adults=(Adult("a"), Adult("a"))), "children"),
        (replace(ALONE, children=(Child("adult", date(2019, 1, 1)),)), "children"),
        (replace(ALONE, children=tuple(Child(str(number), date(2015, 1, 1)) for number in range(31))), "children"),
        (replace(ALONE, others=-1), "others"),
        (replace(ALONE, others=31), "others"),
        (with_child(date(2026, 12, 1)), "children.0.born"),
        (with_child(date(2015, 1, 1), days=0), "children.0.days"),
        (with_child(date(2015, 1, 1), days=32), "children.0.days"),
        (with_child(date(2015, 1, 1), earned_before=Decimal(-1)), "children.0.earned_before"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal(-1)),)), "costs.0.amount"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal("0.001")),)), "costs.0.amount"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal("NaN")),)), "costs.0.amount"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal("Infinity")),)), "costs.0.amount"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal(10_000_000)),)), "costs.0.amount"),
        (replace(ALONE, costs=(Cost(CostKind.RENT, Decimal(1), person="nobody"),)), "costs.0.person"),
        (replace(ALONE, incomes=(replace(WAGE, person="nobody"),)), "incomes.0.person"),
        (replace(ALONE, assets=(Asset(AssetKind.BANK, Decimal(-5)),)), "assets.0.amount"),
    ],
)
def test_a_household_that_cannot_stand_is_refused_at_its_place(household: Household, place: str) -> None:
    with pytest.raises(HouseholdRefused) as refused:
        reckoned(household)
    assert list(refused.value.faults) == [place]
    assert str(refused.value.faults[place]).endswith(".")


def test_every_fault_is_told_at_once() -> None:
    household = replace(ALONE, others=-1, costs=(Cost(CostKind.RENT, Decimal(-1)),))
    with pytest.raises(HouseholdRefused) as refused:
        reckoned(household)
    assert set(refused.value.faults) == {"others", "costs.0.amount"}


def test_the_practice_is_that_of_the_settings() -> None:
    told = {"norm_day_rate": "thirty", "norm_age_on": "last", "norm_part_time_shared": "whole"}
    settings = Settings.model_construct(**told)  # type: ignore[arg-type]  # only these three matter
    assert practice_of(settings) == Practice(DayRate.THIRTY, AgeOn.LAST, PartTimeShared.WHOLE)
    assert practice_of(Settings.model_construct()) == Practice()
